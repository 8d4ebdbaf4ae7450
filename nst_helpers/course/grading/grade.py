"""`nst grade`: a folder of handed-in notebooks in, a table of who has done what out.

Learners' functions run in processes of their own (`watched`). What they gave comes from there as
data, and is judged here, where no code of theirs is.
"""

import ast
import math
import re
import shutil
import sys
import tempfile
import unicodedata
from collections import Counter, namedtuple
from contextlib import suppress
from functools import cache
from pathlib import Path

from ...console import say
from ...errors import PictureError, SettingsError, as_path
from . import places, table
from .notebook import read_lessons
from .table import LEARNER, NOTE, write
from .watched import Ended, Limits, Watched, prepare

Learner = namedtuple("Learner", "cells notes")  # `{exercise: (state, words)}`, words on notebooks
NOTEBOOK_BYTES = 50_000_000
WORDS = 400  # characters of a message that are kept
ENDING = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)  # browsers add the second one
PLATFORMS = [  # how they name what teachers download
    re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_\w+?_.*"),  # Moodle
    re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<number>\d{3,})_\d{3,}_.+"),  # Canvas
]
STATES = ["right", "not yet", "broken", "not done"]  # of an exercise handed in twice the first
NOT_CONFINED = (
    "This system has no limits that hold learners' code against its will: grade strangers' "
    "notebooks on Linux, or in a virtual machine."
)


def grade(folder, output, seconds=20.0, gigabytes=2.0):
    """Mark all notebooks under a folder, write the table as CSV, and print a summary.

    A notebook in the folder itself is a learner's by its own name; all those in a folder within it
    are one learner's, by that folder's name. seconds: for each exercise. gigabytes: the memory
    that a notebook may take beside TensorFlow. An older table in the file is added to, after each
    notebook. Returns this run's rows as dictionaries.
    Raises `SettingsError` or `PictureError` with a sentence for the user.
    """
    for name, value in {"seconds": seconds, "gigabytes": gigabytes}.items():
        if not (isinstance(value, (int, float)) and 0 < value < math.inf):
            raise SettingsError(f"{name} is {value}: give a number above 0.")
    limits = Limits(seconds, int(gigabytes * 2**30))
    folder = as_path(folder)
    notebooks = find_notebooks(folder)
    lessons = read_lessons(places.lessons())
    if not lessons:
        raise SettingsError("The lessons are not here: run this command in the course's folder.")
    output = check_output(output, [path for _, path in notebooks])
    marks = Marks(output, [name for lesson in lessons.values() for name in lesson])
    hidden = [folder.resolve(), places.lessons()[0].parent]
    prepare()
    exercises()  # TensorFlow is imported there and here at the same time
    learners, confined = {}, True
    try:
        for learner, path in notebooks:
            cells, note, held = grade_notebook(path, folder, lessons, limits, hidden)
            confined = confined and held
            add(learners.setdefault(learner, Learner({}, [])), path.name, cells, note)
            right = sum(state == "right" for state, _ in cells.values())
            say(f"{path.relative_to(folder)}: {note or f'{right} of {len(cells)} right'}")
            marks.keep(learners)
    finally:
        marks.close()
    say(summary(learners, marks.exercises_of(learners)))
    if not confined:
        say(NOT_CONFINED)
    return marks.rows


class Marks:
    """The table in a file. It is written after each notebook, so that nothing is lost later on."""

    def __init__(self, path, known):
        self.path, self.known, self.rows = path, known, []
        self.table, self.changed, self.fault = table.read(path), 0, None
        self.beside, number = path.with_stem(f"{path.stem}.before"), 1
        while self.beside.exists():
            number += 1
            self.beside = path.with_stem(f"{path.stem}.before{number}")

    def exercises_of(self, learners):
        """All exercises that somebody has done, in the course's order."""
        found = {name for learner in learners.values() for name in learner.cells}
        return [name for name in self.known if name in found]

    def keep(self, learners):
        """Write what was marked until now, beside what the file held before."""
        exercises = self.exercises_of(learners)
        self.rows = [as_row(name, exercises, learner) for name, learner in learners.items()]
        self.new, self.changed = table.merged(self.table, exercises, self.rows, self.known)
        try:
            others = [(self.beside, self.table.before)] * bool(self.changed)
            write(self.path, *self.new[:3], others)
            self.fault = None
        except PictureError as error:
            self.fault = error

    def close(self):
        """Say what became of the older table; print the new one where it could not be written."""
        if self.fault:
            say(table.as_text(*self.new[:3]))
            raise PictureError(f"{self.fault} The table is printed above.") from self.fault
        if self.rows and self.table.before:
            kept = f"; what it held before is in {self.beside.name}" if self.changed else ""
            say(f"{self.path.name} was added to: {self.changed} older marks changed{kept}.")


