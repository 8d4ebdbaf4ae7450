"""What `static/explorer.js` needs of an explorer: labels, and each frame's file, words and curves.

All words, numbers and curves come from the functions that the notebooks' explorers call.
"""

import html
import io
import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path

from pages import title
from PIL import Image, ImageSequence

from nst_helpers.widgets import curves, frames

GROWING = Path(__file__).parents[1] / "benchmarks" / "results" / "growing"  # see gallery.py there
POINT = re.compile(r'<circle cx="([\d.]+)" cy="([\d.]+)"[^>]*/>')


def data(name):
    """One explorer as plain data. Frames stand in the order in which `itertools.product` counts."""
    loaded, shown = frames.load(name), []
    for indices, frame in loaded.frames.items():
        sum_of_losses = curves.weighted_sum(frame.losses, frame.settings)
        shown.append({"file": frame.file, "words": sum_of_losses})
        if loaded.through_steps:
            shown[-1]["point"] = POINT.search(_curves(loaded, indices)).groups()
    found = {
        "axes": [asdict(axis) for axis in loaded.axes],
        "frames": shown,
        "size": Image.open(io.BytesIO(frame.image)).size,  # which all frames have
        "subject": subject(loaded),
    }
    if loaded.through_steps:  # one drawing a run; only its point moves with the step
        found["curves"] = [_curves(loaded, (run, 0)) for run in range(len(loaded.axes[0].options))]
    return found


def subject(loaded):
    """What the pictures of an explorer are of, in words for somebody who does not see them."""
    photo, painting = title(loaded.photo), " and ".join(map(title, loaded.paintings))
    settings = next(iter(loaded.frames.values())).settings
    if settings["content_weight"] == 0:
        return f"A texture made from white noise after {painting}"
    if settings["style_weight"] == 0:
        return f"{photo}, made from white noise by the content loss alone"
    return f"{photo}, painted in the style of {painting}"


def _curves(loaded, indices):
    run = loaded.axes[0].options[indices[0]]
    return curves.run_curves(loaded.totals(), run, loaded.frames[indices].step)


def write(folder):
    """Write `NAME.js` for each explorer, and the frames beside it, as they are in the package."""
    for name in frames.names():
        (folder / name).mkdir(parents=True)
        for file in (frames.FOLDER / name).glob("*.webp"):
            shutil.copy(file, folder / name)
        _write_data(folder, name, data(name))
    _write_data(folder, "growing", growing(folder / "growing"))


def _write_data(folder, name, found):
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    script = f'(window.nstExplorers ??= {{}})["{name}"] = {text};\n'
    (folder / f"{name}.js").write_text(script, encoding="utf-8")


def growing(folder):
    """The pictures that come up, as an explorer's data; their frames go into a folder."""
    folder.mkdir(parents=True)
    shown, pairs, steps = [], [], []
    for path in sorted(GROWING.glob("*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        pairs.append(title(about["photo"], about["painting"]))
        steps = [f"{frame['step']}" for frame in about["frames"]]
        with Image.open(path.with_suffix(".webp")) as film:
            for number, image in enumerate(ImageSequence.Iterator(film)):
                file = f"{len(pairs)}_{number:02}.webp"
                image.convert("RGB").save(folder / file, quality=88, method=4)
                words = "The photo, with the painting in its corner."
                if number:
                    side = about["frames"][number]["side"]
                    words = f"Step {steps[number]} of {steps[-1]}, painted at {side} px."
                shown.append({"file": file, "words": words, "size": image.size})
    axes = [
        {"label": "pair", "options": pairs, "first": 0, "choices": True},
        {"label": "step", "options": steps, "first": len(steps) - 1},
    ]
    subject = "A photo that is painted in the style of a painting"
    return {"axes": axes, "frames": shown, "size": shown[0]["size"], "subject": subject}


def growing_element():
    """The explorer of the pictures that come up, for the site's first page."""
    film = sorted(GROWING.glob("*.webp"))[0]
    with Image.open(film) as image:
        last, width = image.n_frames - 1, image.width
    return (
        '<script src="_static/explorers/growing.js"></script>\n'
        '<nst-explorer name="growing" class="wide">'
        f'<img src="_static/explorers/growing/1_{last:02}.webp" width="{width}" '
        'alt="A photo, painted in the style of a painting"></nst-explorer>\n'
    )


def element(name, root):
    """The explorer in a page. root: the way from the page to the site's first folder."""
    loaded = frames.load(name)
    first = loaded.frames[tuple(axis.first for axis in loaded.axes)].file
    folder, words = f"{root}_static/explorers", html.escape(subject(loaded))
    return (
        f'<script src="{folder}/{name}.js"></script>\n'
        f'<nst-explorer name="{name}">'
        f'<img src="{folder}/{name}/{first}" alt="{words}" width="480"></nst-explorer>\n'
    )
