"""The settings of a run: name, default, check and meaning of each, written once.

`stylize` takes them as keywords, the command line as options, and a run card holds them. Only the
standard library is imported, so that the command line can list its options at once.
"""

import dataclasses
import inspect
import math
import numbers
from collections.abc import Iterable
from difflib import get_close_matches

from .errors import SettingsError

SHORTEST_SIDE = 32  # px; VGG19 halves a picture four times before its fifth block
LONGEST_SIDE = 10**6  # px; far more than any memory holds, and few enough to be counted
CONTENT_LAYER = "block4_conv2"
STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1")
# Unlike Gatys, who gives each the same share: shallow layers draw the strokes, which is what one
# sees first, and need the larger share to draw them sharp; deep ones plant whole objects in a sky.
STYLE_SHARES = dict(zip(STYLE_LAYERS, (1.8, 1.4, 0.9, 0.5, 0.4), strict=True))
STARTING_POINTS = ("recolored", "overlay", "content", "style", "noise")
GIVEN_PICTURE = "picture"  # the starting point of a run that goes on from a picture
ORIGINAL_COLORS = (False, "luminance", "match")
SMALLEST_STYLE_SCALE, LARGEST_STYLE_SCALE = 0.25, 4.0
OPTIMIZERS = ("lbfgs", "adam")
PRECISIONS = ("auto", "float32", "bfloat16")


# Checks: each gets a setting's name and value, and returns the value in plain types, fit for JSON.


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
    if number(name, value) != int(value):
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


def _count(name, value):
    count = whole_number(name, value)
    if count < 1:
        raise SettingsError(f"{name} is {count}: ask for at least 1.")
    return count


def _steps(name, value):
    return (
        _counts(name, value) if _is_list(value) else value if value is None else _count(name, value)
    )


def _scales(name, value):
    if value is None or _is_list(value):
        return value if value is None else _counts(name, value)
    raise SettingsError(
        f"{name} is {short(value)}: give a list of longest sides, such as [256, 512]."
    )


def _counts(name, values):
    counts = [_count(name, value) for value in values]
    if not counts:
        raise SettingsError(f"{name} is an empty list: give at least one, or leave it out.")
    return counts


def _weight(name, value):
    weight = number(name, value)
    if weight < 0:
        raise SettingsError(f"{name} is {weight:g}: use a number from 0 upward.")
    return weight


def _above_zero(name, value):
    if number(name, value) <= 0:
        raise SettingsError(f"{name} is {value:g}: use a number above 0, such as 0.03.")
    return float(value)


def _style_scale(name, value):
    scale = number(name, value)
    if not SMALLEST_STYLE_SCALE <= scale <= LARGEST_STYLE_SCALE:
        raise SettingsError(
            f"{name} is {scale:g}: use a number from {SMALLEST_STYLE_SCALE:g} to "
            f"{LARGEST_STYLE_SCALE:g}; 1 has the painting as long as the picture."
        )
    return scale


def _blend_weights(name, value):
    if value is None:
        return None
    if not _is_list(value):
        raise SettingsError(f"{name} is {short(value)}: give a list, one number a painting.")
    weights = [_weight(name, one) for one in value]
    if not sum(weights) > 0:
        raise SettingsError(f"{name} are {weights}: give at least one painting a weight above 0.")
    return weights


def _original_colors(name, value):
    if value is not False and not isinstance(value, str) or value not in ORIGINAL_COLORS:
        raise SettingsError(
            f"{name} is {short(value)}: choose one of {', '.join(map(repr, ORIGINAL_COLORS))}."
        )
    return value


def _seed(name, value):
    seed = whole_number(name, value)
    if not 0 <= seed < 2**31:
        raise SettingsError(f"{name} is {seed}: use a whole number from 0 to {2**31 - 1}.")
    return seed


def _one_of(*known):
    def check(name, value):
        if not isinstance(value, str) or value not in known:
            raise SettingsError(
                f"{name} is {short(value)}: choose one of {', '.join(map(repr, known))}."
            )
        return value

    return check


def _layer(name, value):
    if not isinstance(value, str):
        raise SettingsError(
            f"A layer is called {short(value)}: give Keras' name of one, such as 'block4_conv2'."
        )
    return value


def _layers(name, value):
    layers = [value] if isinstance(value, str) else value
    if not isinstance(layers, (list, tuple, dict)) or not layers:
        raise SettingsError(
            f"{name} is {short(layers)}: name at least one layer, such as ['block1_conv1']."
        )
    names = list(dict.fromkeys(_layer(name, layer) for layer in layers))  # each once
    if isinstance(layers, dict):
        return {layer: _weight(f"The factor of {layer}", layers[layer]) for layer in names}
    return names


def _is_list(value):
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict))


def short(value):
    """The value as it is written in code, on one line and not too long."""
    too_large = isinstance(value, int) and abs(value) >= 10**20
    text = "too large a number" if too_large else " ".join(repr(value).split())
    return text if len(text) < 80 else text[:77] + "..."


def _setting(default, check, meaning, **option):
    """A field of `Settings`. option: keywords of argparse for the command line's option."""
    way = {"default_factory": default.copy} if isinstance(default, dict) else {"default": default}
    return dataclasses.field(**way, metadata={"check": check, "meaning": meaning, "option": option})


