"""The settings of a run: name, default, check and meaning of each, written once.

`stylize` takes them as keywords, the command line as options, and a run card holds them. Only the
standard library is imported, so that the command line can list its options at once.
"""

import dataclasses
import inspect
import math
from collections.abc import Iterable

from ..errors import SettingsError, suggestion
from ..pictures import GIVEN_PICTURE, STARTING_POINTS, number, short, side_of, whole_number

CONTENT_LAYER = "block4_conv2"
STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1")
# Unlike Gatys, who gives each the same share: shallow layers draw the strokes, which is what one
# sees first, and need the larger share to draw them sharp; deep ones plant whole objects in a sky.
STYLE_SHARES = dict(zip(STYLE_LAYERS, (1.8, 1.4, 0.9, 0.5, 0.4), strict=True))
ORIGINAL_COLORS = (False, "luminance", "match")
OPTIMIZERS = ("lbfgs", "adam")
PRECISIONS = ("auto", "float32", "bfloat16")


# Checks: each gets a setting's name and value, and returns the value in plain types, fit for JSON.


def _within(kind, least, most, advice):
    """The check of a number. kind: `number` or `whole_number`."""

    def check(name, value):
        value = kind(name, value)
        if not least <= value <= most:
            written = value if isinstance(value, int) else f"{value:g}"
            raise SettingsError(f"{name} is {written}: {advice}.")
        return value

    return check


_count = _within(whole_number, 1, math.inf, "ask for at least 1")
_seed = _within(whole_number, 0, 2**31 - 1, f"use a whole number from 0 to {2**31 - 1}")
_weight = _within(number, 0, math.inf, "use a number from 0 upward")
_share = _within(number, 0, 1, "use a number from 0 to 1")
_above_zero = _within(number, math.ulp(0), math.inf, "use a number above 0, such as 0.03")
_style_scale = _within(
    number, 0.25, 4, "use a number from 0.25 to 4; 1 makes the painting as long as the picture"
)


def _one_of(*known):
    def check(name, value):
        if not (value is False or isinstance(value, str)) or value not in known:
            raise SettingsError(
                f"{name} is {short(value)}: choose one of {', '.join(map(repr, known))}."
            )
        return value

    return check


def _steps(name, value):
    return _counts(name, value) if _is_list(value) else _count(name, value)


def _counts(name, value):
    if not _is_list(value):
        raise SettingsError(
            f"{name} is {short(value)}: give a list of longest sides, such as [256, 512]."
        )
    counts = [_count(name, count) for count in value]
    if not counts:
        raise SettingsError(f"{name} is an empty list: give at least one, or leave it out.")
    return counts


def _blend_weights(name, value):
    if not _is_list(value):
        raise SettingsError(f"{name} is {short(value)}: give a list, one number for each painting.")
    weights = [_weight(name, weight) for weight in value]
    if not sum(weights) > 0:
        raise SettingsError(f"{name} are {weights}: give at least one painting a weight above 0.")
    return weights


