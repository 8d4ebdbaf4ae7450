"""The exercises' checks: run the learner's function, and say which mistake it makes.

An exercise is a reference function, a few cases to run it on, and known mistakes, each a
function that makes it. A learner's function that gives the same values as a mistake has made
that mistake.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

NOT_DONE = "Not done yet: put your own code in place of each `...` in the cell above, and run both cells."


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its functions are all called with the arguments of a case.

    reference: gives the right value. cases: makes the argument lists, anew at each call, so that
    a variable changed by one call does not spoil the next. right: what to say when it is right.
    mistakes: `{what to say: a function that makes this mistake}`. outcome: from the returned
    value and the arguments to what is compared.
    """

    reference: Callable
    cases: Callable
    right: str
    mistakes: dict
    outcome: Callable = lambda value, arguments: value


def check(name, function):
    """Print what is right or wrong with the learner's function for the exercise `name`."""
    print(verdict(EXERCISES[name], function))


def verdict(exercise, function):
    """One or two sentences on the learner's function. Never raises, whatever the function does."""
    try:
        found = _outcomes(exercise, function)
    except Exception as error:  # whatever the learner's code raises is for the learner to read
        if "ellipsis" in str(error).lower():
            return NOT_DONE
        lines = traceback.extract_tb(error.__traceback__)
        own = [line for line in lines if line.name == getattr(function, "__name__", "")] or lines
        return f"Your function stopped with {type(error).__name__} in line {own[-1].lineno}, `{own[-1].line}`: {error}"
    if any(value is Ellipsis for value in found):
        return NOT_DONE
    if any(value is None for value in found):
        return "Your function gives nothing that can be compared: end it with `return` and a number or tensor."
    wanted = _outcomes(exercise, exercise.reference)
    if _same(found, wanted):
        return f"Right. {exercise.right}"
    for message, mistake in exercise.mistakes.items():
        if _same(found, _outcomes(exercise, mistake)):
            return f"Not yet. {message}"
    return _first_difference(found, wanted)


def _outcomes(exercise, function):
    return [_array(exercise.outcome(function(*arguments), arguments)) for arguments in exercise.cases()]


def _array(value):
    """The value as an array of floats; `...` as it is; None for what is neither."""
    if value is Ellipsis or value is None:
        return value
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        return Ellipsis if "ellipsis" in str(error).lower() else None


def _same(found, wanted):
    return all(
        one.shape == other.shape and np.allclose(one, other, rtol=1e-4, atol=1e-6)
        for one, other in zip(found, wanted, strict=True)
    )


def _first_difference(found, wanted):
    for number, (one, other) in enumerate(zip(found, wanted, strict=True), 1):
        if one.shape != other.shape:
            return f"Not yet. On test case {number} your result has the shape {one.shape}; it should be {other.shape}."
        if not np.allclose(one, other, rtol=1e-4, atol=1e-6):
            place = tuple(int(i) for i in np.argwhere(~np.isclose(one, other, rtol=1e-4, atol=1e-6))[0])
            where = f" at {place}" if place else ""
            return f"Not yet. On test case {number} your result is {one[place]:.6g}{where}; it should be {other[place]:.6g}."
    raise AssertionError("called with equal values")


# Lesson 02: the paper's content loss.


def _feature_cases():
    random = np.random.default_rng(2)
    return [
        [tf.constant(random.uniform(0, 3, (1, height, width, channels)), tf.float32) for _ in range(2)]
        for height, width, channels in ((2, 3, 4), (5, 4, 3))
    ]


def _half_sum(features, target):
    return tf.reduce_sum(tf.square(features - target)) / 2


_CONTENT = Exercise(
    reference=_half_sum,
    cases=_feature_cases,
    right="This is equation 1 of the paper. It grows with the number of values, which is why this lesson takes the mean.",
    mistakes={
        "You have the whole sum: equation 1 has a factor of one half in front.": lambda f, t: 2 * _half_sum(f, t),
        "You took the mean: equation 1 sums over all values.": lambda f, t: tf.reduce_mean(tf.square(f - t)),
        "You took half the mean: equation 1 sums over all values.": lambda f, t: tf.reduce_mean(tf.square(f - t)) / 2,
        "The differences are not squared: positive and negative ones cancel.": lambda f, t: tf.reduce_sum(f - t) / 2,
        "You summed absolute differences: equation 1 squares them.": lambda f, t: tf.reduce_sum(tf.abs(f - t)) / 2,
        "You took the root of the sum: equation 1 has no root.": lambda f, t: tf.norm(f - t),
        "You squared the sum of the differences: square each difference first, then sum.": lambda f, t: (
            tf.square(tf.reduce_sum(f - t)) / 2
        ),
    },
)

# Lesson 03: the Gram matrix by einsum.


def _one_feature_case():
    return [[features] for features, _ in _feature_cases()]


def _einsum_gram(features):
    height, width = features.shape[1:3]
    return tf.einsum("bhwi,bhwj->ij", features, features) / (height * width)


