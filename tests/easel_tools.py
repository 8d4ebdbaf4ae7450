"""What the tests of the easel and of its painter share."""

import functools
import io
import time

from PIL import Image

from nst_helpers import stylize


def wait(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def wait_for_steps(painter, count=1):
    """Wait until so many more steps of a live picture are painted."""
    live, done = painter.live, painter.live.steps_done

    def painted():
        return painter.painting and painter.live.steps_done >= count + (painter.live is live) * done

    wait(painted)


def finish_in_few_steps(monkeypatch):
    """For tests that wait for the finished picture."""
    monkeypatch.setattr("nst_helpers.widgets.live.stylize", functools.partial(stylize, steps=8))


def image_file(width=60, height=40, orientation=None):
    """The bytes of a JPEG file. orientation: as a phone writes it into the Exif data."""
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()
