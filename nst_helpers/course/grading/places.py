"""Where the lessons lie, in a clone of the course or right here; and their copy for a class."""

import json
import re
import shutil
from pathlib import Path

from ...console import say
from ...errors import SettingsError, as_path

FIRST = "00_start_here"
START = Path(__file__).parents[2] / "data" / "START.md"  # how a learner installs and begins


def folders():
    """Where lessons may be: in the clone that this package is imported from, and right here."""
    here = Path.cwd()
    return [Path(__file__).parents[3] / "notebooks", here / "notebooks", here]


def lessons():
    """The paths of the lessons, in order; an empty list where only the package is installed."""
    for folder in folders():
        if (folder / f"{FIRST}.ipynb").is_file():
            return sorted(path.resolve() for path in folder.glob("*.ipynb"))
    return []


def handout(folder, with_answers=False):
    """Write the lessons into a new folder: without outputs, solutions, and the code that is asked.

    `START.md` is added, with the repository's address as the first lesson's setup cell has it.
    with_answers: keep what is folded under the exercises, and the program. Raises `SettingsError`.
    """
    from .notebook import handed_out  # with IPython

    folder, course = as_path(folder), lessons()
    if folder.exists() or not course:
        where = f"{folder} is there already" if course else "The lessons are not here"
        raise SettingsError(f"{where}: run this in the course's folder, and name a new one.")
    first = re.search(r"git\+(https://[^\"\\]+)", course[0].read_text(encoding="utf-8"))
    if not first:
        raise SettingsError(f"{course[0].name} has no setup cell anymore: restore it.")
    shutil.copytree(course[0].parent / "drawings", folder / "drawings")
    if with_answers:
        shutil.copy(course[0].parent / "nst_in_one_file.py", folder)
    for path in course:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            text = handed_out("".join(cell["source"]), with_answers)
            cell["source"] = text.splitlines(keepends=True)
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
        text = json.dumps(notebook, ensure_ascii=False, indent=1)
        (folder / path.name).write_text(f"{text}\n", encoding="utf-8")
    start = START.read_text(encoding="utf-8").replace("REPOSITORY", first[1])
    (folder / "START.md").write_text(start, encoding="utf-8")
    without = "solution notebooks" if with_answers else "the code that the exercises ask for"
    say(f"{folder} holds {len(course)} lessons, without outputs and without {without}.")
    say("Hand it out as a ZIP file: its START.md says how to install and open the lessons.")
