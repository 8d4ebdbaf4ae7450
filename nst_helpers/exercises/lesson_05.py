"""The exercises of lesson 05: the optimization loop."""

import numpy as np
import tensorflow as tf

from .exercise import Exercise, random_tensor, sum_of_squares


def _function_cases():
    return [
        [lambda x: (x - 0.2) ** 2, 0.9],
        [lambda x: x**3 + x, 2.3],
        [lambda x: tf.sin(3 * x), 0.5],
    ]


def _slope(function, x):
    return _gradient(tf.Variable(float(x)), function)


def _gradient(variable, function):
    with tf.GradientTape() as tape:
        value = function(variable)
    return tape.gradient(value, variable)


def _curvature(function, x):
    variable = tf.Variable(float(x))
    with tf.GradientTape() as outer:
        slope = _gradient(variable, function)
    return outer.gradient(slope, variable)


def _step_cases():
    random = np.random.default_rng(5)
    shape = (1, 2, 3, 3)
    pictures = [tf.Variable(random.uniform(0.2, 0.8, shape), dtype=tf.float32) for _ in range(2)]
    goal = tf.constant(random.uniform(0, 1, shape), tf.float32)

    def far_from_goal(picture):
        return sum_of_squares(picture - goal)

    return [[pictures[0], far_from_goal, 0.13], [pictures[1], far_from_goal, 2.3]]


def _set_to(value):
    """A step that sets the picture to `value(picture, loss function, learning rate)`, clipped."""
    return lambda *arguments: arguments[0].assign(tf.clip_by_value(value(*arguments), 0.0, 1.0))


def _momentum_cases():
    return [
        [random_tensor(10, 2, 3), random_tensor(11, 2, 3), 0.13, 0.85],
        [random_tensor(12, 4), random_tensor(13, 4), 2.1, 0.55],
    ]


def _twice(picture, function, rate):
    for _ in range(2):
        _set_to(lambda p, f, r: p - r * _gradient(p, f))(picture, function, rate)


def _unclipped(value):
    """A step that sets the picture to `value(picture, loss function, learning rate)`."""
    return lambda *arguments: arguments[0].assign(value(*arguments))


def _halved(half, stop):
    """A function like `_scales` with another half, as long as `stop(half, coarsest)` is false."""

    def scales(size, coarsest):
        sides = [size]
        while not stop(half(sides[0]), coarsest):
            sides.insert(0, half(sides[0]))
        return sides

    return scales


def _doubled(size, coarsest):
    sides = [coarsest]
    while 2 * sides[-1] <= size:
        sides.append(2 * sides[-1])
    return sides


def _doubled_beyond(size, coarsest):
    sides = [coarsest]
    while sides[-1] < size:
        sides.append(2 * sides[-1])
    return sides


