"""The exercises of lesson 03: the style loss."""

import numpy as np
import tensorflow as tf

from ...method import gram_matrix, style_loss
from .exercise import SIZES, Exercise, mean_square, random_tensor, sum_of_squares, tiny_features


def _correlation(features, i, j):
    return tf.reduce_mean(features[..., i] * features[..., j])


def _centered(features):
    return features - tf.reduce_mean(features, axis=(0, 1, 2))


def _normalized(features):
    """Each channel divided by its length, the root of the sum of its squares."""
    return tf.math.l2_normalize(features, axis=(0, 1, 2))


def _sums(features):
    return tf.einsum("bhwi,bhwj->ij", features, features)


def _positions(features):
    return features.shape[1] * features.shape[2]


def _rows_by_rows(features, shape):
    rows = tf.reshape(features, shape)
    return tf.matmul(rows, rows, transpose_b=True) / _positions(features)


def _one_picture_cases():
    """First blue and swirl."""
    others = (random_tensor(seed, 1, *size, high=3.0) for seed, size in enumerate(SIZES, 2))
    return [[features] for features in (tiny_features(), *others)]


def _gram_cases():
    """By hand: means of 1.5 and 2.5, weighed to 1.25. Then layers of different sizes. Then dicts
    whose orders differ, but for the first and the last layer."""
    grams = [[1.5, 1.75], [1.75, 2.75]], [[4.0, 1.0], [1.0, 2.0]]
    targets = [[1.5, 0.75], [0.75, 0.75]], [[1.0, 1.0], [1.0, 1.0]]
    return [
        _by_layers(("12", "12", "12"), tf.constant(grams), tf.constant(targets), (0.5, 0.2)),
        _random_grams(("123", "123", "123"), (2, 3, 5), (1.9, 0.35, 0.6)),
        _random_grams(("12345", "13425", "14235"), (3,) * 5, (0.8, 1.7, 0.25, 0.55, 1.3)),
    ]


def _random_grams(orders, channels, weights):
    grams, targets = (
        [gram_matrix(random_tensor(seed + i, 1, 3, 4, c, high=2.0)) for i, c in enumerate(channels)]
        for seed in (3, 13)
    )
    return _by_layers(orders, grams, targets, weights)


def _by_layers(orders, *lists):
    """A case: three lists as dicts by the layers' names, with the blocks in these orders."""
    return [
        {f"block{block}_conv1": value for block, value in zip(order, values)}
        for order, values in zip(orders, lists)
    ]


def _over_layers(
    term=lambda gram, target: mean_square(gram - target),
    combine=lambda weights, terms: weights @ terms,
):
    """A style loss: `combine` of the arrays of weights and of `term(Gram matrix, target)`."""

    def loss(grams, targets, layer_weights):
        terms = [term(grams[layer], targets[layer]) for layer in targets]
        return combine(np.array([layer_weights[layer] for layer in targets]), np.array(terms))

    return loss


def _paired(orders):
    """A style loss by position: of Gram matrices, targets and weights, each is looked up by the
    names of the dict with its number in `orders`, in that dict's order."""

    def loss(*dicts):
        values = [[by[layer] for layer in dicts[order]] for by, order in zip(dicts, orders)]
        return sum(weight * mean_square(gram - target) for gram, target, weight in zip(*values))

    return loss


