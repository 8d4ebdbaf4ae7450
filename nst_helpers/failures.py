"""What to say when a learner's function stops with an exception: which line, and why, shortly."""

import ast
import re
import traceback
from difflib import get_close_matches

import numpy as np
import tensorflow as tf

WORDS = 300  # characters of an exception's text that are shown
# How TensorFlow and NumPy begin to say that shapes do not fit.
SHAPES = re.compile(
    r"(?!.*(?:out of bounds|must be 1-dimension))"  # these are of an index or an argument
    r".*(?:shape|broadcast|size-incompatible|[Dd]imension|mismatch|must be equal|In\[0\])",
    re.DOTALL,
)
ALIKE = 0.75  # of names, from which on one is taken for a slip of the other
OPERANDS = re.compile(
    r"unsupported operand type\(s\) for .*: '(list|dict)' and|and '(list|dict)'$|"
    r"with an unsupported type \(<class '(list|dict)'>"
)
OTHER_KIND = re.compile(r"expected to be an? (\w+) tensor but is an? (\w+) tensor")


def told(function, error):
    """One or two sentences on the exception that the learner's function ended with."""
    said = f"Your function stopped with {type(error).__name__}{_place(function, error)}: "
    words = shortened(str(error))
    kinds = OTHER_KIND.search(words)
    if kinds:
        return (
            f"{said}numbers of the types {kinds[2]} and {kinds[1]} meet there, and TensorFlow does "
            "not mix them. Make them the same with `tf.cast(..., tf.float32)`."
        )
    if type(error).__name__ in ("InvalidArgumentError", "ValueError") and SHAPES.search(words):
        met = _shapes_at(function, error)
        seen = " and ".join(f"`{name}` has {shape}" for name, shape in met.items())
        seen = f" In this line {seen}." if met else ""
        return f"{said}shapes meet there that do not fit together.{seen} In its own words: {words}"
    operands = OPERANDS.search(words)
    if operands:
        kind = next(one for one in ("list", "dict") if one in operands.groups())
        return (
            f"{said}Python has no such operation for a whole {kind}: go through its entries one by "
            "one."
        )
    meant = _meant(function, error)
    return f"{said.removesuffix(': ')}: {words.rstrip('.')}. {meant}" if meant else said + words


def _meant(function, error):
    """A sentence on a name that is not known, by names that are."""
    step, name = _innermost(function, error), getattr(error, "name", None)
    if step is None or not (name or isinstance(error, (KeyError, UnboundLocalError))):
        return ""
    if isinstance(error, KeyError):
        return "There is no such entry in the dictionary."
    first = re.search(r"local variable '(\w+)'", str(error))
    if isinstance(error, UnboundLocalError) and first:
        return f"Give `{first[1]}` a first value before this line, outside of any loop."
    if isinstance(error, AttributeError):
        if name == "_id":  # asked of a tensor by the tape
            return "The tape can be asked about tensors only, and not about numbers or arrays."
        close = get_close_matches(name, dir(error.obj), 1, ALIKE)
        return f"Did you mean `{close[0]}`?" if close else ""
    if isinstance(error, NameError):
        close = get_close_matches(name, step.tb_frame.f_locals, 1, ALIKE)
        if close:
            return f"Did you mean `{close[0]}`?"
        return (
            f"`{name}` has no value in your function: give it one before this line, use one of the "
            "function's own names, or put it in quotation marks if it is a text."
        )
    return ""


def is_of_operands(error):
    """Whether the exception says that a list or a dict was taken for a number."""
    return bool(OPERANDS.search(str(error)))


def too_long(function, error, seconds):
    """The same for a function that the check has ended."""
    return (
        f"Your function stopped only because the check ended it after {seconds:g} "
        f"seconds{_place(function, error)}. Is there a loop that never ends?"
    )


def shortened(words):
    """An exception's text in one line without TensorFlow's own remarks, and cut."""
    words = re.sub(r"\{\{.*?\}\}|\[Op:\w+\]|name:\s*$|\bdevice: \S+", "", words)
    words = " ".join(words.split())
    return words if len(words) <= WORDS else words[: WORDS - 2].rsplit(" ", 1)[0] + " …"


def _innermost(function, error):
    """The traceback's deepest step in the learner's own cell; None where there is none."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    found, step = None, error.__traceback__
    while step is not None:
        found = step if step.tb_frame.f_code.co_filename == file else found
        step = step.tb_next
    return found


def _place(function, error):
    step = _innermost(function, error)
    if step is None:
        return ""
    line = traceback.extract_tb(step, limit=1)[0].line
    return f" in line {step.tb_lineno}, `{line}`" if line else f" in line {step.tb_lineno}"


def _shapes_at(function, error):
    """`{name: shape}` of the variables in the line, or the part of it, that failed."""
    step = _innermost(function, error)
    if step is None:
        return {}
    summary = traceback.extract_tb(step, limit=1)[0]
    lines = _lines(summary)
    names = re.findall(r"(?<![\w.])[A-Za-z_]\w*", lines)
    values = {name: step.tb_frame.f_locals.get(name) for name in names}
    return {
        name: f"the shape {tuple(value.shape)}"
        for name, value in values.items()
        if isinstance(value, (np.ndarray, tf.Tensor, tf.Variable))
    }


def _lines(summary):
    line = summary.line or ""
    start, end = getattr(summary, "colno", None), getattr(summary, "end_colno", None)
    if start is None or summary.end_lineno != summary.lineno:
        return line
    indent = len(summary._original_line) - len(summary._original_line.lstrip())
    part = line.encode()[start - indent : end - indent].decode(errors="ignore")
    try:
        ast.parse(part, mode="eval")
    except (SyntaxError, ValueError):
        return line
    return part
