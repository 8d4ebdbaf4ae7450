"""A process of its own in which learners' functions are tried, so that none can end the kernel.

It is started at the first check and kept. A request to it is a pickle, for it trusts the kernel;
what comes back is JSON, for the kernel does not trust it.
"""

import faulthandler
import json
import linecache
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from functools import cache
from types import CodeType, FunctionType

import cloudpickle

from . import reading, trial

EACH = 0.5  # seconds after which a changed function is ended whose lines take too long
GRACE = 3.0  # seconds that a function has after it was ended, before its process is
SERVE = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from nst_helpers.machine import import_tensorflow
import_tensorflow()
from nst_helpers.course import apart
apart.serve()
"""
LOG = re.compile(r"\d{4}-\d\d-\d\d |[IWE]\d{4} |[IWE]0000|WARNING")  # how TensorFlow's lines begin
INSIDE = "NST_APART"  # set in such a process, which starts none of its own

_lock = threading.RLock()
_running = []  # the process, once it was started


class Ended(Exception):
    """The process ended before it answered: why. line: where the function was, if the time was
    over; else None."""

    def __init__(self, reason, line=None, too_long=False):
        super().__init__(reason)
        self.line, self.too_long = line, too_long


class CannotLeave(Exception):
    """A function that cannot be brought into another process, such as one that uses a lock."""


def learner(function, cases):
    """A learner's function, ready to be asked: an `Apart`, or a `Here` if it cannot leave.

    cases: makes the lists of arguments that it is tried on.
    """
    try:
        return Apart(function, cases)
    except CannotLeave:
        return Here(function, cases)


@cache
def packed(cases):
    """A pickle of the lists of arguments: they are loaded anew for each run, which may change
    them."""
    return cloudpickle.dumps(cases())


def fresh(cases):
    """New lists of arguments, from the pickle: to compute them again takes longer."""
    return pickle.loads(packed(cases))


class Here:
    """A learner's function in this process. It is only called as a lesson calls it."""

    def __init__(self, function, cases):
        self.held = {"function": function, "cases": lambda: fresh(cases)}

    def ask(self, name, *arguments, seconds=None):
        """The answer of a function in `ANSWERS`; None of those that try more."""
        return ANSWERS[name](self.held, *arguments) if name in ("run", "differentiated") else None


class Apart:
    """A learner's function in the process of its own. Raises `CannotLeave`."""

    def __init__(self, function, cases):
        if INSIDE in os.environ:
            raise CannotLeave
        files = [used.__code__.co_filename for used in _functions_of(function)]
        self.file = files[0] if files else ""
        self.begin = {
            "function": _pickled(function),
            "cases": packed(cases),
            "files": files,
            "sources": {file: "".join(linecache.getlines(file)) for file in files},
            "path": sys.path,
            "folder": os.getcwd(),
        }
        self.ask("computes_only")

    def ask(self, name, *arguments, seconds=60.0):
        """The answer of a function in `ANSWERS`. seconds: after which the process is ended. Raises
        `Ended`, and `CannotLeave` if the process cannot make the function from its pickle."""
        with _lock:
            process = _running[0] if _running else _Process()
            _running[:] = [process]
            try:
                if process.holds is not self:
                    process.holds = self
                    if not process.answer("begin", [self.begin], 60.0):
                        raise CannotLeave
                answer = process.answer(name, arguments, seconds)
                printed = process.printed()
                if name == "run":
                    answer["printed"] += printed
                return answer
            except (EOFError, OSError, ValueError):
                why = process.why_it_ended(self.file)
                leave()
                raise why from None
            except KeyboardInterrupt:
                leave()
                raise


def leave():
    """End the process, and start another one for the next function."""
    with _lock:
        while _running:
            _running.pop().end()
        _running.append(_Process())  # it takes seconds to start


