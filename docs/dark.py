"""Figures for the site's dark mode: without the white plate around their pictures."""

import re

import numpy as np
from PIL import Image
from scipy import ndimage

WHITE = 238  # what has this value in all channels, or more, may be the plate
PAGE = 18  # the value of the page in dark mode, in all channels
FRINGE = 3  # px of a JPEG's noise around a picture
LEAST = 48  # px, of the shorter side of what counts as a picture, not as a letter
FILLED = 0.4  # of its frame, at least, by what counts as a picture, not as a line
CHART = 0.75  # white, at least, of what counts as a chart, not as a picture
QUALITY = 55  # of the WebP files
IMAGE = re.compile(r'<img [^>]*?src="([^"]*_images/([^"/]+\.(?:png|jpe?g|webp)))"[^>]*>')
LINK = re.compile(r'(href="[^"]*_images/)([^"/]+)')  # to a figure that is shown smaller


def add(site):
    """Beside each figure of the built pages put its dark version, of which CSS shows one.

    Both are WebP, so that they stay small.
    """
    figures = {}
    for path in list((site / "_images").iterdir()):
        if path.suffix == ".svg":
            continue
        with Image.open(path) as image:
            dark = None if getattr(image, "is_animated", False) else darkened(image)
            if dark is None:
                continue
            names = f"{path.stem}.light.webp", f"{path.stem}.dark.webp"
            for name, version in zip(names, (image.convert("RGB"), dark)):
                version.save(path.with_name(name), quality=QUALITY, method=6)
        figures[path.name] = names
        path.unlink()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = IMAGE.sub(lambda tag: _pair(tag, figures), text)
        text = LINK.sub(lambda link: link[1] + figures.get(link[2], [link[2]])[0], text)
        page.write_text(text, encoding="utf-8")


def _pair(tag, figures):
    """Two tags in place of one, where the figure has a dark version."""
    if tag[2] not in figures:
        return tag[0]
    source, classes = tag[1], ("only-light", "only-dark")
    return "".join(
        _with_class(tag[0].replace(source, source.replace(tag[2], name)), words)
        for name, words in zip(figures[tag[2]], classes)
    )


def _with_class(tag, name):
    tag = re.sub(r' loading="\w+"', "", tag).replace("<img ", '<img loading="lazy" ', 1)
    if 'class="' in tag:
        return tag.replace('class="', f'class="{name} ', 1)
    return tag.replace("<img ", f'<img class="{name}" ', 1)


def darkened(image):
    """A figure with a dark plate and light letters, or None if it has no plate.

    Its pictures stay as they are; charts get light lines on the dark plate.
    """
    values = np.asarray(image.convert("RGB")).astype(np.int16)
    plate = _plate(values)
    if plate is None:
        return None
    parts, _ = ndimage.label(~plate)
    kept = np.zeros(plate.shape, bool)
    for number, place in enumerate(ndimage.find_objects(parts), start=1):
        if min(side.stop - side.start for side in place) < LEAST:
            continue
        filled = ndimage.binary_fill_holes(parts[place] == number).mean() >= FILLED
        if filled and (values[place].min(axis=2) >= WHITE).mean() < CHART:
            kept[place] = True
    fringe = ndimage.binary_dilation(~kept, iterations=FRINGE) & (values.min(axis=2) > 190)
    kept &= ~fringe
    reflected = values + 255 - values.max(axis=2, keepdims=True) - values.min(axis=2, keepdims=True)
    dark = PAGE + np.clip(reflected, 0, 255) * (255 - PAGE) / 255  # of each hue the other lightness
    return Image.fromarray(np.where(kept[..., None], values, dark).round().astype(np.uint8))


def _plate(values):
    """Which pixels are of the plate: nearly white, and connected with a nearly white border."""
    white = values.min(axis=2) >= WHITE
    border = np.concatenate([white[0], white[-1], white[:, 0], white[:, -1]])
    if border.mean() < 0.6:
        return None
    areas, _ = ndimage.label(white)
    edge = np.concatenate([areas[0], areas[-1], areas[:, 0], areas[:, -1]])
    return np.isin(areas, np.unique(edge[edge > 0]))
