"""All pictures of a run, loaded and checked: content, paintings, masks, and where to start."""

import hashlib
import os
from dataclasses import replace

import numpy as np
import tensorflow as tf

from ..errors import PictureError, SettingsError, as_path
from ..method import Paintings, by_area
from ..pictures import (
    GIVEN_PICTURE,
    SHORTEST_SIDE,
    STARTING_POINTS,
    check_shape,
    find_sample,
    load_mask,
    load_with_sha256,
    resize,
    shared_out,
)


def split_init(settings):
    """`(settings, picture)`: where a run starts, if that is a picture, apart from its settings."""
    init = settings.get("init", STARTING_POINTS[0])
    if init is None or isinstance(init, str):
        if init in (None, *STARTING_POINTS, GIVEN_PICTURE):
            return settings, None
        if find_sample(init) is None and not os.path.exists(as_path(init)):
            raise SettingsError(
                f"init is {init!r}: choose one of {', '.join(map(repr, STARTING_POINTS))}, or give "
                "a picture that exists."
            )
    return settings | {"init": GIVEN_PICTURE}, init


def load_inputs(asked, content, style, init=None, style_masks=None, painting_masks=None):
    """A run's `(content, paintings, start, checksums)`: the last for the card; start may be None.

    asked: `Settings`. content, init: as for `stylize`, init being a picture or None. Raises
    `PictureError`, and `SettingsError` where paintings, weights and masks do not go together.
    """
    content, content_sha256 = load_with_sha256(content, max_side=asked.size)
    side = max(content.shape[1:3])
    styles = list(style) if isinstance(style, (list, tuple)) else [style]
    if not styles:
        raise PictureError("There is no painting: give one, or a list of several.")
    shares = _shares(asked.style_blend_weights, len(styles))
    longest = max(round(side * asked.style_scale), SHORTEST_SIDE)
    pictures, sha256 = zip(*(load_with_sha256(source, max_side=longest) for source in styles))
    checksums = {
        "content_sha256": content_sha256,
        "style_sha256": list(sha256) if isinstance(style, (list, tuple)) else sha256[0],
    }
    paintings = Paintings(pictures, shares)
    for name, given in {"style_masks": style_masks, "painting_masks": painting_masks}.items():
        if given is not None:
            paintings, checksums[f"{name}_sha256"] = with_masks(paintings, name, given, content)
    start = None
    if init is not None:
        start, checksums["init_sha256"] = load_with_sha256(init, max_side=side)
        check_shape("The picture to start from", start, content)
        start = resize(start, *content.shape[1:3])
    elif asked.init == GIVEN_PICTURE:
        raise SettingsError(
            "init is a picture in these settings, but none was given: name the picture to go on "
            f"from, or one of {', '.join(STARTING_POINTS)}."
        )
    return content, _with_a_share(paintings), start, checksums


def _shares(weights, count):
    """The weights as shares of 1, a number for each painting."""
    weights = weights or [1.0] * count
    if len(weights) != count:
        raise SettingsError(
            f"style_blend_weights are {weights}, but the number of paintings is {count}: give one "
            "weight for each painting."
        )
    weights = [weight / max(weights) for weight in weights]  # of which the sum is finite
    return tuple(weight / sum(weights) for weight in weights)


def with_masks(paintings, name, given, content):
    """`(the same paintings with these masks, [sha256 of each mask])`.

    name: "style_masks" or "painting_masks". given: as for `stylize`. content: the photo. Raises
    `SettingsError` for another number of masks, and what `load_mask` raises.
    """
    of_photo, count = name == "style_masks", len(paintings.pictures)
    given = list(given) if isinstance(given, (list, tuple)) else [given]
    if len(given) != count:
        raise SettingsError(
            f"{name}: {len(given)} for {count} paintings: give one for each painting, in the same "
            "order."
        )
    label = "Style mask" if of_photo else "Painting mask"
    masked = [content] * count if of_photo else paintings.pictures
    masks = [
        load_mask(source, f"{label} {number}", picture)
        for number, (source, picture) in enumerate(zip(given, masked, strict=True), 1)
    ]
    if of_photo:
        here = [by_area(mask, *content.shape[1:3]) for mask in masks]
        paintings = replace(paintings, masks=shared_out(here, paintings.shares))
    else:
        paintings = replace(paintings, own_masks=tuple(masks))
    return paintings, [hashlib.sha256(np.asarray(mask).tobytes()).hexdigest() for mask in masks]


def _with_a_share(paintings):
    """Without the paintings whose share is 0."""
    kept = [number for number, share in enumerate(paintings.shares) if share > 0]
    masks = paintings.masks
    return Paintings(
        tuple(paintings.pictures[number] for number in kept),
        tuple(paintings.shares[number] for number in kept),
        None if masks is None else tf.gather(masks, kept, axis=-1),
        tuple(paintings.own_masks[number] for number in kept if paintings.own_masks),
    )
