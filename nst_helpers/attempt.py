"""Running a learner's function: for some seconds only, and seeing what it does to its arguments."""

import ctypes
import threading
from collections import namedtuple
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

SECONDS = 10.0  # for all cases of an exercise
# Looked up here, because a graded function's process may look up nothing (`guard`).
_raise_in_thread = ctypes.pythonapi.PyThreadState_SetAsyncExc

KINDS = {"U": "texts", "S": "texts", "b": "True or False"}  # of NumPy's arrays

# What a function returned for a case, and the arguments before and after.
Run = namedtuple("Run", "value before after")


class TooLong(BaseException):
    """The time is over. No `Exception`, so that a learner's `except Exception` lets it pass."""


@contextmanager
def limited(seconds=None):
    """Raise `TooLong` in this thread if what is inside takes longer.

    It works in every thread and on every system, but only between two steps of Python: one long
    call into a library ends first.
    """
    thread, lock, over = threading.get_ident(), threading.Lock(), []

    def end():
        with lock:
            if not over:
                _raise_in_thread(ctypes.c_ulong(thread), ctypes.py_object(TooLong))

    timer = threading.Timer(SECONDS if seconds is None else seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over.append(True)
        timer.cancel()  # a call of Python's own: what was raised until now arrives here


def runs_of(function, cases):
    """A `Run` for each case, a list of arguments."""
    runs = []
    for arguments in cases:
        before = [copied(one) for one in arguments]
        value = function(*arguments)
        runs.append(Run(value, before, [copied(one) for one in arguments]))
    return runs


def copied(value):
    """What an argument holds now: arrays for tensors, variables and arrays; lists, dicts, numbers.

    Anything else, such as a function, is taken as it is.
    """
    if isinstance(value, (tf.Variable, tf.Tensor, np.ndarray)):
        return np.array(value)
    if isinstance(value, (list, tuple)):
        return [copied(one) for one in value]
    if isinstance(value, dict):
        return {name: copied(one) for name, one in value.items()}
    return value


def changed(run):
    """The positions of the arguments that a run changed."""
    pairs = zip(run.before, run.after, strict=True)
    return {number for number, (one, other) in enumerate(pairs) if not _equal(one, other)}


def _equal(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_equal(one[name], other[name]) for name in one)
    return one is other or one == other


def is_unfilled(value):
    """Whether there is a `...` in a returned value."""
    if isinstance(value, (list, tuple)):
        return any(map(is_unfilled, value))
    return value is Ellipsis


def numbers(value):
    """The value as an array of floats. Raises `ValueError` with a sentence for what is none."""
    said = _no_array(value)
    if said:
        raise ValueError(said)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        raise ValueError(
            "Your function gives a list whose parts have different lengths or shapes, so it makes "
            "no array of numbers."
        ) from None
    if array.dtype.kind == "c":
        raise ValueError(
            f"Your result has complex numbers, such as {array.flat[0]:.4g}: real numbers are "
            "wanted."
        )
    if array.dtype.kind in KINDS:
        raise ValueError(
            f"Your function gives {KINDS[array.dtype.kind]}, where numbers are wanted."
        )
    try:
        return array.astype(np.float64)
    except OverflowError:
        raise ValueError("Your result has grown beyond all bounds.") from None
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise ValueError(
            f"Your function gives a {kind} that holds something other than numbers."
        ) from None


def _no_array(value):
    """A sentence on a value that is no number, list or tensor; None for what may be one."""
    if isinstance(value, (str, bytes)):
        return f"Your function gives a text, {value!r:.60}, where numbers are wanted."
    if isinstance(value, (dict, set, frozenset)):
        kind = type(value).__name__
        return f"Your function gives a {kind}, where a number, a list or a tensor is wanted."
    if callable(value) and not hasattr(value, "__array__"):
        return (
            "Your function gives back a function: call that one, with brackets, and return what it "
            "gives."
        )
    if hasattr(value, "__next__"):
        return (
            "Your function gives a generator, which has not computed anything yet: make a list of "
            "what it gives, and return that."
        )
    return None
