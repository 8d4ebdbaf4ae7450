"""What a run costs: its memory, its time, how much of it is left, and all that before it begins."""

import itertools
import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import tensorflow as tf

from . import machine
from .bands import MARGIN, PIXELS_AT_ONCE, ROWS, can_see
from .errors import SettingsError
from .painting import paint
from .paintings import one_painting
from .scales import settle, size_with_longest_side
from .settings import SHORTEST_SIDE, check_settings, number
from .weights import bundled_vgg19

BASE_BYTES = 0.83e9  # a process with TensorFlow and the network, before it paints
# Of the picture, at the peak, measured. Without AVX-512 TensorFlow's convolutions take more.
BYTES_A_PIXEL = {"bfloat16": 1500, "float32": 2450}
BYTES_A_PIXEL_WITHOUT_AVX512 = 4300
BYTES_A_PIXEL_IN_BANDS = 960  # of the whole picture, beside what the band takes that is seen
GROWTH = 1.95  # a step's seconds grow with the side to this power, a little slower than the pixels
STEPS_FOR_TARGETS = 1  # at each scale; as long as this many of its steps, measured
TRIAL_SIDE = 255  # of `plan`, px: so large that pixels rule
_SECONDS_TO_TRACE = {}  # by precision, the most that a trial of `plan` took; most trace nothing


def bytes_a_pixel(precision):
    """How many bytes each pixel of a picture takes at a run's peak on this machine's processor."""
    if "avx512f" in machine.processor_flags():
        return BYTES_A_PIXEL[precision]
    return BYTES_A_PIXEL_WITHOUT_AVX512


def peak_memory(height, width, precision="float32", in_bands=True):
    """About how many bytes a process will hold at most that paints a picture of so many pixels.

    in_bands: whether a large picture is seen in bands, see `bands.py`. Measured, not derived, from
    256 to 1024 px, and in bands at 2048 px. TensorFlow, Keras and the network are counted in.
    """
    pixels = height * width
    if not in_bands or pixels <= PIXELS_AT_ONCE:
        return BASE_BYTES + bytes_a_pixel(precision) * pixels
    band = bytes_a_pixel(precision) * width * (ROWS + 2 * MARGIN)
    largest_scale_in_one_piece = pixels / 2 ** math.ceil(math.log2(pixels / PIXELS_AT_ONCE))
    return BASE_BYTES + max(
        band + BYTES_A_PIXEL_IN_BANDS * pixels,
        bytes_a_pixel(precision) * largest_scale_in_one_piece,
    )


def available_memory():
    """How many bytes a run could hold now: what is free, and TensorFlow if it is loaded already.

    In a container with a limit of its own (Linux, cgroups of version 2), what is free below that.
    """
    free = psutil.virtual_memory().available
    try:
        limit, used, stat = (
            Path("/sys/fs/cgroup", name).read_text().strip()
            for name in ("memory.max", "memory.current", "memory.stat")
        )
    except OSError:  # no Linux, no limit, or cgroups of version 1
        limit = "max"
    if limit != "max":
        counts = dict(line.split() for line in stat.splitlines())
        # What holds pages of files is given up when it is needed.
        of_files = sum(int(counts.get(name, 0)) for name in ("active_file", "inactive_file"))
        free = min(free, int(limit) - int(used) + of_files)
    return free + min(psutil.Process().memory_info().rss, BASE_BYTES)


def check_memory(content, style, settings):
    """Raise `SettingsError` if pictures of this size do not fit the memory now available.

    content: a picture. style: one, or `Paintings`.
    """
    paintings = one_painting(style)
    if machine.has_gpu():
        return  # what a GPU has free is not known beforehand; see `OutOfMemory`

    def needed(side):
        of_styles = [
            size_with_longest_side(picture, round(side * settings.style_scale))
            for picture in paintings.pictures
        ]
        photo = size_with_longest_side(content, side)
        guided = paintings.masks is not None
        return max(_memory_for(photo, one, settings, guided) for one in of_styles)

    height, width = content.shape[1:3]
    side, available = max(height, width), available_memory()
    if needed(side) <= available:
        return
    fitting = range(side, SHORTEST_SIDE - 1, -1)
    largest = next((smaller for smaller in fitting if needed(smaller) <= available), None)
    way_out = (
        f"the largest size that fits is {largest}." if largest else "close other programs first."
    )
    raise SettingsError(
        f"A picture of {width} × {height} px needs about {needed(side) / 1e9:.1f} GB of memory, "
        f"and {max(available, 0) / 1e9:.1f} GB can be had: {way_out}"
    )


def _memory_for(photo, painting, settings, guided=False):
    """The peak for two pictures' `(height, width)`. The painting has no gradient: it needs half.

    guided: whether there are regions, which bands cannot see.
    """
    in_bands = not guided and can_see(settings.content_layer, settings.style_layers)
    half = painting[0] / 2, painting[1]
    return max(peak_memory(*shape, settings.precision, in_bands) for shape in (photo, half))


