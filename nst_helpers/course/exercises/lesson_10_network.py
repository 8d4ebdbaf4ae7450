"""The exercises of lesson 10 on the parts of a network that paints in one pass."""

import numpy as np
import tensorflow as tf

from ...fast import instance_norm, mixed, residual
from .exercise import SIZES, Exercise, random_tensor


def _values(seed, size, low=0.0, high=1.0):
    return random_tensor(seed, 1, *size, low=low, high=high)


def _norm_cases():
    """By hand a channel of 1 and 5, and one that is 10 everywhere; then one that is nearly so, in
    which the small number counts."""
    by_hand = tf.reshape(tf.constant([1.0, 10.0, 5.0, 10.0]), (1, 1, 2, 2))
    others = [
        [_values(seed, size, low, high), random_tensor(seed + 1, size[-1], low=1.2, high=3.0),
         random_tensor(seed + 2, size[-1], low=-2.0, high=-0.4)]
        for seed, size, low, high in ((120, SIZES[0], 3.0, 9.0), (123, SIZES[1], 0.50, 0.53))
    ]  # fmt: skip
    return [[by_hand, tf.constant([2.0, 5.0]), tf.constant([1.0, -1.0])], *others]


def _normed(
    axes=(1, 2),
    centered=lambda v, mean: v - mean,
    divided=lambda v, variance, count: v / tf.sqrt(variance + 1e-5),
    finish=lambda v, scale, shift: scale * v + shift,
):
    """Instance normalization, and what it becomes by one slip each."""

    def function(values, scale, shift):
        mean, variance = tf.nn.moments(values, axes, keepdims=True)
        count = tf.cast(tf.size(values) / tf.size(mean), tf.float32)
        return finish(divided(centered(values, mean), variance, count), scale, shift)

    return function


def _by_absolute_values(values, scale, shift):
    centered = values - tf.reduce_mean(values, (1, 2), keepdims=True)
    mean = tf.reduce_mean(tf.abs(centered), (1, 2), keepdims=True)
    return scale * centered / (mean + 1e-5) + shift


# v: values; n: how many of them a mean is taken over.
_NORM = {
    "the axes of the mean and of the variance": [
        (_normed(axes=(3,)),
         "You took mean and variance over the channels: take them over height and width, axes 1 "
         "and 2, so that each channel has its own."),
        (_normed(axes=(1, 2, 3)),
         "You took one mean and one variance of all channels together: take them over axes 1 and 2 "
         "only, so that each channel has its own."),
        *((_normed(axes=(axis,)),
           f"You took mean and variance over axis {axis} only: take them over axes 1 and 2 at "
           "once.")
          for axis in (1, 2))],
    "what is subtracted": [
        (_normed(centered=lambda v, mean: v),
         "The mean is not subtracted: subtract it before you divide."),
        (_normed(centered=lambda v, mean: v + mean),
         "You added the mean: subtract it.")],
    "what you divide by": [
        (_normed(divided=lambda v, variance, n: v / (variance + 1e-5)),
         "You divided by the variance: divide by its root, which has the unit of the values."),
        (_normed(divided=lambda v, variance, n: v * tf.sqrt(variance + 1e-5)),
         "You multiplied by the standard deviation: divide by it."),
        (_normed(divided=lambda v, variance, n: v),
         "You did not divide: divide by the root of variance + 1e-5."),
        (_by_absolute_values,
         "You divided by the mean distance from the mean: divide by the root of the mean squared "
         "distance."),
        (_normed(divided=lambda v, variance, n: v / tf.sqrt(variance * n / (n - 1) + 1e-5)),
         "You divided the sum of squares by the number of positions minus 1: take their mean.")],
    "where the small number stands": [
        (_normed(divided=lambda v, variance, n: v / (tf.sqrt(variance) + 1e-5)),
         "You added 1e-5 to the root: add it to the variance, before the root is taken, since "
         "the root's slope at 0 has no end.")],
    "the size of the small number": [
        (_normed(divided=lambda v, variance, n: v / tf.sqrt(variance + 1e-3)),
         "You added 1e-3, as Keras' layers do: add 1e-5.")],
    "what becomes of the scale and the shift": [
        (_normed(finish=lambda v, scale, shift: v),
         "Scale and shift are missing: multiply by the scale, then add the shift."),
        (_normed(finish=lambda v, scale, shift: scale * v),
         "The shift is missing: add it at the end."),
        (_normed(finish=lambda v, scale, shift: v + shift),
         "The scale is missing: multiply by it before you add the shift."),
        (_normed(finish=lambda v, scale, shift: shift * v + scale),
         "Scale and shift are exchanged: multiply by the scale, and add the shift.")],
    "the order of scale and shift": [
        (_normed(finish=lambda v, scale, shift: scale * (v + shift)),
         "You multiplied the shift by the scale, too: multiply first, then add the shift.")],
}  # fmt: skip