# f: features; i, j: two channels. g, a: a layer's Gram matrix and its target. w, t: the arrays of
# all layers' weights and terms.
_GRAM_MATRIX = {
    "what is done after the products are added up": [
        (_sums,
         "You did not divide: divide by height × width, or a picture of twice the size would have "
         "four times the Gram matrix.")],
    "the number that the sums are divided by": [
        (lambda f: _sums(f) / f.shape[-1],
         "You divided by the number of channels: divide by height × width."),
        (lambda f: _sums(f) / (2 * _positions(f) * f.shape[-1]),
         "You divided by 2 × channels, too: divide by height × width only."),
        (lambda f: _sums(f) / (f.shape[1] + f.shape[2]),
         "You divided by height plus width: divide by their product, the number of positions."),
        (lambda f: _sums(f) / tf.sqrt(float(_positions(f))),
         "You divided by the root of the number of positions: divide by the number itself."),
        (lambda f: _sums(f) / f.shape[-1] ** 2,
         "You divided by the square of the number of channels: divide by height × width.")],
    "the axes of your result, and what is done after the products are added up": [
        (lambda f: tf.einsum("bhwi,bhwj->bij", f, f),
         "You kept the batch axis, and did not divide: sum over the batch, too, and divide by "
         "height × width.")],
    "the factors of your products": [
        (lambda f: _sums(_centered(f)) / _positions(f),
         "You subtracted the mean of each channel, which gives a covariance: multiply the features "
         "as they are."),
        (lambda f: _sums(tf.sqrt(f)) / _positions(f),
         "You took roots: multiply the features as they are.")],
    "which numbers are multiplied with each other": [
        (lambda f: tf.reduce_mean(f, axis=(0, 1, 2)),
         "You have one number for each channel, its mean: multiply each channel with every other, "
         "position by position, and take the mean of that."),
        (lambda f: tf.reshape(tf.square(f), (-1, f.shape[-1])) / _positions(f),
         "You multiplied each value by itself: multiply each channel with every other and add up "
         "over the positions, which a matrix product does."),
        (lambda f: tf.reduce_mean(tf.square(f), axis=(0, 1, 2)),
         "You have one number for each channel, its mean square: multiply each channel with every "
         "other, too.")],
    "the order of multiplying and taking the mean": [
        (lambda f: tf.tensordot(tf.reduce_mean(f, (0, 1, 2)), tf.reduce_mean(f, (0, 1, 2)), 0),
         "You multiplied the channels' means: multiply position by position first, then take the "
         "mean.")],
    "which numbers are multiplied with each other, and what is done after that": [
        (lambda f: tf.reshape(tf.square(f), (-1, f.shape[-1])),
         "You multiplied each value by itself, and did not divide: multiply each channel with "
         "every other by a matrix product, and divide by height × width.")],
    "what the entries are divided by": [
        (lambda f: _sums(_normalized(f)),
         "You divided each entry by the strengths of its two channels: divide by height × width "
         "only.")],
    "the axes of your result": [
        (lambda f: _rows_by_rows(f, (-1, f.shape[-1])),
         "Your matrix is positions × positions: sum over the positions and keep the channels.")],
    "the order of the axes before and after `reshape`": [
        (lambda f: _rows_by_rows(f, (f.shape[-1], -1)),
         "You reshaped to channels × positions, which mixes the two: reshape to (-1, channels), "
         "and transpose the first of the two in `tf.matmul`.")],
}  # fmt: skip

_CORRELATION_OF_TWO_CHANNELS = {
    "what is done besides multiplying and taking the mean": [
        (lambda f, i, j: _sums(_normalized(_centered(f)))[i, j],
         "That is the correlation coefficient of statistics: take the mean of the products, and "
         "subtract and divide nothing else.")],
    "what the mean is divided by": [
        (lambda f, i, j: _sums(_normalized(f))[i, j],
         "You divided by the strengths of the two channels: leave the mean of the products as it "
         "is.")],
    "how the two channels are combined": [
        (lambda f, i, j: tf.reduce_mean(f[..., i] - f[..., j]),
         "You subtracted one channel from the other: multiply them pixel by pixel."),
        (lambda f, i, j: tf.reduce_mean(f[..., i] + f[..., j]),
         "You added the channels: multiply them pixel by pixel."),
        (lambda f, i, j: mean_square(f[..., i] - f[..., j]),
         "That is how far the channels differ: multiply them pixel by pixel.")],
    "which channels are multiplied": [
        (lambda f, i, j: _correlation(f, i, i),
         "You multiplied the first channel by itself: multiply it by the other."),
        (lambda f, i, j: _correlation(f, j, j),
         "You multiplied the second channel by itself: multiply it by the other.")],
    "how the products become one number": [
        (lambda f, i, j: tf.reduce_max(f[..., i] * f[..., j]),
         "You took the largest product: take the mean of all.")],
    "the order of multiplying and taking the mean": [
        (lambda f, i, j: tf.reduce_mean(f[..., i]) * tf.reduce_mean(f[..., j]),
         "You multiplied the two means: multiply pixel by pixel first, then take the mean.")],
    "what is subtracted": [
        (lambda f, i, j: _correlation(_centered(f), i, j),
         "You subtracted the means, which gives a covariance: leave them in.")],
    "the number that the sum is divided by": [
        (lambda f, i, j: tf.reduce_sum(f[..., i] * f[..., j]) / f.shape[-1],
         "You divided by the number of channels: divide by the number of pixels.")],
}  # fmt: skip

