"""What a scale's first step finds: the starting point, and the coarser result made larger."""

import tensorflow as tf

from .colors import in_colors_of
from .errors import SettingsError
from .pictures import resize
from .settings import STARTING_POINTS

OVERLAID = 0.5  # of the style image, in the start "overlay"; with less its large forms fade again


def starting_point(init, content, style, seed=0, masks=()):
    """The picture that the loop starts from, in the content image's size.

    init: `"recolored"` (the content image in the style image's colors), `"overlay"` (that, with the
    style image laid over it, half and half, so that its large forms come up in their places),
    `"content"`, `"style"` (the style image, stretched) or `"noise"` (white noise; the same seed
    gives the same noise). Another name raises `SettingsError`. content, style: pictures. masks:
    those of style and content whose colors count, as for `colors.in_colors_of`.
    """
    if init == "recolored":
        return in_colors_of(style, content, *masks)
    if init == "overlay":
        recolored = in_colors_of(style, content, *masks)
        return recolored + OVERLAID * (resize(style, *content.shape[1:3]) - recolored)
    if init == "content":
        return content
    if init == "style":
        return resize(style, *content.shape[1:3])
    if init != "noise":
        raise SettingsError(f"init is {init!r}: choose one of {', '.join(STARTING_POINTS)}.")
    return tf.random.stateless_uniform(content.shape, seed=(seed, 0))


def enlarged(picture, photo, larger_photo, keep_detail):
    """The picture in the larger photo's size, with the detail that only the larger photo has.

    picture: painted, in the size of photo. Only enlarged, it would be blurred, and the steps left
    would make a woven pattern of the blur. So what the larger photo has and the small one lacks,
    once that is enlarged, is added if keep_detail.
    """
    size = larger_photo.shape[1:3]
    detail = larger_photo - resize(photo, *size) if keep_detail else 0.0
    return tf.clip_by_value(resize(picture, *size) + detail, 0.0, 1.0)
