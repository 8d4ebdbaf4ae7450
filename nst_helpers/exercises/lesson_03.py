"""The exercises of lesson 03: the style loss."""

import numpy as np
import tensorflow as tf

from ..losses import gram_matrix, style_loss
from .exercise import Exercise, feature_cases, mean_square, sum_of_squares


def _product_of_means(features, i, j):
    return tf.reduce_mean(features[..., i]) * tf.reduce_mean(features[..., j])


def _correlation(features, i, j):
    return tf.reduce_mean(features[..., i] * features[..., j])


def _cosine(features, i, j):
    """What statistics calls an uncentered correlation: between -1 and 1."""
    return _correlation(features, i, j) / tf.sqrt(
        _correlation(features, i, i) * _correlation(features, j, j)
    )


def _pearson(features, i, j):
    return _cosine(features - tf.reduce_mean(features, axis=(0, 1, 2)), i, j)


def _one_picture_cases():
    return [[features] for features, _ in feature_cases()]


def _sums(features):
    return tf.einsum("bhwi,bhwj->ij", features, features)


def _positions(features):
    return features.shape[1] * features.shape[2]


def _covered(gram):
    strength = tf.sqrt(tf.linalg.diag_part(gram))
    return gram / (strength[:, None] * strength[None])


def _pixels_by_pixels(features):
    rows = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(rows, rows, transpose_b=True) / _positions(features)


def _scrambled_rows(features):
    rows = tf.reshape(features, (features.shape[-1], -1))
    return tf.matmul(rows, rows, transpose_b=True) / _positions(features)


def _gram_cases():
    random = np.random.default_rng(3)

    def grams(layer_count):
        shapes = {f"block{i + 1}_conv1": (1, 3, 4, 2 + i) for i in range(layer_count)}
        return {
            layer: gram_matrix(tf.constant(random.uniform(0, 2, shape), tf.float32))
            for layer, shape in shapes.items()
        }

    shares = ([0.7], [1.9, 0.35, 0.6])
    return [
        [given := grams(len(each)), grams(len(each)), dict(zip(given, each))] for each in shares
    ]


def _over_layers(
    term=lambda gram, target: mean_square(gram - target),
    combine=lambda weights, terms: sum(w * term for w, term in zip(weights, terms)),
):
    """A style loss: `combine` of the lists of weights and of `term(Gram matrix, target)`."""

    def loss(grams, targets, layer_weights):
        terms = [term(grams[layer], targets[layer]) for layer in targets]
        return combine([layer_weights[layer] for layer in targets], terms)

    return loss


# A mistake is a line for the function that makes it, then what to say.
# f: features; i, j: two channels. g, a: a layer's Gram matrix and its target.
# fmt: off
_GRAM_MISTAKES = [
    (_sums,
     "You did not divide: a picture of twice the size would have four times the Gram matrix. "
     "Divide by height × width."),
    (lambda f: _sums(f) / (_positions(f) * f.shape[-1]),
     "You divided by the channels too: divide by height × width only."),
    (lambda f: _sums(f) / f.shape[-1],
     "You divided by the number of channels: divide by height × width."),
    (lambda f: _sums(f)[None] / _positions(f),
     "You kept the batch axis: the result is channels × channels."),
    (lambda f: tf.einsum("bhwi,bhwj->bij", f, f),
     "You kept the batch axis, and did not divide: the result is channels × channels, divided by "
     "height × width."),
    (lambda f: _sums(f - tf.reduce_mean(f, axis=(0, 1, 2))) / _positions(f),
     "You subtracted the mean of each channel (a covariance): the Gram matrix leaves it in."),
    (lambda f: _sums(f) / (2 * _positions(f) * f.shape[-1]),
     "You divided by 2 × channels, too: divide by height × width only."),
    (lambda f: _sums(f) / (2 * _positions(f)),
     "You divided by 2, too: divide by height × width only."),
    (lambda f: _sums(f) / (f.shape[1] + f.shape[2]),
     "You divided by height plus width: the number of positions is their product."),
    (lambda f: _sums(f) / tf.sqrt(float(_positions(f))),
     "You divided by the root of the number of positions: divide by the number itself."),
    (lambda f: _sums(f) / _positions(f) ** 2,
     "You divided by height × width twice: once is enough."),
    (lambda f: _sums(f) * _positions(f),
     "You multiplied by height × width: divide by it."),
    (lambda f: _sums(f) / f.shape[-1] ** 2,
     "You divided by the square of the channels: divide by height × width."),
    (lambda f: _sums(tf.sqrt(f)) / _positions(f),
     "You took roots: multiply the features as they are."),
    (lambda f: tf.reduce_mean(f, axis=(0, 1, 2)),
     "You have one number a channel, its mean: multiply each channel with every other, pixel by "
     "pixel, and take the mean of that."),
    (lambda f: tf.tensordot(tf.reduce_mean(f, (0, 1, 2)), tf.reduce_mean(f, (0, 1, 2)), 0),
     "You multiplied the channels' means: multiply pixel by pixel first, then take the mean."),
    (lambda f: tf.reshape(tf.square(f), (-1, f.shape[-1])) / _positions(f),
     "You multiplied value by value: the matrix product, `tf.matmul`, also multiplies each channel "
     "with every other and adds up over the positions."),
    (lambda f: tf.reshape(tf.square(f), (-1, f.shape[-1])),
     "You multiplied value by value, and did not divide: take the matrix product, `tf.matmul`, and "
     "divide by height × width."),
    (lambda f: _covered(_sums(f) / _positions(f)),
     "You divided each entry by the strengths of its two channels: divide by height × width only."),
    (_pixels_by_pixels,
     "Your matrix is pixels × pixels: sum over the places and keep the channels."),
    (lambda f: tf.reduce_mean(tf.square(f), axis=(0, 1, 2)),
     "You have one number a channel, its mean square: "
     "each channel is to be multiplied with every other, too."),
    (lambda f: tf.reduce_sum(_sums(f)) / _positions(f),
     "You summed the channels away: the result has a row and a column for each channel."),
]

