"""What is kept from lesson to lesson: functions that passed, and what the checks said last.

Both are files in the folder that the lesson runs in; the functions can be read and run.
"""

import ast
import inspect
import json
import linecache
import re
import textwrap
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from ..errors import PictureError
from ..pictures import resize, write_files
from .exercises import LESSONS
from .predictions import by_lesson
from .reading import make_findable, tree_of

FUNCTIONS = "my_functions.py"  # in the folder that the lesson runs in
HEAD = '''\
"""Functions of mine that passed their checks. Each check writes its own anew, and no more."""

import keras
import numpy as np
import tensorflow as tf

from nst_helpers import resize
'''
MARK = "# exercise: "
KNOWN = {"keras": keras, "np": np, "resize": resize, "tf": tf}  # to a kept function, and no more


def keep(name, function):
    """Write the function's source into the file, in place of an earlier one for this exercise.

    What else stands there is left as it is. Returns whether the function is there: one without a
    source, or a file that cannot be written, is only not kept.
    """
    source = _source_of(name, function)
    if source is None:
        return False
    try:
        lines = (_text() or HEAD.rstrip()).split("\n")
        mark = f"{MARK}{name}"
        if mark not in lines:
            lines += ["", mark] if lines[-1] == "" else ["", "", mark]
        start = lines.index(mark) + 1
        lines[start : start + _length(lines[start:])] = source.split("\n")
        write_files({Path(FUNCTIONS): ("\n".join(lines).rstrip() + "\n").encode()})
    except (OSError, UnicodeDecodeError, PictureError):
        return False
    return True


def kept(name):
    """The function kept for this exercise, made from its source; None where there is none."""
    try:
        lines = _text().split("\n")
        start = lines.index(f"{MARK}{name}") + 1
        source = "\n".join(lines[start : start + _length(lines[start:])]).strip()
        space = KNOWN | {"__name__": "__main__"}
        file = f"<{FUNCTIONS}, {name}>"  # by which its own source is found, not the whole file
        make_findable(source, file)
        exec(compile(source, file, "exec"), space)
        new = (value for name, value in space.items() if value is not KNOWN.get(name))
        return next(value for value in new if inspect.isfunction(value))
    except (Exception, SystemExit):  # a file that was changed by hand can hold anything
        return None


def _text():
    file = Path(FUNCTIONS)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _length(lines):
    """How many of the lines after a mark the function takes that stands there."""
    lines = list(takewhile(lambda line: not line.startswith(MARK), lines))
    try:
        body = ast.parse("\n".join(lines)).body
        return body[0].end_lineno if body else 0
    except (SyntaxError, ValueError):  # as far as it is indented
        inside = re.compile(r"\s|$|def |@|\)")
        return next((n for n, line in enumerate(lines) if not inside.match(line)), len(lines))


def _source_of(name, function):
    """The text of the function's definition; a name is given to a lambda. None without a source."""
    tree = tree_of(function)
    if tree is None:
        return None
    if isinstance(tree, ast.Lambda):
        return f"{'_'.join(re.findall('[a-z]+', name))} = {ast.unparse(tree)}"
    code = inspect.unwrap(function).__code__
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 : tree.end_lineno]
    return textwrap.dedent("".join(lines)).strip()


PROGRESS = "my_progress.json"  # in the folder that the lesson runs in, beside `kept.FUNCTIONS`
STATES = RIGHT, NOT_YET, NOT_BEGUN = "right", "not yet", "not begun"
TRIES = "tries"  # the entry beside the exercises: how often each was wrong since it was right last
CHOICES = "predictions"  # another one: the answer that was chosen first to each question


def note(exercise, state):
    """Keep the state of an exercise; where no file can be written it is only not kept."""
    states, wrong, choices = _read()
    if state == RIGHT:
        wrong.pop(exercise, None)
    elif state == NOT_YET:
        wrong[exercise] = wrong.get(exercise, 0) + 1
    _write(states | {exercise: state}, wrong, choices)


def note_choice(key, answer, answers):
    """Keep the answer chosen to a prediction, unless one of its answers has been chosen before."""
    states, wrong, choices = _read()
    if choices.get(key) not in answers:
        _write(states, wrong, choices | {key: answer})


def tries(exercise):
    """How often an exercise's check found a mistake since it was right last."""
    return _read()[1].get(exercise, 0)


def progress(lesson=None):
    """Print which exercises are right, not right yet, or not begun, as their checks said last.

    Below them, how many of the lesson's predictions were made, and how many were right.
    lesson: its number, as in `progress(3)`: its exercises one by one, the other lessons' as a
    number. Without one, the exercises of all lessons.
    """
    states, _, choices = _read()
    predictions = by_lesson()
    chosen = lessons = sorted({*LESSONS, *predictions})
    if lesson is not None:
        chosen = [number for number in lessons if str(lesson) in (f"{number}", f"{number:02}")]
    if not chosen:
        numbers = ", ".join(map(str, lessons))
        print(f"There are exercises or predictions in lessons {numbers} only.")
        return
    for number in chosen:
        if number in LESSONS:
            print(f"Lesson {_count(number, states)} right")
        for exercise in LESSONS.get(number, ()):
            print(f"  {states.get(exercise, NOT_BEGUN):10} {exercise}")
        if asked := predictions.get(number):
            print(f"Predictions of lesson {number:02}: {_count_of_choices(asked, choices)}")
    others = [_count(number, states) for number in LESSONS if number not in chosen]
    if others:
        print(f"Other lessons: {', '.join(others)}")


def _count(number, states):
    right = sum(states.get(exercise) == RIGHT for exercise in LESSONS[number])
    return f"{number:02}: {right} of {len(LESSONS[number])}"


def _count_of_choices(asked, choices):
    """asked: a lesson's predictions by their keys."""
    made = [key for key in asked if choices.get(key) in asked[key].answers]
    right = sum(choices[key] == asked[key].answers[asked[key].right - 1] for key in made)
    return f"{len(made)} of {len(asked)} made, {right} right"


def _write(states, wrong, choices):
    more = {name: entry for name, entry in ((TRIES, wrong), (CHOICES, choices)) if entry}
    with suppress(OSError, PictureError):
        write_files({Path(PROGRESS): json.dumps(states | more, indent=1).encode()})


def _read():
    """`({exercise: state}, {exercise: tries}, {prediction: answer})` of the file.

    It may have been changed by hand.
    """
    try:
        found = json.loads(Path(PROGRESS).read_bytes())
    except (OSError, ValueError, RecursionError):
        found = None
    found = found if isinstance(found, dict) else {}
    wrong, choices = (
        part if isinstance(part, dict) else {} for part in (found.get(TRIES), found.get(CHOICES))
    )
    return (
        {name: state for name, state in found.items() if state in STATES},
        {name: number for name, number in wrong.items() if type(number) is int},
        choices,
    )