def _mixed_cases():
    return [
        [tf.constant([[4.0, 1.0], [0.0, 2.0]]), tf.constant([0.25, 0.75])],
        [random_tensor(130, 3, 5, low=0.4, high=2.0), tf.constant([0.5, 0.2, 0.3])],
        [random_tensor(131, 4, 3, low=0.4, high=2.0), tf.constant([0.0, 0.3, 0.6, 0.1])],
    ]


def _sum_of(each, shares):
    """The sum of each painting's row times its share, as arrays."""
    return np.asarray(shares) @ np.asarray(each)


# e, s: a row for each painting; their shares.
_MIXED = {
    "what the shares do": [
        (lambda e, s: tf.reduce_mean(e, axis=0),
         "You took the plain mean of all paintings: multiply each row by its painting's share, and "
         "add up."),
        (lambda e, s: tf.reduce_sum(e, axis=0),
         "You added up the rows without their shares: multiply each row by its painting's share "
         "first."),
        (lambda e, s: e[int(np.argmax(s))],
         "You took the painting with the largest share alone: multiply each row by its share, and "
         "add up.")],
    "which painting a share belongs to": [
        (lambda e, s: _sum_of(e, s[::-1]),
         "The shares are in reversed order: multiply the first row by the first share.")],
    "how the rows are put together": [
        (lambda e, s: _sum_of(e, s) / len(s),
         "You took the mean of share × row: take the sum, since the shares already add up to 1."),
        (lambda e, s: np.asarray(e).prod(0),
         "You multiplied the rows: add them up, each times its share."),
        (lambda e, s: np.exp(_sum_of(np.log(np.maximum(e, 1e-12)), s)),
         "You mixed the logarithms: add up share × row.")],
    "what is done with the shares first": [
        (lambda e, s: _sum_of(e, tf.nn.softmax(s)),
         "You put the shares through a softmax, which makes them more alike: use them as they "
         "are."),
        (lambda e, s: _sum_of(e, s / tf.norm(s)),
         "You divided the shares by their length: use them as they are."),
        (lambda e, s: _sum_of(e, s**2),
         "You squared the shares: use them as they are."),
        (lambda e, s: _sum_of(e, s / tf.reduce_max(s)),
         "You divided the shares by the largest: use them as they are.")],
    "the axis along which you add up": [
        (lambda e, s: np.asarray(e) @ np.asarray(s),
         "You added up along the channels: add up along the paintings, axis 0.")],
}  # fmt: skip


def _linear(factor, summand):
    """A convolution's stand-in: a function of values."""
    return lambda values: factor * values + summand


def _residual_cases():
    by_hand = tf.reshape(tf.constant([2.0, -1.0]), (1, 1, 2, 1))
    return [
        [by_hand, _linear(1.0, -1.0), _linear(3.0, 0.0)],
        [_values(140, SIZES[0], low=-1.0), _linear(1.7, -0.2), _linear(-0.6, 0.3)],
        [_values(141, SIZES[1], low=-1.0), lambda v: v[..., ::-1] - 0.1, _linear(0.8, -0.4)],
    ]


