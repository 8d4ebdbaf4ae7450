"""The one change of a learner's source that makes it right, found by trying.

What is said of it was run: with that change, all test cases come out right.
"""

import ast
import builtins
import contextlib
import copy
import inspect
import io
import time
import types
import warnings

from . import attempt
from .edits import all_edits

SECONDS = 2.0  # for all tries
EACH = 0.5  # for one of them
EACH_OF_ENDLESS = 0.05  # where a loop without end is to be ended, and most tries have one
# What runs again, and changed, may compute only.
MODULES = {"tensorflow", "numpy", "keras", "math"}
HARMLESS = set(
    "abs all any dict enumerate float int isinstance len list map max min print range reversed "
    "round set sorted sum tuple zip".split()
)
NOT_AGAIN = set(
    "compat config data debugging distribute dump experimental io load memmap raw_ops save "
    "saved_model savetxt savez summary tofile write_file".split()
)


def repaired(function, tree, is_right, each=EACH):
    """A sentence on one change with which the function is right; None if none was found.

    tree: its `ast.FunctionDef`. is_right: whether a function is, True or False; may raise. each:
    seconds for one try.
    """
    function = inspect.unwrap(function)
    if not isinstance(tree, ast.FunctionDef) or not _computes_only(function, tree):
        return None
    end = time.monotonic() + SECONDS
    for line, words, changed in all_edits(tree):
        if time.monotonic() > end:
            return None
        if _is_right(function, changed, is_right, each):
            return f"Look at line {line}: {words}, all test cases come out right."
    return None


def _is_right(function, tree, is_right, each):
    tree = copy.deepcopy(tree)
    tree.decorator_list = []
    space = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    try:
        code = compile(ast.fix_missing_locations(ast.Module([tree], [])), "<a try>", "exec")
        with attempt.limited(each), _in_silence():
            exec(code, space)
            return is_right(space[tree.name])
    except (Exception, SystemExit, attempt.TooLong):
        return False


@contextlib.contextmanager
def _in_silence():
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _computes_only(function, tree):
    """Whether the function uses nothing but arithmetic, so that it can be run with a change."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)):
            return False
        if isinstance(node, ast.Attribute) and (
            node.attr in NOT_AGAIN or node.attr.startswith("__")
        ):
            return False
    variables = inspect.getclosurevars(function)
    used = {**variables.globals, **variables.nonlocals}
    return all(map(_is_harmless, used.values())) and all(
        getattr(builtins, name, None) is not value or name in HARMLESS or name[0].isupper()
        for name, value in variables.builtins.items()
    )


def _is_harmless(value):
    if isinstance(value, types.ModuleType):
        return value.__name__.split(".")[0] in MODULES
    return not isinstance(value, type) or value.__module__.split(".")[0] in MODULES | {"builtins"}