EXERCISES = {
    "correlation of two channels": Exercise(
        reference=_correlation,
        cases=lambda: [[feature_cases()[0][0], 0, 2], [feature_cases()[1][0], 1, 1]],
        right="It is large where both channels are strong at the same places. "
              "Do it for all pairs, and you have the Gram matrix.",
        mistakes=[
            (lambda f, i, j: tf.reduce_sum(f[..., i] * f[..., j]),
             "You took the sum: take the mean over the pixels."),
            (_pearson,
             "That is the correlation coefficient of statistics: here no means are subtracted, and "
             "nothing is divided but by the number of pixels."),
            (_cosine,
             "You divided by the strengths of the two channels: the mean of the products is all."),
            (lambda f, i, j: f[..., i] * f[..., j],
             "The products are right: take their mean over all pixels: one number."),
            (lambda f, i, j: tf.reduce_mean(f[..., i] - f[..., j]),
             "You subtracted: multiply pixel by pixel."),
            (lambda f, i, j: tf.reduce_mean(f[..., i] + f[..., j]),
             "You added: multiply pixel by pixel."),
            (lambda f, i, j: mean_square(f[..., i] - f[..., j]),
             "That is how far the channels differ: multiply them pixel by pixel."),
            (lambda f, i, j: _correlation(f, i, i),
             "You multiplied the first channel by itself: multiply it by the other."),
            (lambda f, i, j: _correlation(f, j, j),
             "You multiplied the second channel by itself: multiply it by the other."),
            (lambda f, i, j: tf.reduce_max(f[..., i] * f[..., j]),
             "You took the largest product: take the mean of all."),
            (lambda f, i, j: tf.reduce_sum(f[..., i] * f[..., j]) / f.shape[1],
             "You divided by the height only: the mean is over height × width pixels."),
            (lambda f, i, j: tf.reduce_sum(f[..., i] * f[..., j]) / f.shape[2],
             "You divided by the width only: the mean is over height × width pixels."),
            (lambda f, i, j: tf.reduce_sum(f[..., i] * f[..., j]) / tf.size(f, tf.float32),
             "You divided by the channels, too: the mean is over the pixels."),
            (_product_of_means,
             "You multiplied the two means: multiply pixel by pixel first, then take the mean."),
            (lambda f, i, j: _correlation(f, i, j) - _product_of_means(f, i, j),
             "You subtracted the means (a covariance): the Gram matrix leaves them in."),
            (lambda f, i, j: tf.reduce_sum(f[..., i] * f[..., j]) / f.shape[-1],
             "You divided by the number of channels: the mean is over the pixels."),
        ],
    ),
    "gram matrix": Exercise(
        reference=gram_matrix,
        cases=_one_picture_cases,
        goes_on=True,
        right="It is symmetric, and its size depends on the channels only, not on the picture.",
        mistakes=[
            *_GRAM_MISTAKES,
            (_scrambled_rows,
             "You reshaped to channels × pixels: that mixes channels and places. "
             "Reshape to (-1, channels), and transpose in `tf.matmul`."),
            (lambda f: _sums(f) / f.shape[1],
             "You divided by height only: divide by height × width."),
            (lambda f: _sums(f) / f.shape[2],
             "You divided by width only: divide by height × width."),
        ],
    ),
    "gram matrix by einsum": Exercise(
        reference=gram_matrix,
        cases=_one_picture_cases,
        right="The letters h and w do not appear after the arrow: "
              "that is the sum over all places, and why place is forgotten.",
        errors={
            "appearing more than once": "A letter stands twice after the arrow: the channels of "
            "the two factors need two letters, such as `i` and `j`.",
            "to have rank": "There are fewer or more letters than axes: `features` has four, for "
            "batch, height, width and channels.",
            "Output subscripts must": "A letter after the arrow stands nowhere before it.",
            "output subscript": "A letter after the arrow stands nowhere before it.",
        },
        mistakes=_GRAM_MISTAKES,
    ),
    "style loss": Exercise(
        reference=style_loss,
        cases=_gram_cases,
        goes_on=True,
        right="Every block has its say, as strongly as its weight.",
        mistakes=[
            (_over_layers(combine=lambda weights, terms: sum(terms)),
             "The weights are missing: multiply each layer's term by `layer_weights[layer]`."),
            (_over_layers(combine=lambda weights, terms: sum(terms) / len(terms)),
             "You took the mean over the layers: add up their terms, each times its own weight."),
            (_over_layers(combine=lambda weights, terms: weights[-1] * terms[-1]),
             "You used one layer only (the last one): add up the terms of all."),
            (_over_layers(combine=lambda weights, terms: weights[0] * terms[0]),
             "You used one layer only (the first one): add up the terms of all; "
             "is the `return` inside the loop?"),
            (_over_layers(combine=lambda weights, terms: sum(
                w * t for w, t in zip(weights, terms)) / len(terms)),
             "You divided by the number of layers, too: the weights already say how much each "
             "layer counts."),
            (_over_layers(combine=lambda weights, terms: sum(
                w * w * t for w, t in zip(weights, terms))),
             "You multiplied inside the square: square the difference first, then multiply by "
             "the weight."),
            (_over_layers(combine=lambda weights, terms: sum(weights) * sum(terms)),
             "You multiplied the sums: each layer's term belongs with its own weight."),
            (_over_layers(lambda g, a: tf.reduce_mean(g - a)),
             "The differences are not squared: positive and negative ones cancel."),
            (_over_layers(lambda g, a: tf.reduce_mean(tf.abs(g - a))),
             "You took absolute differences: square them."),
            (_over_layers(lambda g, a: sum_of_squares(g - a)),
             "You summed over the entries of a matrix: take the mean, "
             "or a layer with many channels would drown the others."),
            (_over_layers(lambda g, a: sum_of_squares(g - a) / (4 * g.shape[0] ** 2)),
             "You took the paper's form, with a 4 in it: here take the plain mean of the squares."),
            (_over_layers(lambda g, a: mean_square(g - a) / 2),
             "You took half: there is no factor but the weight."),
            (_over_layers(lambda g, a: tf.sqrt(mean_square(g - a))),
             "You took the root of each layer's term: leave the mean of the squares as it is."),
            (_over_layers(lambda g, a: tf.square(tf.reduce_mean(g - a))),
             "You squared the mean: square each difference first, then take the mean."),
            (_over_layers(lambda g, a: tf.norm(g - a)),
             "You took the root of the sum: take the mean of the squares."),
            (_over_layers(lambda g, a: mean_square(g + a)),
             "You added the matrices: take their difference."),
            (_over_layers(lambda g, a: mean_square(g)),
             "The targets do not come in: subtract `targets[layer]` before you square."),
            (_over_layers(lambda g, a: tf.reduce_max(tf.square(g - a))),
             "You took the largest square of each layer: take the mean of all."),
            (_over_layers(combine=lambda weights, terms: sum(
                w * t for w, t in zip(weights, terms)) / sum(weights)),
             "You divided by the sum of the weights, too: add up the terms, each times its weight, "
             "and no more."),
            (_over_layers(combine=lambda weights, terms: sum(
                t / w for w, t in zip(weights, terms))),
             "You divided by the weights: multiply each layer's term by its own."),
            (_over_layers(combine=lambda weights, terms: sum(
                w + t for w, t in zip(weights, terms))),
             "You added the weights: multiply each layer's term by its own."),
            (_over_layers(combine=lambda weights, terms: sum(
                w * t for w, t in zip(weights[::-1], terms))),
             "The weights are in the wrong order: each layer's term belongs with its own."),
            (_over_layers(combine=lambda weights, terms: weights[0] * sum(terms)),
             "You used the first layer's weight for all: each layer has its own."),
            (_over_layers(combine=lambda weights, terms: weights[-1] * sum(terms)),
             "You used the last layer's weight for all: each layer has its own; is the product "
             "outside of the loop?"),
            (_over_layers(lambda g, a: mean_square(g - a) / g.shape[0]),
             "You divided by the number of channels, too: the mean is over all entries already."),
            (_over_layers(lambda g, a: mean_square(g - a) / g.shape[0] ** 2),
             "You divided by the number of entries twice: the mean does it already."),
            (_over_layers(lambda g, a: tf.reduce_mean(tf.square(g) - tf.square(a))),
             "You compared the squares: take the difference first, then square it."),
            (_over_layers(lambda g, a: sum_of_squares(g - a) / g.shape[0]),
             "You divided by the number of channels, not by its square: "
             "a Gram matrix has channels × channels entries."),
        ],
    ),
}