_relu = tf.nn.relu

# v: values; a, b: the first and the second function.
_RESIDUAL = {
    "what the block's output is added to": [
        (lambda v, a, b: b(_relu(a(v))),
         "The values themselves are not added: return values + what the second convolution gives."),
        (lambda v, a, b: v - b(_relu(a(v))),
         "You subtracted: add what the second convolution gives to the values."),
        (lambda v, a, b: v * b(_relu(a(v))),
         "You multiplied the values by what the block gives: add it."),
        (lambda v, a, b: a(v) + b(_relu(a(v))),
         "You added what the first convolution gives: add the values as they came in."),
        (lambda v, a, b: _relu(a(v)) + b(_relu(a(v))),
         "You added what stands between the convolutions: add the values as they came in.")],
    "where the ReLU stands": [
        (lambda v, a, b: v + b(a(v)),
         "The ReLU is missing: put it between the two convolutions, without which they would be "
         "one."),
        (lambda v, a, b: v + _relu(b(a(v))),
         "The ReLU stands after the second convolution: put it between the two."),
        (lambda v, a, b: v + _relu(b(_relu(a(v)))),
         "There is a second ReLU after the second convolution, so that nothing can be taken away: "
         "put one between the two convolutions only."),
        (lambda v, a, b: _relu(v + b(_relu(a(v)))),
         "There is a ReLU after the sum: put one between the two convolutions only."),
        (lambda v, a, b: _relu(v + b(a(v))),
         "The ReLU stands after the sum: put it between the two convolutions."),
        (lambda v, a, b: v + b(a(_relu(v))),
         "The ReLU stands before the first convolution: put it after that one.")],
    "which function comes first": [
        (lambda v, a, b: v + a(_relu(b(v))),
         "The two convolutions are exchanged: apply `first`, the ReLU, then `second`."),
        (lambda v, a, b: v + a(_relu(a(v))),
         "You applied the first convolution twice: the second time, take `second`."),
        (lambda v, a, b: v + b(_relu(b(v))),
         "You applied the second convolution twice: the first time, take `first`.")],
    "what the second function is given": [
        (lambda v, a, b: v + _relu(a(v)) + b(v),
         "Both convolutions are given the values: give the second one what the ReLU gives."),
        (lambda v, a, b: v + a(v) + b(v),
         "Both convolutions are given the values: give the second one the ReLU of what the first "
         "gives."),
        (lambda v, a, b: v + b(_relu(v)),
         "The first convolution is missing: give its ReLU to the second."),
        (lambda v, a, b: v + b(v + _relu(a(v))),
         "You added the values before the second convolution, too: add them once, at the end.")],
    "what follows the ReLU": [
        (lambda v, a, b: v + _relu(a(v)),
         "The second convolution is missing: add what it gives.")],
}  # fmt: skip


EXERCISES = {
    "instance norm": Exercise(
        reference=instance_norm, cases=_norm_cases, look_at=_NORM, goes_on=True,
        tape_over=(0, 1, 2),
        right="Whatever contrast and color the photo had, each channel now has the standard "
              "deviation and the mean that the painting asks for.",
    ),
    "mixed": Exercise(
        reference=mixed, cases=_mixed_cases, look_at=_MIXED, goes_on=True, tape_over=(0, 1),
        right="With one share of 1 this picks a painting; with several it lies between them.",
    ),
    "residual block": Exercise(
        reference=residual, cases=_residual_cases, look_at=_RESIDUAL, goes_on=True,
        tape_over=(0,),
        right="The block computes only what to add to its values; where it adds nothing, they "
              "pass through unchanged.",
    ),
}  # fmt: skip
