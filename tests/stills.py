"""Stills of the widgets, which notebooks keep as outputs: GitHub and nbviewer show no widget.

An explorer's is a contact sheet of a few of its frames; the easel's and the live network's are
pictures of the package; that of the pictures to choose from is a sheet of the samples.
"""

import io
import re
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

DATA = Path(__file__).parents[1] / "nst_helpers" / "data"
TILE, GAP, LINE = 192, 6, 18  # px: a frame's width, between frames, and a line of words
MOST_BYTES = 24_000  # a lesson with two of them must stay small
SHOWN = re.compile(r"\bexplorer\(\s*\"(\w+)\"|\b(easel|live_network|choose_photo)\(")
WORDS = {  # of the widgets whose still is a picture of the package
    "easel": "A still of the easel: a castle being painted, a curve for each loss, "
    "and a slider for each weight. Run the cell to move them.",
    "easel_studio": "A still of the easel: a red panda whose strokes are fading, since the neighbor "
    "weight and blocks 3 to 5 have been moved to the left. Run the cell to move the sliders.",
    "live_network": "A still of the live network: one photo as it is painted between two "
    "paintings, at five places of the slider. Run the cell to move it.",
}
# The options that a sheet shows, by their positions, where those of `positions` show too little.
SHEETS = {
    "content_depth": [(0, 4, 7)],
    "weights": [(1, 5), (0, 2, 4)],
    "smoothing": [(0, 2, 6)],
    "blend": [(0, 2, 4), (0, 1)],
    "start": [(0, 1, 2, 3), (11,)],
    "optimizer": [(0, 1, 2, 3), (10,)],
}
SIDES = dict.fromkeys(("steps", "style_scale"), 256)  # px, of frames told apart by their strokes
SAMPLES_IN_A_ROW, SAMPLE = 8, 88  # px


def still_for(source):
    """`(JPEG, words for it, width on the page)` for the widget that a cell's source shows, or None."""
    found = SHOWN.search(source)
    if found is None:
        return None
    if found[1]:
        return sheet(found[1])
    if "easel(my_photo" in source:  # lesson 07's, which asks for an experiment of its own
        return kept("easel_studio")
    return kept(found[2]) if found[2] in WORDS else samples()


def kept(name):
    """A still that is a picture of the package."""
    image = Image.open(DATA / f"{name}.jpg").convert("RGB")
    image.thumbnail((760, 760), Image.Resampling.LANCZOS)
    return _jpeg(image), WORDS[name], image.width


def samples():
    """All samples, each over its name."""
    from nst_helpers import SAMPLES, load_image
    from nst_helpers.pictures import to_uint8

    rows = -(-len(SAMPLES) // SAMPLES_IN_A_ROW)
    across, down = SAMPLE + 2 * GAP, SAMPLE + LINE + GAP
    image = Image.new("RGB", (across * SAMPLES_IN_A_ROW, down * rows), "white")
    drawing, font = ImageDraw.Draw(image), ImageFont.load_default(12)
    for number, name in enumerate(SAMPLES):
        left, top = number % SAMPLES_IN_A_ROW * across, number // SAMPLES_IN_A_ROW * down
        sample = Image.fromarray(to_uint8(load_image(name, max_side=SAMPLE)))
        image.paste(sample, (left, top + (SAMPLE - sample.height) // 2))
        drawing.text((left, top + SAMPLE + 2), name.replace("_", " "), "black", font)
    words = "A still of the samples to choose from. Run the cell to click one, or to upload a file."
    return _jpeg(image), words, image.width


def positions(name, axes):
    """The options that a sheet shows: of the first axis from top to bottom, of the second across.

    Those of a single axis stand side by side: the first, one in the middle, and the last.
    """
    ends = [(0, len(axis.options) - 1) for axis in axes[:-1]]
    last = len(axes[-1].options) - 1
    return SHEETS.get(name, [*ends, (0, last // 2, last)])


def sheet(name):
    """An explorer's contact sheet, each frame under its sliders' positions."""
    from nst_helpers.widgets import frames

    loaded = frames.load(name)
    shown = positions(name, loaded.axes)
    rows = shown if len(shown) == 2 else [(None,), *shown]
    side = SIDES.get(name, TILE)
    tiles = [
        [_tile(loaded, (column,) if row is None else (row, column), side) for column in rows[1]]
        for row in rows[0]
    ]
    if len(tiles) > len(tiles[0]):  # a page is wide
        tiles = [*zip(*tiles)]
    height = tiles[0][0].height
    image = Image.new(
        "RGB",
        ((side + GAP) * len(tiles[0]) - GAP, (height + GAP) * len(tiles) - GAP),
        "white",
    )
    for down, row in enumerate(tiles):
        for across, tile in enumerate(row):
            image.paste(tile, (across * (side + GAP), down * (height + GAP)))
    labels = " and ".join(axis.label for axis in loaded.axes)
    words = (
        f"A still of the explorer: {len(tiles) * len(tiles[0])} of its {len(loaded.frames)} "
        f"pictures, by {labels}. Run the cell to move its sliders."
    )
    return _jpeg(image), words, image.width


def _tile(loaded, indices, side):
    """One frame, with its sliders' positions above it."""
    frame = Image.open(io.BytesIO(loaded.frames[indices].image)).convert("RGB")
    frame.thumbnail((side, side), Image.Resampling.LANCZOS)
    options = [axis.options[index] for axis, index in zip(loaded.axes, indices)]
    lines = [f"{axis.label}: {option}" for axis, option in zip(loaded.axes, options)]
    tile = Image.new("RGB", (side, frame.height + LINE * len(lines)), "white")
    drawing, font = ImageDraw.Draw(tile), ImageFont.load_default(13)
    for number, line in enumerate(lines):
        drawing.text((2, 1 + LINE * number), line, "black", font)
    tile.paste(frame, (0, LINE * len(lines)))
    return tile


def _jpeg(image):
    """The picture as JPEG, in the best quality with which it is small enough."""
    for quality in range(90, 14, -4):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()
