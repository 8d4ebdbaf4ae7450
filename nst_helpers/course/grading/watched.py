"""A process that runs a notebook's functions: asked from here, and ended at its limits.

Its time, its memory and how many processes it starts are watched, on every system. On Linux it is
branched off one that has imported TensorFlow already, so that it is there at once.
"""

import json
import multiprocessing
import multiprocessing.forkserver
import os
import pickle
import signal
import sys
import threading
import time
from collections import namedtuple
from contextlib import suppress

import psutil

Limits = namedtuple("Limits", "seconds bytes")  # of an exercise, of a notebook's process
START = 180  # seconds, for TensorFlow's import on a slow machine
PROCESSES = 20
ANSWER_BYTES = 30_000_000


class Ended(Exception):
    """The process ended, or had to be ended; a sentence says how."""


class Watched:
    """A process in which `marking.serve` answers. given: what that is given beside a connection."""

    def __init__(self, given, limits):
        self.limits, self.at_first = limits, None
        self.connection, other_end = context().Pipe()
        self.process = context().Process(target=_serve, args=(other_end, *given), daemon=True)
        self.process.start()
        other_end.close()
        self.begin(START)

    def begin(self, seconds=None):
        """From now on it has so many seconds for all that it is asked; else those of the limits."""
        self.allowed, self.since = seconds or self.limits.seconds, time.monotonic()

    def hold(self):
        """From now on it may take no more memory than the limits allow beside what it has."""
        self.at_first, _ = size_of(self.process.pid)

    def ask(self, name, *arguments, seconds=None):
        """The answer of a function in `marking.ANSWERS`, which anybody may have written.

        seconds: those that `checks` allows, for whom this is a learner. Raises `Ended`.
        """
        answers, request = [], pickle.dumps((name, arguments))
        thread = threading.Thread(target=self._exchange, args=[request, answers], daemon=True)
        thread.start()
        thread.join(0.05)
        while thread.is_alive():
            self._check()
            thread.join(0.05)
        if not answers:
            self.process.join(1)
            raise Ended(how_it_ended(self.process.exitcode))
        try:
            answer = json.loads(answers[0])
        except (ValueError, RecursionError):
            raise Ended("It gave an answer that is none.") from None
        if isinstance(answer, dict) and "stopped" in answer:
            raise Ended(f"Your function stopped with {answer['stopped']}")
        return answer

    def _exchange(self, request, answers):
        """In a thread: what comes from the process may never come to an end."""
        with suppress(OSError, EOFError):
            self.connection.send_bytes(request)
            answers.append(self.connection.recv_bytes(ANSWER_BYTES))

    def _check(self):
        """Raise `Ended` with a sentence on a limit that the process has passed."""
        size, number = size_of(self.process.pid)
        if time.monotonic() - self.since > self.allowed:
            raise Ended(f"It did not end within {self.allowed:g} seconds.")
        if self.at_first and size > self.at_first + self.limits.bytes:
            raise Ended(f"It took more than {self.limits.bytes / 2**30:g} GB of memory.")
        if number > PROCESSES:
            raise Ended("It started too many processes.")

    def end(self):
        """End the process and all that it has started."""
        family = family_of(self.process.pid)
        if hasattr(os, "killpg"):
            with suppress(OSError):  # it is the first of a group of its own, which outlives it
                os.killpg(self.process.pid, signal.SIGKILL)
        for process in family:
            with suppress(psutil.Error):
                process.kill()
        self.process.kill()
        self.process.join()


def context():
    """How processes are started; on Linux, the one that they are branched off runs from here on.

    One thread each: memory is limited, and results are the same.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ |= {"CUDA_VISIBLE_DEVICES": "-1", "MALLOC_ARENA_MAX": "2"}
    os.environ |= dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    multiprocessing.set_forkserver_preload(["nst_helpers.course.grading.marking"])
    multiprocessing.forkserver.ensure_running()
    return multiprocessing.get_context("forkserver")


def _serve(*given):
    from .marking import serve  # which imports TensorFlow, in that process only

    serve(*given)


def family_of(pid):
    """A process and its descendants."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def size_of(pid):
    """Bytes of memory that a process and its descendants have, and how many they are."""
    sizes = []
    for process in family_of(pid):
        with suppress(psutil.Error):
            sizes.append(process.memory_info().rss)
    return sum(sizes), len(sizes)


def how_it_ended(code):
    """A sentence on a process that ended by itself."""
    if code is None:
        return "It gave no answer."
    if code < 0:
        with suppress(ValueError):
            return f"It ended Python ({signal.Signals(-code).name})."
    return f"It ended Python (exit code {code})."
