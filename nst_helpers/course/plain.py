"""Values as plain data for JSON, and back: how one process tells another what a function gave."""

from collections import namedtuple

import numpy as np

LARGEST = 200_000  # values of an array, entries of a list
DEEPEST = 20
NUMBERS = "fiub"  # NumPy's kinds of floats, integers and truth values

# What is no number, list, dict or array. kind: one of those below, or the name of its type.
Other = namedtuple("Other", "kind text")  # text: of it, or on it
UNFILLED, TEXT, FUNCTION, GENERATOR = "unfilled", "text", "function", "generator"
COMPLEX, TOO_LARGE, NO_NUMBERS = "complex numbers", "too large", "something other than numbers"


def encoded(value, deep=0):
    """A value as what `json.dumps` can write; `decoded` makes arrays, lists and dicts of it."""
    if value is None or isinstance(value, bool):
        return value
    if deep > DEEPEST:
        return _other(NO_NUMBERS)
    if isinstance(getattr(value, "calls", None), int):  # a `plain.Counted`
        return value.calls
    if isinstance(value, (int, float)):
        try:
            return float(value)
        except OverflowError:
            return _other(TOO_LARGE)
    if isinstance(value, (list, tuple, range)) and len(value) <= LARGEST:
        return {"list": [encoded(entry, deep + 1) for entry in value]}
    if isinstance(value, dict) and len(value) <= LARGEST:
        return {"dict": [[str(key), encoded(value[key], deep + 1)] for key in value]}
    return _other_kind(value) or _array(value)


def _other(kind, text=""):
    return {"other": kind, "text": text}


def _other_kind(value):
    if value is ...:
        return _other(UNFILLED)
    if isinstance(value, complex):
        return _other(COMPLEX, f"{value:.4g}")
    if isinstance(value, (str, bytes)):
        return _other(TEXT, repr(value[:60]))
    if hasattr(value, "__array__"):
        return None
    if callable(value):
        return _other(FUNCTION)
    if hasattr(value, "__next__"):
        return _other(GENERATOR)
    return _other(type(value).__name__)


def _array(value):
    try:
        array = np.asarray(value)
        if array.dtype.kind == "V":  # bfloat16
            array = array.astype(np.float32)
    except Exception:  # a symbolic tensor, a ragged one: whatever its `__array__` raises
        return _other(NO_NUMBERS, type(value).__name__)
    if array.size > LARGEST:
        return _other(TOO_LARGE, str(array.shape))
    if array.dtype.kind == "c":
        return _other(COMPLEX, f"{array.flat[0]:.4g}" if array.size else "")
    if array.dtype.kind not in NUMBERS:
        texts = array.dtype.kind in "US" or any(isinstance(v, (str, bytes)) for v in array.flat)
        return _other(TEXT if texts else NO_NUMBERS, repr(array.flat[0])[:60] if array.size else "")
    kind = "bool" if array.dtype.kind == "b" else "float64"
    return {"array": array.astype(kind).ravel().tolist(), "shape": list(array.shape), "kind": kind}


def decoded(data):
    """The value that was encoded: arrays of float64 or bool, lists, dicts, numbers, `Other`.

    Raises `ValueError` for what `encoded` never makes: it may come from somebody else's code.
    """
    if data is None or isinstance(data, (bool, int, float)):
        return data
    match data:
        case {"list": list(entries)}:
            return [decoded(entry) for entry in entries]
        case {"dict": list(entries)}:
            return {str(key): decoded(value) for key, value in entries}
        case {"other": str(kind), "text": str(text)}:
            return Other(kind, text)
        case {"array": list(values), "shape": list(shape), "kind": "bool" | "float64" as kind}:
            return np.array(values, kind).reshape([int(side) for side in shape])
    raise ValueError("this is no encoded value")


def numbers(value):
    """A decoded value as an array of floats. Raises `ValueError`: a sentence on what is none."""
    sentence = _no_numbers(value)
    if sentence:
        raise ValueError(sentence)
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            "Your function gives a list whose parts have different lengths or shapes, so it makes "
            "no array of numbers."
        ) from None
    if array.dtype.kind == "b":
        raise ValueError("Your function gives True or False, where numbers are wanted.")
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            "Your function gives a list that holds something other than numbers."
        ) from None


def _no_numbers(value):
    """A sentence on a value, or on an entry of a list, that is no number; None for all others."""
    if isinstance(value, dict):
        return "Your function gives a dict, where a number, a list or a tensor is wanted."
    if isinstance(value, list):
        return next(filter(None, map(_no_numbers, value)), None)
    if not isinstance(value, Other):
        return None
    known = {
        TEXT: f"Your function gives a text, {value.text}, where numbers are wanted.",
        COMPLEX: f"Your result has complex numbers, such as {value.text}: real ones are wanted.",
        TOO_LARGE: f"Your result has grown beyond all bounds{value.text and ', '}{value.text}.",
        FUNCTION: "Your function gives back a function: call that one, with brackets, and return "
        "what it gives.",
        GENERATOR: "Your function gives a generator, which has not computed anything yet: make a "
        "list of what it gives, and return that.",
        NO_NUMBERS: f"Your function gives a {value.text or 'value'} that holds something other "
        "than numbers.",
        "coroutine": "Your function is an `async def`, which computes nothing when it is called: "
        "write `def` alone.",
    }
    other = f"Your function gives a {value.kind}, where a number, a list or a tensor is wanted."
    return known.get(value.kind, other)


def is_unfilled(value):
    """Whether there is a `...` in a decoded value."""
    if isinstance(value, list):
        return any(map(is_unfilled, value))
    return isinstance(value, Other) and value.kind == UNFILLED


class Counted:
    """A function that counts its calls."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        self.calls += 1
        return self.function(*arguments)
