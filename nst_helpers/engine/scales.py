"""Which sizes a run paints at, from coarse to fine, and how many steps at each.

Unlike Gatys, who paints at one size: on a small picture large forms are found, and steps are cheap.
"""

import dataclasses
import itertools
import math

from .. import machine
from ..errors import SettingsError
from ..pictures import GIVEN_PICTURE, SHORTEST_SIDE, size_with_longest_side

NARROWEST = 16  # px, of the shorter side at the coarsest scale: four poolings leave one position
COARSEST_SIDE = 120  # px, at least; the deepest style layer sees 156 × 156 px at a time
GROWTH = math.sqrt(2)  # from one scale to the next: enlarged so little, a picture hardly blurs
STEPS_FROM_A_PICTURE = 16  # at the one scale of such a run: as many as the three finest of others
STEPS = (35, 22, 16, 9, 7, 5, 4)  # at each scale, from the coarsest on; 4 at all finer ones, too


def choose_scales(content, *styles, style_scale=1.0):
    """The longest side at each scale, from coarse to fine, in pixels.

    content, styles: pictures. The last side is the content image's own; each before it is smaller
    by √2, as long as it is at least 120 px and no picture is too narrow for the network.
    """
    size = max(content.shape[1:3])
    sides = [size]
    while (side := round(size / GROWTH ** len(sides))) >= COARSEST_SIDE:
        shapes = [size_with_longest_side(style, round(side * style_scale)) for style in styles]
        if min(map(min, [size_with_longest_side(content, side), *shapes])) < SHORTEST_SIDE:
            break
        sides.insert(0, side)
    return sides


def split_steps(steps, sides):
    """How many of all these steps each scale gets: most where they are cheap.

    steps: None for as many as a good picture needs. Raises `SettingsError` if there are fewer than
    scales that were asked for.
    """
    parts = [*STEPS, *[STEPS[-1]] * len(sides)][: len(sides)]
    if steps is None:
        return parts
    if steps < len(sides):
        raise SettingsError(
            f"steps is {steps}: ask for at least {len(sides)}, one for each of the scales {sides}."
        )
    counts = [max(1, round(steps * part / sum(parts))) for part in parts]
    while sum(counts) > steps:  # few steps, of which each scale has at least one
        last = len(counts) - counts[::-1].index(max(counts)) - 1
        counts[last] -= 1
    counts[0] += steps - sum(counts)
    return counts


def settle(asked, content, *styles):
    """The `Settings` asked for, with the size, scales, steps and precision of this very run.

    asked: `Settings`. content, styles: pictures, the content image no larger than asked.size.
    Raises `SettingsError` if scales, size, steps and pictures do not go together.
    """
    side, sides, steps = max(content.shape[1:3]), asked.scales, asked.steps
    if sides is not None:
        _check_order(asked)
    elif asked.init == GIVEN_PICTURE:
        sides, steps = [side], STEPS_FROM_A_PICTURE if steps is None else steps
    else:
        sides = choose_scales(content, *styles, style_scale=asked.style_scale)
        if isinstance(steps, int):  # fewer than scales: the coarsest ones are left out
            sides = sides[-steps:]
    if isinstance(steps, list) and len(steps) != len(sides):
        raise SettingsError(f"steps is {steps}: give one number for each of the scales {sides}.")
    if asked.scales is not None:
        sides, steps = _for_a_smaller_photo(sides, steps, side / asked.size)
    _check_width("content image", content, sides[0])
    for style in styles:
        _check_width("style image", style, round(sides[0] * asked.style_scale))
    if not isinstance(steps, list):
        steps = split_steps(steps, sides)
    precision = machine.best_precision() if asked.precision == "auto" else asked.precision
    return dataclasses.replace(asked, size=side, scales=sides, steps=steps, precision=precision)


def _check_order(asked):
    sides = asked.scales
    if sides != sorted(set(sides)) or sides[-1] != asked.size or sides[0] < SHORTEST_SIDE:
        raise SettingsError(
            f"scales are {sides}: give longest sides from coarse to fine, from {SHORTEST_SIDE} px "
            f"up, the last one being the size, {asked.size}."
        )


def _for_a_smaller_photo(sides, steps, factor):
    """Scales and steps for a photo smaller than was asked; too small a scale is left out."""
    smaller = [round(side * factor) for side in sides]
    kept = [
        side >= SHORTEST_SIDE and side not in smaller[number:]
        for number, side in enumerate(smaller, 1)
    ]
    steps = [*itertools.compress(steps, kept)] if isinstance(steps, list) else steps
    return [*itertools.compress(smaller, kept)], steps


def _check_width(name, picture, coarsest):
    """Raise `SettingsError` unless VGG19 can see the picture at its coarsest."""
    shorter = min(size_with_longest_side(picture, coarsest))
    if shorter < NARROWEST:
        raise SettingsError(
            f"At {coarsest} px on its longer side the {name} is {shorter} px on the shorter, "
            f"but VGG19 needs {NARROWEST}: use larger scales or a larger size, or crop it "
            "nearer to a square."
        )
