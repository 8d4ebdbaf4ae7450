"""Tools for the notebooks, for maintainers; the tests use them too.

    python tests/notebook_tools.py run [notebook ...]   run from the top, in place, and strip
    python tests/notebook_tools.py strip [notebook ...] only strip, and renew the explorers' stills

Without names, `run` and `strip` take all lessons and solutions. A lesson goes back to its committed state
with: git restore notebooks/NAME.ipynb
"""

import ast
import base64
import json
import os
import re
import shutil
import sys
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path

import nbformat
import stills

from nst_helpers.course import is_empty, make_findable, prediction
from nst_helpers.widgets import as_data

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
SETUP_CELL = """\
# @title Setup: run this cell first
# Where the course's helpers are missing, as in Colab, it installs them.
try:
    from nst_helpers import setup
except ModuleNotFoundError:
    %pip install --quiet --no-deps "{source}"
    from nst_helpers import setup
setup()"""
# JupyterLab shows the first line of a cell that is hidden so, and Colab its title.
SETUP_METADATA = {"cellView": "form", "jupyter": {"source_hidden": True}}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
STILL = "nst_still"  # in an output's metadata: it stands for a widget
PREDICT = re.compile(r"^predict\(\"(.*)\"\)$", re.M)
OUTCOME = "outcome"  # the tag of a cell whose output, folded until it runs, decides a prediction
FOLDED_OUTPUT = {"collapsed": True, "jupyter": {"outputs_hidden": True}}  # in Colab; in JupyterLab


def all_notebooks():
    """The paths of all lessons and solutions, in order."""
    return sorted(NOTEBOOKS.glob("*.ipynb")) + sorted((NOTEBOOKS / "solutions").glob("*.ipynb"))


def repository():
    """The repository's address, from pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]


def setup_cell():
    """The source of every lesson's first code cell."""
    return SETUP_CELL.format(source=f"git+{repository()}")


def badge(path, page=None):
    """The Markdown of the *Open in Colab* badge for a notebook.

    page: the file that the badge stands in; None for the notebook itself. Its picture is the
    course's own, by a relative path, so that it is there without a network.
    """
    owner_and_name = repository().removeprefix("https://github.com/")
    place = path.relative_to(ROOT).as_posix()
    folder = (page or path).parent
    picture = Path(os.path.relpath(NOTEBOOKS / "drawings" / "colab.svg", folder)).as_posix()
    return (
        f"[![Open in Colab]({picture})]"
        f"(https://colab.research.google.com/github/{owner_and_name}/blob/main/{place})"
    )


def cells(path, kind=None):
    """A notebook's cells, or those of one kind, as they are in its file."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if kind in (None, cell["cell_type"])]


def text(path):
    """All that a notebook's Markdown cells say."""
    return "\n".join("".join(cell["source"]) for cell in cells(path, "markdown"))


def code_cells(path):
    """The sources of a notebook's code cells, magics and shell lines left out."""
    sources = ["".join(cell["source"]) for cell in cells(path, "code")]
    return [
        "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))
        for source in sources
    ]


FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def folded_answers(path):
    """The sources of the Python fences in a notebook's folded blocks that answer an exercise.

    Empty functions to start from do not, nor does a whole program, which begins with a docstring.
    """
    answers = [source for source in _folded(path) if not _is_form(source)]
    return [source for source in answers if not ast.get_docstring(ast.parse(source))]


def empty_functions(path):
    """`{name: source}` of the empty functions that a notebook offers to start from."""
    return {ast.parse(code).body[0].name: code for code in _folded(path) if _is_form(code)}


def _folded(path):
    texts = ["".join(cell["source"]) for cell in cells(path, "markdown")]
    return [code for text in texts for part in FOLDED.findall(text) for code in FENCE.findall(part)]


def _is_form(source):
    return all(is_empty(statement) for statement in ast.parse(source).body)


def definitions(path, **names):
    """The functions that a notebook's cells define, with its imports and the given names around.

    A name that only a folded answer defines is taken for what a check gives back under it.
    """
    answers = answered(path, **names)
    return answers | _defined(path, code_cells(path)[1:], answers)


def answered(path, **names):
    """As `definitions`, where a folded answer counts before a cell's function of the same name."""
    return _defined(path, [*code_cells(path)[1:], *folded_answers(path)], names)


