"""What a picture is compared with, how far off it is, and in which direction that grows.

The losses of Gatys, Ecker, Bethge, CVPR 2016 (see `losses.py`), with one departure: they are
divided by constants, so that a weight means the same strength at every size and for every painting.
"""

from dataclasses import dataclass

import tensorflow as tf

from .losses import (
    TERMS,
    content_loss,
    gram_matrix,
    guided_gram_matrix,
    style_loss,
    total_loss,
    total_variation,
)


@dataclass(frozen=True)
class Targets:
    """What the generated image is compared with at one size. Computed once; never changes."""

    content: tf.Tensor  # the content image's features, (1, height, width, channels)
    # The style image's Gram matrices, {layer: (channels, channels)}; of a guided run, {layer: list
    # of such, one a region}, and as many constants.
    grams: dict
    constants: dict  # {"content": number, layer: number, ...}, see `compute_targets`


def compute_targets(extract, content, style, content_layer, style_layers):
    """The `Targets` for one size: run the network once on each of the two pictures.

    extract: from `feature_extractor`. content, style: pictures at this size. Plain losses differ
    by factors of thousands between layers, sizes and paintings. Unlike Gatys, `stylize` divides
    them by constants, so that each becomes a relative squared error:

    * `constants["content"]` is the mean square of the content image's features P. The divided
      content loss is ‖F − P‖² / ‖P‖²: 0 for the photo, about 1 when nothing of it is left.
    * `constants[layer]` is the mean square of the style image's Gram matrix A or of the content
      image's, whichever is larger. The divided style loss is 0 for the painting's own Gram
      matrices, and between about 0.4 and 1 for an unpainted photo, whatever the size or painting.

    To convert: `content_weight` c here is a plain content weight of c / constants["content"];
    `style_weight` s here is, for each of the n layers, a weight of s / (n · constants[layer]) on
    the mean squared difference of the Gram matrices over height × width.
    """
    return targets_by(measuring(extract, content_layer, style_layers), content, style)


def targets_by(measure, content, style):
    """`compute_targets` with what `measuring` returns, or the same in bands or as a graph."""
    return targets_from(*measure(content), measure(style)[1])


def targets_from(features, photo_grams, grams):
    """`Targets` from the content image's features and Gram matrices, and the style image's."""
    constants = {layer: larger_strength(grams[layer], photo_grams[layer]) for layer in grams}
    return Targets(features, grams, {"content": strength(features)} | constants)


def measuring(extract, content_layer, style_layers):
    """From a picture to its content layer's features and its style layers' Gram matrices.

    guides: of regions, `{layer: [(1, height, width, 1), ...]}`, see `guided_gram_matrix`; there is
    then a list of Gram matrices for each layer.
    """

    def measure(picture, guides=None):
        features = extract(picture)
        if guides is None:
            grams = {layer: gram_matrix(features[layer]) for layer in style_layers}  # (N, N) each
        else:
            grams = {
                layer: [guided_gram_matrix(features[layer], guide) for guide in guides[layer]]
                for layer in style_layers
            }
        return features[content_layer], grams

    return measure


def larger_strength(gram, photo_gram):
    return tf.maximum(strength(gram), strength(photo_gram))


def strength(values):
    """Mean square; at least 1, so that it can be divided by (features are in the hundreds)."""
    return tf.maximum(tf.reduce_mean(tf.square(values)), 1.0)


def make_loss_and_gradient(extract, content_layer, style_layers):
    """The function that the loop calls: a picture's weighted losses, and the total's gradient.

    Returns `f(picture, targets' content, grams and constants, weights)`, a `tf.function` that gives
    `(losses, gradient)`: the losses as in `Step`, the gradient in the picture's shape. Weights (of
    the three terms, and factors for style layers) are tensors: to change them traces nothing again.
    """

    measure = measuring(extract, content_layer, style_layers)
    # Traced at two sizes, it takes all others.
    return tf.function(loss_and_gradient_by(measure), reduce_retracing=True)


def loss_and_gradient_by(measure):
    """`make_loss_and_gradient`, not yet a graph, with what `measuring` returns."""

    def loss_and_gradient(picture, content_target, style_targets, constants, weights, guides=None):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            features, grams = measure(picture) if guides is None else measure(picture, guides)
            content = content_loss(features, content_target) / constants["content"]
            shares = {}
            for layer in grams:
                compared = (one[layer] for one in (grams, style_targets, constants))
                if guides is None:
                    compared = ([one] for one in compared)
                weight = weights.get(layer, 1.0)
                shares[layer] = tf.add_n(
                    style_loss(
                        {layer: gram}, {layer: target}, {layer: weight / (len(grams) * constant)}
                    )
                    for gram, target, constant in zip(*compared)
                )
            plain = content, tf.add_n(list(shares.values())), total_variation(picture)
            total = total_loss(*plain, *(weights[term] for term in TERMS))
        losses = {term: weights[term] * loss for term, loss in zip(TERMS, plain)} | {"total": total}
        losses |= {layer: weights["style"] * share for layer, share in shares.items()}
        return losses, tape.gradient(total, picture)  # scalars; (1, height, width, 3)

    return loss_and_gradient
