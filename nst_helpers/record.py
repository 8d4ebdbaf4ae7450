"""What the checks said last of each exercise: kept in a file, and shown by `progress`."""

import json
from pathlib import Path

from .errors import PictureError
from .exercises import (
    capstone,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_07,
)
from .saving import write_files

FILE = "my_progress.json"  # in the folder that the lesson runs in, beside `own.FILE`
LESSONS = {  # the exercises of each, in its order
    1: [*lesson_01.EXERCISES],
    2: [*lesson_02.EXERCISES],
    3: [*lesson_03.EXERCISES],
    4: [*lesson_04.EXERCISES],
    5: [*lesson_05.EXERCISES, *capstone.EXERCISES],
    7: [*lesson_07.EXERCISES],
}
STATES = RIGHT, NOT_YET, NOT_BEGUN = "right", "not yet", "not begun"
TRIES = "tries"  # the entry beside the exercises: how often each was wrong since it was right last


def note(exercise, state):
    """Keep the state of an exercise; where no file can be written it is only not kept."""
    found, wrong = _read(), _tries()
    if state != NOT_BEGUN:
        wrong[exercise] = 0 if state == RIGHT else wrong.get(exercise, 0) + 1
    counted = {TRIES: {name: number for name, number in wrong.items() if number}}
    text = json.dumps(found | {exercise: state} | (counted if counted[TRIES] else {}), indent=1)
    try:
        write_files({Path(FILE): text.encode()})
    except (OSError, PictureError):
        pass


def tries(exercise):
    """How often an exercise's check found a mistake since it was right last."""
    return _tries().get(exercise, 0)


def progress(lesson=None):
    """Print which exercises are right, not right yet, or not begun, as their checks said last.

    lesson: its number, as in `progress(3)`: its exercises one by one, the other lessons' as a
    number. Without one, the exercises of all lessons.
    """
    found = _read()
    chosen = LESSONS
    if lesson is not None:
        chosen = {
            number: LESSONS[number] for number in LESSONS if str(lesson).lstrip("0") == str(number)
        }
        if not chosen:
            print(f"There are exercises in lessons {', '.join(map(str, LESSONS))} only.")
            return
    for number, exercises in chosen.items():
        print(f"Lesson {_count(number, found)} right")
        for exercise in exercises:
            print(f"  {found.get(exercise, NOT_BEGUN):10} {exercise}")
    others = [_count(number, found) for number in LESSONS if number not in chosen]
    if others:
        print(f"Other lessons: {', '.join(others)}")


def _count(number, found):
    right = sum(found.get(exercise) == RIGHT for exercise in LESSONS[number])
    return f"{number:02}: {right} of {len(LESSONS[number])}"


def _read():
    """`{exercise: state}` of what the file holds."""
    return {name: state for name, state in _kept().items() if state in STATES}


def _tries():
    found = _kept().get(TRIES)
    found = found if isinstance(found, dict) else {}
    return {name: number for name, number in found.items() if type(number) is int}


def _kept():
    """The dict in the file; an empty one if it was changed by hand to something else."""
    try:
        kept = json.loads(Path(FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    kept = kept if isinstance(kept, dict) else {}
    return {name: value for name, value in kept.items() if isinstance(value, (str, dict))}
