"""The lessons' predictions, as data: a file a lesson, in it a table for each question.

A table's name is the key by which the lesson asks for it. Its texts are Markdown of one line, with
backticks and emphasis.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ...errors import KitError, suggestion

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Prediction:
    """answers: two to four. right: which of them, counted from 1. outcome: which it is, and why."""

    question: str
    answers: list
    right: int
    outcome: str

    def __post_init__(self):
        if not 1 <= self.right <= len(self.answers) or len(self.answers) not in (2, 3, 4):
            raise ValueError("there are two to four answers, and right is the number of one")


def by_lesson():
    """`{the lesson's number: {key: Prediction}}`, in their order. Raises `KitError`."""
    return {int(path.stem[-2:]): _read(path) for path in sorted(FOLDER.glob("lesson_??.toml"))}


def _read(path):
    found, place = {}, path.name
    try:
        for key, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            place = f"{path.name}, at {key!r},"
            found[key] = Prediction(**table)
    except (OSError, ValueError, TypeError) as error:
        raise KitError(f"{place} cannot be used ({error}): install the kit again.") from error
    return found


def prediction(key):
    """The `Prediction` of this key. Raises `KitError`."""
    known = {name: one for lesson in by_lesson().values() for name, one in lesson.items()}
    if not isinstance(key, str) or key not in known:
        hint = suggestion(str(key), known, "give the key that stands in the lesson.")
        raise KitError(f"There is no prediction {key!r}; {hint}")
    return known[key]
