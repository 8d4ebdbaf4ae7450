"""What a run costs: its memory, its time, how much of it is left, and all that before it begins."""

import itertools
import math
import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import tensorflow as tf

from .. import machine
from ..errors import SettingsError
from ..method import (
    MARGIN,
    PIXELS_AT_ONCE,
    ROWS,
    can_see,
    one_painting,
    paint,
    share_at,
)
from ..pictures import SHORTEST_SIDE, number, size_with_longest_side
from .scales import settle
from .settings import DEFAULTS, Settings
from .weights import bundled_vgg19

BASE_BYTES = 0.83e9  # a process with TensorFlow and the network, before it paints
# Of the picture, at the peak, measured. Without AVX-512 TensorFlow's convolutions take more.
BYTES_A_PIXEL = {"bfloat16": 1500, "float32": 2450}
BYTES_A_PIXEL_WITHOUT_AVX512 = 4300
BYTES_A_PIXEL_IN_BANDS = 960  # of the whole picture, beside what the band takes that is seen
# Beside those above, of the photo and of each painting, at the scales where neighbors are compared.
BYTES_A_PIXEL_OF_NEIGHBORS = 950
GROWTH = 1.95  # a step's seconds grow with the side to this power, a little slower than the pixels
CLOSE_PROGRAMS = "close other programs first"
LONGER_WITH_NEIGHBORS = 1.07  # a step, at the scales where neighbors are compared, measured
STEPS_FOR_TARGETS = 1  # at each scale; as long as this many of its steps, measured
STEPS_FOR_MATCHES = 2  # the same, where neighbors are looked for at its start and halfway
TRIAL_SIDE = 255  # of `plan`, px: so large that pixels rule


def bytes_a_pixel(precision):
    """How many bytes each pixel of a picture takes at a run's peak on this machine's processor."""
    if "avx512f" in machine.processor_flags():
        return BYTES_A_PIXEL[precision]
    return BYTES_A_PIXEL_WITHOUT_AVX512


