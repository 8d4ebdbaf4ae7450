"""The README's pictures, the ones that come up in steps, and the lessons' thumbnails. No network.

    python benchmarks/gallery.py [--thumbs | --growing]

Each picture is what `stylize` paints by default at 512 px; its painting stands in a corner. Those
that come up in steps (`--growing`) are painted with the neighbor loss, too.
"""

import argparse
import base64
import io
import json
import math
import time
from pathlib import Path

from nst_helpers import machine

machine.import_tensorflow()

from PIL import Image, ImageOps  # noqa: E402

from nst_helpers import load_image, stylize  # noqa: E402
from nst_helpers.method import TERMS  # noqa: E402
from nst_helpers.pictures import to_uint8  # noqa: E402

RESULTS = Path(__file__).parent / "results"
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PAIRS = [
    ("neuschwanstein", "great_wave"),
    ("red_panda", "night_cafe"),
    ("roebling_bridge", "cafe_terrace"),
    ("horses", "by_the_seashore"),
    ("honey_bee", "vase_of_flowers"),
    ("astronaut", "starry_night"),
]
GROWING = [
    ("horses", "citrus_slices"),
    ("roebling_bridge", "cafe_terrace"),
    ("red_panda", "great_wave"),
]
SETTINGS = {"size": 512, "neighbor_weight": 15}  # of those that come up in steps
FRAMES = 20  # of each, besides the photo; more of them early, where more changes
TIMES = 1200, 160, 3000  # ms: of the photo, of each frame, and of the last
SIZE = 480, 360  # of a picture in the gallery, cut to it
CORNER, BORDER = 116, 4
THUMB = 160, 107
# Words of a cell, the number of its picture, and the part that becomes the lesson's thumbnail: from
# the left, the top, the right and the bottom, as shares of the width and the height.
FIGURES = {
    "00_start_here": ("show(photo, painting, result.picture", 0, (0.655, 0.09, 0.993, 0.97)),
    "01_vgg19": ('feature_maps(features["block5_conv1"]', 1, (0.232, 0.27, 0.445, 0.845)),
    "02_content_loss": ("show(photo, from_early.picture", 0, (0.67, 0.09, 0.993, 0.97)),
    "03_style_loss": ("show(painting, texture.picture", 0, (0.51, 0.3, 0.98, 0.8)),
    "04_total_loss": ('titles=[f"style weight', 1, (0.67, 0.09, 0.993, 0.97)),
    "05_optimization_loop": ("show(photo, painting, goal", 0, (0.67, 0.09, 0.993, 0.97)),
    "06_starts_optimizers_scales": ("show(at_once, two_scales", 0, (0.51, 0.09, 0.99, 0.97)),
    "07_studio": ("show(result.picture, height=3)", 0, (0.02, 0.03, 0.98, 0.97)),
    "08_control": ("show(castle, of_three.picture", 0, (0.51, 0.1, 0.98, 0.96)),
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--thumbs", action="store_true", help="only the thumbnails: at once")
    parser.add_argument("--growing", action="store_true", help="only those that come up in steps")
    options = parser.parse_args()
    if not options.thumbs:
        for photo, painting in GROWING:
            grow(photo, painting)
    if options.growing:
        return
    if not options.thumbs:
        for photo, painting in PAIRS:
            paint(photo, painting)
    for lesson in sorted(NOTEBOOKS.glob("*.ipynb")):
        cut(lesson)


def paint(photo, painting):
    """One picture of the gallery, in `results/gallery`."""
    start = time.perf_counter()
    picture = stylize(photo, painting, size=512, progress=False).picture
    print(f"{photo} {painting}: {time.perf_counter() - start:.1f} s", flush=True)
    image = ImageOps.fit(Image.fromarray(to_uint8(picture)), SIZE, centering=(0.5, 0.1))
    folder = RESULTS / "gallery"
    folder.mkdir(exist_ok=True)
    with_painting(image, painting).save(folder / f"{photo}_{painting}.jpg", quality=84)


def with_painting(image, painting):
    """The same image, with its painting in the corner."""
    inset = Image.fromarray(to_uint8(load_image(painting, max_side=512)))
    inset.thumbnail((CORNER, CORNER))
    inset = ImageOps.expand(inset, BORDER, "white")
    image.paste(inset, (image.width - inset.width, image.height - inset.height))
    return image


def grow(photo, painting):
    """A picture that comes up in steps, in `results/growing`: a looping WebP, and what its frames are.

    Its first frame is the photo. The JSON file beside it has the settings, and for each frame the
    number of its step and the weighted losses.
    """
    first = Image.fromarray(to_uint8(load_image(photo, max_side=SETTINGS["size"])))
    frames, steps = [first], [{"step": 0}]

    def keep(step):
        wanted = {math.ceil(step.total * (n / FRAMES) ** 1.5) for n in range(1, FRAMES + 1)}
        if step.number in wanted:
            image = Image.fromarray(to_uint8(step.picture))
            frames.append(image.resize(first.size, Image.Resampling.BICUBIC))
            losses = {name: float(f"{step.losses[name]:.4g}") for name in (*TERMS, "total")}
            steps.append({"step": step.number, "side": step.side, "losses": losses})

    start = time.perf_counter()
    result = stylize(photo, painting, progress=False, on_step=keep, **SETTINGS)
    print(f"{photo} {painting}: {time.perf_counter() - start:.1f} s", flush=True)
    folder = RESULTS / "growing"
    folder.mkdir(exist_ok=True)
    frames = [with_painting(frame, painting) for frame in frames]
    path = folder / f"{photo}_{painting}.webp"
    times = [TIMES[0], *[TIMES[1]] * (len(frames) - 2), TIMES[2]]
    frames[0].save(
        path, "WEBP", quality=78, method=6, save_all=True, append_images=frames[1:], duration=times,
        loop=0,
    )  # fmt: skip
    about = {"photo": photo, "painting": painting, "settings": result.settings, "frames": steps}
    path.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n")


def cut(lesson):
    """A lesson's thumbnail, in `results/thumbs`, from a picture that its notebook holds."""
    words, number, box = FIGURES[lesson.stem]
    cells = json.loads(lesson.read_text())["cells"]
    cell = next(cell for cell in cells if words in "".join(cell["source"]) and cell.get("outputs"))
    found = [output["data"] for output in cell["outputs"] if "image/jpeg" in output.get("data", {})]
    image = Image.open(io.BytesIO(base64.b64decode(found[number]["image/jpeg"]))).convert("RGB")
    sizes = image.size * 2
    image = image.crop([round(share * side) for share, side in zip(box, sizes)])
    folder = RESULTS / "thumbs"
    folder.mkdir(exist_ok=True)
    ImageOps.fit(image, THUMB).save(folder / f"{lesson.stem}.jpg", quality=85)


if __name__ == "__main__":
    main()
