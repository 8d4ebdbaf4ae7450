"""The notebooks as pages: explorers that move, pictures with words for them, solutions folded."""

import base64
import re

import nbformat
from explorers import element
from pages import EASEL, EXPLORER, PREDICT, ROOT, Text, caption

from nst_helpers.course import prediction
from nst_helpers.widgets import as_data

EASEL_ALT = (
    "The easel: a castle is painted in the style of The Starry Night while the mouse moves sliders "
    "for the weights, and a curve for each loss grows below the picture."
)
NOTEBOOKS = ROOT / "notebooks"
SETUP = "from nst_helpers import setup"
FILM = """\
<details class="film" open><summary>A film of the easel</summary>
<picture>
<source srcset="{root}_static/easel.jpg" media="(prefers-reduced-motion: reduce)">
<img src="{root}_static/easel.webp" width="760" alt="{alt}">
</picture>
<p class="caption">The easel paints where a notebook runs. This film of it was recorded in
JupyterLab.</p>
</details>
"""


def notebooks(kind="all"):
    """The lessons, the solutions, or all of them, in order, as paths relative to the repository."""
    lessons = sorted(NOTEBOOKS.glob("*.ipynb"))
    solutions = sorted((NOTEBOOKS / "solutions").glob("*.ipynb"))
    found = {"lessons": lessons, "solutions": solutions, "all": lessons + solutions}[kind]
    return [path.relative_to(ROOT).as_posix() for path in found]


def read(path):
    return nbformat.read(ROOT / path, as_version=4)


def staged(path):
    """`(the notebook's JSON, fit for its page, its Text)`."""
    notebook, text = read(path), Text(path)
    root = "../" * (len(text.page.parts) - 1)
    own = solved(path, notebook)
    if "/solutions/" in path:  # so that a search tells it from its lesson
        notebook.cells[0].source = re.sub(r"\A# .*", r"\g<0>, solved", notebook.cells[0].source)
    cells = []
    for number, cell in enumerate(notebook.cells):
        following = notebook.cells[number + 1 : number + 2]
        if cell.cell_type == "markdown":
            cell.source = text.fit(cell.source)
            cells.append(cell)
        elif name := EXPLORER.search(cell.source):
            cells.append(nbformat.v4.new_markdown_cell(element(name[1], root)))
        elif asked := PREDICT.search(cell.source):
            cells.append(nbformat.v4.new_markdown_cell(question(prediction(asked[1]))))
        else:
            fold(cell, number in own)
            describe(cell, following)
            cells.append(cell)
            if "/solutions/" in path and cell.source.startswith("explain_pixels("):
                cell.outputs = []  # it is large, and on the lesson's page
            if EASEL.search(cell.source):
                cell.outputs = []
                cells.append(nbformat.v4.new_markdown_cell(FILM.format(root=root, alt=EASEL_ALT)))
    notebook.cells = cells
    return nbformat.writes(notebook), text


def solved(path, notebook):
    """The numbers of the cells in a solution that its lesson leaves to the learner."""
    if "/solutions/" not in path:
        return set()
    lesson = read(path.replace("/solutions/", "/"))
    pairs = zip(notebook.cells, lesson.cells)
    return {
        number
        for number, (own, other) in enumerate(pairs)
        if own.cell_type == "code" and own.source != other.source
    }


def question(found):
    """A prediction in a page, see `static/prediction.js`."""
    page = as_data(**vars(found))["text/html"]
    return f'<nst-prediction right="{found.right}">\n{page}\n</nst-prediction>\n'


def fold(cell, is_solution):
    """A solution stays folded until it is wanted, and what decides a prediction until it is made.

    So does the setup, which nobody runs here.
    """
    if "outcome" in cell.metadata.get("tags", []):
        hide(cell, "hide-output", "output")
        cell.outputs = [
            output for output in cell.outputs if "nst_still" not in output.get("metadata", {})
        ]
    elif is_solution:
        hide(cell, "hide-input", "solution")
    elif SETUP in cell.source:
        hide(cell, "hide-cell", "setup cell")


def hide(cell, tag, what):
    cell.metadata["tags"] = [tag]
    prompts = {"code_prompt_show": f"Show the {what}", "code_prompt_hide": f"Hide the {what}"}
    cell.metadata["mystnb"] = prompts


def describe(cell, following):
    """Give a cell's pictures the words of the caption under them, for those who do not see them."""
    words = following and caption(following[0].source)
    alt = words or "A picture that this cell makes"
    cell.metadata.setdefault("mystnb", {})["image"] = {"alt": alt}


def first_picture(notebook):
    """The bytes of the first picture that a notebook shows: the result with which it begins."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind in ("image/jpeg", "image/png"):
                if kind in output.get("data", {}):
                    return base64.b64decode(output.data[kind])


def summary(notebook):
    """What a list of lessons says of one: its title, its time, and its objectives."""
    first = notebook.cells[0].source
    title = re.search(r"^# (.*)", first, re.M)[1]
    time = re.search(r"\*\*Time\*\*: ([^.,;]*)", first)
    objectives = re.search(r"\*\*You will be able to\*\*\n\n((?:- .*\n?|  .*\n?)+)", first)
    lines = re.sub(r"\n +", " ", objectives[1]).splitlines() if objectives else []
    plain = [re.sub(r"[`*]", "", line.removeprefix("- ").rstrip(";.")) for line in lines]
    return title, time[1] if time else "", plain[0] if plain else ""
