"""Paths as people give them: with `~` for their home, or pasted with quotes and a line end."""

import os
from pathlib import Path

from .errors import PictureError


def as_path(given, error=PictureError):
    """The `Path` that a string or path stands for; what is neither raises this error.

    First of all the file of exactly that name: `~photo.jpg` is a legal one. If there is none,
    spaces, line ends and a pair of quotes around the name go, and `~` becomes the home, if it has
    one.
    """
    if not isinstance(given, (str, bytes, os.PathLike)):
        raise error(f"{given!r:.80} is no path: give a string, or a pathlib.Path.")
    text = os.fsdecode(given)
    if os.path.lexists(text):
        return Path(text)
    name = text.strip()
    if len(name) > 2 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1]
    path = Path(name or text)
    try:
        return path if os.path.lexists(path) else path.expanduser()
    except RuntimeError:  # nobody has this name, or this user has no home
        return path
