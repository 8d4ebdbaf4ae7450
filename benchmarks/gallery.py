"""The README's pictures, and those that come up in steps, of which one is its first. No network.

    python benchmarks/gallery.py [--growing]

Each picture is what `stylize` paints at 1024 px by its defaults; its painting stands in a
corner. Those that come up in steps (`--growing`: only these) are painted so at 512 px.
"""

import argparse
import json
import math
import time
from pathlib import Path

from nst_helpers import machine

machine.import_tensorflow()

from PIL import Image, ImageOps  # noqa: E402

from nst_helpers import load_image, stylize  # noqa: E402
from nst_helpers.pictures import to_uint8  # noqa: E402

RESULTS = Path(__file__).parent / "results"
PAIRS = [
    ("neuschwanstein", "cafe_terrace"),
    ("red_panda", "citrus_slices"),
    ("roebling_bridge", "night_cafe"),
    ("astronaut", "starry_night"),
    ("horses", "stripes"),
    ("honey_bee", "starry_night"),
    ("neuschwanstein", "great_wave"),
    ("astronaut", "waves"),
]
GROWING = [
    ("horses", "citrus_slices"),
    ("roebling_bridge", "cafe_terrace"),
    ("red_panda", "great_wave"),
]
SETTINGS = {"size": 512}  # of those that come up in steps
FRAMES = 20  # of each, besides the photo; more of them early, where more changes
TIMES = 1200, 160, 3000  # ms: of the photo, of each frame, and of the last
CORNER, BORDER = 0.24, 0.008  # of the picture's longest side
SOCIAL = 1280, 640  # as GitHub wants it


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--growing", action="store_true", help="only those that come up in steps")
    growing_only = parser.parse_args().growing
    for photo, painting in GROWING:
        grow(photo, painting)
    if not growing_only:
        for photo, painting in PAIRS:
            paint(photo, painting)
        social()


def paint(photo, painting):
    """One picture of the gallery, in `results/gallery`."""
    start = time.perf_counter()
    picture = stylize(photo, painting, size=1024, progress=False).picture
    print(f"{photo} {painting}: {time.perf_counter() - start:.1f} s", flush=True)
    folder = RESULTS / "gallery"
    folder.mkdir(exist_ok=True)
    image = with_painting(Image.fromarray(to_uint8(picture)), painting)
    image.save(folder / f"{photo}_{painting}.webp", quality=72, method=6)


def with_painting(image, painting):
    """The same image, with its painting in the corner."""
    inset = Image.fromarray(to_uint8(load_image(painting, max_side=512)))
    corner, border = (round(part * max(image.size)) for part in (CORNER, BORDER))
    inset.thumbnail((corner, corner))
    inset = ImageOps.expand(inset, border, "white")
    image.paste(inset, (image.width - inset.width, image.height - inset.height))
    return image


def grow(photo, painting):
    """A picture that comes up in steps, in `results/growing`: a looping WebP, and what its frames are.

    Its first frame is the photo. The JSON file beside it has the settings, and of each frame the
    number of its step and the longest side at which it was painted, in px.
    """
    first = Image.fromarray(to_uint8(load_image(photo, max_side=SETTINGS["size"])))
    frames, steps = [first], [{"step": 0}]

    def keep(step):
        wanted = {math.ceil(step.total * (n / FRAMES) ** 1.5) for n in range(1, FRAMES + 1)}
        if step.number in wanted:
            image = Image.fromarray(to_uint8(step.picture))
            frames.append(image.resize(first.size, Image.Resampling.BICUBIC))
            steps.append({"step": step.number, "side": step.side})

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


def social():
    """The first six pictures in one, which a message with a link to the course shows."""
    sheet = Image.new("RGB", SOCIAL)
    width, height = SOCIAL[0] // 3, SOCIAL[1] // 2
    for number, pair in enumerate(PAIRS[:6]):
        with Image.open(RESULTS / "gallery" / f"{'_'.join(pair)}.webp") as image:
            place = number % 3 * (width + 1), number // 3 * height
            part = ImageOps.fit(image.convert("RGB"), (width, height), centering=(0.5, 0.1))
            sheet.paste(part, place)
    sheet.save(RESULTS / "social.jpg", quality=85)


if __name__ == "__main__":
    main()
