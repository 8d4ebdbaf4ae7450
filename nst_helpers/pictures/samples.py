"""The sample pictures that come with the kit: photos, paintings, and patterns that are drawn.

Only the standard library is imported at the top, so that the command line can list their names.
"""

from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
PHOTOS = tuple(sorted(path.stem for path in (DATA / "photos").glob("*.jpg")))
PAINTINGS = tuple(sorted(path.stem for path in (DATA / "paintings").glob("*.jpg")))
PALETTE = [(24, 60, 110), (214, 73, 51), (244, 187, 68), (62, 140, 126), (250, 244, 230)]


def find_sample(name):
    """The path of a photo or painting; of a pattern, its pixels; None if it is no sample's name."""
    if name in PATTERNS:
        return draw_pattern(name)
    if name in PHOTOS + PAINTINGS:
        return DATA / ("photos" if name in PHOTOS else "paintings") / f"{name}.jpg"
    return None


def draw_pattern(name, side=1024):
    """One of the patterns in `PATTERNS`, always the same picture: uint8 `(side, side, 3)`.

    mosaic: small squares in a few colors; stripes: parallel diagonals; waves: rows of sine waves.
    """
    import numpy as np
    from PIL import Image, ImageDraw

    random = np.random.default_rng([PATTERNS.index(name), 0])
    big = 2 * side  # drawn at twice the size and shrunk, so that edges are smooth
    image = Image.new("RGB", (big, big), PALETTE[-1])  # a light ground
    _DRAWN_BY[name](ImageDraw.Draw(image), big, random)
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS))


# Each of these draws a pattern over the whole of a square image, `side` pixels wide.


def _mosaic(brush, side, random):
    tile = side // 32
    gap = tile // 16
    for row in range(32):
        for column in range(32):
            left, top = column * tile + gap, row * tile + gap
            right, bottom = (column + 1) * tile - gap - 1, (row + 1) * tile - gap - 1
            brush.rectangle([left, top, right, bottom], PALETTE[random.integers(len(PALETTE))])


def _stripes(brush, side, random):
    width, slant = side // 24, side // 2
    for number, left in enumerate(range(-side, 2 * side, width)):
        right = left + width
        color = PALETTE[(number + int(random.integers(2))) % len(PALETTE)]
        brush.polygon([(left, 0), (right, 0), (right - slant, side), (left - slant, side)], color)


def _waves(brush, side, random):
    import numpy as np

    x = np.arange(0, side + 16, 16)
    spacing = side // 20
    for row in range(-1, 23):
        phase = random.uniform(0, 2 * np.pi)
        y = row * spacing + spacing * 0.6 * np.sin(x * 2 * np.pi * 4 / side + phase)
        crest = list(zip(x.tolist(), y.tolist(), strict=True))
        brush.polygon(crest + [(side, side), (0, side)], PALETTE[row % len(PALETTE)])


_DRAWN_BY = {"mosaic": _mosaic, "stripes": _stripes, "waves": _waves}
PATTERNS = tuple(_DRAWN_BY)  # a pattern's position is its seed: new ones go at the end
SAMPLES = PHOTOS + PAINTINGS + PATTERNS
