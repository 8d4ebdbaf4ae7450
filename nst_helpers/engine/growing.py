"""In a notebook, the picture while it is painted: one image, each time in place of the last one."""

import base64
import time

from IPython import get_ipython
from IPython.display import display

from ..pictures import as_jpeg

SECONDS_BETWEEN = 1.0  # two images, at least; the first of each scale is shown at once
NOTHING = {}  # so that nothing is left of it in the notebook
WORDS = "The picture so far"


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
                jpeg = base64.b64encode(as_jpeg(step.picture)).decode()
                # Colab's `IPython.display.Image` knows no words for those who do not see it.
                metadata = {"image/jpeg": {"width": width, "alt": WORDS}}
                place.update({"image/jpeg": jpeg, "text/plain": WORDS}, raw=True, metadata=metadata)
            yield step
    finally:
        place.update(NOTHING, raw=True)
