"""The exercises of lesson 05: the optimization loop."""

import numpy as np
import tensorflow as tf

from .exercise import Exercise, random_tensor, sum_of_squares


def _function_cases():
    """First the lesson's single pixel.

    In the last function, a part is constant for the tape, as the targets of a loss can be, and not
    for a difference of two values. The exercise is about the tape: a difference only comes near the
    slope, and for a picture it would need an evaluation more for every value. So it is not right.
    """
    return [
        [lambda x: (x - 0.2) ** 2, 0.9],
        [lambda x: x**3 + x, 2.3],
        [lambda x: tf.sin(3 * x), 0.5],
        [lambda x: x**2 + tf.stop_gradient(3 * x), 1.7],
    ]


def _difference(ahead, behind):
    """The slope as a difference of two values of the function, over `ahead + behind`."""

    def slope(function, x):
        x = tf.Variable(float(x))
        return (function(x + ahead) - function(x - behind)) / (ahead + behind)

    return slope


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
    """First the lesson's single pixel, which goes from 0.9 to 0.76."""

    def case(picture, goal, rate):
        return [tf.Variable(picture), lambda picture: sum_of_squares(picture - goal), rate]

    def random_case(seed, size, rate):
        picture = random_tensor(seed, 1, *size, 3, low=0.2, high=0.8)
        return case(picture, random_tensor(5, 1, *size, 3), rate)

    return [
        case([[[[0.9]]]], 0.2, 0.1),
        random_case(6, (2, 7), 0.13),
        random_case(7, (6, 4), 2.3),
    ]


def _set_to(value):
    """A step that sets the picture to `value(picture, loss function, learning rate)`, clipped."""
    return lambda *arguments: arguments[0].assign(tf.clip_by_value(value(*arguments), 0.0, 1.0))


