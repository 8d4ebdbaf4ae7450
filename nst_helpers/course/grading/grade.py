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
import zipfile
from collections import Counter, defaultdict, namedtuple
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path

import cloudpickle
from tqdm import tqdm

from ...console import Forgiving, say
from ...errors import PictureError, SettingsError, as_path, suggestion
from . import handback, places, watched
from .notebook import NOTEBOOK_BYTES, all_cells, own_work, read_lessons
from .roster import PLATFORMS, Sender, imports, person_of, read_people, sender_of
from .table import ABSENT, LEARNER, SAME, Marks, by_name, plain
from .watched import Ended, Limits, Watched

# `{exercise: (state, message)}`, on notebooks; and from `roster`.
Learner = namedtuple("Learner", "cells notes sender person", defaults=(None, None))
MESSAGE = 400  # characters of it that are kept
ENDING = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)  # browsers add the second one
STATES = ["right", "not yet", "broken", "not done"]  # of an exercise handed in twice the first
SHOWN = 3  # of each exercise's mistakes
NOT_CONFINED = (
    "This system has no limits that hold learners' code against its will: grade strangers' "
    "notebooks on Linux, or in a virtual machine."
)


def grade(
    folder,
    output,
    seconds=20.0,
    gigabytes=2.0,
    points=(),
    lesson=(),
    roster=None,
    feedback=None,
    reading=None,
):
    """Mark all notebooks under a folder, write the table as CSV, and print a summary.

    A notebook in the folder itself is a learner's by its own name; all those in a folder within it
    are one learner's, by that folder's name. seconds: for each exercise. gigabytes: the memory
    that a notebook may take beside TensorFlow. An older table in the file is added to, after each
    notebook. points: as in `["2", "paint=6"]`, for each exercise and for single ones. lesson: as in
    `["03"]`, those that are marked and count; none: all. Files to read and write: roster, see
    `read_people`, with which Moodle's and Canvas' tables are written, too; feedback, a folder;
    reading, a page. Returns this run's rows. Raises `SettingsError` or `PictureError`.
    """
    limits, folder = limits_of(seconds, gigabytes), as_path(folder)
    notebooks = find_notebooks(folder)
    people = read_people(roster) if roster else []
    output = check_place(output, "-o", ".csv")
    imported = [output.with_stem(f"{output.stem} for {one}") for one in PLATFORMS if roster]
    imported = [check_place(path, "-o", ".csv") for path in imported]
    feedback = feedback and check_place(feedback, "--feedback")
    reading = reading and check_place(reading, "--reading", ".html")
    course, lessons = read_course(lesson)
    worth = worth_of(points, [name for exercises in lessons.values() for name in exercises])
    marks = Marks(output, worth)
    learners, works = {}, []
    try:
        for found in mark(notebooks, folder, limits, people, course, lessons, learners):
            marks.keep(learners)
            works.append(found)
        for one in people:
            learners.setdefault(one.name, Learner({}, [ABSENT], None, one))
        marks.keep(learners)
    finally:
        marks.close()
    say(summary(learners, lessons, marks.new))
    if roster:
        texts = imports(marks.new, learners, worth, output.stem)
        handback.write(dict(zip(imported, texts)))
        strangers = [plain(name) for name, learner in learners.items() if not learner.person]
        say(f"Written for import: {', '.join(path.name for path in imported)}.")
        say(f"Not in {as_path(roster).name}: {', '.join(strangers) or 'nobody'}.")
    if feedback:
        headings = {lesson: handback.heading_of(cells) for lesson, cells in course.items()}
        files = handback.feedback(marks.new, learners, lessons, headings, worth)
        handback.write({feedback / name: text for name, text in files.items()})
    if reading:
        handback.write({reading: handback.open_exercises(works)})
    if not all(confined for *_, confined in works):
        say(NOT_CONFINED)
    return marks.rows


def limits_of(seconds, gigabytes):
    """`Limits` for a notebook. Raises `SettingsError` if one is no number above 0."""
    for name, value in {"seconds": seconds, "gigabytes": gigabytes}.items():
        if not (isinstance(value, (int, float)) and 0 < value < math.inf):
            raise SettingsError(f"--{name} is {value}: give a number above 0.")
    return Limits(seconds, int(gigabytes * 2**30))