def add(learner, notebook, cells, note):
    """Add what a notebook of this name was found to hold; the better one of two counts."""
    for exercise, cell in cells.items():
        both = [cell, learner.cells.get(exercise, cell)]
        learner.cells[exercise] = min(both, key=lambda one: STATES.index(one[0]))
    if note:
        learner.notes.append(f"{notebook}: {note}")


def find_notebooks(folder):
    """`[(learner, path)]` of the notebooks under a folder. Raises `SettingsError` without any."""
    folder = as_path(folder)
    if not folder.is_dir():
        raise SettingsError(f"{folder} is no folder: give the one that holds the notebooks.")
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if ENDING.search(path.name) and path.is_file() and not hidden:
            found.append((whose(parts), path))
    if not found:
        raise SettingsError(f"{folder} holds no notebook: their names end in .ipynb.")
    numbers = {}
    for (name, number), _ in found:
        numbers.setdefault(name, set()).add(number)
    return [
        (f"{name} ({number})" if number and len(numbers[name]) > 1 else name, path)
        for (name, number), path in found
    ]


def whose(parts):
    """`(learner's name, number or None)`, from a notebook's path within a class's folder."""
    parts = [unicodedata.normalize("NFC", part) for part in parts]  # zip files differ in this
    for part in parts:
        for pattern in PLATFORMS:
            if found := pattern.fullmatch(part):
                return found["name"].strip(), found["number"]
    return (parts[0] if len(parts) > 1 else ENDING.sub("", parts[0])), None


def copy_beside(path, folder, work):
    """Copy what lies beside a notebook and may be needed by it to the folder that it is run in.

    In a class's folder, where others' work lies, only modules; else all files up to a size.
    """
    found = path.parent.glob("*.py") if path.parent == folder else path.parent.rglob("*")
    room = NOTEBOOK_BYTES
    for one in sorted(found):
        with suppress(OSError):
            room -= one.stat().st_size
            if room > 0 and one.is_file() and not one.is_symlink() and not ENDING.search(one.name):
                place = work / one.relative_to(path.parent)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(one, place)


def check_output(output, notebooks):
    """The table's path, if a file can be written there; else raises a `KitError`."""
    output = as_path(output).absolute()
    try:
        if ENDING.search(output.name) or any(
            output.exists() and output.samefile(path) for path in notebooks
        ):
            raise SettingsError(
                f"{output.name} is a notebook, which the table would replace: "
                "give another file after -o, such as grades.csv."
            )
        tempfile.TemporaryFile(dir=output.parent).close()
        if output.exists():
            output.open("r+b").close()
    except (OSError, ValueError) as error:
        if isinstance(error, SettingsError):
            raise
        raise PictureError(
            f"{output} cannot be written ({getattr(error, 'strerror', None) or error}): "
            "give another file after -o."
        ) from error
    return output


def grade_notebook(path, folder, lessons, limits, hidden):
    """`({exercise: (state, words)}, note, whether the system held its code)` of one notebook.

    The exercise at which its process ends, or has to be ended, is broken; another one goes on.
    """
    cells, todo, confined = {}, None, True
    with tempfile.TemporaryDirectory(prefix="nst_", ignore_cleanup_errors=True) as scratch:
        copy = Path(scratch, "notebook.ipynb")
        try:
            if path.stat().st_size > NOTEBOOK_BYTES:
                return {}, f"it is larger than {NOTEBOOK_BYTES // 10**6} MB", True
            shutil.copyfile(path, copy)
        except OSError as error:
            return {}, f"it cannot be read ({error.strerror})", True
        while todo is None or todo:
            work = Path(scratch, f"work{len(cells)}")
            work.mkdir()
            copy_beside(path, folder, work)
            given, at = (str(copy), str(work), limits.bytes, hidden), None
            process = Watched(given, limits)
            try:
                opened = process.ask("open", lessons)
                if "fault" in opened:
                    return {}, opened["fault"], True
                todo = [name for name in opened["exercises"] if name not in cells]
                confined = opened["confined"]
                process.hold()
                while todo:
                    at = todo.pop(0)
                    cells[at] = judge(process, at, cells, opened["exercises"])
            except Ended as error:
                if at is None:
                    return {}, f"it is not marked ({error})", True
                cells[at] = "broken", str(error)[:WORDS]
            finally:
                process.end()
    return cells, "", confined


