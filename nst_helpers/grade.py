"""`nst grade`: a folder of handed-in notebooks in, a table of who has done what out.

Each notebook is marked in a process of its own, which is watched from here: its time, its memory
and how many processes it starts, on every system. On Linux these processes are branched off one
that has imported TensorFlow already, so that a notebook takes a third of a second.
"""

import csv
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import unicodedata
from collections import Counter, namedtuple
from contextlib import suppress
from pathlib import Path

import psutil

from . import handed_in, lab
from .console import say
from .errors import PictureError, SettingsError
from .paths import as_path

Limits = namedtuple("Limits", "seconds bytes")  # of an exercise, of a notebook's process
Report = namedtuple("Report", "exercises at done fault")  # what `marking.mark` has written so far
Learner = namedtuple("Learner", "cells notes")  # `{exercise: (state, words)}`, words on notebooks
START = 180  # seconds, for TensorFlow's import on a slow machine
PROCESSES = 20
NOTEBOOK_BYTES = 50_000_000
REPORT_BYTES = 1_000_000
ENDING = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)  # browsers add the second one
PLATFORMS = [  # how they name what teachers download
    re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_\w+?_.*"),  # Moodle
    re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<number>\d{3,})_\d{3,}_.+"),  # Canvas
]
STATES = ["right", "not yet", "broken", "not done"]  # of an exercise handed in twice the first
LEARNER, RIGHT, NOTE = "learner", "right", "note"  # the columns beside the exercises


def grade(folder, output, seconds=20.0, gigabytes=2.0):
    """Mark all notebooks under a folder, write the table as CSV, and print a summary.

    A notebook in the folder itself is a learner's by its own name; all those in a folder within it
    are one learner's, by that folder's name. seconds: for each exercise. gigabytes: the memory
    that a notebook may take beside TensorFlow. Returns the table's rows as dictionaries.
    Raises `SettingsError` or `PictureError` with a sentence for the user.
    """
    limits = Limits(seconds, int(gigabytes * 2**30))
    notebooks = find_notebooks(folder)
    output = check_output(output)
    lessons = handed_in.read_lessons(lab.lessons())
    if not lessons:
        raise SettingsError("The lessons are not here: run this command in the course's folder.")
    learners = {}
    try:
        for learner, path in notebooks:
            cells, note = grade_notebook(path, as_path(folder), lessons, limits)
            add(learners.setdefault(learner, Learner({}, [])), path.name, cells, note)
            right = sum(state == "right" for state, _ in cells.values())
            say(f"{path.relative_to(folder)}: {note or f'{right} of {len(cells)} right'}")
    finally:  # what was done is written if the rest is broken off
        found = {name for learner in learners.values() for name in learner.cells}
        exercises = [name for lesson in lessons.values() for name in lesson if name in found]
        rows = [as_row(name, exercises, learner) for name, learner in learners.items()]
        write(output, [LEARNER, *exercises, RIGHT, NOTE], rows)
    say(summary(learners, exercises))
    return rows


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


def check_output(output):
    """The table's path, if a file can be written there; else raises `PictureError`."""
    output = Path(output).absolute()
    try:
        output.open("a").close()
    except OSError as error:
        raise PictureError(
            f"{output} cannot be written ({error.strerror}): give another file after -o."
        ) from error
    return output


def grade_notebook(path, folder, lessons, limits):
    """`({exercise: (state, words)}, note)` of one notebook in a class's folder.

    The exercise at which its process ends, or has to be ended, is broken; another one goes on.
    """
    cells, exercises = {}, []
    with tempfile.TemporaryDirectory(prefix="nst_", ignore_cleanup_errors=True) as scratch:
        copy = Path(scratch, "notebook.ipynb")
        try:
            if path.stat().st_size > NOTEBOOK_BYTES:
                return {}, f"it is larger than {NOTEBOOK_BYTES // 10**6} MB"
            shutil.copyfile(path, copy)
        except OSError as error:
            return {}, f"it cannot be read ({error.strerror})"
        while True:
            work = Path(scratch, f"work{len(cells)}")
            work.mkdir()
            copy_beside(path, folder, work)
            report, ended = mark_apart(copy, work, lessons, list(cells), limits)
            exercises = exercises or report.exercises
            cells |= report.done
            if not exercises:
                return {}, report.fault or ended
            left = [exercise for exercise in exercises if exercise not in cells]
            if not left:
                return cells, ""
            cells[report.at if report.at in left else left[0]] = ("broken", ended)


