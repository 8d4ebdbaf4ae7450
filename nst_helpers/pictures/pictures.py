"""Pictures: load, resize, show.

Everywhere in the kit a picture is a float32 tensor, RGB, values 0 to 1, shape
`(1, height, width, 3)`.
"""

import hashlib

import numpy as np
import tensorflow as tf
from PIL import Image

from ..errors import PictureError, SettingsError
from .decode import checked_values, open_source
from .values import SHORTEST_SIDE, side_of, size_with_longest_side, whole_number


def load_image(source, max_side=512):
    """A picture from a file, a sample's name, or an array.

    source: a path; the name of a sample (see `SAMPLES`), such as `"starry_night"`; a PIL image;
    or an array or tensor `(height, width, 3)` or `(1, height, width, 3)`: uint8, uint16, or
    floats from 0 to 1, of which one in a hundred may lie beyond, and is clipped. The white of a
    gray file of 16 or 32 bits is taken to be 65535, that of one of floats 1.
    max_side: the longest side in pixels that is wanted. A larger picture is made smaller, with
    antialiasing; a smaller one is left as it is. None keeps every picture's own size.

    Returns a picture: float32, RGB, 0 to 1, `(1, height, width, 3)`, upright as a viewer shows
    it, transparency laid on white, colors in sRGB; of an animation, the first frame.
    Raises `PictureError` if there is no usable picture, and `SettingsError` for a wrong max_side.
    """
    return load_with_sha256(source, max_side)[0]


def load_with_sha256(source, max_side=512, name=None):
    """`(picture, sha256)`: what `load_image` returns, and the sha256 of the source's pixels.

    The sha256 is that of their bytes before any shrinking, row by row, RGB.
    name: what an error calls the source. Raises what `load_image` raises.
    """
    max_side = None if max_side is None else side_of("max_side", max_side)
    source_name, image = open_source(source)
    pixels = image if isinstance(image, Image.Image) else Image.fromarray(to_uint8(image))
    sha256 = hashlib.sha256(pixels.tobytes()).hexdigest()
    width, height = pixels.size
    fitted = _fitted(height, width, max_side, name or source_name)
    if fitted != (height, width):  # from bytes, so that the same pixels make the same picture
        image = pixels.resize(fitted[::-1], Image.Resampling.LANCZOS)
    if isinstance(image, Image.Image):
        image = np.asarray(image, np.float32)[None] / 255
    return tf.constant(image), sha256


def _fitted(height, width, max_side, name):
    """Height and width after shrinking to `max_side`, if they still make a usable picture."""
    longest = max(height, width, 1)
    scale = min(1, (max_side or longest) / longest)
    smaller = max(1, round(height * scale)), max(1, round(width * scale))
    if min(smaller) < SHORTEST_SIDE:
        shrunk = "" if scale == 1 else f" shrunk to {smaller[1]} × {smaller[0]} px;"
        raise PictureError(
            f"{name} is {width} × {height} px,{shrunk} VGG19 needs {SHORTEST_SIDE} px on the "
            "shorter side: use a larger picture, or crop it nearer to a square."
        )
    return smaller


def resize(picture, height, width):
    """The picture at another size: bicubic, antialiased when it shrinks, clipped to 0..1.

    picture: `(1, any height, any width, 3)`. Returns `(1, height, width, 3)`. Raises
    `SettingsError` for a height or width that is no whole number from 1 up.
    """
    height, width = whole_number("height", height), whole_number("width", width)
    if min(height, width) < 1:
        raise SettingsError(f"{width} × {height} px is not a size: ask for at least 1 px each way.")
    if tuple(picture.shape[1:3]) == (height, width):
        return tf.convert_to_tensor(picture)
    resized = tf.image.resize(picture, (height, width), method="bicubic", antialias=True)
    return tf.clip_by_value(resized, 0.0, 1.0)


def with_longest_side(picture, side):
    """The picture at the size at which its longest side is `side` pixels, as `resize` makes it."""
    return resize(picture, *size_with_longest_side(picture, side))


def to_uint8(picture):
    """The picture as a numpy array `(height, width, 3)` of bytes, 0 to 255.

    Raises `PictureError` unless it is finite and of shape `(1, height, width, 3)`.
    """
    values = checked_values(picture, "this picture")
    return np.round(np.clip(values[0], 0, 1) * 255).astype(np.uint8)


def show(*pictures, titles=None, height=3.2):
    """Show pictures side by side under their titles.

    pictures: each `(1, height, width, 3)`, or an array `(height, width)`, with 3 or 4 colors or
    without. Of bytes 255 is white; where all integers are 0 or 1, 1 is, as of a mask.
    titles: one a picture. height: of the row, in inches. Raises `PictureError` or `SettingsError`.
    """
    import matplotlib.pyplot as plt

    titles = titles or [None] * len(pictures)
    if not pictures or len(titles) != len(pictures):
        raise SettingsError(
            f"{len(pictures)} pictures and {len(titles)} titles: give one for each picture."
        )
    shown = [_drawable(picture) for picture in pictures]
    ratios = [values.shape[1] / values.shape[0] for values in shown]
    height = min(height, 14 / sum(ratios))  # a row is at most 14 inches wide
    size = (sum(ratios) * height, height + 0.3)
    grid = {"width_ratios": ratios, "squeeze": False}
    _, axes = plt.subplots(1, len(pictures), figsize=size, layout="constrained", **grid)
    for axis, values, title in zip(axes[0], shown, titles):
        axis.imshow(values, cmap="gray", vmin=0, vmax=1, interpolation="bicubic")
        axis.set_title(title, fontsize=10)
        axis.axis("off")
    plt.show()


def _drawable(picture):
    """What matplotlib can draw of a picture, or of an array as for `show`: floats from 0 to 1."""
    values = np.asarray(picture)
    values = values[0] if values.ndim > 2 and len(values) == 1 else values
    values = values[..., 0] if values.ndim == 3 and values.shape[-1] == 1 else values
    has_shape = values.ndim == 2 or (values.ndim == 3 and values.shape[-1] in (3, 4))
    if not has_shape or 0 in values.shape or values.dtype.kind not in "biufV":
        raise PictureError(
            f"This picture has the shape {values.shape} and holds {values.dtype.name} values: "
            "show numbers, as (1, height, width, 3) or (height, width)."
        )
    of_bytes = values.dtype.kind == "u" and values.max() > 1
    white = np.iinfo(values.dtype).max if of_bytes else 1
    return np.clip(values.astype(np.float32) / white, 0, 1)
