"""The learner's own functions: those that passed their check, kept for the lessons that follow.

They stand in one file in the lessons' folder, to be read and run like any other Python.
"""

import ast
import inspect
import linecache
import re
import textwrap
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from .errors import PictureError
from .reading import make_findable, tree_of
from .saving import write_files

FILE = "my_functions.py"  # in the folder that the lesson runs in
HEAD = '''\
"""Functions of mine that passed their checks. Each check writes its own anew, and no more."""

import keras
import numpy as np
import tensorflow as tf
'''
MARK = "# exercise: "


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
        if mark in lines:
            start = lines.index(mark) + 1
        else:
            lines += ["", mark] if lines[-1] == "" else ["", "", mark]
            start = len(lines)
        lines[start : start + _length(lines[start:])] = source.split("\n")
        write_files({Path(FILE): ("\n".join(lines).rstrip() + "\n").encode()})
    except (OSError, UnicodeDecodeError, PictureError):
        return False
    return True


def kept(name):
    """The function kept for this exercise, made from its source; None where there is none."""
    try:
        lines = _text().split("\n")
        start = lines.index(f"{MARK}{name}") + 1
        source = "\n".join(lines[start : start + _length(lines[start:])]).strip()
        space = {"keras": keras, "np": np, "tf": tf, "__name__": "__main__"}
        file = f"<{FILE}, {name}>"  # by which its own source is found, not the whole file
        make_findable(source, file)
        exec(compile(source, file, "exec"), space)
        return next(value for value in space.values() if inspect.isfunction(value))
    except (Exception, SystemExit):  # a file that was changed by hand can hold anything
        return None


def _text():
    file = Path(FILE)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _length(lines):
    """How many of the lines after a mark the function takes that stands there."""
    marks = (number for number, line in enumerate(lines) if line.startswith(MARK))
    lines = lines[: next(marks, len(lines))]
    try:
        body = ast.parse("\n".join(lines)).body
        return body[0].end_lineno if body else 0
    except (SyntaxError, ValueError):  # as far as it is indented
        rest = [n for n, line in enumerate(lines) if line[:1].strip() and not _begins(line)]
        return rest[0] if rest else len(lines)


def _begins(line):
    return line.startswith(("def ", "@", ")"))


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