@dataclasses.dataclass(frozen=True)
class Settings:
    """All settings of a run, checked and in plain types. Raises `SettingsError`."""

    size: int = _setting(
        512,
        side_of,
        "longest side of the output in pixels; a smaller content image is not enlarged",
        type=int,
    )
    steps: int | list | None = _setting(
        None,
        _steps,
        "evaluations of the loss, over all scales together, or a list with one number a scale; "
        "None for as many as a good picture needs",
        type=int,
    )
    content_weight: float = _setting(1.0, _weight, "how much the content loss counts", type=float)
    # Explorer "weights": at 2 the sky is nearly the photo's, at 80 the painting's rings fill it.
    style_weight: float = _setting(20.0, _weight, "how much the style loss counts", type=float)
    # Explorer "smoothing": without it fine threads show; from about 30 the strokes go.
    tv_weight: float = _setting(1.0, _weight, "how much total variation counts", type=float)
    original_colors: bool | str = _setting(
        False,
        _original_colors,
        'whose colors: False for the painting\'s; "luminance" paints brightness only and keeps the '
        "photo's colors; \"match\" brings the painting's colors to the photo's before it is used",
        choices=ORIGINAL_COLORS[1:],
    )
    style_scale: float = _setting(
        1.0,
        _style_scale,
        "longest side of the painting ÷ that of the picture, 0.25 to 4; strokes grow with it",
        type=float,
    )
    style_blend_weights: list | None = _setting(
        None,
        _blend_weights,
        "of several paintings, how much each counts, in their order; None for all alike",
        type=float,
        nargs="+",
        metavar="WEIGHT",
    )
    init: str = _setting(
        "recolored",
        _one_of(*STARTING_POINTS, GIVEN_PICTURE),
        'where to start: "recolored" (the content image in the style image\'s colors), "overlay" '
        "(that with the style image laid over it half and half, for its large forms), "
        '"content", "style", "noise" (white noise), or a picture to go on from',
        metavar="START",
    )
    seed: int = _setting(0, _seed, "of the noise; the same seed gives the same noise", type=int)
    content_layer: str = _setting(
        CONTENT_LAYER, _layer, "Keras' name of the content loss's layer", metavar="LAYER"
    )
    style_layers: list | dict = _setting(
        STYLE_SHARES,
        _layers,
        "Keras' names of the style loss's layers, or a dict from name to a factor, 0 upward, for "
        "its share of the loss",
        nargs="+",
        metavar="LAYER",
    )
    optimizer: str = _setting(
        "lbfgs", _one_of(*OPTIMIZERS), '"lbfgs" or "adam"', choices=OPTIMIZERS
    )
    learning_rate: float = _setting(0.03, _above_zero, "of Adam, at the start", type=float)
    scales: list | None = _setting(
        None,
        _scales,
        "longest sides from coarse to fine, the last one being the size (if the content image is "
        "smaller, they shrink with it); None for the size and those smaller by √2, to about 128 "
        "(from a picture, for the size alone)",
        type=int,
        nargs="+",
        metavar="SIDE",
    )
    precision: str = _setting(
        "auto",
        _one_of(*PRECISIONS),
        '"float32", "bfloat16", or "auto" for the faster one on this machine',
        choices=PRECISIONS,
    )

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = field.metadata["check"](field.name, getattr(self, field.name))
            object.__setattr__(self, field.name, value)
        if not any((self.content_weight, self.style_weight, self.tv_weight)):
            raise SettingsError("All three weights are 0: give at least one of them a value.")

    @property
    def keeps_detail(self):
        """Whether the photo's detail is kept when a picture is enlarged, see `canvas.enlarged`.

        Only where its pixels are in the picture from the start: what is rebuilt from noise, by its
        features alone, gets none of them, and nor does a texture.
        """
        return self.init not in ("style", "noise") and self.content_weight > 0


FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
DEFAULTS = Settings()


def check_settings(given):
    """`Settings` from a dict; what it does not name keeps its default.

    Raises `SettingsError` for a value, and `TypeError`, as for any misspelled keyword, for a name.
    """
    for name in given:
        if name not in FIELDS:
            close = get_close_matches(name, FIELDS, n=1)
            hint = (
                f"did you mean {close[0]!r}?" if close else f"the settings are {', '.join(FIELDS)}."
            )
            raise TypeError(f"There is no setting {name!r}; {hint}")
    return Settings(**given)


def takes_settings(function):
    """For a function with `**settings`: show each one in its signature and in its docstring."""
    signature = inspect.signature(function)
    own = [
        one for one in signature.parameters.values() if one.kind != inspect.Parameter.VAR_KEYWORD
    ]
    keywords = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(DEFAULTS, name))
        for name in FIELDS
    ]
    function.__signature__ = signature.replace(parameters=own + keywords)
    meanings = [
        f"    {name}: {field.metadata['meaning']} ({getattr(DEFAULTS, name)})."
        for name, field in FIELDS.items()
    ]
    function.__doc__ = function.__doc__ and (  # python -OO leaves none
        f"{function.__doc__.rstrip()}\n\n    The settings, with their defaults:\n\n"
        + "\n".join(meanings)
    )
    return function
