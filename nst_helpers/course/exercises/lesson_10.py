"""The exercises of lesson 10: a network that paints in one pass."""

from operator import mul

import numpy as np
import tensorflow as tf

from ...fast import instance_norm, mixed, residual
from .exercise import SIZES, Exercise, clipped, random_tensor


def _values(seed, size, low=0.0, high=1.0):
    return random_tensor(seed, 1, *size, low=low, high=high)


def _norm_cases():
    """By hand a channel of 1 and 3, and one that is 10 everywhere; then one that is nearly so, in
    which the small number counts."""
    by_hand = tf.reshape(tf.constant([1.0, 10.0, 3.0, 10.0]), (1, 1, 2, 2))
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
         "You multiplied by the deviation: divide by it."),
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


def _losses_of(*names):
    def losses_of(painted, photo):
        losses = {
            "content": tf.reduce_sum(tf.reduce_mean(tf.square(painted - photo), (0, 1, 2))) / 3,
            "style": tf.square(tf.reduce_mean(painted) - 0.1),
            "tv": tf.reduce_mean(tf.square(painted[:, :, 1:] - painted[:, :, :-1])),
        }
        return {name: losses[name] for name in names}

    return losses_of


def _times(weights, picture):
    return weights["factor"] * picture


def _two_layers(weights, picture):
    inner = tf.nn.relu(tf.tensordot(picture, weights["inner"], 1))
    return tf.tensordot(inner, weights["outer"], 1) + weights["shift"]


def _step_cases():
    """By hand a network of one weight, 2, and a gray of 0.3, which it paints as 0.6: losses of
    0.3² = 0.09 and 0.5² = 0.25, so 0.09 + 2 · 0.25 = 0.59, whose slope along the painted pixel is
    2 · 0.3 + 2 · 2 · 0.5 = 2.6, and along the weight 2.6 · 0.3 = 0.78."""
    gray, factors = tf.fill((1, 1, 1, 3), 0.3), {"content": 1.0, "style": 2.0}
    of_two = _losses_of("content", "style")
    cases = [[{"factor": tf.Variable(2.0)}, gray, _times, of_two, factors]]
    for seed, size, factors in (
        (150, (2, 7, 3), {"style": 12.7, "content": 1.3, "tv": 2.1}),
        (154, (5, 6, 3), {"tv": 0.7, "style": 3.4, "content": 2.2}),
    ):
        weights = {
            name: tf.Variable(random_tensor(seed + number, *shape, low=-0.4, high=1.6))
            for number, (name, shape) in enumerate(
                {"outer": (4, 3), "inner": (3, 4), "shift": (3,)}.items()
            )
        }
        losses_of = _losses_of("content", "style", "tv")
        cases.append([weights, _values(seed + 3, size), _two_layers, losses_of, factors])
    return cases


def _weighed_sum(losses, factors):
    return sum(factors[name] * losses[name] for name in factors)


def _step(
    paint=lambda network, weights, photo: network(weights, photo),
    compare=lambda losses_of, painted, photo: losses_of(painted, photo),
    loss_of=_weighed_sum,
    differentiated=None,
    finish=lambda gradient: gradient,
):
    """Loss and gradients of a training step, and what they become by one slip each.

    differentiated: what of losses and factors the tape is asked about in place of the loss.
    """

    def weight_gradients(weights, photo, network, losses_of, factors):
        with tf.GradientTape() as tape:
            losses = compare(losses_of, paint(network, weights, photo), photo)
            loss = loss_of(losses, factors)
            asked = differentiated(losses, factors) if differentiated else loss
        found = tape.gradient(asked, weights)
        return loss, {name: finish(gradient) for name, gradient in found.items()}

    return weight_gradients


def _clipped_network(network, weights, photo):
    return clipped(network(weights, photo))


def _step_outcome(value, arguments):
    """The loss, then the gradients by the weights' names, in one row; None for another form."""
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], dict):
        return None
    loss, gradients = value
    if set(gradients) != set(arguments[0]) or np.size(loss) != 1:
        return None
    rows = [gradients[name] for name in sorted(gradients)]
    if any(row is None for row in rows):
        return None
    return np.concatenate([np.ravel(loss), *map(np.ravel, rows)])


def _step_place(position, arguments):
    if position == 0:
        return "the loss"
    for name in sorted(arguments[0]):
        size = np.size(arguments[0][name])
        if position <= size:
            return f"the gradient of `{name}`"
        position -= size
    return "what comes after the gradients"


