"""The neighbors of the neighbor loss: for each position the painting's that it resembles most.

A Gram matrix forgets places; this says where each form goes. Kolkin, Kucera, Paris, Sýkora,
Shechtman, Shakhnarovich: *Neural Neighbor Style Transfer*, arXiv 2203.13215 (2022), cut down to one
more term of the sum. A position is a square of four by four pixels, and its features are those of
five layers, one after the other. Unlike here, Kolkin's program finds its matches at the coarsest
scale by the photo alone, mixes pictures in place of features, takes turned copies of the painting,
too, and ends with matches for each layer. The layers' shares, `room_in` and `held` are our own.
"""

import functools
from typing import NamedTuple

import tensorflow as tf

from ..pictures import GIVEN_PICTURE
from .vgg import stride

LAYERS = {  # and how much each counts: shallow ones hold faces and smooth places, and bring ripples
    "block1_conv2": 0.3,
    "block2_conv2": 0.5,
    "block3_conv2": 1.0,
    "block3_conv4": 1.0,
    "block4_conv2": 1.0,
}
PIXELS = 4  # to a position, in each direction
LARGEST_WITH_NEIGHBORS = 300  # px; on finer scales the term would only add grain: it is left out
FALLS_FROM = 200  # px; on finer scales a position is a smaller part of a form, and counts less
# Where the photo's brightness varies by this share of its mean variation, forms have half the room.
ROOM = 0.4
WINDOWS = 24  # of them, side by side, are as long as the photo: over each its variation is taken
HELD = 1.0  # so much more does the content loss count where there is no room for them
ROUNDING = 0.002  # a variation of half a step of 8 bits is none
AT_ONCE = 1024  # positions that are compared with all of a painting's, so that memory stays small


def share_at(side, settings):
    """The share of the neighbors' weight that counts at the scale of this side, 0 to 1.

    settings: with the run's scales. It counts at the first one however large that is, for there is
    no coarser one to place the forms, unless the run goes on from a picture.
    """
    begins_here = side == settings.scales[0] and settings.init != GIVEN_PICTURE
    if side > LARGEST_WITH_NEIGHBORS and not begins_here:
        return 0.0
    return min(1.0, FALLS_FROM / side)


