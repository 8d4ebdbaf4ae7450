"""`nst grade`: a folder of handed-in notebooks in, a table of who has done what out.

Learners' functions run in processes of their own (`watched`). What they gave comes from there as
data, and is judged here, where no code of theirs is.
"""

import ast
import math
import os
import re
import shutil
import tempfile
import unicodedata
from collections import Counter, namedtuple
from contextlib import suppress
from functools import cache
from pathlib import Path

import cloudpickle

from ...console import say
from ...errors import PictureError, SettingsError, as_path
from . import places, watched
from .notebook import NOTEBOOK_BYTES, read_lessons
from .table import Marks, plain
from .watched import Ended, Limits, Watched

Learner = namedtuple("Learner", "cells notes")  # `{exercise: (state, message)}`, on notebooks
MESSAGE = 400  # characters of it that are kept
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
    marks = Marks(check_output(output), [name for lesson in lessons.values() for name in lesson])
    hidden = [folder.resolve(), places.lessons()[0].parent]
    watched.context()
    exercises()  # TensorFlow is imported there and here at the same time
    learners, confined = {}, True
    try:
        for name, path in notebooks:
            cells, note, held = grade_notebook(path, folder, lessons, limits, hidden)
            confined = confined and held
            learner = learners.setdefault(name, Learner({}, []))
            for exercise, cell in cells.items():
                both = [cell, learner.cells.get(exercise, cell)]
                learner.cells[exercise] = min(both, key=lambda cell: STATES.index(cell[0]))
            learner.notes.extend([f"{path.name}: {note}"] if note else [])
            right = sum(state == "right" for state, _ in cells.values())
            say(f"{path.relative_to(folder)}: {note or f'{right} of {len(cells)} right'}")
            marks.keep(learners)
    finally:
        marks.close()
    say(summary(learners, marks.known))
    if not confined:
        say(NOT_CONFINED)
    return marks.rows


def find_notebooks(folder):
    """`[(learner, path)]` of the notebooks under a folder. Raises `SettingsError` without any."""
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
    namesakes = Counter(name for name, _ in {learner for learner, _ in found})
    return [
        (f"{name} ({number})" if number and namesakes[name] > 1 else name, path)
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


def check_output(output):
    """The table's path, if a file can be written there; else raises a `KitError`."""
    output = as_path(output).absolute()
    try:
        target = os.path.realpath(output)
        tempfile.TemporaryFile(dir=output.parent).close()
        if output.exists():
            output.open("r+b").close()
    except (OSError, ValueError) as error:
        raise PictureError(
            f"{output} cannot be written ({getattr(error, 'strerror', None) or error}): "
            "give another file after -o."
        ) from error
    if ENDING.search(output.name) or ENDING.search(target):
        raise SettingsError(
            f"{output.name} is a notebook, which the table would replace: "
            "give another file after -o, such as grades.csv."
        )
    return output


def copy_beside(path, folder, work):
    """Copy what lies beside a notebook and may be needed by it to the folder that it is run in.

    In a class's folder, where others' work lies, only modules; else all files up to a size.
    """
    found = path.parent.glob("*.py") if path.parent == folder else path.parent.rglob("*")
    space = NOTEBOOK_BYTES
    for file in sorted(found):
        with suppress(OSError):
            space -= file.stat().st_size
            if space > 0 and file.is_file() and not (file.is_symlink() or ENDING.search(file.name)):
                copy = work / file.relative_to(path.parent)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)