def mark_apart(notebook, work, lessons, skip, limits):
    """Mark a notebook in a process of its own; returns its `Report`, and how the process ended."""
    written = notebook.parent / f"report{len(skip)}.txt"
    written.touch()
    arguments = (notebook, written, lessons, skip, work, limits.bytes)
    process = _context().Process(target=_mark, args=arguments, daemon=True)
    process.start()
    try:
        ended = _watch(process, written, lessons, limits)
    finally:
        _end(process)
    return read_report(written, lessons), ended or _how_it_ended(process.exitcode)


def _context():
    """How processes are started. One thread each: memory is limited, and results are the same."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ |= {"CUDA_VISIBLE_DEVICES": "-1", "MALLOC_ARENA_MAX": "2"}
    os.environ |= dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["nst_helpers.marking"])
    return context


def _mark(*arguments):
    from .marking import mark  # which imports TensorFlow, in that process only

    mark(*arguments)


def _watch(process, written, lessons, limits):
    """Wait until a process ends or passes a limit; returns a sentence on the limit, or None."""
    at, since, at_first = None, time.monotonic(), None
    while process.is_alive():
        now, begun = time.monotonic(), read_report(written, lessons).at
        if begun != at:
            at, since = begun, now
        size, number = _size(process.pid)
        at_first = at_first or (begun and size)  # with TensorFlow
        if now - since > (limits.seconds if at else START):
            return f"It did not end within {limits.seconds:g} seconds."
        if at_first and size > at_first + limits.bytes:
            return f"It took more than {limits.bytes / 2**30:g} GB of memory."
        if number > PROCESSES:
            return "It started too many processes."
        process.join(0.05)
    return None


def _size(pid):
    """Bytes of memory that a process and its descendants have, and how many they are."""
    size = number = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.Error):
                size, number = size + one.memory_info().rss, number + 1
    return size, number


def _end(process):
    """End a process and all that it has started."""
    family = []
    with suppress(psutil.Error):
        family = psutil.Process(process.pid).children(recursive=True)
    if hasattr(os, "killpg"):
        with suppress(OSError):  # it is the first of a group of its own, which outlives it
            os.killpg(process.pid, signal.SIGKILL)
    for one in family:
        with suppress(psutil.Error):
            one.kill()
    process.kill()
    process.join()


def _how_it_ended(code):
    if code < 0:
        with suppress(ValueError):
            return f"It ended Python ({signal.Signals(-code).name})."
    return f"It ended Python (exit code {code})."


def read_report(path, lessons):
    """What a process has written, as a `Report`. A learner's code may have written there, too."""
    known = {exercise for lesson in lessons.values() for exercise in lesson}
    exercises, at, done, fault = [], None, {}, None
    with suppress(OSError):
        with open(path, "rb") as file:
            lines = file.read(REPORT_BYTES).splitlines()
        for line in lines:
            try:
                kind, *words = json.loads(line)
            except (ValueError, TypeError, RecursionError):
                continue
            match kind, words:
                case "exercises", [*names]:
                    exercises = exercises or [name for name in names if name in known]
                case "begin", [str(exercise)] if exercise in exercises:
                    at = exercise
                case "done", [str(exercise), str(state), str(said)] if state in STATES:
                    if exercise in exercises:
                        done[exercise] = (state, said)
                case "fault", [str(said)]:
                    fault = said
    return Report(exercises, at, done, fault)


def as_row(name, exercises, learner):
    """A row of the table, by the names of its columns."""
    row = {one: as_text(*learner.cells[one]) for one in exercises if one in learner.cells}
    right = sum(text == "right" for text in row.values())
    return {LEARNER: plain(name), **row, RIGHT: right, NOTE: plain("; ".join(learner.notes))}


def as_text(state, words):
    """What stands in a table's cell: a state, or which mistake it is."""
    if state in ("right", "not done"):
        return state
    return plain(f"broken: {words}" if state == "broken" else words)


def plain(text):
    """Text as one line that no spreadsheet takes for a formula."""
    text = " ".join(text.encode(errors="replace").decode().split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def write(path, columns, rows):
    """Write the table, with the mark by which spreadsheets know UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, columns, restval="")
        table.writeheader()
        table.writerows(rows)


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
