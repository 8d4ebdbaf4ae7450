"""Numbers and sizes as people give them: checked, and in plain types."""

import math
import numbers

from ..errors import SettingsError

SHORTEST_SIDE = 32  # px; VGG19 halves a picture four times before its fifth block
LONGEST_SIDE = 10**6  # px; far more than any memory holds, and few enough to be counted
STARTING_POINTS = ("recolored", "overlay", "content", "style", "noise")
GIVEN_PICTURE = "picture"  # the starting point of a run that goes on from a picture


def number(name, value):
    """The value as a float. Raises `SettingsError` unless it is a finite number."""
    try:
        if isinstance(value, numbers.Real) and math.isfinite(value):
            return float(value)
    except OverflowError:  # a whole number of over 308 digits
        pass
    raise SettingsError(f"{name} is {short(value)}: give a number.")


def whole_number(name, value):
    """The value as an int. Raises `SettingsError` for what is none."""
    try:
        whole = number(name, value) == int(value)
    except SettingsError:
        whole = False
    if not whole:
        raise SettingsError(f"{name} is {short(value)}: give a whole number.")
    return int(value)


def side_of(name, value):
    """The value as a number of pixels that VGG19 can see. Raises `SettingsError`."""
    side = whole_number(name, value)
    if side < SHORTEST_SIDE:
        raise SettingsError(f"{name} is {side} px: ask for at least {SHORTEST_SIDE} px.")
    if side > LONGEST_SIDE:
        raise SettingsError(f"{name} is {short(side)} px: ask for at most {LONGEST_SIDE} px.")
    return side


def short(value):
    """The value as it is written in code, on one line and not too long."""
    too_large = isinstance(value, int) and abs(value) >= 10**20
    text = "too large a number" if too_large else " ".join(repr(value).split())
    return text if len(text) < 80 else text[:77] + "..."


def size_with_longest_side(picture, side):
    """The `(height, width)` that this picture has when its longest side is `side` pixels."""
    height, width = picture.shape[1:3]
    scale = side / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))
