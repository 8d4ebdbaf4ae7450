"""Paint the explorers' frames again, after a recipe or the engine has changed. No network.

    python benchmarks/paint_frames.py [NAME ...]

`RECIPES` says how they are painted. All of them take half an hour on two cores. They are written
into the package's own data, as `nst_helpers/widgets/frames.py` reads them; a run that is interrupted
leaves the frames that were there.
"""

import argparse
import hashlib
import io
import itertools
import json
import time
from dataclasses import asdict, dataclass

from nst_helpers import machine

machine.import_tensorflow()

from PIL import Image  # noqa: E402

from nst_helpers import (  # noqa: E402
    STYLE_LAYERS,
    RunStopped,
    load_image,
    resize,
    stylize,
)
from nst_helpers.engine import check_settings  # noqa: E402
from nst_helpers.method import TERMS  # noqa: E402
from nst_helpers.pictures import to_uint8  # noqa: E402
from nst_helpers.widgets import FOLDER  # noqa: E402

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
            settings = {"precision": "float32", "neighbor_weight": 0} | self.settings
            for option in given:
                settings |= option
            runs[options] = asdict(check_settings(settings))
        return runs

    def paintings(self):
        """The names of the paintings, in a list."""
        return self.painting if isinstance(self.painting, list) else [self.painting]

    def sha256(self):
        """Of all that decides what the frames show."""
        runs = [[options, settings] for options, settings in self.runs().items()]
        axes = [[axis.label, list(axis.options)] for axis in self.axes]
        text = json.dumps([self.photo, self.painting, axes, self.steps_shown, QUALITY, runs])
        return hashlib.sha256(text.encode()).hexdigest()


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
                "tv weight",
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
                "share of Redon",
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
    until: the step after which to stop; None for the run's end. Raises `RunStopped`.
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
        raise RunStopped(result.message)
    return pictures, losses, totals


def make(name, folder=FOLDER, vgg=None):
    """Paint an explorer's frames and write them. Returns the number of frames and their bytes."""
    recipe = RECIPES[name]
    runs, frames, files = [], [], {}
    for number, settings in enumerate(recipe.runs().values()):
        pictures, losses, totals = paint_run(recipe, settings, vgg)
        runs.append({"settings": settings, "totals": [_rounded(total) for total in totals]})
        for step, picture in pictures.items():
            file = f"{number:02d}_{step:02d}.webp"
            of_step = {term: _rounded(loss) for term, loss in losses[step].items()}
            frames.append({"file": file, "run": number, "step": step, "losses": of_step})
            buffer = io.BytesIO()
            Image.fromarray(to_uint8(picture)).save(buffer, "WEBP", quality=QUALITY, method=6)
            files[file] = buffer.getvalue()
    record = {
        "recipe_sha256": recipe.sha256(),
        "photo": recipe.photo,
        "paintings": recipe.paintings(),
        "axes": [
            {"label": axis.label, "options": list(axis.options), "first": axis.first}
            for axis in recipe.axes
        ],
        "through_steps": bool(recipe.steps_shown),
        "runs": runs,
        "frames": frames,
    }
    (folder / name).mkdir(parents=True, exist_ok=True)
    for old in (folder / name).glob("*.webp"):
        old.unlink()
    for file, content in files.items():
        (folder / name / file).write_bytes(content)
    (folder / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")
    return len(files), sum(map(len, files.values()))


def _rounded(loss):
    return float(f"{loss:.4g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="of an explorer; without one, all")
    names = parser.parse_args().names
    if unknown := set(names) - set(RECIPES):
        parser.error(f"there is no explorer {unknown.pop()!r}: choose from {', '.join(RECIPES)}")
    for name in names or RECIPES:
        start = time.perf_counter()
        number, size = make(name)
        seconds = time.perf_counter() - start
        print(f"{name}: {number} frames, {size / 1e6:.2f} MB, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
