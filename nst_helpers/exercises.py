"""The exercises of lessons 01 to 05: what is right, and which mistakes are known.

Each `Exercise` is data for `checks.verdict`. A mistake is a message and a function that makes it;
the messages speak to the learner.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from .losses import gram_matrix, style_loss
from .vgg import IMAGENET_MEAN_BGR
from .vgg import preprocess as _preprocess

MEAN = tf.constant(IMAGENET_MEAN_BGR, tf.float32)


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its functions are all called with the arguments of a case.

    reference: gives the right value. cases: makes the argument lists, anew at each call, so that
    a variable changed by one call does not spoil the next. right: what to say when it is right.
    mistakes: `{what to say: a function that makes this mistake}`. outcome: from the returned
    value and the arguments to what is compared. nothing: what to say if that is None.
    """

    reference: Callable
    cases: Callable
    right: str
    mistakes: dict
    outcome: Callable = lambda value, arguments: value
    nothing: str = "Your function gives nothing that can be compared: end it with `return` and a number or tensor."


def _random(seed, *shape, low=0.0, high=1.0):
    return tf.constant(np.random.default_rng(seed).uniform(low, high, shape), tf.float32)


def _mean_square(values):
    return tf.reduce_mean(tf.square(values))


# Lesson 01: VGG19.