_STYLE_LOSS = {
    "what each layer's term is multiplied by": [
        (_over_layers(combine=lambda w, t: t.sum()),
         "The weights are missing: multiply each layer's term by `layer_weights[layer]`.")],
    "how the layers' terms are combined": [
        (_over_layers(combine=lambda w, t: t.mean()),
         "You took the mean over the layers: add up their terms, each times its own weight.")],
    "which layers are in your result": [
        (_over_layers(combine=lambda w, t: w[-1] * t[-1]),
         "You used the last layer only: add up the terms of all layers."),
        (_over_layers(combine=lambda w, t: w[0] * t[0]),
         "You used the first layer only: add up the terms of all layers, and return the sum after "
         "the loop.")],
    "the order of weighting and squaring": [
        (_over_layers(combine=lambda w, t: w**2 @ t),
         "You multiplied inside the square: square the difference first, then multiply by the "
         "weight.")],
    "the order of adding up and multiplying by the weights": [
        (_over_layers(combine=lambda w, t: w.sum() * t.sum()),
         "You multiplied one sum by the other: multiply each layer's term by its own weight, then "
         "add up.")],
    "what is done with each difference": [
        (_over_layers(lambda g, a: tf.reduce_mean(g - a)),
         "The differences are not squared: square them, or positive and negative ones cancel."),
        (_over_layers(lambda g, a: tf.reduce_mean(tf.abs(g - a))),
         "You took absolute differences: square them.")],
    "how a layer's squares become one number": [
        (_over_layers(lambda g, a: sum_of_squares(g - a)),
         "You added up the squares of a layer: take their mean, or a layer with many channels "
         "would drown the others."),
        (_over_layers(lambda g, a: tf.reduce_max(tf.square(g - a))),
         "You took the largest square of each layer: take the mean of all.")],
    "the factors in a layer's term": [
        (_over_layers(lambda g, a: sum_of_squares(g - a) / (4 * g.shape[0] ** 2)),
         "That is the paper's form, with a 4 in it: take the plain mean of the squares.")],
    "what happens after a layer's mean is taken": [
        (_over_layers(lambda g, a: tf.sqrt(mean_square(g - a))),
         "You took the root of each layer's term: leave the mean of the squares as it is.")],
    "the order of squaring and taking the mean": [
        (_over_layers(lambda g, a: tf.square(tf.reduce_mean(g - a))),
         "You squared the mean: square each difference first, then take the mean.")],
    "what becomes of a layer's squares": [
        (_over_layers(lambda g, a: tf.norm(g - a)),
         "You took the root of the sum: take the mean of the squares, and no root.")],
    "how a matrix and its target are combined": [
        (_over_layers(lambda g, a: mean_square(g + a)),
         "You added the matrices: take their difference.")],
    "what each Gram matrix is compared with": [
        (_over_layers(lambda g, a: mean_square(g)),
         "The targets do not come in: subtract `targets[layer]` before you square.")],
    "what is done after the terms are added up": [
        (_over_layers(combine=lambda w, t: w @ t / w.sum()),
         "You divided by the sum of the weights, too: leave the weighted sum as it is.")],
    "what is done with the weights": [
        (_over_layers(combine=lambda w, t: (t / w).sum()),
         "You divided by the weights: multiply each layer's term by its own."),
        (_over_layers(combine=lambda w, t: w.sum() + t.sum()),
         "You added the weights: multiply each layer's term by its own.")],
    "which weight belongs to which layer": [
        (_over_layers(combine=lambda w, t: w[::-1] @ t),
         "The weights are in reversed order: multiply each layer's term by its own."),
        (_over_layers(combine=lambda w, t: w[0] * t.sum()),
         "You used the first layer's weight for all: look up each layer's own."),
        (_over_layers(combine=lambda w, t: w[-1] * t.sum()),
         "You used the last layer's weight for all: multiply by each layer's own, inside the "
         "loop.")],
    "what a layer's term is divided by": [
        (_over_layers(lambda g, a: mean_square(g - a) / g.shape[0]),
         "You divided by the number of channels, too: take the mean over all entries, and no "
         "more."),
        (_over_layers(lambda g, a: mean_square(g - a) / g.shape[0] ** 2),
         "You divided by the number of entries twice: divide once, which a mean does."),
        (_over_layers(lambda g, a: sum_of_squares(g - a) / g.shape[0]),
         "You divided by the number of channels: divide by its square, since a Gram matrix has "
         "channels × channels entries.")],
    "what exactly is squared": [
        (_over_layers(lambda g, a: tf.reduce_mean(tf.square(g) - tf.square(a))),
         "You squared both matrices by themselves: subtract first, then square the difference.")],
    "how a layer's matrix, its target and its weight find each other": [
        (_paired(orders),
         "You pair matrices, targets and weights by their order in the dictionaries, which may "
         "differ: look each of them up by the layer's name.")
        for orders in ((0, 1, 2), (0, 1, 0), (0, 1, 1), (0, 0, 2), (1, 1, 2))],
}  # fmt: skip

EXERCISES = {
    "correlation of two channels": Exercise(
        reference=_correlation, look_at=_CORRELATION_OF_TWO_CHANNELS, goes_on=True,
        cases=lambda: [
            [*case, *pair] for case, pair in zip(_one_picture_cases(), [(0, 1), (0, 2), (1, 1)])
        ],
        right="It is large where both channels are strong at the same positions. "
              "Do it for all pairs, and you have the Gram matrix.",
    ),
    "gram matrix": Exercise(
        reference=gram_matrix, cases=_one_picture_cases, look_at=_GRAM_MATRIX,
        goes_on=True, asked_later=True, tape_over=(0,),
        right="It is symmetric, and its size depends on the channels only, not on the picture.",
        errors={
            "argument 'transpose'": "`tf.matmul` can transpose either factor: say which, with "
            "`transpose_a=True` or `transpose_b=True`.",
        },
    ),
    "style loss": Exercise(
        reference=style_loss, cases=_gram_cases, look_at=_STYLE_LOSS,
        goes_on=True, asked_later=True, tape_over=(0,),
        right="Every block has its say, as strongly as its weight.",
    ),
}  # fmt: skip
