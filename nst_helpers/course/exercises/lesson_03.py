"""The exercises of lesson 03: the style loss."""

from functools import partial

import tensorflow as tf

from ...method import gram_matrix, style_loss
from .exercise import SIZES, Exercise, mean_square, random_tensor, sum_of_squares, tiny_features


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
    """First blue and swirl."""
    others = (random_tensor(seed, 1, *size, high=3.0) for seed, size in enumerate(SIZES, 2))
    return [[features] for features in (tiny_features(), *others)]


def _pair_cases():
    pairs = (0, 1), (0, 2), (1, 1)
    return [[*case, *pair] for case, pair in zip(_one_picture_cases(), pairs, strict=True)]


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
    """By hand: means of 1.5 and 2.5, weighed to 1.25. Then layers of different sizes. Then dicts
    whose orders differ, but for the first and the last layer."""
    by_hand = [
        {"block1_conv1": [[1.5, 1.25], [1.25, 2.75]], "block2_conv1": [[4.0, 1.0], [1.0, 2.0]]},
        {"block1_conv1": [[1.5, 0.25], [0.25, 0.75]], "block2_conv1": [[1.0, 1.0], [1.0, 1.0]]},
    ]
    return [
        [
            *({layer: tf.constant(gram) for layer, gram in grams.items()} for grams in by_hand),
            {"block1_conv1": 0.5, "block2_conv1": 0.2},
        ],
        _random_grams("123", "123", "123", (2, 3, 5), (1.9, 0.35, 0.6)),
        _random_grams("12345", "13425", "14235", (3,) * 5, (0.8, 1.7, 0.25, 0.55, 1.3)),
    ]


def _random_grams(of_grams, of_targets, of_weights, channels, weights):
    """A case whose three dicts have the blocks in these orders."""

    def grams(blocks, seed):
        features = (random_tensor(seed + i, 1, 3, 4, c, high=2.0) for i, c in enumerate(channels))
        return dict(zip((f"block{block}_conv1" for block in blocks), map(gram_matrix, features)))

    layers = (f"block{block}_conv1" for block in of_weights)
    return [grams(of_grams, 3), grams(of_targets, 13), dict(zip(layers, weights))]


def _mean_squares(pairs):
    return [mean_square(gram - target) for gram, target in pairs]


def _weighed_sum(weights, terms):
    return sum(weight * term for weight, term in zip(weights, terms, strict=True))


def _by_order(grams, targets, weights):
    return _weighed_sum(
        weights.values(), _mean_squares(zip(grams.values(), targets.values(), strict=True))
    )


def _matrices_by_order(grams, targets, weights, named=0):
    """The weights are looked up by the names of the grams, or of the targets."""
    terms = _mean_squares(zip(grams.values(), targets.values(), strict=True))
    return _weighed_sum([weights[layer] for layer in (grams, targets)[named]], terms)


def _weights_by_order(grams, targets, weights, named=0):
    terms = _mean_squares((grams[layer], targets[layer]) for layer in (grams, targets)[named])
    return _weighed_sum(weights.values(), terms)


def _over_layers(
    term=lambda gram, target: mean_square(gram - target),
    combine=lambda weights, terms: sum(w * term for w, term in zip(weights, terms)),
):
    """A style loss: `combine` of the lists of weights and of `term(Gram matrix, target)`."""

    def loss(grams, targets, layer_weights):
        terms = [term(grams[layer], targets[layer]) for layer in targets]
        return combine([layer_weights[layer] for layer in targets], terms)

    return loss


