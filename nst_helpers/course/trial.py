"""The learner's side of a check: run a function on cases, and tell as plain data what it did.

Nothing here knows what is right. It runs in a process of its own (`apart`), where that can be.
"""

import ast
import builtins
import contextlib
import ctypes
import functools
import inspect
import io
import linecache
import re
import sys
import threading
import traceback
import types
from difflib import get_close_matches

import numpy as np
import tensorflow as tf

from . import reading
from .plain import encoded

SECONDS = 10.0  # for all cases of an exercise
AGAIN = 0.05  # seconds after which an ended function is ended again, if it went on
A_TRY = "<a try>"  # the file that a changed function is compiled in
PRINTED = 20_000  # characters of what a function prints that are kept
ALIKE = 0.75  # of names, from which on one is taken for a slip of the other
# Looked up here, because a graded function's process may look up nothing (`guard`).
_raise_in_thread = ctypes.pythonapi.PyThreadState_SetAsyncExc

# What may be called a second time, and with a change: it computes, and does nothing else.
MODULES = {"tensorflow", "numpy", "keras", "math"}
HARMLESS = set(
    "abs all any bool dict enumerate float int isinstance len list map max min pow print range "
    "reversed round set sorted str sum tuple zip".split()
)
NOT_AGAIN = set(
    "compat config ctypeslib data debugging distribute distutils dump experimental f2py fromfile "
    "io lib load memmap profiler py_function numpy_function raw_ops save save_weights saved_model "
    "savetxt savez savez_compressed saving seed set_random_seed set_seed summary sysconfig test "
    "testing tofile train utils write_file".split()
)


class TooLong(BaseException):
    """The time is over. No `Exception`, so that a learner's `except Exception` lets it pass."""


class TooManyLines(TooLong):
    """A changed function has run all the lines that it may."""


@contextlib.contextmanager
def limited(seconds):
    """Raise `TooLong` in this thread if what is inside takes longer, again and again until it ends.

    It works in every thread and on every system, but only between two steps of Python: one long
    call into a library ends first.
    """
    thread, lock, over = threading.get_ident(), threading.Lock(), threading.Event()

    def end():
        wait = seconds
        while not over.wait(wait):
            with lock:
                if not over.is_set():
                    _raise_in_thread(ctypes.c_ulong(thread), ctypes.py_object(TooLong))
            wait = AGAIN  # a bare `except:` may have caught it

    def stop():
        with lock:
            over.set()
        over.is_set()  # a call of Python's own: what was raised until now arrives here

    threading.Thread(target=end, daemon=True).start()
    try:
        yield
    finally:
        try:
            stop()
        finally:
            stop()  # the first one may have been interrupted itself


class _Printed(io.StringIO):
    """Takes what is printed, up to a length."""

    def write(self, text):
        return super().write(text[: max(PRINTED - self.tell(), 0)])


def run(function, cases, seconds):
    """What the function does in each case, as a dict of plain data.

    parameters: their names. fits: whether it can be called with that many arguments. cases: for
    each `{"value", "after"}`, what it returned and what the arguments hold afterwards, or
    `{"failure"}` (see `failure_of`) for the last one that was begun. printed: text.
    """
    report = {"parameters": reading.parameters(function), "cases": [], "printed": ""}
    report["fits"] = reading.fits(function, len(cases[0]))
    if not report["fits"]:
        return report
    printed = _Printed()
    try:
        with contextlib.redirect_stdout(printed), limited(seconds):
            for arguments in cases:
                report["cases"].append(_tried(function, arguments))
                if "failure" in report["cases"][-1]:
                    break
    except TooLong as error:
        report["cases"].append({"failure": failure_of(function, error)})
    return report | {"printed": printed.getvalue()}


def _tried(function, arguments):
    try:
        value = function(*arguments)
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # for the learner to read
        return {"failure": failure_of(function, error)}
    return {"value": encoded(value), "after": [encoded(argument) for argument in arguments]}