def _defined(path, sources, names):
    space = dict(names)
    for number, source in enumerate(sources):
        file = f"<{path}, {number}>"  # by which a function's source is found, as in a notebook
        make_findable(source, file)
        for statement in ast.parse(source).body:
            if isinstance(statement, (ast.FunctionDef, ast.Import, ast.ImportFrom)):
                exec(compile(ast.Module([statement], []), file, "exec"), space)
    return space


BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\]\([^)]*/blob/main/[^)]*\)")


def run(path):
    """Run one notebook from the top and write it back, stripped; returns the seconds it took."""
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": path.parent}}
    start = time.perf_counter()
    with no_pictures_yet(path.parent):
        NotebookClient(notebook, timeout=1800, kernel_name="python3", resources=resources).execute()
    seconds = time.perf_counter() - start
    strip(notebook)
    nbformat.write(notebook, path)
    return seconds


@contextmanager
def no_pictures_yet(folder):
    """Meanwhile `my_pictures` is new in the folder, as a learner's is: nothing is "there already".

    What stood in it before takes its place again, whatever happens.
    """
    pictures, before = folder / "my_pictures", folder / "my_pictures_before"
    if pictures.exists():
        pictures.rename(before)
    try:
        yield
    finally:
        if before.exists():
            shutil.rmtree(pictures, ignore_errors=True)
            before.rename(pictures)


def strip(notebook):
    """Remove what must not be committed: widget state, progress bars, times, odd metadata but tags.

    In place of a widget's view stands a still of it, which the live one replaces where it is run.
    An output that decides a prediction is collapsed.
    """
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = {"tags": tags} if tags else {}
        if cell.source == setup_cell():
            cell.metadata |= SETUP_METADATA
        if OUTCOME in (tags or []):
            cell.metadata |= FOLDED_OUTPUT
        if cell.cell_type == "code":
            cell.outputs = _stripped(cell.outputs) + _stills(cell.source)
            if OUTCOME in (tags or []):
                cell.outputs.insert(0, blank())


def blank():
    """An output that shows nothing. JupyterLab tells the first one's first line of what it folds."""
    return nbformat.v4.new_output("display_data", {}, metadata={STILL: True})


def _stripped(outputs):
    kept = []
    for output in outputs:
        is_widget = WIDGET_VIEW in output.get("data", {}) or STILL in output.get("metadata", {})
        is_gone = output.get("data") == {}  # of the picture that was seen while it was painted
        if is_widget or is_gone or output.get("name") == "stderr":
            continue
        if kept and output.output_type == "stream" and kept[-1].output_type == "stream":
            kept[-1].text += output.text
        else:
            kept.append(output)
    for output in kept:
        if output.output_type == "stream":  # of a progress bar, what stands at last in its line
            output.text = re.sub(r"[^\n]*\r(?!\n)", "", output.text)
    return kept


def _stills(source):
    """What stands for the explorer, the easel or the prediction that a cell shows; or none."""
    if asked := PREDICT.search(source):
        data = as_data(**vars(prediction(asked[1])))
        return [nbformat.v4.new_output("display_data", data, metadata={STILL: True})]
    found = stills.still_for(source)
    if found is None:
        return []
    jpeg, words, width = found
    data = {"image/jpeg": base64.b64encode(jpeg).decode(), "text/plain": words}
    metadata = {"image/jpeg": {"alt": words, "width": width}, STILL: True}
    return [nbformat.v4.new_output("display_data", data, metadata=metadata)]


def main(arguments):
    if arguments[:1] == ["strip"]:
        for path in [Path(name).resolve() for name in arguments[1:]] or all_notebooks():
            notebook = nbformat.read(path, as_version=4)
            strip(notebook)
            nbformat.write(notebook, path)
    elif arguments[:1] == ["run"]:
        total = 0
        for path in [Path(name).resolve() for name in arguments[1:]] or all_notebooks():
            seconds = run(path)
            total += seconds
            print(
                f"{path.relative_to(ROOT)}: {seconds:.0f} s, {path.stat().st_size / 1e6:.2f} MB",
                flush=True,
            )
        print(f"all: {total:.0f} s")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
