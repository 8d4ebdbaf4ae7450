"""The learner's side of grading: a handed-in notebook's functions, run as they are asked for.

`serve` runs learners' code: call it in a process of its own, as `watched` does. Nothing here knows
what is right; what a function gave goes out as data, and is judged elsewhere.
"""

import asyncio
import builtins
import inspect
import json
import linecache
import os
import pickle
import re
import sys
import tempfile
import traceback
import types

import IPython
from IPython.display import display

from ...machine import import_tensorflow
from . import guard, notebook

import_tensorflow()

from .. import apart, reading  # noqa: E402


def serve(connection, *given):
    """Answer requests until there are no more, and end this process.

    A request is a pickled pair: the name of a function in `ANSWERS`, and its arguments. The answer
    is JSON. given: see `_open`.
    """
    _alone(connection)
    held = {}
    while True:
        try:
            name, arguments = pickle.loads(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)  # whatever threads still run, or were to run at the end
        try:
            answer = ANSWERS[name](held, *arguments, *(given if name == "open" else ()))
        except BaseException as error:  # what is no `Exception` is let through by what runs it
            answer = {"stopped": "".join(traceback.format_exception_only(error)).strip()}
        connection.send_bytes(json.dumps(answer).encode())


def _alone(connection):
    """A session of one's own; what is printed goes nowhere, what is read is empty."""
    if hasattr(os, "setsid"):
        os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    if sys.platform == "linux":  # where this process is a branch of one that has files open
        os.closerange(3, connection.fileno())
        os.closerange(connection.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
    sys.stdin = open(os.devnull)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")


def _open(held, lessons, path, folder, bytes_more, hidden):
    """Read a notebook, and give up all that its code has no need of.

    `{"exercises": names, "confined": whether the system sees to it}`, or `{"fault": message}`.
    lessons: from `notebook.read_lessons`. folder, bytes_more, hidden: see `guard.confine`.
    """
    os.chdir(folder)
    sys.path.insert(0, folder)  # for modules that lie beside the notebook
    tempfile.tempdir = folder
    os.environ |= dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), folder)
    try:
        cells = notebook.read_cells(path)
        parts, faults = notebook.split(cells)
        checked = notebook.checked_in(cells, parts, faults)
        exercises = notebook.exercises_of(checked, parts, lessons)
    except ValueError as error:
        return {"fault": str(error)}
    held |= {"exercises": exercises, "checked": checked, "parts": parts}
    held["faults"] = {cells[number - 1]: fault for number, fault in faults.items()}
    _stand_in(held)
    confined = guard.confine(folder, bytes_more, hidden)
    return {"exercises": list(exercises), "confined": confined}


def _stand_in(held):
    """Put modules in the places of those that know what is right: `check` gives the function back,
    or, for one that is not right, the kit's, as in a lesson; `yours` gives the kit's."""

    def check(name, function=None):
        return pickle.loads(held["lent"][name]) if name in held["lent"] else function

    def yours(*names):
        functions = [check(name) for name in names]
        return functions[0] if len(functions) == 1 else functions

    checks = sys.modules["nst_helpers.course.checks"] = types.ModuleType("checks")
    checks.check, checks.yours = check, yours
    kept = sys.modules["nst_helpers.course.kept"] = types.ModuleType("kept")
    kept.progress = lambda lesson=None: None


def _begin(held, exercise, cases, lent):
    """Define an exercise's function: `{"cell", "place", "errors"}`, or `{"state", "message"}`.

    cell, place: the text that it stands in, and line and column; None where that is not known.
    errors: what went wrong in other cells. cases: a pickle. lent: pickles of the kit's functions,
    by exercise, for those that the learner's are not right for.
    """
    held["lent"] = lent
    name, stub = held["exercises"][exercise]
    name, parts = notebook.function_of(held["checked"].get(exercise), name, held["parts"])
    if not any(name in part.binds for part in parts):
        for cell, fault in held["faults"].items():
            if re.search(rf"^\s*def {name}\b", cell, re.MULTILINE):
                return {"state": "broken", "message": fault}
        return {"state": "not done", "message": f"The notebook has no function {name}."}
    if stub is not None and notebook.written_out(parts, name) == stub:
        return {"state": "not done", "message": ""}
    space, errors = run(notebook.needed(parts, name))
    function = space.get(name)
    if not callable(function):
        message = errors[0] if errors else f"{name} is no function."
        return {"state": "broken", "message": message}
    held |= {"function": function, "cases": lambda: pickle.loads(cases)}
    tree, cell, place = reading.tree_of(function), None, None
    if tree is not None:
        cell = "".join(linecache.getlines(inspect.unwrap(function).__code__.co_filename))
        place = [tree.lineno, tree.col_offset]
    return {"cell": cell, "place": place, "errors": errors[:1]}


ANSWERS = {**apart.ANSWERS, "open": _open, "begin": _begin}


class Shell:
    """Stands for what `get_ipython()` gives in a notebook, whose magics do nothing."""

    def getoutput(self, *command, **options):
        """The lines that a shell command printed: none, for it was not run."""
        return []

    def __getattr__(self, name):
        return lambda *arguments, **options: None


def run(parts):
    """Run these parts of a notebook; returns the names with their values, and what went wrong.

    It goes on after an exception, as somebody does who runs the next cell. What a notebook has and
    a Python file has not is there: `display`, magics, `await` outside of functions.
    """
    IPython.get_ipython = builtins.get_ipython = Shell
    builtins.display = display
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    errors = []
    with asyncio.Runner() as runner:
        for part in parts:
            try:
                waiting = eval(part.code, vars(main))
                if inspect.iscoroutine(waiting):
                    runner.run(waiting)
            except (Exception, SystemExit) as error:  # the function may do without
                where = part.code.co_filename.strip("<>")
                errors.append(f"{type(error).__name__} in {where}: {error}")
    return vars(main), errors
