"""The learner's own functions: those that passed their check, kept for the lessons that follow.

They stand in one file in the lessons' folder, to be read and run like any other Python.
"""

import inspect
import textwrap
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from .errors import PictureError
from .reading import make_findable
from .saving import write_files

FILE = "my_functions.py"  # in the folder that the lesson runs in
HEAD = '''\
"""Functions of mine that passed their checks. Each check writes its own anew."""

import keras
import numpy as np
import tensorflow as tf
'''
MARK = "# exercise: "


def keep(name, function):
    """Write the function's source into the file, in place of an earlier one for this exercise.

    Returns whether it is there: a function without a source, or a file that cannot be written,
    is only not kept.
    """
    try:
        source = textwrap.dedent(inspect.getsource(function)).strip()
        parts = {**_parts(), name: source}
        text = "\n\n".join([HEAD, *(f"{MARK}{one}\n{parts[one]}\n" for one in parts)])
        write_files({Path(FILE): text.encode()})
    except (OSError, TypeError, UnicodeDecodeError, PictureError):
        return False
    return True


def kept(name):
    """The function kept for this exercise, made from its source; None where there is none."""
    try:
        source = _parts()[name]
        space = {"keras": keras, "np": np, "tf": tf}
        file = f"<{FILE}, {name}>"  # by which its own source is found, not the whole file
        make_findable(source, file)
        exec(compile(source, file, "exec"), space)
        return next(value for value in space.values() if inspect.isfunction(value))
    except (Exception, SystemExit):  # a file that was changed by hand can hold anything
        return None


def _parts():
    """`{exercise: source}` of what the file holds."""
    file = Path(FILE)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    _, *blocks = text.split(f"\n{MARK}")
    return {block.split("\n", 1)[0]: block.split("\n", 1)[1].strip() for block in blocks}