def _scales(size, coarsest):
    sides = [size]
    while sides[0] // 2 >= coarsest:
        sides.insert(0, sides[0] // 2)
    return sides


def _one_scale_too_far(size, coarsest):
    sides = _scales(size, coarsest)
    return [sides[0] // 2, *sides] if size >= coarsest else sides


def _without_coarsest(size, coarsest):
    return [side for side in _scales(size, coarsest) if side > coarsest or side == size]


TAPE_ERRORS = {
    "`type_value`: <function": "The tape is asked about a function: call it inside the `with`, and "
    "ask about the value that it gives.",
    "`type_value`": "The tape is asked about a plain number, and it knows tensors and variables "
    "only: both what is differentiated and what it is differentiated by have to be one.",
    "NoneType": "Something is None that should be a tensor. `tape.gradient` gives None if the loss "
    "was not computed from the variable, inside the `with`.",
    "value (None)": "Something is None that should be a tensor. `tape.gradient` gives None if the "
    "loss was not computed from the variable, inside the `with`.",
    "has no attribute 'gradient'": "It is the tape that gives the gradient: "
    "`tape.gradient(loss, variable)`.",
}


# A mistake is a line for the function that makes it, then what to say.
# f, x: a function and where its slope is asked for. p, f, r: picture, loss function, learning rate.
# fmt: off
EXERCISES = {
    "slope": Exercise(
        reference=_slope,
        cases=_function_cases,
        right="The tape needs no formula: it differentiates what was computed.",
        nothing="Your function gives None: end it with `return`, make `x` a `tf.Variable`, and "
                "call `function(x)` inside the `with`; the tape sees only what happens there. Ask "
                "`tape.gradient` first for what is differentiated, then for `x`.",
        errors=TAPE_ERRORS,
        mistakes=[
            (lambda f, x: 2 * (float(x) - 0.2),
             "That is the slope of the example only: let the tape find it for any function."),
            (lambda f, x: 2 * _slope(f, x),
             "That is twice the slope."),
            (_curvature,
             "You took the gradient of the gradient: take it once."),
            (lambda f, x: float(x) - _slope(f, x),
             "That is a step against the slope: return the slope itself."),
            (lambda f, x: float(x) - 0.1 * _slope(f, x),
             "That is a step against the slope: return the slope itself."),
            (lambda f, x: _slope(f, x) * float(x),
             "You multiplied the slope by x: return it as it is."),
            (lambda f, x: f(tf.constant(float(x))) / float(x),
             "You divided the value by x: that is the slope of a line from 0, and the tape gives "
             "that of the function at x."),
            (lambda f, x: (f(x + 0.01) - f(x)) / 0.01,
             "You took a difference of two values, which is near the slope only: ask the tape."),
            (lambda f, x: f(tf.constant(float(x))),
             "You gave the function's value: ask the tape for the gradient."),
            (lambda f, x: -_slope(f, x),
             "The sign is wrong: a gradient points uphill."),
            (lambda f, x: 1.0,
             "You took the gradient of x, which is always 1: take that of the function's value."),
            (lambda f, x: _slope(lambda y: f(y) ** 2, x),
             "You squared the value before taking the gradient."),
        ],
    ),
    "gradient step": Exercise(
        reference=_set_to(lambda p, f, r: p - r * _gradient(p, f)),
        cases=_step_cases,
        outcome=lambda value, arguments: arguments[0].numpy(),
        right="The tape gives the direction, the learning rate the length of the step, "
              "and `assign` changes the picture itself.",
        errors=TAPE_ERRORS,
        mistakes=[
            (lambda p, f, r: None,
             "The picture did not change: a new tensor is not enough, so give the new values to "
             "`picture.assign(...)`."),
            (_unclipped(lambda p, f, r: p - r * tf.clip_by_value(_gradient(p, f), 0.0, 1.0)),
             "You clipped the gradient: clip the new picture."),
            (_unclipped(lambda p, f, r: p - tf.clip_by_value(r * _gradient(p, f), 0.0, 1.0)),
             "You clipped the step: clip the new picture."),
            (_set_to(lambda p, f, r: p - r * tf.clip_by_value(_gradient(p, f), 0.0, 1.0)),
             "You clipped the gradient, too: clip the new picture only."),
            (_unclipped(lambda p, f, r: r * _gradient(p, f)),
             "You set the picture to the step alone: subtract the step from the picture."),
            (_unclipped(lambda p, f, r: -r * _gradient(p, f)),
             "You set the picture to the step alone: subtract it from the picture, and clip."),
            (_set_to(lambda p, f, r: -r * _gradient(p, f)),
             "You set the picture to the step alone: subtract it from the picture."),
            (_set_to(lambda p, f, r: p - r * _gradient(p, f) / tf.norm(_gradient(p, f))),
             "You divided the gradient by its length: use it as it is."),
            (_set_to(lambda p, f, r: p - r * tf.reduce_mean(_gradient(p, f))),
             "You took the mean of the gradient: each value has its own."),
            (_unclipped(lambda p, f, r: tf.clip_by_value(p - r * _gradient(p, f), -1.0, 1.0)),
             "You clipped to -1..1: a picture's values are from 0 to 1."),
            (_unclipped(lambda p, f, r: tf.nn.relu(p - r * _gradient(p, f))),
             "You clipped below only: values above 1 have to become 1."),
            (_unclipped(lambda p, f, r: tf.minimum(p - r * _gradient(p, f), 1.0)),
             "You clipped above only: values below 0 have to become 0."),
            (_unclipped(lambda p, f, r: p - _gradient(p, f)),
             "The learning rate is missing, and nothing is clipped."),
            (_twice,
             "You made two steps: make one."),
            (_set_to(lambda p, f, r: p * (1 - r * _gradient(p, f))),
             "You multiplied the picture by the step: subtract learning rate × gradient."),
            (_set_to(lambda p, f, r: p - _gradient(p, f) / r),
             "You divided by the learning rate: multiply by it."),
            (_set_to(lambda p, f, r: p + r * _gradient(p, f)),
             "You step uphill: subtract the gradient."),
            (lambda p, f, r: p.assign_sub(r * _gradient(p, f)),
             "The picture is not clipped: after a long step it must still lie between 0 and 1. "
             "(`tf.clip_by_value` leaves what it is given as it is, and returns a new tensor.)"),
            (lambda p, f, r: p.assign_add(r * _gradient(p, f)),
             "You step uphill and do not clip: subtract the gradient, then clip to 0..1."),
            (_set_to(lambda p, f, r: p - _gradient(p, f)),
             "The learning rate is missing: multiply the gradient by it."),
            (_set_to(lambda p, f, r: p - r * tf.sign(_gradient(p, f))),
             "You stepped by the sign of the gradient only: use its size too."),
            (_set_to(lambda p, f, r: r * _gradient(p, f)),
             "You set the picture to its gradient: subtract the gradient from the picture."),
            (_set_to(lambda p, f, r: p - r * f(p)),
             "You subtracted the loss: subtract its gradient."),
        ],
    ),
    "momentum": Exercise(
        reference=lambda velocity, gradient, rate, keep: keep * velocity - rate * gradient,
        cases=_momentum_cases,
        right="Where gradients agree from step to step the velocity grows; "
              "where they alternate they cancel.",
        mistakes=[
            (lambda velocity, gradient, rate, keep: keep * velocity + rate * gradient,
             "The sign is wrong: the gradient points uphill, so subtract it."),
            (lambda v, g, rate, keep: keep * v - (1 - keep) * rate * g,
             "You weighed the gradient by 1 - keep, as in a running mean: the learning rate alone "
             "belongs there."),
            (lambda v, g, rate, keep: keep * v - (1 - keep) * g,
             "You took 1 - keep in place of the learning rate: that is a running mean."),
            (lambda v, g, rate, keep: keep * v + (1 - keep) * g,
             "That is a running mean of the gradients: subtract learning rate × gradient."),
            (lambda v, g, rate, keep: keep * v + g,
             "In that convention learning rate and sign come later. Here subtract "
             "learning rate × gradient."),
            (lambda v, g, rate, keep: rate * v - keep * g,
             "Share and learning rate are exchanged."),
            (lambda v, g, rate, keep: keep * g - rate * v,
             "Velocity and gradient are exchanged."),
            (lambda v, g, rate, keep: (1 - keep) * v - rate * g,
             "You kept 1 - keep of the velocity: `keep` is the share that stays."),
            (lambda v, g, rate, keep: rate * (keep * v - g),
             "You multiplied the velocity by the learning rate, too: only the gradient."),
            (lambda v, g, rate, keep: keep * (keep * v - rate * g) - rate * g,
             "That is Nesterov's way, which looks one step ahead: here one step is enough."),
            (lambda v, g, rate, keep: 0.9 * v - 0.1 * g,
             "You took the numbers of the example: use `keep` and the learning rate."),
            (lambda v, g, rate, keep: keep * v,
             "The gradient does not come in: subtract learning rate × gradient."),
            (lambda v, g, rate, keep: rate * g - keep * v,
             "All signs are wrong: keep a share of the velocity, and subtract the gradient."),
            (lambda v, g, rate, keep: keep * v * rate * g,
             "You multiplied all four: subtract learning rate × gradient from keep × velocity."),
            (lambda v, g, rate, keep: keep * v - g / rate,
             "You divided by the learning rate: multiply by it."),
            (lambda velocity, gradient, rate, keep: -rate * gradient,
             "You forgot the old velocity: keep a share of it."),
            (lambda velocity, gradient, rate, keep: velocity - rate * gradient,
             "You keep all of the old velocity: multiply it by `keep`."),
            (lambda velocity, gradient, rate, keep: keep * velocity - gradient,
             "The learning rate is missing: multiply the gradient by it."),
            (lambda velocity, gradient, rate, keep: keep * (velocity - rate * gradient),
             "You multiplied both by `keep`: only the old velocity."),
        ],
    ),
    "scales": Exercise(
        reference=_scales,
        cases=lambda: [[512, 128], [390, 96], [1001, 60], [250, 31], [96, 128], [300, 100]],
        right="Coarse first, and the last one is the size that was asked for.",
        mistakes=[
            (lambda size, coarsest: _scales(size, coarsest)[::-1],
             "The order is from fine to coarse: begin with the coarsest."),
            (lambda size, coarsest: _scales(size, coarsest)[:-1],
             "The full size is missing: it is the last scale."),
            (_halved(lambda side: side / 2, lambda half, coarsest: half < coarsest),
             "Your sides have fractions: halve with `//`, which rounds down."),
            (_halved(lambda side: -(-side // 2), lambda half, coarsest: half < coarsest),
             "You round halves up: `side // 2` rounds down."),
            (_halved(lambda side: round(side / 2), lambda half, coarsest: half < coarsest),
             "You round halves to the next even number, as `round` does: use `side // 2`."),
            (lambda size, coarsest: _without_coarsest(size, coarsest) if size > coarsest else [],
             "You leave out a side that equals `coarsest`, and give nothing for a size below it: "
             "the size itself is always the last scale."),
            (_doubled_beyond,
             "You double from `coarsest` up, and beyond the size: halve from `size` down."),
            (_doubled,
             "You double from `coarsest` up: halve from `size` down, so that the last scale is the "
             "size itself."),
            (lambda size, coarsest: [*_doubled(size, coarsest), size],
             "You double from `coarsest` up: halve from `size` down, so that each scale is half of "
             "the next one."),
            (lambda size, coarsest: _scales(size, coarsest)[-2:],
             "You halve only once: go on as long as the half is not below `coarsest`."),
            (lambda size, coarsest: [size],
             "That is the size alone: its half, its quarter and so on belong before it."),
            (lambda size, coarsest: _scales(size, coarsest)[-2::-1],
             "The order is from fine to coarse, and the full size is missing."),
            (lambda size, coarsest: _scales(size, coarsest) if size >= coarsest else [],
             "A size below `coarsest` gives nothing: the size itself is always the last scale."),
            (lambda size, coarsest: _scales(size, coarsest)[::-1] if size >= coarsest else [],
             "The order is from fine to coarse, and a size below `coarsest` gives nothing: the "
             "size itself is always the last scale."),
            (lambda size, coarsest: list(range(coarsest, size + 1, coarsest)),
             "Your scales grow by equal steps: each is to be half of the next."),
            (_one_scale_too_far,
             "You go one scale too far: none may be smaller than `coarsest`."),
            (_without_coarsest,
             "You leave out a side that equals `coarsest`: it still counts, so compare with `>=`."),
        ],
    ),
}