_CALLED = {"content": "the content loss", "style": "the style loss"}

_STEP = {
    "what `losses_of` is given": [
        (_step(compare=lambda f, painted, photo: f(photo, painted)),
         "You gave the photo as what was painted: call `losses_of(painted, photo)`.")],
    "what the network paints": [
        (_step(paint=_clipped_network),
         "You clipped what the network painted, and where it was out of bounds the gradient is 0: "
         "leave it as it is."),
        (_step(paint=lambda network, weights, photo: network(weights, network(weights, photo))),
         "The network painted its own picture once more: let it paint the photo, once.")],
    "what your loss consists of": [
        *((_step(loss_of=lambda losses, factors, name=name: losses[name]),
           f"Your loss is {called} only: add up all losses, each times its factor.")
          for name, called in _CALLED.items()),
        *((_step(loss_of=lambda losses, factors, name=name: factors[name] * losses[name]),
           f"Your loss is {called} only, times its factor: add up all of them.")
          for name, called in _CALLED.items() if name == "style")],
    "what each loss is multiplied by": [
        (_step(loss_of=lambda losses, factors: sum(losses.values())),
         "You added up the losses without their factors: multiply each by `factors[name]`.")],
    "how a loss and its factor find each other": [
        (_step(loss_of=lambda losses, factors: sum(map(mul, factors.values(), losses.values()))),
         "You paired losses and factors by their order in the dictionaries, which may differ: "
         "multiply each loss by the factor of the same name.")],
    "how the weighted losses are combined": [
        (_step(loss_of=lambda losses, factors: _weighed_sum(losses, factors) / len(factors)),
         "You took the mean of the weighted losses: add them up.")],
    "what the tape is asked about": [
        (_step(differentiated=lambda losses, factors: sum(losses.values())),
         "You asked for the gradient of the losses without their factors: ask for that of the "
         "weighted sum."),
        *((_step(differentiated=lambda losses, factors, name=name: losses[name]),
           f"You asked for the gradient of {called} alone: ask for that of the weighted sum.")
          for name, called in _CALLED.items())],
    "what you do with the gradients": [
        (_step(finish=lambda gradient: -gradient),
         "You changed the gradients' sign: return them as they are, since the optimizer "
         "subtracts."),
        (_step(finish=tf.sign),
         "You returned only the gradients' signs: return them as they are."),
        (_step(finish=lambda gradient: gradient / tf.norm(gradient)),
         "You divided each gradient by its length: return it as it is."),
        (_step(finish=clipped),
         "You clipped the gradients: return them as they are, since only a picture has to stay "
         "between 0 and 1."),
        (_step(finish=lambda gradient: tf.fill(tf.shape(gradient), tf.reduce_mean(gradient))),
         "You took the mean of each gradient: return it as it is, since each weight has its "
         "own.")],
}  # fmt: skip

STEP_ERRORS = {
    "dict' and": "You take the whole dictionary of losses for a number: its entries have names, "
    "as `losses[name]`.",
    "`type_value`": "The tape is asked about a plain number: ask it about the loss before you make "
    "a number of it.",
    "has no attribute 'gradient'": "It is the tape that gives the gradient: "
    "`tape.gradient(loss, weights)`.",
    "'NoneType'": "A gradient is None: ask first about the loss, then about the weights, as in "
    "`tape.gradient(loss, weights)`, and let the network paint inside the `with`.",
}

EXERCISES = {
    "instance norm": Exercise(
        reference=instance_norm, cases=_norm_cases, look_at=_NORM, goes_on=True,
        tape_over=(0, 1, 2),
        right="Whatever contrast and color the photo had, each channel now has the deviation and "
              "the mean that the painting asks for.",
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
    "weight gradients": Exercise(
        reference=_step(), cases=_step_cases, look_at=_STEP, goes_on=True,
        outcome=_step_outcome, place=_step_place, errors=STEP_ERRORS,
        right="The same losses as in the loop, and the tape goes one part further back, through "
              "the network that painted.",
        nothing="Your function has to return two things, the loss and a dictionary with a gradient "
                "for each weight: end it with `return loss, tape.gradient(loss, weights)`. A "
                "gradient is None where the network did not paint inside the `with`.",
    ),
}  # fmt: skip