def read_course(only=()):
    """`({lesson: its cells}, see notebook.read_lessons)`; only: the numbers of those in the latter.

    Raises `SettingsError`.
    """
    paths = places.lessons()
    if not paths:
        raise SettingsError("The lessons are not here: run this command in the course's folder.")
    try:
        course, lessons = {path.stem: all_cells(path) for path in paths}, read_lessons(paths)
    except ValueError as error:
        raise SettingsError(f"A lesson in {paths[0].parent} is damaged: restore it.") from error
    only = {name.zfill(2) for name in only}
    chosen = {name: exercises for name, exercises in lessons.items() if name[:2] in only}
    if len(chosen) < len(only):
        known = ", ".join(name[:2] for name in lessons)
        raise SettingsError(f"--lesson names one without exercises: choose from {known}.")
    return course, chosen or lessons


def worth_of(points, known):
    """`{exercise: points}` of all. Raises `SettingsError`."""
    worth = dict.fromkeys(known, 1.0)
    for text in sorted(points, key=lambda text: "=" in text):  # what is for all first
        name, _, number = text.rpartition("=")
        if name not in ("", *known):
            near = ", ".join([one for one in known if name in one] or known)
            hint = suggestion(name, known, f"choose from {near}.")
            raise SettingsError(f"There is no exercise {name!r} to give points for; {hint}")
        if not re.fullmatch(r"\d*\.?\d+", number) or float(number) == 0:
            raise SettingsError(f"--points has {text!r}: give a number above 0, as in paint=6.")
        worth |= dict.fromkeys([name] if name else known, float(number))
    return worth


def mark(notebooks, folder, limits, people, course, lessons, learners):
    """Add to the learners, notebook by notebook, and say how each one did.

    Yields `(learner's name, {open exercise: cells}, whether the system held the code)`.
    """
    hidden = [folder.resolve(), places.lessons()[0].parent]
    given = [cell for cells in course.values() for cell in cells]
    watched.context()
    exercises()  # TensorFlow is imported there and here at the same time
    twins, out = defaultdict(list), Forgiving(sys.stderr)
    with tqdm(notebooks, disable=None, leave=False, file=out, unit="notebook") as bar:
        for sender, path in bar:
            cells, note, held = grade_notebook(path, lessons, limits, hidden)
            person, here = person_of(sender, people), path.relative_to(folder)
            name = person.name if person else sender.name
            learner = learners.setdefault(name, Learner({}, [], sender, person))
            for exercise, cell in cells.items():
                both = [cell, learner.cells.get(exercise, cell)]
                learner.cells[exercise] = min(both, key=lambda cell: STATES.index(cell[0]))
            code, work = own_work(path, given)
            twins[code].append((name, path.name))
            learner.notes.extend([f"{path.name}: {note}"] * bool(note))
            right = sum(state == "right" for state, _ in cells.values())
            bar.clear()
            say(f"{here}: {note or f'{right} of {len(cells)} right'}")
            yield name, work, held
    twins.pop("", None)  # nothing new
    for handed_in in twins.values():
        names = dict.fromkeys(name for name, _ in handed_in)
        if len(names) > 1:
            say(f"Same new code: {', '.join(map(plain, names))}.")
            for name, file in handed_in:
                others = ", ".join(other for other in names if other != name)
                learners[name].notes.append(f"{file}: {SAME} {others}")


def find_notebooks(folder):
    """`[(Sender, path)]` of the notebooks under a folder. Raises `SettingsError` without any."""
    if zipfile.is_zipfile(folder):
        raise SettingsError(f"{folder} is an archive: unzip it, then give the folder.")
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
    namesakes = Counter(name for name, _ in {sender[::2] for sender, _ in found})
    again = {name for name, number in namesakes.items() if number > 1}
    return [
        (sender._replace(name=f"{sender.name} ({sender.number})"), path)
        if sender.name in again and sender.number
        else (sender, path)
        for sender, path in found
    ]


