"""The explorers' frames: pictures painted beforehand, so that a slider can show them at once.

`RECIPES` says how they were painted. `python -m nst_helpers frames` paints them again, after a
recipe or the engine has changed, into the package's own data (an hour on two old cores).
An explorer has one folder of WebP files, and a JSON file with the recipe's sha256, the losses
of each frame, and the total loss over the steps of each run.
"""
# ruff: noqa: E402

import hashlib
import io
import itertools
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from PIL import Image

from . import machine

machine.import_tensorflow()  # before other modules do, without its messages: see `painter`

from .errors import FramesError
from .losses import TERMS
from .pictures import load_image, resize, to_uint8
from .run import stylize
from .saving import write_files
from .settings import STYLE_LAYERS, check_settings

FOLDER = Path(__file__).parent / "data" / "frames"
QUALITY = 88  # of the WebP files


@dataclass(frozen=True)
class Axis:
    """One slider.

    options: `{words: settings}`, or `{words: step}` where the slider goes through a run.
    """

    label: str
    options: dict
    first: int = 0  # the option that is shown at first


@dataclass(frozen=True)
class Recipe:
    """What an explorer shows: the pair, the settings that all frames share, and one or two axes.

    painting: a sample's name, or a list of such. If `steps_shown` is given, the last axis goes
    through those steps of a run.
    """

    photo: str
    painting: str | list
    settings: dict
    axes: list
    steps_shown: tuple = ()

    def runs(self):
        """`{(option, ...): settings}`: the settings of each run, complete and in plain types."""
        axes = self.axes[:-1] if self.steps_shown else self.axes
        runs = {}
        for options in itertools.product(*(axis.options for axis in axes)):
            given = [axis.options[option] for axis, option in zip(axes, options, strict=True)]
            settings = {"precision": "float32"} | self.settings
            for one in given:
                settings |= one
            runs[options] = asdict(check_settings(settings))
        return runs

    def sha256(self):
        """Of all that decides what the frames show."""
        runs = [[options, settings] for options, settings in self.runs().items()]
        axes = [[axis.label, list(axis.options)] for axis in self.axes]
        text = json.dumps([self.photo, self.painting, axes, self.steps_shown, QUALITY, runs])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Frame:
    """image: the bytes of a WebP file. losses: weighted, see `painting.Step`. settings: the run's.

    step: after which the picture was taken. totals: the run's total loss at each of its steps.
    """

    image: bytes = field(repr=False)
    losses: dict
    settings: dict
    step: int
    totals: list = field(repr=False)


@dataclass(frozen=True)
class Frames:
    """What `load` returns: the axes, and `{(index, ...): Frame}` with one index an axis."""

    axes: list
    frames: dict = field(repr=False)

    def frame(self, *indices):
        """The frame where the sliders stand at these indices."""
        return self.frames[indices]


def _one_option_each(setting, *values):
    return {str(value): {setting: value} for value in values}


SIDE = 256  # px, of all pictures but the smaller textures
STEPS_SHOWN = (1, 2, 3, 5, 8, 12, 18, 27, 40, 56, 80)
_SMOOTHING = {  # the deeper the layer, the more speckle it leaves
    "block1_conv1": 0.01,
    "block1_conv2": 0.02,
    "block2_conv1": 0.05,
    "block2_conv2": 0.1,
    "block3_conv1": 0.4,
    "block3_conv4": 0.6,
    "block4_conv1": 0.8,
    "block4_conv2": 1.0,
    "block4_conv4": 1.5,
    "block5_conv1": 3.0,
}
_DEPTHS = {
    f"block {number}" if number == 1 else f"blocks 1 to {number}": {
        "style_layers": list(STYLE_LAYERS[:number])
    }
    for number in range(1, 6)
}
# With few blocks the style loss comes near 0, and total variation would be all that counts.
_SMOOTHING_OF_TEXTURES = (0.05, 0.1, 0.3, 0.6, 1.0)
STEPS_BY_SCALE = {128: 60, 181: 30, SIDE: 20}  # longest side: steps
STEPS_OF_STARTS = (1, 2, 4, 8, 15, 30, 60, 61, 70, 90, 100, 110)  # around a scale's last step


