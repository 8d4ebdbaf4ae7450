"""The picture while it is painted: one image in a notebook or a terminal, replaced each time."""

import base64
import contextlib
import os
import shutil
import sys
import time

from IPython import get_ipython
from IPython.display import display

from ..console import Forgiving
from ..errors import PictureError
from ..pictures import as_jpeg, as_png, with_longest_side

SECONDS_BETWEEN = 1.0  # two images, at least; the first of each scale is shown at once
NOTHING = {}  # so that nothing is left of it in the notebook
WORDS = "The picture so far"
# What terminals that show pictures call themselves, and whose escape codes they take:
# https://sw.kovidgoyal.net/kitty/graphics-protocol, https://iterm2.com/documentation-images.html
TERMINALS = dict.fromkeys(("xterm-kitty", "xterm-ghostty", "ghostty"), "kitty")
TERMINALS |= dict.fromkeys(("iTerm.app", "iTerm2", "WezTerm", "mintty", "rio"), "iTerm2")
LONGEST = 512  # px on a side, of what a terminal is sent, perhaps along a slow line
ROW = 16  # px, about: the height of a terminal's row, which is twice the width of a column
PART = 4096  # characters that kitty takes at once


def place_to_show():
    """Where pictures can be shown: "notebook", "kitty" or "iTerm2" for such a terminal, or None."""
    if hasattr(get_ipython(), "kernel"):
        return "notebook"
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    names = [os.environ.get(name, "") for name in ("TERM", "TERM_PROGRAM", "LC_TERMINAL")]
    if names[0].startswith(("screen", "tmux")):  # which keep the codes from the terminal around it
        return None
    return next((TERMINALS[name] for name in names if name in TERMINALS), None)


def shown_growing(steps, height, width):
    """The same steps of `loop.paint`, with the picture shown at this size, in px, where it can be.

    It stands above all that is printed from now on. When the steps end, a notebook's goes, since
    the result is shown there; a terminal's stays.
    """
    place = place_to_show()
    if place is None:
        return steps
    if place == "notebook":
        return _with_images(steps, *_in_notebook(width))
    return _with_images(steps, _in_terminal(place, height, width))


def _with_images(steps, show, clear=lambda: None):
    side, then = None, 0.0
    try:
        for step in steps:
            now = time.monotonic()
            if step.side != side or now - then >= SECONDS_BETWEEN or step.number == step.total:
                side, then = step.side, now
                with contextlib.suppress(PictureError):  # the run is worth more
                    show(step.picture)
            yield step
    finally:
        clear()


def _in_notebook(width):
    place = display(NOTHING, raw=True, display_id=True)
    # Colab's `IPython.display.Image` knows no words for those who do not see it.
    metadata = {"image/jpeg": {"width": width, "alt": WORDS}}

    def show(picture):
        jpeg = base64.b64encode(as_jpeg(picture)).decode()
        place.update({"image/jpeg": jpeg, "text/plain": WORDS}, raw=True, metadata=metadata)

    return show, lambda: place.update(NOTHING, raw=True)


def _in_terminal(place, height, width):
    columns, lines = shutil.get_terminal_size()
    rows = max(1, min(height // ROW, lines - 3, columns * height // (2 * width)))
    out, codes = Forgiving(sys.stdout), {"kitty": _kitty, "iTerm2": _iterm2}[place]
    out.write("\n" * rows)  # room for it, so that nothing scrolls later

    def show(picture):
        too_long = max(picture.shape) > LONGEST
        png = as_png(with_longest_side(picture, LONGEST) if too_long else picture)
        # The cursor goes up from where it is kept, to the left, and in the end back.
        out.write(f"\x1b7\x1b[{rows}A\r{codes(png, rows)}\x1b8")

    return show


def _kitty(png, rows):
    """The codes for an image of so many rows; one of the same number takes the last one's place."""
    text = base64.b64encode(png).decode()
    parts = [text[start : start + PART] for start in range(0, len(text), PART)]
    head = f"a=T,f=100,i={os.getpid()},p=1,C=1,r={rows},"
    return "".join(
        f"\x1b_G{'' if number else head}q=2,m={int(number < len(parts) - 1)};{part}\x1b\\"
        for number, part in enumerate(parts)
    )


def _iterm2(png, rows):
    head = f"inline=1;size={len(png)};height={rows};preserveAspectRatio=1"
    return f"\x1b]1337;File={head}:{base64.b64encode(png).decode()}\a"