def room_in(photo):
    """How much room there is for the painting's forms, `(1, height, width, 1)`, 0 to 1.

    All of it where the photo is smooth, as in a sky, and little where it is full of detail, as in a
    face, which forms of the painting would break up. Our own, not Kolkin's.
    """
    light = tf.reduce_mean(photo, axis=-1, keepdims=True)
    side = max(3, max(photo.shape[1:3]) // WINDOWS | 1)
    mean = functools.partial(tf.nn.avg_pool2d, ksize=side, strides=1, padding="SAME")
    deviation = tf.sqrt(tf.maximum(mean(light**2) - mean(light) ** 2, 0.0))
    return 1 / (1 + (deviation / (ROOM * tf.reduce_mean(deviation) + ROUNDING)) ** 2)


def held(room, height, width):
    """How much the content loss counts at each of its positions, `(1, height, width, 1)`.

    room: from `room_in`. Once where the photo is smooth, twice where it is full of detail: what the
    painting's forms would break up, as a face, is held, and the rest is theirs.
    """
    return 1 + HELD * (1 - by_area(room, height, width))


def side_by_side(features):
    """Features of `LAYERS` at the same positions: `{layer: (1, height, width, channels)}`.

    features: as extracted. Finer ones are averaged, coarser ones enlarged; none give none.
    """
    columns = {}
    for layer, values in features.items():
        times = PIXELS // stride(layer)
        if times > 1:
            values = tf.nn.avg_pool2d(values, times, times, "VALID")
        elif times < 1:
            values = tf.image.resize(values, tf.shape(features["block3_conv2"])[1:3])
        columns[layer] = values
    return columns


def factors_for(paintings):
    """`{layer: what its features are multiplied by}`: its share over their root mean square.

    paintings: the features of each, from `side_by_side`.
    """
    factors = {}
    for layer, share in LAYERS.items():
        squares = [tf.reduce_mean(tf.square(features[layer])) for features in paintings]
        factors[layer] = share * tf.math.rsqrt(tf.add_n(squares) / len(squares) + 1e-6)
    return factors


def rows(features, factors):
    """The features as one matrix: a row for each position, the layers one after the other."""
    weighted = [factors[name] * values for name, values in features.items()]
    return tf.concat([tf.reshape(values, (-1, values.shape[-1])) for values in weighted], axis=1)


def nearest(queries, painting):
    """Of each query the number of the painting's row that it resembles most.

    Resemblance is the cosine, both less their mean, minus half of the row's largest cosine with any
    query. Without that part, a few rows that resemble everything a little (bare canvas, paper) are
    taken over and over; see Conneau et al., *Word Translation Without Parallel Data*, arXiv
    1710.04087 (2018), section 2.3, whose average over k we take at k = 1.
    queries: `(positions, channels)`. painting: `(its positions, channels)`. Returns `(positions,)`.
    """
    here, there = map(_less_their_mean, (queries, painting))

    def cosines():
        for first in range(0, len(here), AT_ONCE):
            yield tf.matmul(here[first : first + AT_ONCE], there, transpose_b=True)

    largest = functools.reduce(tf.maximum, (tf.reduce_max(block, axis=0) for block in cosines()))
    return tf.concat([tf.argmax(block - largest / 2, axis=1) for block in cosines()], axis=0)


def _less_their_mean(vectors):
    return tf.nn.l2_normalize(vectors - tf.reduce_mean(vectors, axis=0), axis=1)


def by_area(mask, height, width):
    """A mask, or several, at another size, each value the mean over the area that it stands for."""
    if mask.shape[1:3] == (height, width):
        return mask
    return tf.image.resize(mask, (height, width), "area")


class Neighbors(NamedTuple):
    """What `losses.neighbor_loss` compares a picture's features with."""

    matched: dict  # {layer: (1, height, width, channels)}, side by side of length 1 or less
    factors: dict  # {layer: what the picture's features are multiplied by}
    covered: tf.Tensor  # how much of each position counts, (1, height, width)


def matching(photo, paintings, parts, masks, room=None):
    """The function `match(picture, weights, share)`, which gives `Neighbors`.

    photo, picture: their features, from `side_by_side`. paintings: those of each. parts: masks of
    what may be taken of each painting, masks: of where each applies in the photo, both as in
    `styles.Paintings`, or None for all. room: how much each place counts, or None for all alike.
    weights: of each painting, where there are no masks. What is matched is the photo's features
    and, by this share, the picture's own.
    """
    factors = factors_for(paintings)
    of_photo = rows(photo, factors)
    taken = []
    for features, part in zip(paintings, parts, strict=True):
        vectors = rows(features, factors)
        inside = None if part is None else _at_positions(part, features) > 0.5
        some = part is not None and tf.reduce_any(inside)  # a part may be smaller than a position
        taken.append(tf.boolean_mask(vectors, inside[:, 0]) if some else vectors)
    places = [_at_positions(mask, photo) for mask in masks if mask is not None]
    counts = tf.ones((len(of_photo), 1)) if room is None else _at_positions(room, photo)

    def match(picture, weights, share):
        queries = of_photo + share * (rows(picture, factors) - of_photo)
        found = [tf.gather(vectors, nearest(queries, vectors)) for vectors in taken]
        drawn = [
            weight * tf.nn.l2_normalize(vectors, axis=1)
            for vectors, weight in zip(found, places or weights, strict=True)
        ]
        channels = [values.shape[-1] for values in picture.values()]
        parts = tf.split(counts * tf.add_n(drawn), channels, axis=1)
        apart = {
            layer: tf.reshape(part, values.shape)
            for part, (layer, values) in zip(parts, picture.items(), strict=True)
        }
        covered = counts * tf.add_n(places) if places else counts
        return Neighbors(apart, factors, tf.reshape(covered, picture["block3_conv2"].shape[:3]))

    return match


def _at_positions(mask, features):
    """A mask's values at the features' positions, `(positions, 1)`."""
    return tf.reshape(by_area(mask, *features["block3_conv2"].shape[1:3]), (-1, 1))