def grade_notebook(path, folder, lessons, limits, hidden):
    """`({exercise: (state, message)}, note, whether the system held its code)` of one notebook.

    The exercise at which its process ends, or has to be ended, is broken; another one goes on.
    """
    cells, todo, confined = {}, None, True
    while todo is None or todo:
        with tempfile.TemporaryDirectory(prefix="nst_", ignore_cleanup_errors=True) as work:
            copy_beside(path, folder, Path(work))
            given, exercise = (str(path.absolute()), work, limits.bytes, hidden), None
            process = Watched(given, limits)
            try:
                opened = process.ask("open", lessons)
                if "fault" in opened:
                    return {}, opened["fault"], True
                todo = [name for name in opened["exercises"] if name not in cells]
                confined = opened["confined"]
                process.hold()
                while todo:
                    exercise = todo.pop(0)
                    cells[exercise] = judge(process, exercise, cells, opened["exercises"])
            except Ended as error:
                if exercise is None:
                    return {}, f"it is not marked ({error})", True
                cells[exercise] = "broken", str(error)[:MESSAGE]
            finally:
                process.end()
    return cells, "", confined


def judge(process, name, cells, held):
    """`(state, message)` of an exercise, from what its function gave in the learner's process.

    cells: what was marked before. held: all exercises of the notebook; the kit's own functions
    are lent for those that are not among them, or were not right.
    """
    from ..checks import NOT_BEGUN, STOPPED, judged  # with TensorFlow, in this process, too
    from ..reading import is_stub

    process.begin()
    found, cases, lent = exercises()
    own = {other for other in held if cells.get(other, ("right",))[0] == "right"}
    lent = {other: function for other, function in lent.items() if other not in own}
    begun = process.ask("begin", name, cases[name], lent)
    try:
        match begun:
            case {"state": "not done" | "broken" as state, "message": str(message)}:
                return state, message[:MESSAGE]
        tree = tree_at(begun["cell"], begun["place"])
        if is_stub(tree):
            return "not done", ""
        verdict = judged(found[name], tree, process.ask("run", 2 * process.allowed), process)
        errors = "".join(f" Before that: {error}" for error in begun["errors"])
    except Ended:
        raise
    except Exception:  # what no function of the kit's answers: somebody else wrote it
        return "broken", "What it gave is no result."
    state = {NOT_BEGUN: "not done", STOPPED: "broken"}.get(verdict.state, verdict.state)
    if state in ("right", "not done"):
        return state, ""
    return state, (verdict.message(2).removeprefix("Not yet. ") + errors)[:MESSAGE]


def tree_at(cell, place):
    """The function or lambda that begins at `[line, column]` of a cell; None without one."""
    for node in ast.walk(ast.parse(cell or "")):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            if [node.lineno, node.col_offset] == place:
                return node
    return None


@cache
def exercises():
    """`{name: exercise}` of all, and pickles of their cases and of the kit's functions, by name.

    Pickled are the functions that lessons go on with. What stands in the exercises' modules goes
    whole, and not by its name: no learner's process may read them. Imports TensorFlow.
    """
    from ...machine import import_tensorflow

    import_tensorflow()
    from .. import exercises as package

    found = package.EXERCISES
    lent = {name: exercise.reference for name, exercise in found.items() if exercise.goes_on}
    cloudpickle.register_pickle_by_value(package)
    try:
        cases = {name: cloudpickle.dumps(exercise.cases()) for name, exercise in found.items()}
        lent = {name: cloudpickle.dumps(function) for name, function in lent.items()}
    finally:
        cloudpickle.unregister_pickle_by_value(package)
    return found, cases, lent


def summary(learners, exercises):
    """How a class did: a line an exercise that it has done, and its most frequent mistake."""
    states = "".join(f"{state:>10}" for state in STATES)
    lines = [f"{f'Of {len(learners)} learners:':32}{states}"]
    for exercise in exercises:
        found = [cells[exercise] for cells, _ in learners.values() if exercise in cells]
        counts = Counter(state for state, _ in found)
        if found:
            lines.append(f"{exercise:32}{''.join(f'{counts[state]:10}' for state in STATES)}")
        mistakes = Counter(message for state, message in found if state == "not yet")
        lines += [f"    {number} × {message}" for message, number in mistakes.most_common(1)]
    if unread := [plain(name) for name, learner in learners.items() if not learner.cells]:
        lines.append(f"Nothing to mark: {', '.join(unread)}.")
    return "\n".join(lines)