class _Process:
    def __init__(self):
        self.holds, self.expired = None, False
        errors, path = tempfile.mkstemp(prefix="nst_")
        self.errors = open(path, "rb")
        quiet = {INSIDE: "1", "TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, json.dumps(sys.path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            env=os.environ | quiet, start_new_session=True,  # Ctrl-C is for the kernel
        )  # fmt: skip
        os.close(errors)
        with suppress(OSError):  # Windows keeps a file that is open
            os.remove(path)

    def answer(self, name, arguments, seconds):
        # It ends itself by then, unless it was stopped (SIGSTOP).
        watch = threading.Timer(seconds + 2 * GRACE, self.expire)
        watch.start()
        try:
            pickle.dump((name, arguments, seconds), self.process.stdin)
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            raise EOFError
        return json.loads(line)

    def printed(self):
        """What TensorFlow has written on its own since the last time, as `tf.print` does."""
        lines = self.errors.read()[-trial.PRINTED :].decode(errors="replace").splitlines(True)
        return "".join(line for line in lines if not LOG.match(line))

    def expire(self):
        self.expired = True
        self.kill()

    def kill(self):
        """End it and, where there are groups of processes, those that it has started.

        These, too, where it has ended by itself: they hold the pipe on which an answer is awaited.
        """
        if hasattr(os, "killpg"):
            with suppress(OSError):  # none is left
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def end(self):
        self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                pipe.close()

    def why_it_ended(self, file):
        """An `Ended`, from the exit code and the last lines that were written about it."""
        written = self.errors.read()[-20_000:].decode(errors="replace")
        self.errors.close()
        if self.expired or "Timeout (" in written:  # the latter by faulthandler
            places = re.findall(rf'File "{re.escape(file)}", line (\d+)', written)
            return Ended("the time was over", int(places[0]) if places else None, True)
        fatal = re.findall(r"Check failed: .*|MemoryError.*|bad_alloc.*", written)
        with suppress(subprocess.TimeoutExpired):  # where it has only closed its pipes
            self.process.wait(GRACE)
        self.kill()
        code = self.process.wait()
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        return Ended(fatal[-1] if fatal else how)


def _pickled(function):
    """The function by value, even where it stands in a module: to import that may run a lesson."""
    name = str(getattr(function, "__module__", None))
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    by_value = file and "site-packages" not in file and name.split(".")[0] != "nst_helpers"
    try:
        if by_value:
            cloudpickle.register_pickle_by_value(module)
        return cloudpickle.dumps(function)
    except Exception as error:  # whatever an object that the function uses raises
        raise CannotLeave from error
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(module)


def _functions_of(function):
    """The function and those of its own cells that it uses, directly or not."""
    todo, found = [function], []
    while todo and len(found) < 100:
        used = todo.pop(0)
        used = getattr(used, "__wrapped__", used)
        if isinstance(used, FunctionType) and used not in found:
            found.append(used)
            space = used.__globals__
            todo += [space[name] for name in used.__code__.co_names if name in space]
    return found


def _in_file(code, file):
    """The code, and the code inside it, with a file's name: no pickle of cloudpickle's has it."""
    constants = code.co_consts
    inner = (_in_file(part, file) if isinstance(part, CodeType) else part for part in constants)
    return code.replace(co_filename=file, co_consts=tuple(inner))


# What follows runs in the process of its own.


def serve():
    """Answer requests until there are no more."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory runs out, this process goes, and not the kernel
    held, own = {}, os.getpid()
    with suppress(EOFError):
        while True:
            name, arguments, seconds = pickle.load(requests)
            with _ended_after(seconds + GRACE):
                answer = ANSWERS[name](held, *arguments)
            if os.getpid() != own:  # a learner's `fork`
                os._exit(0)
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()


@contextmanager
def _ended_after(seconds):
    """End the process, whatever it is doing, and write where it was."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _begin(held, given):
    sys.path[:] = given["path"]
    os.chdir(given["folder"])
    for file, source in given["sources"].items():
        reading.make_findable(source, file)
    try:
        function = pickle.loads(given["function"])
    except Exception:  # such as a module that is not found here
        return False
    for used, file in zip(_functions_of(function), given["files"]):
        used.__code__ = _in_file(used.__code__, file)
    # Made anew each time: a function may change them.
    held |= {"function": function, "cases": lambda: pickle.loads(given["cases"])}
    return True


def _changed(held, source, number, lines):
    """What the function gives in one case with another source, within so many lines."""
    try:
        function = trial.changed(held["function"], source)
    except Exception:  # a change need not make sense
        return None
    cases = [held["cases"]()[number]]
    return trial.run(trial.counted(function, lines), cases, EACH)


ANSWERS = {
    "begin": _begin,
    "changed": _changed,
    "run": lambda held, seconds: trial.run(held["function"], held["cases"](), seconds),
    "computes_only": lambda held: trial.computes_only(held["function"]),
    "last_line": lambda held, number: trial.last_line(held["function"], held["cases"]()[number]),
    "differentiated": lambda held, number, *how: trial.differentiated(
        held["function"], held["cases"]()[number], *how
    ),
}