def differentiated(function, arguments, over, in_graph, seconds):
    """`{"value", "gradients"}` of a case, as the lessons ask for them, or `{"failure"}`.

    over: positions of the arguments to differentiate by: tensors, or dicts of tensors. in_graph:
    inside of `tf.function`. The gradients are those of the sum of the result's squares; None
    where the tape knows of no way, and `{"value"}` alone where the result is no tensor.
    """
    no_tensors = []

    def value_and_gradients(*tensors):
        given = list(arguments)
        for position, tensor in zip(over, tensors):
            given[position] = tensor
        with tf.GradientTape() as tape:
            tape.watch(tf.nest.flatten(tensors))
            value = function(*given)
            if not tf.is_tensor(value):
                no_tensors.append(value)
                return None
            squares = tf.reduce_sum(tf.square(tf.cast(value, tf.float32)))
        return value, tf.nest.map_structure(_dense, tape.gradient(squares, tensors))

    trial = tf.function(value_and_gradients) if in_graph else value_and_gradients
    try:
        with contextlib.redirect_stdout(_Printed()), limited(seconds):
            found = trial(*[arguments[position] for position in over])
    except (Exception, SystemExit, TooLong) as error:  # whatever it raises is for the learner
        return {"failure": failure_of(function, error)}
    if no_tensors:
        return {"value": encoded(no_tensors[0])}
    return {"value": encoded(found[0]), "gradients": encoded(found[1])}


def _dense(gradient):
    """A gradient as a tensor, where that of `tf.gather` is a few of its rows."""
    return tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient


def last_line(function, arguments):
    """The line that the function was in when it gave None, by calling it once more."""
    code, lines, before = inspect.unwrap(function).__code__, [], sys.gettrace()

    def trace(frame, event, value):
        if frame.f_code is not code:
            return None
        if event == "return":
            lines.append(frame.f_lineno)
        return trace

    sys.settrace(trace)
    try:
        with contextlib.redirect_stdout(_Printed()), limited(SECONDS):
            value = function(*arguments)
    except (Exception, TooLong):  # it did not raise the first time; then nothing can be told
        return None
    finally:
        sys.settrace(before)
    return lines[-1] if lines and value is None else None


def changed(function, source):
    """The function with another source, and all else as it was."""
    function = inspect.unwrap(function)
    space = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    exec(compile(source, A_TRY, "exec"), space)
    return space[ast.parse(source).body[0].name]


def counted(function, lines):
    """A `changed` function that raises `TooManyLines` after so many of its lines."""
    left = [lines]

    def trace(frame, event, value):
        if frame.f_code.co_filename != A_TRY:
            return None
        left[0] -= event == "line"
        if left[0] < 0:
            raise TooManyLines
        return trace

    @functools.wraps(function)
    def traced(*arguments):
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            return function(*arguments)
        finally:
            sys.settrace(before)

    return traced


def computes_only(function, seen=None):
    """Whether a function, and each that it calls, does nothing but compute: only then is it tried
    a second time, or with a change."""
    seen = set() if seen is None else seen
    if id(function) in seen:
        return True
    seen.add(id(function))
    function = inspect.unwrap(function)
    tree = reading.tree_of(function)
    if tree is None or not all(map(_is_plain, ast.walk(tree))):
        return False
    variables = inspect.getclosurevars(function)
    used = [*variables.globals.values(), *variables.nonlocals.values()]
    return all(_is_harmless(value, seen) for value in used) and all(
        getattr(builtins, name, None) is not value or name in HARMLESS or name[0].isupper()
        for name, value in variables.builtins.items()
    )