def judge(process, name, cells, held):
    """`(state, words)` of an exercise, from what its function gave in the learner's process.

    cells: what was marked before. held: all exercises of the notebook; the kit's own functions
    are lent for those that are not among them, or were not right.
    """
    from ..checks import judged  # with TensorFlow, in this process, too
    from ..kept import NOT_BEGUN, NOT_YET, RIGHT
    from ..reading import is_stub

    process.begin()
    lent = {one: reference for one, reference in references().items() if one not in held}
    lent |= {one: references()[one] for one in cells if cells[one][0] != "right"
             if one in references()}  # fmt: skip
    begun = process.ask("begin", name, cases_of(name), lent)
    try:
        match begun:
            case {"state": "not done" | "broken" as state, "words": str(words)}:
                return state, words[:WORDS]
        tree = tree_at(begun["cell"], begun["place"])
        if is_stub(tree):
            return "not done", ""
        found = judged(exercises()[name], tree, process.ask("run", 2 * process.allowed), process)
        errors = "".join(f" Before that: {one}" for one in begun["errors"])
    except Ended:
        raise
    except Exception:  # what no function of the kit's answers: somebody else wrote it
        return "broken", "What it gave is no result."
    state = {RIGHT: "right", NOT_BEGUN: "not done", NOT_YET: "not yet"}.get(found.state, "broken")
    if state in ("right", "not done"):
        return state, ""
    return state, (found.message(2).removeprefix("Not yet. ") + errors)[:WORDS]


def tree_at(cell, place):
    """The function or lambda that begins at `[line, column]` of a cell; None without one."""
    for node in ast.walk(ast.parse(cell or "")):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            if [node.lineno, node.col_offset] == place:
                return node
    return None


@cache
def exercises():
    """All exercises; the first call imports TensorFlow."""
    from ...machine import import_tensorflow

    import_tensorflow()
    from ..exercises import EXERCISES

    return EXERCISES


@cache
def cases_of(name):
    """An exercise's cases, as a pickle that needs no module of the exercises."""
    return packed(exercises()[name].cases())


@cache
def references():
    """The kit's functions that lessons go on with, by exercise, as such pickles."""
    return {name: packed(one.reference) for name, one in exercises().items() if one.goes_on}


def packed(value):
    """A value as a pickle by which functions of the exercises go whole, and not by their names."""
    import cloudpickle

    modules = [
        one for name, one in sys.modules.items() if name.startswith("nst_helpers.course.exercises")
    ]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        return cloudpickle.dumps(value)
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def as_row(name, exercises, learner):
    """A row of the table, by the names of its columns."""
    row = {one: as_text(*learner.cells[one]) for one in exercises if one in learner.cells}
    return {LEARNER: plain(name), **row, NOTE: plain("; ".join(learner.notes))}


def as_text(state, words):
    """What stands in a table's cell: a state, or which mistake it is."""
    if state in ("right", "not done"):
        return state
    return plain(f"broken: {words}" if state == "broken" else words)


def plain(text):
    """Text as one line that no spreadsheet takes for a formula."""
    text = " ".join(text.encode(errors="replace").decode().split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def summary(learners, exercises):
    """How a class did: a line an exercise, and its most frequent mistake."""
    lines = [f"Of {len(learners)} learners:{'':18}"[:32] + "".join(f"{one:>10}" for one in STATES)]
    for exercise in exercises:
        found = [one.cells[exercise] for one in learners.values() if exercise in one.cells]
        counts = Counter(state for state, _ in found)
        lines.append(f"{exercise:32}{''.join(f'{counts[state]:10}' for state in STATES)}")
        mistakes = Counter(words for state, words in found if state == "not yet")
        lines += [f"    {number} × {words}" for words, number in mistakes.most_common(1)]
    unread = [plain(name) for name, learner in learners.items() if not learner.cells]
    return "\n".join(lines + ([f"Nothing to mark: {', '.join(unread)}."] if unread else []))
