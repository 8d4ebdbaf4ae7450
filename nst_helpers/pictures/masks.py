"""Masks: which part of a photo, or of a painting, counts. White where it does, gray in between.

A mask is a picture with three equal values; it may come from a file, or be made here in a line.
"""

import math
import os

import numpy as np
import tensorflow as tf
from PIL import Image

from ..errors import PictureError, SettingsError
from .colors import luminance
from .decode import as_numbers, open_source
from .pictures import load_image
from .values import number, short

SHAPES_DIFFER = 0.02  # of two aspects, as a share, beside rounding


def load_mask(source, name, picture):
    """A mask for this picture: float32 `(1, height, width, 1)`, 0 to 1, in a size of its own.

    source: anything `load_image` takes; or an array `(height, width)`, true or false, or 0 to 1,
    with a last axis of 1 or without.
    name: what to call it in the message of the `PictureError` that is raised if it is black
    everywhere or has another shape than the picture.
    """
    if not isinstance(source, (str, os.PathLike, Image.Image)):
        source = as_numbers(source, name)
        if source.dtype.kind in "biu" and source.max(initial=0) <= 1:  # true or false
            source = source.astype(np.float32)
        source = source[..., None] if source.ndim == 2 else source
        source = np.repeat(source, 3, axis=-1) if source.shape[-1] == 1 else source
    pixels = open_source(source, name)[1]
    if isinstance(pixels, Image.Image):
        pixels = np.asarray(pixels, np.float32)[None]
        pixels = pixels / (255 if pixels.max() > 1 else 1)  # a file of 0 and 1 is no dark mask
    check_shape(name, pixels, picture)
    mask = luminance(tf.constant(pixels))[..., :1]
    if not tf.reduce_max(mask) > 0:
        raise PictureError(f"{name} is black everywhere: make it white where its painting applies.")
    return mask


def check_shape(name, mask, picture):
    """Raise `PictureError` unless a mask, or a picture to start from, has the picture's aspect."""
    (height, width), (own_height, own_width) = mask.shape[1:3], picture.shape[1:3]
    ratio = (width / height) / (own_width / own_height)
    rounding = 1 / min(height, width, own_height, own_width)
    if abs(math.log(ratio)) > SHAPES_DIFFER + rounding:
        raise PictureError(
            f"{name} is {width} × {height} px, and the picture it is for {own_width} × "
            f"{own_height}, another shape: crop it to the same part."
        )


def shared_out(masks, shares):
    """Masks that add up to at most 1: where several are white, the paintings' shares decide.

    masks: each `(1, height, width, 1)` in one size. Returns `(1, height, width, number)`, whose sum
    at each place is the whitest of the masks there whose painting counts.
    """
    shares = tf.constant(shares, tf.float64)
    white = tf.cast(tf.concat(masks, axis=-1), tf.float64) * tf.cast(shares > 0, tf.float64)
    weighted = white * shares
    together = tf.reduce_sum(weighted, axis=-1, keepdims=True)
    whitest = tf.reduce_max(white, axis=-1, keepdims=True)
    return tf.cast(whitest * tf.math.divide_no_nan(weighted, together), tf.float32)


def half(picture, side):
    """White on one side of the picture: "left", "right", "top" or "bottom". Returns a picture.

    picture: anything `load_image` takes.
    """
    picture = _loaded(picture)
    across, down = _places(picture)
    sides = {"left": across < 0.5, "right": across >= 0.5, "top": down < 0.5, "bottom": down >= 0.5}
    if not isinstance(side, str) or side not in sides:
        raise SettingsError(f"There is no side {short(side)}: choose one of {', '.join(sides)}.")
    return _mask(np.broadcast_to(sides[side], picture.shape[1:3]))


def circle(picture, x=0.5, y=0.5, radius=0.25):
    """White in a circle. x, y: its center, 0 to 1 from the left and from the top.

    picture: anything `load_image` takes. radius: as a share of its shorter side. Returns a picture.
    """
    picture = _loaded(picture)
    x, y, radius = number("x", x), number("y", y), number("radius", radius)
    height, width = picture.shape[1:3]
    across, down = _places(picture)
    distance = np.hypot((across - x) * width, (down - y) * height)
    return _mask(distance < radius * min(height, width))


def color_range(picture, color, reach=0.2):
    """White where the picture has about this color.

    picture: anything `load_image` takes. color: red, green and blue, 0 to 1 each. reach: how far
    off a pixel may be, as a distance in that space. Returns a picture.
    """
    picture = _loaded(picture)
    if not isinstance(color, (list, tuple, np.ndarray, tf.Tensor)) or np.shape(color) != (3,):
        raise SettingsError(f"color is {short(color)}: give red, green and blue, each from 0 to 1.")
    color = np.array([number("color", float(share)) for share in color], np.float32)
    distance = np.linalg.norm(np.asarray(picture)[0] - color, axis=-1)
    return _mask(distance < number("reach", reach))


def _loaded(source):
    """A picture as it is, however small, and one by its name."""
    return source if hasattr(source, "shape") else load_image(source)


def _places(picture):
    """Of each pixel's middle, 0 to 1: across `(1, width)`, down `(height, 1)`."""
    height, width = picture.shape[1:3]
    return (np.arange(width)[None] + 0.5) / width, (np.arange(height)[:, None] + 0.5) / height


def _mask(values):
    return tf.repeat(tf.constant(values, tf.float32)[None, ..., None], 3, axis=-1)
