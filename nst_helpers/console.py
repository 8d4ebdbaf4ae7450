"""What is printed to a shell: nothing that happens to it may end a run or cost its picture."""

import os
import sys

from .errors import readable


def prepare():
    """Let what cannot be printed in the shell's encoding be printed as its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # there may be none, or another program's
            stream.reconfigure(errors="backslashreplace")


def say(message, file=None):
    """Print a line at once, whatever can be printed of it; if nobody can read it, go on.

    Whatever of it a terminal would obey is printed as its code, see `errors.readable`.
    file: standard output, or `sys.stderr`.
    """
    file, message = file or sys.stdout, readable(str(message), keep="\n")
    try:
        print(message, file=file, flush=True)
    except UnicodeEncodeError:
        say(message.encode(file.encoding, "backslashreplace").decode(file.encoding), file)
    except OSError:  # a closed pipe, or a full disk that the output was sent to
        silence(file)


class Forgiving:
    """A stream to print to; if nobody can read it any more, nothing happens."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            silence(self._stream)

    def flush(self):
        self.write("")

    def __getattr__(self, name):
        return getattr(self._stream, name)


def silence(stream):
    """Turn away all that is still written to a stream, also what Python writes as it ends."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # no file of the system's
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), number)
