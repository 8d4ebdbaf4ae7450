"""What is printed to a shell: nothing that happens to it may end a run or cost its picture."""

import os
import re
import sys
import textwrap

from .errors import readable

WIDTH = 80  # columns of what a notebook prints: as many as JupyterLab shows in a narrow window


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


def wrapped(text):
    """The text in lines of at most 80 columns, which end between words: JupyterLab would cut these.

    What stands between backticks stays in one line, so that it can be copied as code.
    """
    kept = re.sub(r"`[^`\n]*`", lambda code: code[0].replace(" ", "\0"), text)
    filler = textwrap.TextWrapper(WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(filler.fill, kept.split("\n"))).replace("\0", " ")


class Forgiving:
    """A stream to print to; if nobody can read it anymore, nothing happens."""

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
