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
        mistakes=[
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
        mistakes=[
            (lambda p, f, r: None,
             "The picture did not change: a new tensor is not enough, call `picture.assign(...)`."),
            (_set_to(lambda p, f, r: p + r * _gradient(p, f)),
             "You step uphill: subtract the gradient."),
            (lambda p, f, r: p.assign_sub(r * _gradient(p, f)),
             "You did not clip: after a long step the picture must still lie between 0 and 1."),
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
        cases=lambda: [[512, 128], [390, 96], [1001, 60], [250, 31], [96, 128]],
        right="Coarse first, and the last one is the size that was asked for.",
        mistakes=[
            (lambda size, coarsest: _scales(size, coarsest)[::-1],
             "The order is from fine to coarse: begin with the coarsest."),
            (lambda size, coarsest: _scales(size, coarsest)[:-1],
             "The full size is missing: it is the last scale."),
            (_one_scale_too_far,
             "You go one scale too far: none may be smaller than `coarsest`."),
            (_without_coarsest,
             "You leave out a side that equals `coarsest`: it still counts, so compare with `>=`."),
        ],
    ),
}
