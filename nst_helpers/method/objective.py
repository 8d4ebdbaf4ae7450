"""What a picture is compared with, how far off it is, and in which direction that grows.

The losses of Gatys, Ecker, Bethge, CVPR 2016 (see `losses.py`), with one departure: they are
divided by constants, so that a weight means the same strength at every size and for every painting.
A picture has one region, which is all of it, or several with a painting each.
"""

from typing import NamedTuple

import tensorflow as tf

from .losses import (
    TERMS,
    content_loss,
    gram_loss,
    gram_matrix,
    guided_gram_matrix,
    neighbor_loss,
    total_variation,
)
from .neighbors import Neighbors, side_by_side


class Targets(NamedTuple):
    """What the generated image is compared with at one size. Computed once; never changes."""

    content: tf.Tensor  # the content image's features, (1, height, width, channels)
    grams: dict  # {layer: [Gram matrix of the style image, (channels, channels), of each region]}
    constants: dict  # {"content": number, layer: [number of each region]}, see `compute_targets`
    guides: dict | None = None  # {layer: [guide of each region]}, see `measuring`
    neighbors: Neighbors | None = None  # None without the neighbor loss
    held: tf.Tensor | float = 1.0  # how much content counts at each position, see `neighbors.held`


def compute_targets(extract, content, style, content_layer, style_layers):
    """The `Targets` for one size: run the network once on each of the two pictures.

    extract: from `feature_extractor`. content, style: pictures at this size. There is one region,
    so `grams` has a matrix for each layer, and `constants` a number, not a list of one. Plain
    losses differ by factors of thousands between layers, sizes and paintings. Unlike Gatys,
    `stylize` divides them by constants, so that each becomes a relative squared error:

    * `constants["content"]` is the mean square of the content image's features P. The divided
      content loss is ‖F − P‖² / ‖P‖²: 0 for the photo, about 1 when nothing of it is left.
    * `constants[layer]` is the mean square of the style image's Gram matrix A or of the content
      image's, whichever is larger. The divided style loss is 0 for the painting's own Gram
      matrices, and between about 0.4 and 1 for an unpainted photo, whatever the size or painting.

    To convert: `content_weight` c here is a plain content weight of c / constants["content"];
    `style_weight` s here is, for each of the n layers, a weight of s / (n · constants[layer]) on
    the mean squared difference of the Gram matrices over height × width. By default `stylize` also
    multiplies by each layer's factor in the setting `style_layers`, counts style less at small
    sizes (`styles.style_share`) and, with the neighbor loss, content more in detail
    (`neighbors.held`).
    """
    measure = measuring(extract, content_layer, style_layers)
    targets = compare(measure(content), measure(style).grams)
    return Targets(targets.content, undivided(targets.grams), undivided(targets.constants))


def undivided(values):
    """The values of layers; of an only region without the list around it."""
    several = {name for name, value in values.items() if not isinstance(value, list) or value[1:]}
    return {name: value if name in several else value[0] for name, value in values.items()}


def compare(photo, grams, guides=None, areas=(1.0,)):
    """The `Targets` of a photo and of the style images' Gram matrices, but for the neighbors.

    photo: as it was measured, see `measuring`. grams, guides: as in `Targets`. areas:
    of each region, as a share of the photo: so much its style loss counts, which is as much as
    these pixels would count in an undivided photo.
    """
    constants = {"content": strength(photo.content)}
    for layer, targets in grams.items():
        constants[layer] = [
            tf.maximum(strength(target), strength(gram)) / area
            for target, gram, area in zip(targets, photo.grams[layer], areas, strict=True)
        ]
    return Targets(photo.content, grams, constants, guides)


def strength(values):
    """Mean square; at least 1, so that it can be divided by (features are in the hundreds)."""
    return tf.maximum(tf.reduce_mean(tf.square(values)), 1.0)


class Measured(NamedTuple):
    """What the losses need of a picture."""

    content: tf.Tensor  # the content layer's features, (1, height, width, channels)
    grams: dict  # as in `Targets`
    columns: dict  # {layer: features of the neighbor loss}, see `neighbors.side_by_side`, or none


def measuring(extract, content_layer, style_layers, neighbor_layers=()):
    """`measure(picture, guides=None)`, which gives what is `Measured`.

    guides: `{layer: [guide of each region, (1, height, width, 1)]}`, see `guided_gram_matrix`;
    None for one region that is the whole picture.
    """

    def measure(picture, guides=None):
        features = extract(picture)
        grams = {}
        for layer in style_layers:  # (N, N) each
            values = features[layer]
            grams[layer] = (
                [guided_gram_matrix(values, guide) for guide in guides[layer]]
                if guides
                else [gram_matrix(values)]
            )
        columns = side_by_side({layer: features[layer] for layer in neighbor_layers})
        return Measured(features[content_layer], grams, columns)

    return measure


def loss_and_gradient_by(measure):
    """The function that the loop calls: a picture's weighted losses, and the total's gradient.

    measure: from `measuring`. Returns `f(picture, targets, weights)`, which gives `(losses,
    gradient)`: the losses as in `Step`, the gradient in the picture's shape. weights: of the terms,
    and factors for style layers; what has no weight counts nothing.
    """

    def loss_and_gradient(picture, targets, weights):
        content, style, constants, guides, neighbors, held = targets
        with tf.GradientTape() as tape:
            tape.watch(picture)
            features, grams, columns = measure(picture, guides)
            if neighbors:
                columns = {name: neighbors.factors[name] * columns[name] for name in columns}
            shares = {}  # of the layers in the style loss
            for layer in grams:
                regions = zip(grams[layer], style[layer], constants[layer], strict=True)
                factor, count = weights.get(layer, 1.0), len(grams)
                shares[layer] = tf.add_n(
                    [factor / (count * c) * gram_loss(gram, target) for gram, target, c in regions]
                )
            losses = {
                "content": content_loss(features, content, held) / constants["content"],
                "style": tf.add_n([*shares.values()]),
                "neighbor": neighbor_loss(columns, neighbors.matched, neighbors.covered)
                if neighbors
                else tf.constant(0.0),
                "tv": total_variation(picture),
            }
            losses = {term: weights.get(term, 0.0) * losses[term] for term in TERMS}
            total = tf.add_n([*losses.values()])
        losses |= {"total": total}
        losses |= {layer: weights["style"] * share for layer, share in shares.items()}
        return losses, tape.gradient(total, picture)  # scalars; (1, height, width, 3)

    return loss_and_gradient
