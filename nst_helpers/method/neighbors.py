"""The neighbors of the neighbor loss: for each position the painting's that it resembles most.

A Gram matrix forgets places; this says where each form goes. Kolkin, Kucera, Paris, Sýkora,
Shechtman, Shakhnarovich: *Neural Neighbor Style Transfer*, arXiv 2203.13215 (2022), cut down to one
more term of the sum. A position is a square of four by four pixels, and its features are those of
five layers, one after the other.
"""

from typing import NamedTuple

import tensorflow as tf

from .vgg import stride

LAYERS = {  # and how much each counts: shallow ones hold faces and smooth places, and bring ripples
    "block1_conv2": 0.3,
    "block2_conv2": 0.5,
    "block3_conv2": 1.0,
    "block3_conv4": 1.0,
    "block4_conv2": 1.0,
}
PIXELS = 4  # to a position, in each direction
LARGEST_WITH_NEIGHBORS = 400  # px; finer scales only draw what is there: there the term is left out
FALLS_FROM = 200  # px; on finer scales a position is a smaller part of a form, and counts less
AT_ONCE = 1024  # positions that are compared with all of a painting's, so that memory stays small


def share_at(side, is_first):
    """The share of the neighbors' weight that counts at the scale of this side."""
    if side > LARGEST_WITH_NEIGHBORS and not is_first:
        return 0.0
    return min(1.0, FALLS_FROM / side)


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
    """Of each query the number of the painting's row with the largest cosine, both less their mean.

    queries: `(positions, channels)`. painting: `(its positions, channels)`. Returns `(positions,)`.
    """
    here, there = map(_less_their_mean, (queries, painting))
    firsts = range(0, len(here), AT_ONCE)
    cosines = (tf.matmul(here[n : n + AT_ONCE], there, transpose_b=True) for n in firsts)
    return tf.concat([tf.argmax(block, axis=1) for block in cosines], axis=0)


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


def matching(photo, paintings, parts, masks):
    """The function `match(picture, weights, share)`, which gives `Neighbors`.

    photo, picture: their features, from `side_by_side`. paintings: those of each. parts: masks of
    what may be taken of each painting, masks: of where each applies in the photo, both as in
    `styles.Paintings`, or None for all. weights: of each painting, where there are no masks. What
    is matched is the photo's features and, by this share, the picture's own.
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

    def match(picture, weights, share):
        queries = of_photo + share * (rows(picture, factors) - of_photo)
        found = [tf.gather(vectors, nearest(queries, vectors)) for vectors in taken]
        drawn = [
            weight * tf.nn.l2_normalize(vectors, axis=1)
            for vectors, weight in zip(found, places or weights, strict=True)
        ]
        parts = tf.split(tf.add_n(drawn), [len(v[0, 0, 0]) for v in picture.values()], axis=1)
        apart = {
            layer: tf.reshape(part, values.shape)
            for part, (layer, values) in zip(parts, picture.items(), strict=True)
        }
        covered = tf.add_n(places) if places else tf.ones((len(queries), 1))
        return Neighbors(apart, factors, tf.reshape(covered, picture["block3_conv2"].shape[:3]))

    return match


def _at_positions(mask, features):
    """A mask's values at the features' positions, `(positions, 1)`."""
    return tf.reshape(by_area(mask, *features["block3_conv2"].shape[1:3]), (-1, 1))