def _step_axis(steps):
    return Axis("step", {str(step): step for step in steps}, first=len(steps) - 1)


RECIPES = {
    "content_depth": Recipe(
        "neuschwanstein",
        "neuschwanstein",  # without a style weight it does not count
        {"size": SIDE, "style_weight": 0, "init": "noise"},
        [
            Axis(
                "content layer",
                {
                    layer: {"content_layer": layer, "tv_weight": tv_weight}
                    for layer, tv_weight in _SMOOTHING.items()
                },
            )
        ],
    ),
    "texture": Recipe(
        "starry_night",  # without a content weight only its shape counts
        "starry_night",
        {"size": SIDE, "steps": 100, "content_weight": 0, "init": "noise"},
        [
            Axis(
                "style layers",
                {
                    depth: layers | {"tv_weight": tv_weight}
                    for (depth, layers), tv_weight in zip(_DEPTHS.items(), _SMOOTHING_OF_TEXTURES)
                },
                first=4,
            )
        ],
    ),
    "weights": Recipe(
        "neuschwanstein",
        "starry_night",
        {"size": SIDE, "steps": 48},
        [
            Axis("style weight", _one_option_each("style_weight", 2, 5, 10, 20, 40, 80), first=3),
            Axis("style layers", _DEPTHS, first=4),
        ],
    ),
    "smoothing": Recipe(
        "neuschwanstein",
        "starry_night",
        {"size": SIDE},
        [
            Axis(
                "total variation",
                _one_option_each("tv_weight", 0, 0.5, 1, 2, 5, 10, 30, 100),
                first=2,
            )
        ],
    ),
    "steps": Recipe(
        "neuschwanstein",
        "starry_night",
        {"size": SIDE},
        [Axis("steps", _one_option_each("steps", 18, 36, 73, 146, 292), first=2)],
    ),
    "start": Recipe(
        "neuschwanstein",
        "starry_night",
        {"size": SIDE, "scales": list(STEPS_BY_SCALE), "steps": list(STEPS_BY_SCALE.values())},
        [
            Axis("start from", _one_option_each("init", "recolored", "content", "style", "noise")),
            _step_axis(STEPS_OF_STARTS),
        ],
        STEPS_OF_STARTS,
    ),
    "optimizer": Recipe(
        "neuschwanstein",
        "starry_night",
        {"size": SIDE, "scales": [SIDE], "steps": STEPS_SHOWN[-1], "init": "noise"},
        [
            Axis(
                "optimizer",
                {
                    "L-BFGS": {"optimizer": "lbfgs"},
                    "Adam, 0.003": {"optimizer": "adam", "learning_rate": 0.003},
                    "Adam, 0.03": {"optimizer": "adam", "learning_rate": 0.03},
                    "Adam, 0.5": {"optimizer": "adam", "learning_rate": 0.5},
                },
            ),
            _step_axis(STEPS_SHOWN),
        ],
        STEPS_SHOWN,
    ),
    "blend": Recipe(
        "honey_bee",
        ["starry_night", "vase_of_flowers"],
        {"size": SIDE, "steps": 48},
        [
            Axis(
                "second's share",
                {
                    f"{share:g}": {"style_blend_weights": [1 - share, share]}
                    for share in (0, 0.25, 0.5, 0.75, 1)
                },
                first=2,
            ),
            Axis(
                "colors",
                {
                    "of the paintings": {"original_colors": False},
                    "luminance": {"original_colors": "luminance"},
                    "match": {"original_colors": "match"},
                },
            ),
        ],
    ),
    "style_scale": Recipe(
        "horses",
        "starry_night",
        {"size": SIDE, "steps": 48},
        [Axis("style scale", _one_option_each("style_scale", 0.5, 0.7, 1, 1.4, 2), first=2)],
    ),
}


