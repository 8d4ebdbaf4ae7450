"""In a notebook, the picture while it is painted: one image, each time in place of the last one."""

import time

from IPython import get_ipython
from IPython.display import Image, display

from ..pictures import as_jpeg

SECONDS_BETWEEN = 1.0  # two images, at least; the first of each scale is shown at once
NOTHING = {}  # so that nothing is left of it in the notebook


def shown_growing(steps, width):
    """The same steps of `loop.paint`; in a notebook, with the picture shown at this width, in px.

    It stands above all that is printed from now on, and goes when the steps end.
    """
    if not hasattr(get_ipython(), "kernel"):  # as in a shell
        return steps
    return _with_images(steps, width, display(NOTHING, raw=True, display_id=True))


def _with_images(steps, width, place):
    side, then = None, 0.0
    try:
        for step in steps:
            now = time.monotonic()
            if step.side != side or now - then >= SECONDS_BETWEEN:
                side, then = step.side, now
                place.update(Image(as_jpeg(step.picture), width=width, alt="The picture so far"))
            yield step
    finally:
        place.update(NOTHING, raw=True)
