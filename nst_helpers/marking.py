"""What the functions of a handed-in notebook are worth, one after the other.

`mark` runs learners' code: call it in a process of its own, as `grade` does.
"""

import json
import os
import re
import sys
import tempfile

from . import guard, handed_in
from .handed_in import NOTHING
from .machine import import_tensorflow

import_tensorflow()

from .checks import STOPPED, verdict_here  # noqa: E402
from .exercises import EXERCISES  # noqa: E402
from .record import NOT_BEGUN, NOT_YET, RIGHT  # noqa: E402

WORDS = 400  # characters of a message that are kept
# A verdict's states, as the table has them.
STATES = {RIGHT: "right", NOT_YET: "not yet", NOT_BEGUN: "not done", STOPPED: "broken"}


def mark(path, report, lessons, skip, folder, bytes_more):
    """Mark a notebook, and end this process. Each step is a line of the file `report`, as JSON.

    `["lesson", name]`, `["begin", exercise]`, `["done", exercise, state, words]`, or
    `["fault", words]`. lessons: from `handed_in.read_lessons`. skip: the exercises that another
    process has marked. folder, bytes_more: see `guard.confine`.
    """
    with open(report, "a", encoding="utf-8") as lines:

        def note(*words):
            lines.write(json.dumps([str(word)[:WORDS] for word in words]) + "\n")
            lines.flush()

        _alone(folder)
        try:
            cells = handed_in.read_cells(path)
            parts, faults = handed_in.split(cells)
            lesson = handed_in.lesson_of(cells, parts, lessons)
            if lesson is None:
                raise ValueError(NOTHING)
        except ValueError as error:
            note("fault", error)
            os._exit(0)
        note("lesson", lesson)
        guard.confine(folder, bytes_more)
        own = handed_in.exercises_in(cells)
        for exercise, (name, stub) in lessons[lesson].items():
            if exercise in skip:
                continue
            note("begin", exercise)
            if any(own.get(exercise) in part.binds for part in parts):
                name = own[exercise]  # renamed, as the learner's check says
            try:
                found = mark_one(exercise, name, stub, parts, cells, faults)
            except BaseException as error:  # what is no `Exception` is let through
                found = "broken", f"Your function stopped with {type(error).__name__}: {error}"
            note("done", exercise, *found)
    os._exit(0)  # whatever threads still run, or were to run at the end


def mark_one(exercise, name, stub, parts, cells, faults):
    """`(state, words)` of one exercise: `right`, `not yet`, `not done` or `broken`."""
    if not any(name in part.binds for part in parts):
        for number, fault in faults.items():
            if re.search(rf"^def {name}\b", cells[number - 1], re.MULTILINE):
                return "broken", fault
        return "not done", f"The notebook has no function {name}."
    if handed_in.written_out(parts, name) == stub is not None:
        return "not done", ""
    space, errors = {"__name__": "__main__"}, []
    for part in handed_in.needed(parts, name):
        try:
            exec(part.code, space)
        except (Exception, SystemExit) as error:  # the function may do without
            where = part.code.co_filename.strip("<>")
            errors.append(f"{type(error).__name__} in {where}: {error}")
    if not callable(space.get(name)):
        return "broken", errors[0] if errors else f"{name} is no function."
    found = verdict_here(EXERCISES[exercise], space[name])
    words = "" if found.state in (RIGHT, NOT_BEGUN) else found.told(2).removeprefix("Not yet. ")
    return STATES[found.state], words


def _alone(folder):
    """A session and a folder of one's own; what is printed goes nowhere, what is read is empty."""
    if hasattr(os, "setsid"):
        os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdin = open(os.devnull)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")
    os.chdir(folder)
    tempfile.tempdir = str(folder)
    for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"):
        os.environ[name] = str(folder)