def _values_of_block(height, width, block):
    halvings = 2 ** (block - 1)
    return (height // halvings) * (width // halvings) * min(64 * halvings, 512)


_VALUES = Exercise(
    reference=_values_of_block,
    cases=lambda: [[256, 256, 1], [256, 384, 3], [64, 96, 5], [128, 128, 4]],
    right="Each block has a quarter of the places of the one before and at most twice the filters, so the deeper, the "
    "fewer numbers.",
    mistakes={
        "You halve once too often: the first pooling comes after block 1, so block 1 still has the picture's size.": (
            lambda h, w, b: (h // 2**b) * (w // 2**b) * min(64 * 2 ** (b - 1), 512)
        ),
        "You left out the pooling: width and height are halved after each block.": lambda h, w, b: (
            h * w * min(64 * 2 ** (b - 1), 512)
        ),
        "You halve only one side at each pooling: it halves width and height.": lambda h, w, b: (
            h * (w // 2 ** (b - 1)) * min(64 * 2 ** (b - 1), 512)
        ),
        "You counted the places only: at each there is one number for each filter.": lambda h, w, b: (
            (h // 2 ** (b - 1)) * (w // 2 ** (b - 1))
        ),
        "Block 5 has 512 filters, as block 4 has: the number doubles only up to there.": lambda h, w, b: (
            (h // 2 ** (b - 1)) * (w // 2 ** (b - 1)) * 64 * 2 ** (b - 1)
        ),
    },
)


def _field(conv=2, pool=1, stride=2, start=1):
    def field(layers):
        size, spacing = start, 1
        for layer in layers:
            size += (conv if layer == "conv" else pool) * spacing
            spacing *= stride if layer == "pool" else 1
        return size

    return field


_FIELD = Exercise(
    reference=_field(),
    cases=lambda: [
        [["conv"]],
        [["conv", "conv"]],
        [["conv", "conv", "pool", "conv"]],
        [["pool", "conv", "pool", "conv"]],
    ],
    right="Spacing is what makes it grow: after four poolings each convolution adds 32 pixels.",
    mistakes={
        "You add 3 for a convolution: it adds one neighbor on each side, so 2 spacings.": _field(conv=3),
        "You add 1 for a convolution: it has a neighbor on each side, so it adds 2 spacings.": _field(conv=1),
        "Your function counts as if the spacing were always 1: double `spacing` at each pooling, and multiply what you add by it.": _field(
            stride=1
        ),
        "You add 2 spacings for a pooling: it looks at 2 × 2, which is one neighbor more.": _field(pool=2),
        "You add nothing for a pooling: it looks at 2 × 2, which is one neighbor more.": _field(pool=0),
        "You start from 0: before any layer, a value sees its own pixel, 1.": _field(start=0),
    },
)


def _picture_cases():
    return [[_random(1, 1, 2, 3, 3)], [_random(2, 1, 4, 2, 3)]]


_PREPROCESS = Exercise(
    reference=_preprocess,
    cases=_picture_cases,
    right="This is what VGG19 was trained on. From here on the lessons use the kit's own `preprocess`, which does the same.",
    mistakes={
        "The colors are still RGB: reverse the last axis, so that blue comes first.": lambda p: p * 255 - MEAN,
        "The mean is not subtracted: the network expects values around 0.": lambda p: tf.reverse(p, [-1]) * 255,
        "The values still run from 0 to 1: multiply by 255 before you subtract.": lambda p: tf.reverse(p, [-1]) - MEAN,
        "You added the mean: subtract it.": lambda p: tf.reverse(p, [-1]) * 255 + MEAN,
        "You subtracted the mean in the wrong order: it is given as blue, green, red, so reverse the picture "
        "first.": lambda p: tf.reverse(p * 255 - MEAN, [-1]),
        "You multiplied after subtracting: the mean is on the scale 0 to 255, so multiply first.": lambda p: (
            (tf.reverse(p, [-1]) - MEAN) * 255
        ),
        "You reversed the wrong axis: axis 2 is the width, and the picture is mirrored; the colors are the last "
        "axis.": lambda p: tf.reverse(p, [2]) * 255 - MEAN,
        "You dropped the batch axis: the shape must stay (1, height, width, 3).": lambda p: _preprocess(p)[0],
    },
)


def _deprocess(values):
    return tf.clip_by_value(tf.reverse(values + MEAN, [-1]) / 255, 0.0, 1.0)


_DEPROCESS = Exercise(
    reference=_deprocess,
    cases=lambda: [[_preprocess(_random(3, 1, 2, 3, 3))], [_random(4, 1, 3, 2, 3, low=-200, high=220)]],
    right="With it you can look at anything that is in the network's convention.",
    mistakes={
        "The colors are still BGR: reverse the last axis.": lambda v: tf.clip_by_value((v + MEAN) / 255, 0, 1),
        "You subtracted the mean once more: add it.": lambda v: tf.clip_by_value(
            tf.reverse(v - MEAN, [-1]) / 255, 0, 1
        ),
        "You did not clip: what lies outside 0..1 cannot be shown.": lambda v: tf.reverse(v + MEAN, [-1]) / 255,
        "You added the mean after reversing: it is given as blue, green, red, so add it first.": lambda v: (
            tf.clip_by_value((tf.reverse(v, [-1]) + MEAN) / 255, 0, 1)
        ),
        "You divided before adding: the mean is on the scale 0 to 255, so add first.": lambda v: tf.clip_by_value(
            tf.reverse(v / 255 + MEAN, [-1]), 0, 1
        ),
    },
)

# Lesson 02: the content loss.


def _feature_cases():
    random = np.random.default_rng(2)
    return [
        [tf.constant(random.uniform(0, 3, (1, height, width, channels)), tf.float32) for _ in range(2)]
        for height, width, channels in ((2, 3, 4), (5, 4, 3))
    ]


_CONTENT = Exercise(
    reference=lambda f, t: _mean_square(f - t),
    cases=_feature_cases,
    right="One number for a whole layer: 0 for the same features, and the same scale for small and large pictures.",
    mistakes={
        "The differences are not squared: positive and negative ones cancel.": lambda f, t: tf.reduce_mean(f - t),
        "You took the sum: take the mean, or a larger picture would count more.": lambda f, t: tf.reduce_sum(
            tf.square(f - t)
        ),
        "You took absolute differences: square them.": lambda f, t: tf.reduce_mean(tf.abs(f - t)),
        "You squared the mean: square each difference first, then take the mean.": lambda f, t: tf.square(
            tf.reduce_mean(f - t)
        ),
        "You took half: there is no factor in this form.": lambda f, t: _mean_square(f - t) / 2,
        "You took the root: leave the mean of the squares as it is.": lambda f, t: tf.sqrt(_mean_square(f - t)),
        "You kept one number for each channel: take the mean over all axes.": lambda f, t: tf.reduce_mean(
            tf.square(f - t), axis=(0, 1, 2)
        ),
        "You kept the batch axis: take the mean over all axes, so that one number is left.": lambda f, t: (
            tf.reduce_mean(tf.square(f - t), axis=(1, 2, 3))
        ),
        "You compared the squares: take the difference first, then square it.": lambda f, t: tf.reduce_mean(
            tf.square(f) - tf.square(t)
        ),
    },
)

_GRADIENT = Exercise(
    reference=lambda f, t: 2 * (f - t) / tf.cast(tf.size(f), tf.float32),
    cases=_feature_cases,
    right="It points away from the target, and is 0 where the feature is right: a step against it leads there.",
    mistakes={
        "The 2 is missing: the derivative of a square is twice what is squared.": lambda f, t: (
            (f - t) / tf.cast(tf.size(f), tf.float32)
        ),
        "You did not divide: the loss is a mean, so each value has a share of one over their number.": lambda f, t: (
            2 * (f - t)
        ),
        "The sign is wrong: the gradient points to where the loss grows, away from the target.": lambda f, t: (
            2 * (t - f) / tf.cast(tf.size(f), tf.float32)
        ),
        "You divided by the places only: the mean is over the channels too.": lambda f, t: (
            2 * (f - t) / (f.shape[1] * f.shape[2])
        ),
        "You gave the loss, one number: the gradient has one value for each feature.": lambda f, t: _mean_square(f - t),
    },
)


def _half_sum(features, target):
    return tf.reduce_sum(tf.square(features - target)) / 2


_PAPERS_CONTENT = Exercise(
    reference=_half_sum,
    cases=_feature_cases,
    right="This is equation 1 of the paper. It grows with the number of values, which is why this lesson takes the mean.",
    mistakes={
        "You have the whole sum: equation 1 has a factor of one half in front.": lambda f, t: 2 * _half_sum(f, t),
        "You took the mean: equation 1 sums over all values.": lambda f, t: _mean_square(f - t),
        "You took half the mean: equation 1 sums over all values.": lambda f, t: _mean_square(f - t) / 2,
        "The differences are not squared: positive and negative ones cancel.": lambda f, t: tf.reduce_sum(f - t) / 2,
        "You summed absolute differences: equation 1 squares them.": lambda f, t: tf.reduce_sum(tf.abs(f - t)) / 2,
        "You took the root of the sum: equation 1 has no root.": lambda f, t: tf.norm(f - t),
        "You squared the sum of the differences: square each difference first, then sum.": lambda f, t: (
            tf.square(tf.reduce_sum(f - t)) / 2
        ),
    },
)

_SHARE = Exercise(
    reference=lambda f, t: tf.reduce_sum(tf.square(f - t)) / tf.reduce_sum(tf.square(t)),
    cases=_feature_cases,
    right="0 means that nothing is lost, 1 as much as if all features were 0. It can be compared between layers.",
    mistakes={
        "You divided by the generated picture's features: divide by the target's, which do not change.": lambda f, t: (
            tf.reduce_sum(tf.square(f - t)) / tf.reduce_sum(tf.square(f))
        ),
        "You did not divide: the number would depend on the layer.": lambda f, t: tf.reduce_sum(tf.square(f - t)),
        "You divided the mean of the differences' squares by a sum: take the mean of both, or the sum of both.": (
            lambda f, t: _mean_square(f - t) / tf.reduce_sum(tf.square(t))
        ),
        "You took the roots: this share is of squares.": lambda f, t: tf.norm(f - t) / tf.norm(t),
        "You compared the sums of squares: take the difference first, then square it.": lambda f, t: (
            (tf.reduce_sum(tf.square(f)) - tf.reduce_sum(tf.square(t))) / tf.reduce_sum(tf.square(t))
        ),
    },
)

# Lesson 03: the style loss.


def _one_feature_case():
    return [[features] for features, _ in _feature_cases()]


_CORRELATION = Exercise(
    reference=lambda f, i, j: tf.reduce_mean(f[..., i] * f[..., j]),
    cases=lambda: [[_feature_cases()[0][0], 0, 2], [_feature_cases()[1][0], 1, 1]],
    right="It is large where both channels are strong at the same places. Do it for all pairs, and you have the Gram matrix.",
    mistakes={
        "You took the sum: take the mean over the pixels.": lambda f, i, j: tf.reduce_sum(f[..., i] * f[..., j]),
        "You multiplied the two means: multiply pixel by pixel first, then take the mean.": lambda f, i, j: (
            tf.reduce_mean(f[..., i]) * tf.reduce_mean(f[..., j])
        ),
        "You subtracted the means (a covariance): the Gram matrix leaves them in.": lambda f, i, j: (
            tf.reduce_mean(f[..., i] * f[..., j]) - tf.reduce_mean(f[..., i]) * tf.reduce_mean(f[..., j])
        ),
        "You divided by the number of channels: the mean is over the pixels.": lambda f, i, j: (
            tf.reduce_sum(f[..., i] * f[..., j]) / f.shape[-1]
        ),
    },
)


def _sums(features):
    return tf.einsum("bhwi,bhwj->ij", features, features)


def _places(features):
    return features.shape[1] * features.shape[2]


def _pixels_by_pixels(features):
    rows = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(rows, rows, transpose_b=True) / _places(features)


def _scrambled_rows(features):
    rows = tf.reshape(features, (features.shape[-1], -1))
    return tf.matmul(rows, rows, transpose_b=True) / _places(features)


_GRAM_MISTAKES = {
    "You did not divide: a picture of twice the size would have four times the Gram matrix. Divide by height × width.": _sums,
    "You divided by the channels too: divide by height × width only.": lambda f: _sums(f) / (_places(f) * f.shape[-1]),
    "You divided by the number of channels: divide by height × width.": lambda f: _sums(f) / f.shape[-1],
    "You kept the batch axis: the result is channels × channels.": lambda f: _sums(f)[None] / _places(f),
    "Your matrix is pixels × pixels: sum over the places and keep the channels.": _pixels_by_pixels,
    "You have one number a channel, its mean square: each channel is to be multiplied with every other, too.": lambda f: (
        tf.reduce_mean(tf.square(f), axis=(0, 1, 2))
    ),
    "You summed the channels away: the result has a row and a column for each channel.": lambda f: (
        tf.reduce_sum(_sums(f)) / _places(f)
    ),
}

_GRAM = Exercise(
    reference=gram_matrix,
    cases=_one_feature_case,
    right="It is symmetric, and its size depends on the channels only, not on the picture.",
    mistakes=_GRAM_MISTAKES
    | {
        "You reshaped to channels × pixels: that mixes channels and places. Reshape to (-1, channels), and transpose in "
        "`tf.matmul`.": _scrambled_rows,
        "You divided by height only, or by width only: divide by their product.": lambda f: _sums(f) / f.shape[1],
    },
)

_EINSUM = Exercise(
    reference=gram_matrix,
    cases=_one_feature_case,
    right="The letters h and w do not appear after the arrow: that is the sum over all places, and why place is forgotten.",
    mistakes=_GRAM_MISTAKES,
)


def _gram_cases():
    random, cases = np.random.default_rng(3), []
    for count in (1, 3):
        layers = {f"block{number + 1}_conv1": 2 + number for number in range(count)}
        grams, targets = (
            {
                name: gram_matrix(tf.constant(random.uniform(0, 2, (1, 3, 4, size)), tf.float32))
                for name, size in layers.items()
            }
            for _ in range(2)
        )
        cases.append([grams, targets])
    return cases


def _over_layers(term, combine=lambda terms: tf.add_n(terms) / len(terms)):
    return lambda grams, targets: combine([term(grams[layer], targets[layer]) for layer in targets])


_STYLE = Exercise(
    reference=style_loss,
    cases=_gram_cases,
    right="Every block has a say, each with the same weight.",
    mistakes={
        "You summed over the layers: take their mean, so that each of n layers has the weight 1/n.": _over_layers(
            lambda g, a: _mean_square(g - a), tf.add_n
        ),
        "You used one layer only (the last one): add the terms of all.": _over_layers(
            lambda g, a: _mean_square(g - a), lambda terms: terms[-1]
        ),
        "You used one layer only (the first one): add the terms of all; is the `return` inside the loop?": _over_layers(
            lambda g, a: _mean_square(g - a), lambda terms: terms[0]
        ),
        "You used one layer only, with the weight of one among many: add the terms of all.": _over_layers(
            lambda g, a: _mean_square(g - a), lambda terms: terms[-1] / len(terms)
        ),
        "The differences are not squared: positive and negative ones cancel.": _over_layers(
            lambda g, a: tf.reduce_mean(g - a)
        ),
        "You took absolute differences: square them.": _over_layers(lambda g, a: tf.reduce_mean(tf.abs(g - a))),
        "You summed over the entries of a matrix: take the mean, or a layer with many channels would drown the "
        "others.": _over_layers(lambda g, a: tf.reduce_sum(tf.square(g - a))),
        "You compared the squares: take the difference first, then square it.": _over_layers(
            lambda g, a: tf.reduce_mean(tf.square(g) - tf.square(a))
        ),
        "You divided by the number of channels, not by its square: a Gram matrix has channels × channels entries.": (
            _over_layers(lambda g, a: tf.reduce_sum(tf.square(g - a)) / g.shape[0])
        ),
    },
)

# Lesson 04: the total loss.


def _total_cases():
    return [
        [tf.constant(0.5), tf.constant(0.25), tf.constant(0.125), 1.0, 8.0, 0.3],
        [tf.constant(2.0), tf.constant(3.0), tf.constant(5.0), 7.0, 0.5, 2.0],
    ]


_TOTAL = Exercise(
    reference=lambda c, s, v, a, b, g: a * c + b * s + g * v,
    cases=_total_cases,
    right="One number, and its gradient is the weighted sum of the three gradients: each term pulls with its weight.",
    mistakes={
        "The weights are missing: multiply each loss by its own.": lambda c, s, v, a, b, g: c + s + v,
        "Total variation is missing: there are three terms.": lambda c, s, v, a, b, g: a * c + b * s,
        "Total variation has no weight: multiply it by `tv_weight`.": lambda c, s, v, a, b, g: a * c + b * s + v,
        "Content and style weight are exchanged.": lambda c, s, v, a, b, g: b * c + a * s + g * v,
        "You divided by the sum of the weights: that is a mean, and doubling one weight would weaken the "
        "others.": lambda c, s, v, a, b, g: (a * c + b * s + g * v) / (a + b + g),
        "You multiplied the three terms: add them.": lambda c, s, v, a, b, g: a * c * b * s * g * v,
        "You subtracted the style loss: all three are to become small, so add them.": lambda c, s, v, a, b, g: (
            a * c - b * s + g * v
        ),
        "You divided by the weights: a larger weight makes its term count more, so multiply.": lambda c, s, v, a, b, g: (
            c / a + s / b + v / g
        ),
        "You squared the losses: add them as they are, each times its weight.": lambda c, s, v, a, b, g: (
            a * c**2 + b * s**2 + g * v**2
        ),
    },
)


def _variation_cases():
    return [[_random(4, 1, 3, 4, 3)], [_random(5, 1, 6, 5, 3)]]


def _differences(picture):
    return picture[:, 1:] - picture[:, :-1], picture[:, :, 1:] - picture[:, :, :-1]


def _rolled(picture):
    return sum(_mean_square(tf.roll(picture, -1, axis) - picture) for axis in (1, 2))


_VARIATION = Exercise(
    reference=lambda p: sum(_mean_square(d) for d in _differences(p)),
    cases=_variation_cases,
    right="Squares punish one hard edge more than many soft steps, so this version blurs edges that the other keeps.",
    mistakes={
        "That is the version with absolute differences: square them instead.": lambda p: sum(
            tf.reduce_mean(tf.abs(d)) for d in _differences(p)
        ),
        "You compare only down: add the differences across.": lambda p: _mean_square(_differences(p)[0]),
        "You compare only across: add the differences down.": lambda p: _mean_square(_differences(p)[1]),
        "You took sums: take the mean of each direction, so that the size of the picture does not matter.": lambda p: (
            sum(tf.reduce_sum(tf.square(d)) for d in _differences(p))
        ),
        "You compare the last row with the first (tf.roll does that): a picture has no neighbor there.": _rolled,
        "The differences are not squared: positive and negative ones cancel.": lambda p: sum(
            tf.reduce_mean(d) for d in _differences(p)
        ),
        "You compare the color channels with each other: neighbors lie along axes 1 and 2, not 3.": lambda p: (
            _mean_square(p[..., 1:] - p[..., :-1])
        ),
    },
)

_PAPERS_STYLE = Exercise(
    reference=lambda g, a: _mean_square(g - a) / 4,
    cases=lambda: [[_random(6, 3, 3, high=5.0), _random(7, 3, 3, high=5.0)], [_random(8, 4, 4), _random(9, 4, 4)]],
    right="So a weight of the paper has to be four times a weight on this course's plain loss to count as much.",
    mistakes={
        "The factor 4 is missing: equation 4 divides by 4 N² M².": lambda g, a: _mean_square(g - a),
        "You divided by 2: equation 4 has a 4.": lambda g, a: _mean_square(g - a) / 2,
        "You divided by N once: equation 4 divides by N².": lambda g, a: (
            tf.reduce_sum(tf.square(g - a)) / (4 * g.shape[0])
        ),
        "You did not divide by N²: there are N × N entries.": lambda g, a: tf.reduce_sum(tf.square(g - a)) / 4,
        "You multiplied by 4: equation 4 divides by it.": lambda g, a: 4 * _mean_square(g - a),
    },
)

_CONVERT = Exercise(
    reference=lambda weight, constant, layers: weight * constant * layers,
    cases=lambda: [[2.0, 30.0, 5], [0.5, 8.0, 4]],
    right="Now a weight from any program that uses the plain style loss can be tried here.",
    mistakes={
        "You divided by the constant: the kit divides the *loss* by it, so the weight has to make up for that.": lambda w, c, n: (
            w * n / c
        ),
        "The number of layers is missing: the kit gives each of n layers the weight 1/n.": lambda w, c, n: w * c,
        "You divided by the number of layers: the kit does, so the weight has to make up for that.": lambda w, c, n: (
            w * c / n
        ),
        "That is the conversion the other way round, from the kit's weight to the plain one.": lambda w, c, n: (
            w / (c * n)
        ),
    },
)

# Lesson 05: the optimization loop.


def _function_cases():
    return [[lambda x: (x - 0.2) ** 2, 0.9], [lambda x: x**3 + x, 2.0], [lambda x: tf.sin(3 * x), 0.5]]


def _slope(function, x):
    x = tf.Variable(float(x))
    with tf.GradientTape() as tape:
        value = function(x)
    return tape.gradient(value, x)


_SLOPE = Exercise(
    reference=_slope,
    cases=_function_cases,
    right="The tape needs no formula: it differentiates what was computed.",
    nothing="Your function gives None: end it with `return`, make `x` a `tf.Variable`, and call `function(x)` inside the "
    "`with`; the tape sees only what happens there. Ask `tape.gradient` first for what is differentiated, then for `x`.",
    mistakes={
        "You gave the function's value: ask the tape for the gradient.": lambda f, x: f(tf.constant(float(x))),
        "The sign is wrong: a gradient points uphill.": lambda f, x: -_slope(f, x),
        "You took the gradient of x, which is always 1: take that of the function's value.": lambda f, x: 1.0,
        "You squared the value before taking the gradient.": lambda f, x: _slope(lambda y: f(y) ** 2, x),
    },
)


def _step_cases():
    random = np.random.default_rng(5)
    pictures = [tf.Variable(random.uniform(0.2, 0.8, (1, 2, 3, 3)), dtype=tf.float32) for _ in range(2)]
    goal = tf.constant(random.uniform(0, 1, (1, 2, 3, 3)), tf.float32)

    def far_from_goal(picture):
        return tf.reduce_sum(tf.square(picture - goal))

    return [[pictures[0], far_from_goal, 0.1], [pictures[1], far_from_goal, 2.0]]


def _gradient(picture, loss_function):
    with tf.GradientTape() as tape:
        loss = loss_function(picture)
    return tape.gradient(loss, picture)


def _descent(picture, loss_function, learning_rate):
    stepped = picture - learning_rate * _gradient(picture, loss_function)
    picture.assign(tf.clip_by_value(stepped, 0.0, 1.0))


def _without_clipping(picture, loss_function, learning_rate):
    picture.assign_sub(learning_rate * _gradient(picture, loss_function))


def _set_to(value):
    return lambda p, f, r: p.assign(tf.clip_by_value(value(p, f, r), 0.0, 1.0))


_STEP = Exercise(
    reference=_descent,
    cases=_step_cases,
    outcome=lambda value, arguments: arguments[0].numpy(),
    right="The tape gives the direction, the learning rate the length of the step, and `assign` changes the picture itself.",
    mistakes={
        "The picture did not change: a new tensor is not enough, call `picture.assign(...)`.": lambda p, f, r: None,
        "You step uphill: subtract the gradient.": _set_to(lambda p, f, r: p + r * _gradient(p, f)),
        "You did not clip: after a long step the picture must still lie between 0 and 1.": _without_clipping,
        "You step uphill and do not clip: subtract the gradient, then clip to 0..1.": lambda p, f, r: _without_clipping(
            p, f, -r
        ),
        "The learning rate is missing: multiply the gradient by it.": lambda p, f, r: _descent(p, f, 1.0),
        "You stepped by the sign of the gradient only: use its size too.": _set_to(
            lambda p, f, r: p - r * tf.sign(_gradient(p, f))
        ),
        "You set the picture to its gradient: subtract the gradient from the picture.": _set_to(
            lambda p, f, r: r * _gradient(p, f)
        ),
        "You subtracted the loss: subtract its gradient.": _set_to(lambda p, f, r: p - r * f(p)),
    },
)


def _momentum(velocity, gradient, learning_rate, keep):
    return keep * velocity - learning_rate * gradient


_MOMENTUM = Exercise(
    reference=_momentum,
    cases=lambda: [[_random(10, 2, 3), _random(11, 2, 3), 0.1, 0.9], [_random(12, 4), _random(13, 4), 2.0, 0.5]],
    right="Where gradients agree from step to step the velocity grows; where they alternate they cancel.",
    mistakes={
        "The sign is wrong: the gradient points uphill, so subtract it.": lambda v, g, r, k: k * v + r * g,
        "You forgot the old velocity: keep a share of it.": lambda v, g, r, k: -r * g,
        "You keep all of the old velocity: multiply it by `keep`.": lambda v, g, r, k: v - r * g,
        "The learning rate is missing: multiply the gradient by it.": lambda v, g, r, k: k * v - g,
        "You multiplied both by `keep`: only the old velocity.": lambda v, g, r, k: k * (v - r * g),
    },
)


def _scales(size, coarsest):
    sides = [size]
    while sides[0] // 2 >= coarsest:
        sides.insert(0, sides[0] // 2)
    return sides


_SCALES = Exercise(
    reference=_scales,
    cases=lambda: [[512, 128], [384, 96], [1000, 100], [96, 128]],
    right="Coarse first, and the last one is the size that was asked for.",
    mistakes={
        "The order is from fine to coarse: begin with the coarsest.": lambda s, c: _scales(s, c)[::-1],
        "The full size is missing: it is the last scale.": lambda s, c: _scales(s, c)[:-1],
        "You go one scale too far: none may be smaller than `coarsest`.": lambda s, c: (
            [_scales(s, c)[0] // 2, *_scales(s, c)] if s >= c else [s]
        ),
        "You leave out a side that equals `coarsest`: it still counts, so compare with `>=`.": lambda s, c: [
            side for side in _scales(s, c) if side > c or side == s
        ],
    },
)

EXERCISES = {
    "values of a layer": _VALUES,
    "receptive field": _FIELD,
    "preprocess": _PREPROCESS,
    "deprocess": _DEPROCESS,
    "content loss": _CONTENT,
    "gradient by hand": _GRADIENT,
    "content loss of the paper": _PAPERS_CONTENT,
    "share lost": _SHARE,
    "correlation of two channels": _CORRELATION,
    "gram matrix": _GRAM,
    "gram matrix by einsum": _EINSUM,
    "style loss": _STYLE,
    "total loss": _TOTAL,
    "squared total variation": _VARIATION,
    "style loss of the paper": _PAPERS_STYLE,
    "convert a weight": _CONVERT,
    "slope": _SLOPE,
    "gradient step": _STEP,
    "momentum": _MOMENTUM,
    "scales": _SCALES,
}