def paint_run(recipe, settings, vgg=None, until=None):
    """One run of a recipe: `({step: picture}, {step: losses}, totals)`.

    Pictures of coarser scales are enlarged to the run's size.
    until: the step after which to stop; None for the run's end. Raises `FramesError`.
    """
    pictures, losses, totals = {}, {}, []
    photo = load_image(recipe.photo, max_side=settings["size"])

    def keep(step):
        totals.append(step.losses["total"])
        if step.number in recipe.steps_shown or step.number == step.total:
            pictures[step.number] = resize(step.picture, *photo.shape[1:3])
            losses[step.number] = {term: step.losses[term] for term in (*TERMS, "total")}
        if step.number == until:
            raise KeyboardInterrupt

    result = stylize(
        recipe.photo, recipe.painting, **settings, vgg=vgg, progress=False, on_step=keep
    )
    if result.message and len(totals) != until:
        raise FramesError(result.message)
    return pictures, losses, totals


def make(name, folder=FOLDER, vgg=None):
    """Paint an explorer's frames and write them. Returns the number of frames and their bytes.

    Raises `FramesError` for a run that was interrupted, and `PictureError` for a disk that is full;
    the frames that were there are then kept.
    """
    recipe = RECIPES[name]
    runs, files = [], {}
    for number, (options, settings) in enumerate(recipe.runs().items()):
        pictures, losses, totals = paint_run(recipe, settings, vgg)
        for step, picture in pictures.items():
            buffer = io.BytesIO()
            Image.fromarray(to_uint8(picture)).save(buffer, "WEBP", quality=QUALITY, method=6)
            files[f"{number:02d}_{step:02d}.webp"] = buffer.getvalue()
        rounded = {
            step: {term: float(f"{loss:.4g}") for term, loss in of.items()}
            for step, of in losses.items()
        }
        totals = [float(f"{total:.4g}") for total in totals]
        runs.append({"options": options, "settings": settings, "losses": rounded, "totals": totals})
    record = {
        "recipe_sha256": recipe.sha256(),
        "photo": recipe.photo,
        "painting": recipe.painting,
        "runs": runs,
    }
    contents = {folder / f"{name}.json": (json.dumps(record, indent=1) + "\n").encode()}
    (folder / name).mkdir(parents=True, exist_ok=True)
    contents |= dict.fromkeys((folder / name).glob("*.webp"))  # those of before go, all at once
    write_files(contents | {folder / name / file: content for file, content in files.items()})
    return len(files), sum(map(len, files.values()))


def load(name, folder=FOLDER):
    """An explorer's frames, read from the package's data. Raises `FramesError`."""
    if not isinstance(name, str) or name not in RECIPES:
        raise FramesError(
            f"There is no explorer {name!r}: choose one of {', '.join(map(repr, RECIPES))}."
        )
    recipe, frames = RECIPES[name], {}
    try:
        record = json.loads((folder / f"{name}.json").read_text())
        if record["recipe_sha256"] != recipe.sha256():
            raise FramesError(
                f"The frames of {name!r} are of another recipe: "
                f"run python -m nst_helpers frames {name}."
            )
        runs = {tuple(run["options"]): (number, run) for number, run in enumerate(record["runs"])}
        for indices in itertools.product(*(range(len(axis.options)) for axis in recipe.axes)):
            options = tuple(
                list(axis.options)[index] for axis, index in zip(recipe.axes, indices, strict=True)
            )
            number, run = runs[options[:-1] if recipe.steps_shown else options]
            step = (
                recipe.axes[-1].options[options[-1]] if recipe.steps_shown else len(run["totals"])
            )
            image = (folder / name / f"{number:02d}_{step:02d}.webp").read_bytes()
            frames[indices] = Frame(
                image, run["losses"][str(step)], run["settings"], step, run["totals"]
            )
    except (OSError, ValueError, KeyError) as error:
        raise FramesError(
            f"The frames of {name!r} are not all there ({error}): install the kit again."
        ) from error
    return Frames(recipe.axes, frames)