def _momentum_cases():
    """First the lesson's numbers, which give -0.32."""
    return [
        [tf.constant(-0.2), tf.constant(1.4), 0.1, 0.9],
        [random_tensor(10, 2, 5), random_tensor(11, 2, 5), 0.13, 0.85],
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


NO_GRADIENT = (
    "Something is None that should be a tensor. `tape.gradient` gives None if the loss was not "
    "computed from the variable, inside the `with`, or if the two are given in the wrong order: "
    "the loss comes first, then the variable."
)
TAPE_ERRORS = {
    "`type_value`: <function": "The tape is asked about a function: call it inside the `with`, and "
    "ask about the value that it gives.",
    "`type_value`": "The tape is asked about a plain number, and it knows tensors and variables "
    "only: both what is differentiated and what it is differentiated by have to be one.",
    "NoneType": NO_GRADIENT,
    "value (None)": NO_GRADIENT,
    "has no attribute 'gradient'": "It is the tape that gives the gradient: "
    "`tape.gradient(loss, variable)`.",
}
STEPS_OF_DIFFERENCES = 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6


# A mistake is the function that makes it, where to look, and what to say.
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
             "where `function` is used",
             "That is the slope of the example only: let the tape find the slope of any function."),
            (_curvature,
             "how often the tape is asked",
             "You took the gradient of the gradient: take it once."),
            (lambda f, x: float(x) - _slope(f, x),
             "what is done with the tape's answer",
             "That is where a step against the slope ends: return the slope itself."),
            (lambda f, x: float(x) - 0.1 * _slope(f, x),
             "what is done with the tape's answer",
             "That is where a step against the slope ends: return the slope itself."),
            (lambda f, x: f(tf.constant(float(x))) / float(x),
             "where the number that you return comes from",
             "You divided the function's value by x, which is the slope of a line from 0: ask the "
             "tape for the slope of the function at x."),
            *(
                (_difference(step, behind),
                 "where the number that you return comes from",
                 "You took a difference of two values, which comes near the slope only and needs "
                 "an evaluation more for every value of a picture: ask the tape, which goes "
                 "backwards once for all of them.")
                for step in STEPS_OF_DIFFERENCES
                for behind in (0.0, step)
            ),
            (lambda f, x: f(tf.constant(float(x))),
             "what the tape is asked for",
             "You returned the function's value: ask the tape for its gradient."),
            (lambda f, x: 1.0,
             "what is differentiated",
             "You took the gradient of x itself, which is always 1: take that of the function's "
             "value."),
            (lambda f, x: _slope(lambda y: f(y) ** 2, x),
             "what is computed inside the `with`",
             "You squared the function's value: differentiate it as it is."),
        ],
    ),
    "gradient step": Exercise(
        reference=_set_to(lambda p, f, r: p - r * _gradient(p, f)),
        cases=_step_cases,
        outcome=lambda value, arguments: np.asarray(arguments[0]),
        right="The tape gives the direction, the learning rate the length of the step, "
              "and `assign` changes the picture itself.",
        errors=TAPE_ERRORS,
        mistakes=[
            (lambda p, f, r: None,
             "how the new values get into the picture",
             "The picture did not change: give the new values to `picture.assign(...)`, since a "
             "new tensor leaves the variable as it was."),
            (_unclipped(lambda p, f, r: p - r * tf.clip_by_value(_gradient(p, f), 0.0, 1.0)),
             "what is clipped",
             "You clipped the gradient: clip the new picture."),
            (_unclipped(lambda p, f, r: p - tf.clip_by_value(r * _gradient(p, f), 0.0, 1.0)),
             "what is clipped",
             "You clipped the step: clip the new picture."),
            (_set_to(lambda p, f, r: p - r * tf.clip_by_value(_gradient(p, f), 0.0, 1.0)),
             "what is clipped",
             "You clipped the gradient, too: clip the new picture only."),
            (_unclipped(lambda p, f, r: r * _gradient(p, f)),
             "what `assign` is given",
             "You set the picture to the step alone: subtract the step from the picture, and "
             "clip."),
            (_unclipped(lambda p, f, r: -r * _gradient(p, f)),
             "what `assign` is given",
             "You set the picture to the step alone: add the picture, and clip."),
            (_set_to(lambda p, f, r: -r * _gradient(p, f)),
             "what `assign` is given",
             "You set the picture to the step alone: add the picture before you clip."),
            (_set_to(lambda p, f, r: p - r * _gradient(p, f) / tf.norm(_gradient(p, f))),
             "what is done with the gradient",
             "You divided the gradient by its length: use it as it is."),
            (_set_to(lambda p, f, r: p - r * tf.reduce_mean(_gradient(p, f))),
             "what is done with the gradient",
             "You took the mean of the gradient: use it as it is, since each value of the picture "
             "has its own."),
            (_unclipped(lambda p, f, r: p - _gradient(p, f)),
             "the length of the step, and the bounds of the new values",
             "The learning rate is missing, and nothing is clipped: multiply the gradient by the "
             "learning rate, and clip the new picture to 0..1."),
            (_twice,
             "how many steps you make",
             "You made two steps: make one."),
            (_set_to(lambda p, f, r: p * (1 - r * _gradient(p, f))),
             "how picture and step are combined",
             "You multiplied the picture by the step: subtract learning rate × gradient."),
            (_set_to(lambda p, f, r: p - _gradient(p, f) / r),
             "what is done with the learning rate",
             "You divided by the learning rate: multiply by it."),
            (_set_to(lambda p, f, r: p + r * _gradient(p, f)),
             "the direction of the step",
             "You step uphill: subtract the gradient."),
            (lambda p, f, r: p.assign_sub(r * _gradient(p, f)),
             "the bounds of the new values",
             "The picture is not clipped: clip the new values to 0..1 and assign the result. "
             "(`tf.clip_by_value` leaves what it is given as it is, and returns a new tensor.)"),
            (lambda p, f, r: p.assign_add(r * _gradient(p, f)),
             "the direction of the step, and the bounds of the new values",
             "You step uphill and do not clip: subtract the gradient, then clip to 0..1."),
            (_set_to(lambda p, f, r: p - _gradient(p, f)),
             "the length of the step",
             "The learning rate is missing: multiply the gradient by it."),
            (_set_to(lambda p, f, r: p - r * tf.sign(_gradient(p, f))),
             "what is done with the gradient",
             "You stepped by the sign of the gradient only: use its size, too."),
            (_set_to(lambda p, f, r: r * _gradient(p, f)),
             "what `assign` is given",
             "You set the picture to learning rate × gradient: subtract that from the picture."),
            (_set_to(lambda p, f, r: p - r * f(p)),
             "what is multiplied by the learning rate",
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
             "the sign between the two products",
             "The sign is wrong: subtract the gradient, since it points uphill."),
            (lambda v, g, rate, keep: keep * v - (1 - keep) * rate * g,
             "what the gradient is multiplied by",
             "You also multiplied the gradient by 1 - keep, as in a running mean: multiply it by "
             "the learning rate alone."),
            (lambda v, g, rate, keep: keep * v - (1 - keep) * g,
             "what the gradient is multiplied by",
             "You took 1 - keep in place of the learning rate, as in a running mean: multiply the "
             "gradient by the learning rate."),
            (lambda v, g, rate, keep: keep * v + (1 - keep) * g,
             "what the gradient is multiplied by, and the sign before it",
             "That is a running mean of the gradients: subtract learning rate × gradient."),
            (lambda v, g, rate, keep: keep * v + g,
             "what the gradient is multiplied by, and the sign before it",
             "That is another convention, in which learning rate and sign come later: subtract "
             "learning rate × gradient here."),
            (lambda v, g, rate, keep: rate * v - keep * g,
             "which number belongs to the velocity, and which to the gradient",
             "Share and learning rate are exchanged: multiply the velocity by `keep` and the "
             "gradient by the learning rate."),
            (lambda v, g, rate, keep: keep * g - rate * v,
             "which number belongs to the velocity, and which to the gradient",
             "Velocity and gradient are exchanged: multiply the velocity by `keep` and the "
             "gradient by the learning rate."),
            (lambda v, g, rate, keep: (1 - keep) * v - rate * g,
             "how much of the old velocity stays",
             "You kept 1 - keep of the velocity: multiply it by `keep`, the share that stays."),
            (lambda v, g, rate, keep: rate * (keep * v - g),
             "what the learning rate is multiplied by",
             "You multiplied the velocity by the learning rate, too: multiply only the gradient by "
             "it."),
            (lambda v, g, rate, keep: keep * (keep * v - rate * g) - rate * g,
             "how often `keep` and the gradient come in",
             "That is Nesterov's way, which looks one step ahead: take each of the two products "
             "once."),
            (lambda v, g, rate, keep: 0.9 * v - 0.1 * g,
             "where the two factors come from",
             "You took the numbers of the example: use `keep` and the learning rate."),
            (lambda v, g, rate, keep: keep * v,
             "the number of terms",
             "The gradient does not come in: subtract learning rate × gradient."),
            (lambda v, g, rate, keep: keep * v * rate * g,
             "how the four numbers are combined",
             "You multiplied all four: subtract learning rate × gradient from keep × velocity."),
            (lambda v, g, rate, keep: keep * v - g / rate,
             "what is done with the learning rate",
             "You divided by the learning rate: multiply by it."),
            (lambda velocity, gradient, rate, keep: -rate * gradient,
             "the number of terms",
             "The old velocity does not come in: add keep × velocity."),
            (lambda velocity, gradient, rate, keep: velocity - rate * gradient,
             "how much of the old velocity stays",
             "You keep all of the old velocity: multiply it by `keep`."),
            (lambda velocity, gradient, rate, keep: keep * velocity - gradient,
             "what the gradient is multiplied by",
             "The learning rate is missing: multiply the gradient by it."),
            (lambda velocity, gradient, rate, keep: keep * (velocity - rate * gradient),
             "what `keep` is multiplied by",
             "You multiplied both products by `keep`: multiply only the old velocity by it."),
        ],
    ),
    "scales": Exercise(
        reference=_scales,
        cases=lambda: [[512, 128], [390, 96], [1001, 60], [250, 31], [96, 128], [300, 100]],
        right="Coarse first, and the last one is the size that was asked for.",
        mistakes=[
            (_halved(lambda side: side / 2, lambda half, coarsest: half < coarsest),
             "how a side is halved",
             "Your sides have fractions: halve with `//`, which rounds down."),
            (_halved(lambda side: -(-side // 2), lambda half, coarsest: half < coarsest),
             "how a side is halved",
             "You round halves up: use `side // 2`, which rounds down."),
            (_halved(lambda side: round(side / 2), lambda half, coarsest: half < coarsest),
             "how a side is halved",
             "You round halves to the nearest even number, as `round` does: use `side // 2`."),
            (lambda size, coarsest: _without_coarsest(size, coarsest) if size > coarsest else [],
             "what happens when a side equals `coarsest`, and when the size is below it",
             "You leave out a side that equals `coarsest`, and give nothing for a size below it: "
             "keep both, since the size itself is always the last scale."),
            (_doubled_beyond,
             "the number that you begin with",
             "You double from `coarsest` up, and beyond the size: halve from `size` down."),
            (_doubled,
             "the number that you begin with",
             "You double from `coarsest` up: halve from `size` down, so that the last scale is the "
             "size itself."),
            (lambda size, coarsest: [*_doubled(size, coarsest), size],
             "the number that you begin with",
             "You double from `coarsest` up, then add the size: halve from `size` down, so that "
             "each scale is half of the next one."),
            (lambda size, coarsest: _scales(size, coarsest)[-2:],
             "how often you halve",
             "You halve only once: go on as long as the half is not below `coarsest`."),
            (lambda size, coarsest: [size],
             "how often you halve",
             "That is the size alone: put its half, its quarter and so on before it."),
            (lambda size, coarsest: _scales(size, coarsest)[-2::-1],
             "both ends of your list",
             "The sides go from fine to coarse, and the full size is missing: begin with the "
             "coarsest and end with the size."),
            (lambda size, coarsest: _scales(size, coarsest) if size >= coarsest else [],
             "a size below `coarsest`",
             "A size below `coarsest` gives nothing: keep the size itself, which is always the "
             "last scale."),
            (lambda size, coarsest: _scales(size, coarsest)[::-1] if size >= coarsest else [],
             "the order of the sides, and a size below `coarsest`",
             "The sides go from fine to coarse, and a size below `coarsest` gives nothing: begin "
             "with the coarsest, and always keep the size itself."),
            (lambda size, coarsest: list(range(coarsest, size + 1, coarsest)),
             "how one side follows from another",
             "Your sides grow by equal steps: make each half of the next one."),
            (_one_scale_too_far,
             "the moment at which your loop ends",
             "You go one scale too far: stop before a side is smaller than `coarsest`."),
            (_without_coarsest,
             "what happens when a side equals `coarsest`",
             "You leave out a side that equals `coarsest`: compare with `>=`, since it still "
             "counts."),
        ],
    ),
}