# A mistake is the function that makes it, where to look, and what to say.
# f: features; i, j: two channels. g, a: a layer's Gram matrix and its target.
# fmt: off
_GRAM_MISTAKES = [
    (_sums,
     "what is done after the products are added up",
     "You did not divide: divide by height × width, or a picture of twice the size would have four "
     "times the Gram matrix."),
    (lambda f: _sums(f) / f.shape[-1],
     "the number that the sums are divided by",
     "You divided by the number of channels: divide by height × width."),
    (lambda f: tf.einsum("bhwi,bhwj->bij", f, f),
     "the axes of your result, and what is done after the products are added up",
     "You kept the batch axis, and did not divide: sum over the batch, too, and divide by height × "
     "width."),
    (lambda f: _sums(f - tf.reduce_mean(f, axis=(0, 1, 2))) / _positions(f),
     "the factors of your products",
     "You subtracted the mean of each channel, which gives a covariance: multiply the features as "
     "they are."),
    (lambda f: _sums(f) / (2 * _positions(f) * f.shape[-1]),
     "the number that the sums are divided by",
     "You divided by 2 × channels, too: divide by height × width only."),
    (lambda f: _sums(f) / (f.shape[1] + f.shape[2]),
     "the number that the sums are divided by",
     "You divided by height plus width: divide by their product, the number of positions."),
    (lambda f: _sums(f) / tf.sqrt(float(_positions(f))),
     "the number that the sums are divided by",
     "You divided by the root of the number of positions: divide by the number itself."),
    (lambda f: _sums(f) / f.shape[-1] ** 2,
     "the number that the sums are divided by",
     "You divided by the square of the number of channels: divide by height × width."),
    (lambda f: _sums(tf.sqrt(f)) / _positions(f),
     "the factors of your products",
     "You took roots: multiply the features as they are."),
    (lambda f: tf.reduce_mean(f, axis=(0, 1, 2)),
     "which numbers are multiplied with each other",
     "You have one number for each channel, its mean: multiply each channel with every other, "
     "position by position, and take the mean of that."),
    (lambda f: tf.tensordot(tf.reduce_mean(f, (0, 1, 2)), tf.reduce_mean(f, (0, 1, 2)), 0),
     "the order of multiplying and taking the mean",
     "You multiplied the channels' means: multiply position by position first, then take the "
     "mean."),
    (lambda f: tf.reshape(tf.square(f), (-1, f.shape[-1])) / _positions(f),
     "which numbers are multiplied with each other",
     "You multiplied each value by itself: multiply each channel with every other and add up over "
     "the positions, which a matrix product does."),
    (lambda f: tf.reshape(tf.square(f), (-1, f.shape[-1])),
     "which numbers are multiplied with each other, and what is done after that",
     "You multiplied each value by itself, and did not divide: multiply each channel with every "
     "other by a matrix product, and divide by height × width."),
    (lambda f: _covered(_sums(f) / _positions(f)),
     "what the entries are divided by",
     "You divided each entry by the strengths of its two channels: divide by height × width only."),
    (_pixels_by_pixels,
     "the axes of your result",
     "Your matrix is positions × positions: sum over the positions and keep the channels."),
    (lambda f: tf.reduce_mean(tf.square(f), axis=(0, 1, 2)),
     "which numbers are multiplied with each other",
     "You have one number for each channel, its mean square: multiply each channel with every "
     "other, too."),
]
_BY_ORDER = (
    "how a layer's matrix, its target and its weight find each other",
    "You pair matrices, targets and weights by their order in the dictionaries, which may differ: "
    "look each of them up by the layer's name.",
)

