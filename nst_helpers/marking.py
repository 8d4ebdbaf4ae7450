"""What the functions of a handed-in notebook are worth, one after the other.

`mark` runs learners' code: call it in a process of its own, as `grade` does.
"""

import json
import os
import re
import sys
import tempfile

from . import guard, handed_in, session
from .handed_in import NOTHING
from .machine import import_tensorflow

import_tensorflow()

from .checks import NOT_DONE, verdict  # noqa: E402
from .exercises import EXERCISES  # noqa: E402

WORDS = 400  # characters of a message that are kept


def mark(path, report, lessons, skip, folder, bytes_more):
    """Mark a notebook, and end this process. Each step is a line of the file `report`, as JSON.

    `["exercises", name, ...]`, `["begin", exercise]`, `["done", exercise, state, words]`, or
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
            checked = handed_in.checked_in(cells, parts, faults)
            exercises = handed_in.exercises_of(checked, parts, lessons)
            if not exercises:
                raise ValueError(NOTHING)
        except ValueError as error:
            note("fault", error)
            os._exit(0)
        note("exercises", *exercises)
        guard.confine(folder, bytes_more)
        for exercise, (name, stub) in exercises.items():
            if exercise in skip:
                continue
            note("begin", exercise)
            found = handed_in.function_of(checked.get(exercise), name, parts)
            try:
                state = mark_one(exercise, *found, stub, cells, faults)
            except BaseException as error:  # `verdict` lets through what is no `Exception`
                state = "broken", f"Your function stopped with {type(error).__name__}: {error}"
            note("done", exercise, *state)
    os._exit(0)  # whatever threads still run, or were to run at the end


def mark_one(exercise, name, parts, stub, cells, faults):
    """`(state, words)` of one exercise: `right`, `not yet`, `not done` or `broken`."""
    if not any(name in part.binds for part in parts):
        for number, fault in faults.items():
            if re.search(rf"^\s*def {name}\b", cells[number - 1], re.MULTILINE):
                return "broken", fault
        return "not done", f"The notebook has no function {name}."
    if handed_in.written_out(parts, name) == stub is not None:
        return "not done", ""
    space, errors = session.run(handed_in.needed(parts, name))
    if not callable(space.get(name)):
        return "broken", errors[0] if errors else f"{name} is no function."
    state, words = state_of(verdict(EXERCISES[exercise], space[name]))
    if errors and state in ("not yet", "broken"):
        words = f"{words} Before that: {errors[0]}"
    return state, words


def state_of(said):
    """What `checks.verdict` said, as a state and the words that a teacher needs beside it."""
    if said.startswith("Right."):
        return "right", ""
    if said == NOT_DONE:
        return "not done", ""
    state = "broken" if said.startswith("Your function stopped") else "not yet"
    return state, said.removeprefix("Not yet. ")


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
    sys.path.insert(0, str(folder))  # for modules that lie beside the notebook
    tempfile.tempdir = str(folder)
    for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"):
        os.environ[name] = str(folder)
