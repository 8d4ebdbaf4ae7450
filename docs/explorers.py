"""What `static/explorer.js` needs of an explorer: labels, and each frame's file, words and curves.

All words, numbers and curves come from the functions that the notebooks' explorers call.
"""

import html
import io
import itertools
import json
import re
import shutil

from PIL import Image

from nst_helpers import curves, frames

POINT = re.compile(r'<circle cx="([\d.]+)" cy="([\d.]+)"[^>]*/>')


def data(name):
    """One explorer as plain data. Frames stand in the order in which `itertools.product` counts."""
    recipe, loaded = frames.RECIPES[name], frames.load(name)
    labels = [list(axis.options) for axis in loaded.axes]
    shown = []
    for indices in itertools.product(*(range(len(options)) for options in labels)):
        frame = loaded.frame(*indices)
        words = curves.weighted_sum(frame.losses, frame.settings)
        shown.append({"file": file_name(recipe, indices, frame), "words": words})
        if recipe.steps_shown:
            shown[-1]["point"] = POINT.search(_curves(loaded, indices)).groups()
    found = {
        "axes": [
            {"label": axis.label, "options": options, "first": axis.first}
            for axis, options in zip(loaded.axes, labels)
        ],
        "frames": shown,
        "size": _size(loaded),
        "subject": subject(recipe),
    }
    if recipe.steps_shown:  # one drawing a run; only its point moves with the step
        found["curves"] = [_curves(loaded, (run, 0)) for run in range(len(labels[0]))]
    return found


def subject(recipe):
    """What the pictures of an explorer are of, in words for somebody who does not see them."""
    paintings = recipe.painting if isinstance(recipe.painting, list) else [recipe.painting]
    photo = recipe.photo.replace("_", " ")
    painting = " and ".join(name.replace("_", " ") for name in paintings)
    if recipe.settings.get("content_weight") == 0:
        return f"A texture made from white noise after {painting}"
    if recipe.settings.get("style_weight") == 0:
        return f"{photo.capitalize()}, made from white noise by the content loss alone"
    return f"{photo.capitalize()}, painted in the style of {painting}"


def file_name(recipe, indices, frame):
    """A frame's file in the package's data, as `frames.make` names it: the run, then the step."""
    counts = [len(axis.options) for axis in recipe.axes]
    runs = counts[:-1] if recipe.steps_shown else counts
    number = list(itertools.product(*map(range, runs))).index(tuple(indices[: len(runs)]))
    return f"{number:02d}_{frame.step:02d}.webp"


def _curves(loaded, indices):
    runs = {
        option: loaded.frame(run, 0).totals for run, option in enumerate(loaded.axes[0].options)
    }
    return curves.run_curves(runs, list(runs)[indices[0]], loaded.frame(*indices).step)


def _size(loaded):
    """Width and height of the frames, which are all of one size."""
    return Image.open(io.BytesIO(next(iter(loaded.frames.values())).image)).size


def write(folder):
    """Write `NAME.js` for each explorer, and the frames beside it, as they are in the package."""
    for name in frames.RECIPES:
        (folder / name).mkdir(parents=True)
        for file in (frames.FOLDER / name).glob("*.webp"):
            shutil.copy(file, folder / name)
        text = json.dumps(data(name), separators=(",", ":"), ensure_ascii=False)
        script = f'(window.nstExplorers ??= {{}})["{name}"] = {text};\n'
        (folder / f"{name}.js").write_text(script, encoding="utf-8")


def element(name, root):
    """The explorer in a page. root: the way from the page to the site's first folder."""
    recipe = frames.RECIPES[name]
    at = tuple(axis.first for axis in recipe.axes)
    first = file_name(recipe, at, frames.load(name).frame(*at))
    folder, words = f"{root}_static/explorers", html.escape(subject(recipe))
    return (
        f'<script src="{folder}/{name}.js"></script>\n'
        f'<nst-explorer name="{name}">'
        f'<img src="{folder}/{name}/{first}" alt="{words}" width="480"></nst-explorer>\n'
    )