EXERCISES = {
    "correlation of two channels": Exercise(
        reference=_correlation,
        cases=_pair_cases,
        right="It is large where both channels are strong at the same positions. "
              "Do it for all pairs, and you have the Gram matrix.",
        mistakes=[
            (_pearson,
             "what is done besides multiplying and taking the mean",
             "That is the correlation coefficient of statistics: take the mean of the products, "
             "and subtract and divide nothing else."),
            (_cosine,
             "what the mean is divided by",
             "You divided by the strengths of the two channels: leave the mean of the products as "
             "it is."),
            (lambda f, i, j: tf.reduce_mean(f[..., i] - f[..., j]),
             "how the two channels are combined",
             "You subtracted one channel from the other: multiply them pixel by pixel."),
            (lambda f, i, j: tf.reduce_mean(f[..., i] + f[..., j]),
             "how the two channels are combined",
             "You added the channels: multiply them pixel by pixel."),
            (lambda f, i, j: mean_square(f[..., i] - f[..., j]),
             "how the two channels are combined",
             "That is how far the channels differ: multiply them pixel by pixel."),
            (lambda f, i, j: _correlation(f, i, i),
             "which channels are multiplied",
             "You multiplied the first channel by itself: multiply it by the other."),
            (lambda f, i, j: _correlation(f, j, j),
             "which channels are multiplied",
             "You multiplied the second channel by itself: multiply it by the other."),
            (lambda f, i, j: tf.reduce_max(f[..., i] * f[..., j]),
             "how the products become one number",
             "You took the largest product: take the mean of all."),
            (_product_of_means,
             "the order of multiplying and taking the mean",
             "You multiplied the two means: multiply pixel by pixel first, then take the mean."),
            (lambda f, i, j: _correlation(f, i, j) - _product_of_means(f, i, j),
             "what is subtracted",
             "You subtracted the means, which gives a covariance: leave them in."),
            (lambda f, i, j: tf.reduce_sum(f[..., i] * f[..., j]) / f.shape[-1],
             "the number that the sum is divided by",
             "You divided by the number of channels: divide by the number of pixels."),
        ],
    ),
    "gram matrix": Exercise(
        reference=gram_matrix,
        cases=_one_picture_cases,
        goes_on=True,
        tape_over=(0,),
        right="It is symmetric, and its size depends on the channels only, not on the picture.",
        errors={
            "argument 'transpose'": "`tf.matmul` can transpose either factor: say which, with "
            "`transpose_a=True` or `transpose_b=True`.",
        },
        mistakes=[
            *_GRAM_MISTAKES,
            (_scrambled_rows,
             "the order of the axes before and after `reshape`",
             "You reshaped to channels × positions, which mixes the two: reshape to (-1, "
             "channels), and transpose in `tf.matmul`."),
        ],
    ),
    "gram matrix by einsum": Exercise(
        reference=gram_matrix,
        cases=_one_picture_cases,
        right="With `bhwi,bhwj->ij` the letters h and w do not appear after the arrow: "
              "that is the sum over all positions, and why positions are forgotten.",
        errors={
            "appearing more than once": "A letter stands twice after the arrow: the channels of "
            "the two factors need two letters, such as `i` and `j`.",
            "to have rank": "There are fewer or more letters than axes: `features` has four, for "
            "batch, height, width and channels.",
            "not present in the input": "After the arrow there is a letter that neither factor "
            "has: only letters from before the arrow can stand there.",
            "but no ellipsis": "Axes that `...` stands for are not summed over: give batch, height "
            "and width letters of their own, and leave these out after the arrow.",
            "incorrect format": "The string has a sign too many or too few: it consists of the "
            "letters of both factors with one comma between them, an arrow `->`, and the letters "
            "of the result.",
            "inputs for equation": "The string and the factors differ in number: two factors have "
            "one comma between their letters.",
            "Expected dimension": "One letter stands for two axes of different lengths: both "
            "factors have batch, height, width and channels, in this order.",
        },
        mistakes=[
            *_GRAM_MISTAKES,
            (lambda f: tf.einsum("bhwi,bxyj->ij", f, f) / (f.shape[1] * f.shape[2]),
             "the letters of height and width in the two factors",
             "You multiplied each position of one channel with all positions of the other: give "
             "both factors the same letters for height and width."),
        ],
    ),
    "style loss": Exercise(
        reference=style_loss,
        cases=_gram_cases,
        goes_on=True,
        tape_over=(0,),
        right="Every block has its say, as strongly as its weight.",
        mistakes=[
            (_over_layers(combine=lambda weights, terms: sum(terms)),
             "what each layer's term is multiplied by",
             "The weights are missing: multiply each layer's term by `layer_weights[layer]`."),
            (_over_layers(combine=lambda weights, terms: sum(terms) / len(terms)),
             "how the layers' terms are combined",
             "You took the mean over the layers: add up their terms, each times its own weight."),
            (_over_layers(combine=lambda weights, terms: weights[-1] * terms[-1]),
             "which layers are in your result",
             "You used the last layer only: add up the terms of all layers."),
            (_over_layers(combine=lambda weights, terms: weights[0] * terms[0]),
             "which layers are in your result",
             "You used the first layer only: add up the terms of all layers, and return the sum "
             "after the loop."),
            (_over_layers(combine=lambda weights, terms: _weighed_sum(
                [weight**2 for weight in weights], terms)),
             "the order of weighting and squaring",
             "You multiplied inside the square: square the difference first, then multiply by the "
             "weight."),
            (_over_layers(combine=lambda weights, terms: sum(weights) * sum(terms)),
             "the order of adding up and multiplying by the weights",
             "You multiplied one sum by the other: multiply each layer's term by its own weight, "
             "then add up."),
            (_over_layers(lambda g, a: tf.reduce_mean(g - a)),
             "what is done with each difference",
             "The differences are not squared: square them, or positive and negative ones cancel."),
            (_over_layers(lambda g, a: tf.reduce_mean(tf.abs(g - a))),
             "what is done with each difference",
             "You took absolute differences: square them."),
            (_over_layers(lambda g, a: sum_of_squares(g - a)),
             "how a layer's squares become one number",
             "You added up the squares of a layer: take their mean, or a layer with many channels "
             "would drown the others."),
            (_over_layers(lambda g, a: sum_of_squares(g - a) / (4 * g.shape[0] ** 2)),
             "the factors in a layer's term",
             "That is the paper's form, with a 4 in it: take the plain mean of the squares."),
            (_over_layers(lambda g, a: tf.sqrt(mean_square(g - a))),
             "what happens after a layer's mean is taken",
             "You took the root of each layer's term: leave the mean of the squares as it is."),
            (_over_layers(lambda g, a: tf.square(tf.reduce_mean(g - a))),
             "the order of squaring and taking the mean",
             "You squared the mean: square each difference first, then take the mean."),
            (_over_layers(lambda g, a: tf.norm(g - a)),
             "what becomes of a layer's squares",
             "You took the root of the sum: take the mean of the squares, and no root."),
            (_over_layers(lambda g, a: mean_square(g + a)),
             "how a matrix and its target are combined",
             "You added the matrices: take their difference."),
            (_over_layers(lambda g, a: mean_square(g)),
             "what each Gram matrix is compared with",
             "The targets do not come in: subtract `targets[layer]` before you square."),
            (_over_layers(lambda g, a: tf.reduce_max(tf.square(g - a))),
             "how a layer's squares become one number",
             "You took the largest square of each layer: take the mean of all."),
            (_over_layers(combine=lambda weights, terms: (
                _weighed_sum(weights, terms) / sum(weights))),
             "what is done after the terms are added up",
             "You divided by the sum of the weights, too: leave the weighted sum as it is."),
            (_over_layers(combine=lambda weights, terms: _weighed_sum(
                [1 / weight for weight in weights], terms)),
             "what is done with the weights",
             "You divided by the weights: multiply each layer's term by its own."),
            (_over_layers(combine=lambda weights, terms: sum(weights) + sum(terms)),
             "what is done with the weights",
             "You added the weights: multiply each layer's term by its own."),
            (_over_layers(combine=lambda weights, terms: _weighed_sum(weights[::-1], terms)),
             "which weight belongs to which layer",
             "The weights are in reversed order: multiply each layer's term by its own."),
            (_over_layers(combine=lambda weights, terms: weights[0] * sum(terms)),
             "which weight belongs to which layer",
             "You used the first layer's weight for all: look up each layer's own."),
            (_over_layers(combine=lambda weights, terms: weights[-1] * sum(terms)),
             "which weight belongs to which layer",
             "You used the last layer's weight for all: multiply by each layer's own, inside the "
             "loop."),
            (_over_layers(lambda g, a: mean_square(g - a) / g.shape[0]),
             "what a layer's term is divided by",
             "You divided by the number of channels, too: take the mean over all entries, and no "
             "more."),
            (_over_layers(lambda g, a: mean_square(g - a) / g.shape[0] ** 2),
             "what a layer's term is divided by",
             "You divided by the number of entries twice: divide once, which a mean does."),
            (_over_layers(lambda g, a: tf.reduce_mean(tf.square(g) - tf.square(a))),
             "what exactly is squared",
             "You squared both matrices by themselves: subtract first, then square the "
             "difference."),
            (_over_layers(lambda g, a: sum_of_squares(g - a) / g.shape[0]),
             "what a layer's term is divided by",
             "You divided by the number of channels: divide by its square, since a Gram matrix has "
             "channels × channels entries."),
            (_by_order, *_BY_ORDER),
            (_matrices_by_order, *_BY_ORDER),
            (partial(_matrices_by_order, named=1), *_BY_ORDER),
            (_weights_by_order, *_BY_ORDER),
            (partial(_weights_by_order, named=1), *_BY_ORDER),
        ],
    ),
}