def whose(parts):
    """The `Sender`, from a notebook's path within a class's folder."""
    parts = [unicodedata.normalize("NFC", part) for part in parts]  # zip files differ in this
    own = Sender(parts[0] if len(parts) > 1 else ENDING.sub("", parts[0]))
    return next(filter(None, map(sender_of, parts)), own)


def check_place(given, option, ending=""):
    """The path of a file of this ending or, without one, of a folder, once it can be written.

    Missing folders are made. Raises a `KitError`.
    """
    path = as_path(given).absolute()
    if ending and path.suffix.lower() != ending:
        raise SettingsError(f"{path.name}: {option} writes a {ending} file; give it this ending.")
    folder = path.parent if ending else path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        if ending and path.exists():
            path.open("r+b").close()
    except (OSError, ValueError) as error:
        kind, fault = "file" if ending else "folder", getattr(error, "strerror", None) or error
        fault = "it is a file" if isinstance(error, FileExistsError) else fault
        raise PictureError(
            f"{path} cannot be written ({fault}): give another {kind} after {option}."
        ) from error
    return path


def copy_modules(path, work):
    """Copy the modules that lie beside a notebook to the folder that it is run in."""
    for file in path.parent.glob("*.py"):
        with suppress(OSError):
            if file.is_file() and not file.is_symlink() and file.stat().st_size < NOTEBOOK_BYTES:
                shutil.copyfile(file, work / file.name)


def grade_notebook(path, lessons, limits, hidden):
    """`({exercise: (state, message)}, note, whether the system held its code)` of one notebook.

    The exercise at which its process ends, or has to be ended, is broken; another one goes on.
    """
    cells, todo, confined = {}, None, True
    while todo is None or todo:
        with tempfile.TemporaryDirectory(prefix="nst_", ignore_cleanup_errors=True) as work:
            copy_modules(path, Path(work))
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


def summary(learners, lessons, table):
    """How a class did: a line an exercise that it has done, and its most frequent mistakes.

    table: all marks, of earlier runs, too.
    """
    here = {name: one.cells for name, one in learners.items() if one.sender}
    states = "".join(f"{state:>10}" for state in STATES)
    who = "1 learner" if len(here) == 1 else f"{len(here)} learners"
    lines = [f"{who:32}{states}"]
    for exercise in chain(*lessons.values()):
        found = [cells[exercise] for cells in here.values() if exercise in cells]
        counts = Counter(state for state, _ in found)
        if found:
            lines.append(f"{exercise:32}{''.join(f'{counts[state]:10}' for state in STATES)}")
        mistakes = Counter(message for state, message in found if state == "not yet")
        lines += [f"    {number} × {message}" for message, number in mistakes.most_common(SHOWN)]
        lines += [f"    and {len(mistakes) - SHOWN} more"] * (len(mistakes) > SHOWN)
    if unread := [plain(name) for name, cells in here.items() if not cells]:
        lines.append(f"Nothing to mark: {', '.join(unread)}.")
    exercises = [*chain(*lessons.values())]
    before = [key for key, row in by_name(table).items() if any(map(row.get, exercises))]
    absent = [plain(name) for name in learners if name not in here]
    if absent := [name for name in absent if name not in before]:
        lines.append(f"Nothing handed in: {', '.join(absent)}.")
    return "\n".join([*lines, *strays(lessons, table)])


def strays(lessons, table):
    """Sentences on lessons that few in the table handed in, while all are measured by them."""
    rows = by_name(table).values()
    whose = {
        lesson: [row[LEARNER] for row in rows if any(row.get(one) for one in exercises)]
        for lesson, exercises in lessons.items()
    }
    few = max(map(len, whose.values())) / 3
    usual = " ".join(lesson[:2] for lesson, names in whose.items() if len(names) > few)
    return [
        f"Lesson {lesson[:2]} was handed in by {', '.join(names)} only, and counts in everybody's "
        f"maximum: to leave it out, run this again with --lesson {usual}."
        for lesson, names in whose.items()
        if 0 < len(names) <= few
    ]