def timed(steps, settings):
    """The steps of `painting.paint`, with the seconds since now and about how many are left.

    settings: those given to `paint`, with the scales and their steps.
    """
    clock = Clock(settings.scales, settings.steps)
    for step in steps:
        clock.tick(settings.scales.index(step.side))
        yield replace(step, seconds=clock.seconds, seconds_left=clock.left())


class Clock:
    """Counts a run's steps and says how long the rest will take."""

    def __init__(self, scales, steps):
        self._scales, self._steps = scales, steps
        self._start = self._last = time.perf_counter()
        self._later = {}  # seconds by scale, of the steps after its first one
        self.number, self.total, self.seconds = 0, sum(steps), 0.0

    def tick(self, scale):
        """One more step at this scale, counted from 0, is done; returns its number, from 1."""
        now = time.perf_counter()
        took, self._last, self._scale = now - self._last, now, scale
        if scale in self._later:
            self._later[scale].append(took)
        else:
            self._later[scale] = []  # a first step has the targets in it, and the tracing
        self.number += 1
        self.seconds = now - self._start
        return self.number

    def left(self):
        """The seconds that the rest of the run should take; None with nothing to go by yet."""
        here = self._scale
        if self._later.get(here):
            step = _median(self._later[here][-9:])
        elif self._later.get(here - 1):
            growth = (self._scales[here] / self._scales[here - 1]) ** GROWTH
            step = _median(self._later[here - 1]) * growth
        elif self.number == self.total:
            return 0.0
        else:
            return None
        left = step * (sum(self._steps[: here + 1]) - self.number)
        for side, steps in zip(self._scales[here + 1 :], self._steps[here + 1 :], strict=True):
            left += step * (steps + STEPS_FOR_TARGETS) * (side / self._scales[here]) ** GROWTH
        return left


def _median(values):
    return sorted(values)[len(values) // 2]


def plan(size=512, steps=None, aspect=1.5, precision="auto", vgg=None, style_scale=1.0):
    """What a run will cost on this machine: `{"seconds", "gigabytes", "scales", "steps", "fits"}`.

    size, steps, precision, style_scale: as for `stylize`. aspect: long side ÷ short side of the
    photo; the painting may be up to a square. The seconds come from a timed trial of a few seconds
    at a small size, without import and loading, and without what masks add; the gigabytes are the
    process's peak, see `peak_memory`; `fits` says whether they can be had now (always true on a
    GPU, of whose memory nothing is known before). Raises `SettingsError`.
    """
    asked = check_settings(
        {"size": size, "steps": steps, "precision": precision, "style_scale": style_scale}
    )
    if number("aspect", aspect) < 1:
        raise SettingsError(
            f"aspect is {aspect:g}: give the long side ÷ the short side of the photo, 1 or more."
        )
    height = round(asked.size / aspect)
    if height < SHORTEST_SIDE:
        raise SettingsError(
            f"A photo of this aspect, {aspect:g}, would be {asked.size} × {height} px, and VGG19 "
            f"needs {SHORTEST_SIDE} on the shorter side: use a larger size, or crop the photo."
        )
    # A shape that takes no memory.
    picture = np.broadcast_to(np.float32(0), (1, height, asked.size, 3))
    settled = settle(asked, picture, picture)
    side = min(TRIAL_SIDE, asked.size)
    tracing, step = _trial(vgg or bundled_vgg19(), side, aspect, settled)
    seconds = tracing + sum(
        step * (count + STEPS_FOR_TARGETS) * (scale / side) ** GROWTH
        for scale, count in zip(settled.scales, settled.steps, strict=True)
    )
    painting = round(asked.size * asked.style_scale)
    needed = _memory_for((height, asked.size), (painting, painting), settled)
    return {
        "seconds": seconds,
        "gigabytes": needed / 1e9,
        "scales": settled.scales,
        "steps": settled.steps,
        "fits": machine.has_gpu() or needed <= available_memory(),
    }


def _trial(vgg, side, aspect, settings):
    """`(seconds to trace, seconds a step)` at a small size, measured."""
    picture = tf.zeros((1, max(SHORTEST_SIDE, round(side / aspect)), side, 3))
    settings = replace(settings, scales=[side], steps=[3], init="noise")
    steps = timed(paint(vgg, picture, picture, settings), settings)
    times = [step.seconds for step in steps]
    step = min(after - before for before, after in itertools.pairwise(times))
    traced = times[0] - step * (1 + STEPS_FOR_TARGETS)
    # Where a run has traced the graph already, there is nothing to be seen of it here.
    tracing = max(0.0, traced, _SECONDS_TO_TRACE.get(settings.precision, 0.0))
    _SECONDS_TO_TRACE[settings.precision] = tracing
    return tracing, step
