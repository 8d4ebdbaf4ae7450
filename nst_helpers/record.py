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


def note(exercise, state):
    """Keep the state of an exercise; where no file can be written it is only not kept."""
    try:
        write_files({Path(FILE): json.dumps(_read() | {exercise: state}, indent=1).encode()})
    except (OSError, PictureError):
        pass


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
    """`{exercise: state}` of what the file holds; a file changed by hand can hold anything."""
    try:
        kept = json.loads(Path(FILE).read_bytes())
        return {name: state for name, state in kept.items() if state in STATES}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return {}