_GRAM = Exercise(
    reference=_einsum_gram,
    cases=_one_feature_case,
    right="The letters h and w do not appear after the arrow: that is the sum over all places, and why place is forgotten.",
    mistakes={
        "You did not divide: a picture of twice the size would have four times the Gram matrix. "
        "Divide by height × width.": lambda f: _einsum_gram(f) * (f.shape[1] * f.shape[2]),
        "You divided by the channels too: divide by height × width only.": lambda f: _einsum_gram(f) / f.shape[3],
        "You divided by the number of channels: divide by height × width.": lambda f: (
            _einsum_gram(f) * (f.shape[1] * f.shape[2] / f.shape[3])
        ),
        "You kept the batch axis: leave b out after the arrow, so that the result is channels × channels.": lambda f: (
            _einsum_gram(f)[None]
        ),
        "Your matrix is pixels × pixels: sum over the places and keep the two channel letters.": lambda f: (
            tf.matmul(tf.reshape(f, (-1, f.shape[3])), tf.reshape(f, (-1, f.shape[3])), transpose_b=True)
            / (f.shape[1] * f.shape[2])
        ),
        "You have one number a channel, its mean square: give the two factors different channel letters, "
        "i and j.": lambda f: tf.reduce_mean(tf.square(f), axis=(0, 1, 2)),
        "You summed the channels away: keep both channel letters after the arrow.": lambda f: tf.reduce_sum(
            _einsum_gram(f)
        ),
    },
)

# Lesson 04: total variation with squares.


def _picture_cases():
    random = np.random.default_rng(4)
    return [
        [tf.constant(random.uniform(0, 1, (1, height, width, 3)), tf.float32)] for height, width in ((3, 4), (6, 5))
    ]


def _differences(picture):
    return picture[:, 1:] - picture[:, :-1], picture[:, :, 1:] - picture[:, :, :-1]


def _squared_variation(picture):
    down, across = _differences(picture)
    return tf.reduce_mean(tf.square(down)) + tf.reduce_mean(tf.square(across))


def _rolled(picture):
    down, across = (tf.roll(picture, -1, axis) - picture for axis in (1, 2))
    return tf.reduce_mean(tf.square(down)) + tf.reduce_mean(tf.square(across))


_VARIATION = Exercise(
    reference=_squared_variation,
    cases=_picture_cases,
    right="Squares punish one hard edge more than many soft steps, so this version blurs edges that the other keeps.",
    mistakes={
        "That is the version with absolute differences: square them instead.": lambda p: sum(
            tf.reduce_mean(tf.abs(d)) for d in _differences(p)
        ),
        "You compare only down: add the differences across.": lambda p: tf.reduce_mean(tf.square(_differences(p)[0])),
        "You compare only across: add the differences down.": lambda p: tf.reduce_mean(tf.square(_differences(p)[1])),
        "You took sums: take the mean of each direction, so that the size of the picture does not matter.": lambda p: (
            sum(tf.reduce_sum(tf.square(d)) for d in _differences(p))
        ),
        "You compare the last row with the first (tf.roll does that): a picture has no neighbor there.": _rolled,
        "The differences are not squared: positive and negative ones cancel.": lambda p: sum(
            tf.reduce_mean(d) for d in _differences(p)
        ),
        "You compare the color channels with each other: neighbors lie along axes 1 and 2, not 3.": lambda p: (
            tf.reduce_mean(tf.square(p[..., 1:] - p[..., :-1]))
        ),
    },
)

# Lesson 05: one step of gradient descent.


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


def _uphill(picture, loss_function, learning_rate):
    stepped = picture + learning_rate * _gradient(picture, loss_function)
    picture.assign(tf.clip_by_value(stepped, 0.0, 1.0))


_STEP = Exercise(
    reference=_descent,
    cases=_step_cases,
    outcome=lambda value, arguments: arguments[0].numpy(),
    right="The tape gives the direction, the learning rate the length of the step, and `assign` changes the picture itself.",
    mistakes={
        "The picture did not change: a new tensor is not enough, call `picture.assign(...)`.": lambda p, f, r: None,
        "You step uphill: subtract the gradient.": _uphill,
        "You did not clip: after a long step the picture must still lie between 0 and 1.": _without_clipping,
        "You step uphill and do not clip: subtract the gradient, then clip to 0..1.": lambda p, f, r: _without_clipping(
            p, f, -r
        ),
        "The learning rate is missing: multiply the gradient by it.": lambda p, f, r: _descent(p, f, 1.0),
        "You stepped by the sign of the gradient only: use its size too.": lambda p, f, r: p.assign(
            tf.clip_by_value(p - r * tf.sign(_gradient(p, f)), 0.0, 1.0)
        ),
        "You set the picture to its gradient: subtract the gradient from the picture.": lambda p, f, r: p.assign(
            tf.clip_by_value(r * _gradient(p, f), 0.0, 1.0)
        ),
    },
)

EXERCISES = {
    "content loss of the paper": _CONTENT,
    "gram matrix by einsum": _GRAM,
    "squared total variation": _VARIATION,
    "gradient step": _STEP,
}