def _layer(name, value):
    if not isinstance(value, str):
        raise SettingsError(
            f"{short(value)} is not the name of a layer: use Keras' names, such as 'block4_conv2'."
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
        "how often the loss is evaluated, over all scales together, or a list with one number per "
        "scale; None for as many as a good picture needs",
        type=int,
    )
    content_weight: float = _setting(1.0, _weight, "how much the content loss counts", type=float)
    # Explorer "weights": at 2 the sky is nearly the photo's, at 80 the painting's rings fill it.
    style_weight: float = _setting(20.0, _weight, "how much the style loss counts", type=float)
    # Of 48 blind judgments 33 called it the better painting with 20, see benchmarks/README.md.
    neighbor_weight: float = _setting(
        20.0,
        _weight,
        "how much the neighbor loss counts, 0 for Gatys' method alone; it is there at scales up to "
        "300 px, and at the first if that does not go on from a picture; there content counts up "
        "to twice where the photo is full of detail",
        type=float,
    )
    # Explorer "smoothing": without it fine threads show; from about 30 the strokes go.
    tv_weight: float = _setting(1.0, _weight, "how much total variation counts", type=float)
    neighbor_share: float = _setting(
        0.5,
        _share,
        "of the features with which matches in the painting are looked for, this share, 0 to 1, "
        "comes from the picture as it is, the rest from the photo: a smaller share keeps more of "
        "the scene",
        type=float,
    )
    original_colors: bool | str = _setting(
        False,
        _one_of(*ORIGINAL_COLORS),
        '"luminance" paints brightness only and keeps the photo\'s colors, "match" first gives the '
        "painting the photo's colors; False for the painting's own",
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
        "how much each of several paintings counts, in their order; None for all alike",
        type=float,
        nargs="+",
        metavar="WEIGHT",
    )
    init: str = _setting(
        "recolored",
        _one_of(*STARTING_POINTS, GIVEN_PICTURE),
        'where to start: "recolored" (the content image in the style image\'s colors), "overlay" '
        "(the same, mixed half and half with the style image, for its large forms), "
        '"content", "style", "noise" (white noise), or a picture to go on from',
        metavar="START",
    )
    seed: int = _setting(
        0, _seed, "number that the noise comes from; the same seed gives the same noise", type=int
    )
    content_layer: str = _setting(
        CONTENT_LAYER, _layer, "Keras' name of the content loss's layer", metavar="LAYER"
    )
    style_layers: list | dict = _setting(
        STYLE_SHARES,
        _layers,
        "Keras' names of the style loss's layers; or a dict that gives each name a factor, 0 "
        "upward, for its share of the loss",
        nargs="+",
        metavar="LAYER",
    )
    optimizer: str = _setting(
        "lbfgs", _one_of(*OPTIMIZERS), '"lbfgs" or "adam"', choices=OPTIMIZERS
    )
    learning_rate: float = _setting(0.03, _above_zero, "Adam's, at the start", type=float)
    scales: list | None = _setting(
        None,
        _counts,
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
            value = getattr(self, field.name)
            if value is not None or field.default is not None:  # None may stand where it is default
                value = field.metadata["check"](field.name, value)
                object.__setattr__(self, field.name, value)
        if not any(getattr(self, name) for name in WEIGHTS):
            raise SettingsError("All the loss weights are 0: set at least one of them above 0.")

    @property
    def keeps_detail(self):
        """Whether the photo's detail is kept when a picture is enlarged, see `styles.enlarged`.

        Only where its pixels are in the picture from the start: what is rebuilt from noise, by its
        features alone, gets none of them, and nor does a texture.
        """
        return self.init not in ("style", "noise") and self.content_weight > 0


FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
WEIGHTS = [name for name in FIELDS if name.endswith("_weight")]  # of the losses
DEFAULTS = Settings()


def check_settings(given):
    """`Settings` from a dict; what it does not name keeps its default.

    Raises `SettingsError` for a value, and `TypeError`, as for any misspelled keyword, for a name.
    """
    for name in given:
        if name not in FIELDS:
            hint = suggestion(name, FIELDS, f"the settings are {', '.join(FIELDS)}.")
            raise TypeError(f"There is no setting {name!r}; {hint}")
    return Settings(**given)


def takes_settings(function):
    """For a function with `**settings`: show each one in its signature and in its docstring."""
    signature = inspect.signature(function)
    *parameters, _ = signature.parameters.values()  # the last one is `**settings`
    meanings = []
    for name, field in FIELDS.items():
        default = getattr(DEFAULTS, name)
        parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default))
        meanings.append(f"    {name}: {field.metadata['meaning']} ({default}).")
    function.__signature__ = signature.replace(parameters=parameters)
    if function.__doc__:  # python -OO leaves none
        heading = "\n\n    The settings, with their defaults:\n\n"
        function.__doc__ = function.__doc__.rstrip() + heading + "\n".join(meanings)
    return function