def peak_memory(height, width, precision="float32", in_bands=True):
    """About how many bytes a process will hold at most that paints a picture of so many pixels.

    in_bands: whether a large picture is seen in bands, see `large.py`. Measured, not derived, from
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


def check_fits(what, needed, advice):
    """Raise `SettingsError` if there is not so much memory.

    what: that needs it. needed: bytes. advice: a function of the bytes that there are; it says what
    to do.
    """
    if machine.has_gpu():
        return  # what a GPU has free is not known beforehand; see `OutOfMemory`
    available = available_memory()
    if needed > available:
        raise SettingsError(
            f"{what} needs about {needed / 1e9:.1f} GB of memory, and only "
            f"{max(available, 0) / 1e9:.1f} GB is available: {advice(available)}."
        )


def check_memory(content, style, settings):
    """Raise `SettingsError` if pictures of this size do not fit the memory now available.

    content: a picture. style: one, or `Paintings`.
    """
    paintings = one_painting(style)
    height, width = content.shape[1:3]
    side = max(height, width)

    def needed(side):
        return memory_needed(content, paintings, settings, side)

    def advice(available):
        smaller = range(side, SHORTEST_SIDE - 1, -1)
        largest = next((s for s in smaller if needed(s) <= available), None)
        return f"the largest size that fits is {largest}" if largest else CLOSE_PROGRAMS

    check_fits(f"A picture of {width} × {height} px", needed(side), advice)


def memory_needed(content, paintings, settings, side):
    """The peak of a run at this side, in bytes. A painting has no gradient, and needs half.

    Of the pictures only their shapes count. Bands cannot see regions.
    """
    in_bands = not paintings.regions and can_see(settings.content_layer, settings.style_layers)
    with_neighbors = [scale for scale in settings.scales if _compares(scale, settings)]
    compared = min(side, max(with_neighbors, default=0))

    def at(side, bytes_of_neighbors=0):
        photo = size_with_longest_side(content, side)
        style_side = round(side * settings.style_scale)
        styles = [size_with_longest_side(picture, style_side) for picture in paintings.pictures]
        seen = [photo, *((height / 2, width) for height, width in styles)]
        peak = max(peak_memory(*shape, settings.precision, in_bands) for shape in seen)
        return peak + bytes_of_neighbors * sum(map(math.prod, [photo, *styles]))

    if not compared or (
        in_bands and math.prod(size_with_longest_side(content, compared)) > PIXELS_AT_ONCE
    ):
        return at(side)  # bands compare none
    return max(at(side), at(compared, BYTES_A_PIXEL_OF_NEIGHBORS))


def timed(steps, settings):
    """The steps of `loop.paint`, with the seconds since now and about how many are left.

    settings: those given to `paint`, with the scales and their steps.
    """
    start = last = time.perf_counter()
    # Of each scale's steps but its first, which has the targets in it, and the tracing.
    later = {}
    for step in steps:
        now = time.perf_counter()
        if step.side in later:
            later[step.side].append(now - last)
        last = now
        later.setdefault(step.side, [])
        yield replace(step, seconds=now - start, seconds_left=_seconds_left(step, settings, later))


def _seconds_left(step, settings, later):
    """By the steps of this scale or, at its first, of the one before; None if there are none."""
    if step.number == step.total:
        return 0.0
    measured = [side for side, seconds in later.items() if seconds]
    if not measured:
        return None
    side = measured[-1]
    here = settings.scales.index(step.side)
    left = _counts(settings)
    left[here] = sum(settings.steps[: here + 1]) - step.number
    seconds = statistics.median_high(later[side][-9:])
    return _seconds(seconds, side, settings, left[here:])


def _seconds(step, side, settings, steps):
    """How long so many steps take at the last of the scales, a number for each.

    step: how long one takes at this side.
    """
    scales = settings.scales[-len(steps) :]
    longer = {at: LONGER_WITH_NEIGHBORS if _compares(at, settings) else 1 for at in (side, *scales)}
    return sum(
        step * count * longer[scale] / longer[side] * (scale / side) ** GROWTH
        for scale, count in zip(scales, steps, strict=True)
    )


def _counts(settings):
    """How many steps each scale takes, with what is worked out there once or twice."""
    matches = [STEPS_FOR_MATCHES * _compares(side, settings) for side in settings.scales]
    return [
        count + STEPS_FOR_TARGETS + more
        for count, more in zip(settings.steps, matches, strict=True)
    ]


def _compares(side, settings):
    """Whether neighbors are compared at the scale of this side."""
    return settings.neighbor_weight > 0 and share_at(side, settings) > 0


def plan(
    size=512,
    steps=None,
    aspect=1.5,
    precision="auto",
    vgg=None,
    style_scale=1.0,
    neighbor_weight=DEFAULTS.neighbor_weight,
):
    """What a run will cost on this machine: `{"seconds", "gigabytes", "scales", "steps", "fits"}`.

    size, steps, precision, style_scale, neighbor_weight: as for `stylize`. aspect: long side ÷
    short side of the photo; the painting may be up to a square. vgg: what `load_vgg19` returns.

    The seconds come from a timed trial of a few seconds at a small size, without import, loading
    and tracing, and without what masks add; the gigabytes are the process's peak; `fits` says
    whether they can be had now (always true on a GPU, of whose memory nothing is known before).
    Raises `SettingsError`.
    """
    asked = Settings(
        size=size,
        steps=steps,
        precision=precision,
        style_scale=style_scale,
        neighbor_weight=neighbor_weight,
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
    # Shapes that take no memory.
    photo = np.broadcast_to(np.float32(0), (1, height, asked.size, 3))
    square = np.broadcast_to(np.float32(0), (1, asked.size, asked.size, 3))
    settled = settle(asked, photo, photo)
    side = min(TRIAL_SIDE, asked.size)
    step = _seconds_a_step(vgg or bundled_vgg19(), side, aspect, settled)
    needed = memory_needed(photo, one_painting(square), settled, asked.size)
    return {
        "seconds": _seconds(step, side, settled, _counts(settled)),
        "gigabytes": needed / 1e9,
        "scales": settled.scales,
        "steps": settled.steps,
        "fits": machine.has_gpu() or needed <= available_memory(),
    }


def _seconds_a_step(vgg, side, aspect, settings):
    """Measured at a small size, after a first step, which has the tracing in it."""
    picture = tf.zeros((1, max(SHORTEST_SIDE, round(side / aspect)), side, 3))
    settings = replace(settings, scales=[side], steps=[3], init="noise")
    times = [step.seconds for step in timed(paint(vgg, picture, picture, settings), settings)]
    return min(after - before for before, after in itertools.pairwise(times))
