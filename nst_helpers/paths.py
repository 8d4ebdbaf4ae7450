"""Paths as people give them: with `~` for their home, or pasted with quotes and a line end."""

import os
from pathlib import Path


def as_path(given):
    """The `Path` that a string or path stands for.

    First of all the file of exactly that name: `~photo.jpg` is a legal one. If there is none,
    spaces, line ends and a pair of quotes around the name go, and `~` becomes the home, if it has
    one.
    """
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