def _is_plain(node):
    """Whether a part of a function reaches for nothing outside of it."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Await)):
        return False
    if isinstance(node, ast.Attribute):
        return node.attr not in NOT_AGAIN and not node.attr.startswith("__")
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return not any(isinstance(target, ast.Attribute) for target in targets)  # obj.name = ...


def _is_harmless(value, seen):
    if isinstance(value, types.ModuleType):
        return value.__name__.split(".")[0] in MODULES
    if isinstance(value, types.FunctionType):
        of_a_library = (value.__module__ or "").split(".")[0] in MODULES | {"nst_helpers"}
        return of_a_library or computes_only(value, seen)
    if isinstance(value, type):
        return value.__module__.split(".")[0] in MODULES | {"builtins"}
    if callable(value):
        # NumPy's ufuncs (of 2.1) and a list's methods have no module, but their types do.
        home = getattr(value, "__module__", None) or type(value).__module__
        return home.split(".")[0] in MODULES
    plain = (bool, int, float, complex, str, bytes, list, tuple, dict, set, type(None))
    return isinstance(value, (*plain, np.ndarray, np.generic, tf.Tensor, tf.Variable))


def failure_of(function, error):
    """What can be told of an exception in a learner's function, as plain data.

    type, bases: names of its class and of those above it. text: its message. line, code: number
    and text of the line in the learner's own cell, or None. shapes: of the arrays in that line.
    name, known: the name that was not found, and names like it that there are. own: those that
    have a value in the function at that line.
    """
    step = _innermost(function, error)
    failure = {
        "type": type(error).__name__,
        "bases": [kind.__name__ for kind in type(error).__mro__],
        "text": _text_of(error), "line": None, "code": "", "shapes": {},
    }  # fmt: skip
    if step is not None:
        summary = traceback.extract_tb(step, limit=1)[0]
        shapes = _shapes(step.tb_frame.f_locals, summary)
        failure |= {"line": step.tb_lineno, "code": summary.line or "", "shapes": shapes}
    return failure | _names_like(error, step)


def _text_of(error):
    try:
        return str(error)[:20_000]
    except Exception:  # its own `__str__` is the learner's
        return ""


def _innermost(function, error):
    """The traceback's deepest step in the learner's own cell; None where there is none."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    found, step = None, error.__traceback__
    while step is not None:
        if code is not None and step.tb_frame.f_code.co_filename == code.co_filename:
            found = step
        step = step.tb_next
    return found


def _shapes(variables, summary):
    """Of the arrays in the part of the line that failed, or in all of it if that is not known."""
    part = linecache.getline(summary.filename, summary.lineno)
    if summary.colno is not None and summary.end_lineno == summary.lineno:
        part = part.encode()[summary.colno : summary.end_colno].decode(errors="ignore")
    names = dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*", part))
    values = {name: variables.get(name) for name in names}
    return {
        name: str(tuple(value.shape))
        for name, value in values.items()
        if isinstance(value, (np.ndarray, tf.Tensor, tf.Variable))
    }


def _names_like(error, step):
    """The name that an exception says is not known, and those that may have been meant."""
    name = getattr(error, "name", None)
    if isinstance(error, AttributeError) and isinstance(name, str):
        owner = getattr(error, "obj", None)
        of = owner.__name__ if isinstance(owner, types.ModuleType) else type(owner).__name__
        is_tensor = isinstance(owner, (tf.Tensor, tf.Variable))
        return {"name": name, "of": of, "is_tensor": is_tensor, "known": _like(name, dir(owner))}
    if isinstance(error, NameError) and isinstance(name, str):
        own, space = (step.tb_frame.f_locals, step.tb_frame.f_globals) if step else ({}, {})
        own = [other for other in own if other.isidentifier()][:6]
        others = [other for other in [*space, *dir(builtins)] if not other.startswith("_")]
        known = _like(name, own) or get_close_matches(name, others, 1, ALIKE)
        return {"name": name, "own": own, "known": known}
    return {}


def _like(name, names):
    """Up to two of the names: `reduce_mean` for `mean`, or one that is spelled nearly so."""
    if f"reduce_{name}" in names:
        return [f"reduce_{name}"]
    close = get_close_matches(name, names, 1, ALIKE)
    public = [other for other in names if not other.startswith("_") and len(name) > 2]
    return close or [other for other in public if re.search(rf"(^|_){name}|{name}$", other)][:2]
