"""What an exercise is, and what the exercises of several lessons share."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf


def random_tensor(seed, *shape, low=0.0, high=1.0):
    """A tensor of float32 values between `low` and `high`, the same ones for the same seed."""
    return tf.constant(np.random.default_rng(seed).uniform(low, high, shape), tf.float32)


def mean_square(values):
    """The mean of the squares of all values: a scalar."""
    return tf.reduce_mean(tf.square(values))


def sum_of_squares(values):
    """The sum of the squares of all values: a scalar."""
    return tf.reduce_sum(tf.square(values))


def feature_cases():
    """Two cases, each with the features and the target, both `(1, height, width, channels)`."""
    random = np.random.default_rng(2)
    return [
        [tf.constant(random.uniform(0, 3, (1, *shape)), tf.float32) for _ in range(2)]
        for shape in ((2, 3, 4), (5, 4, 3))
    ]


def _value_itself(value, arguments):
    return value


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its functions are all called with the arguments of a case.

    reference: gives the right value. cases: makes the argument lists, anew at each call, so that
    a variable changed by one call does not spoil the next. right: what to say when it is right.
    mistakes: pairs of a function that makes the mistake and what to say about it; of two that
    give the same values, the first one speaks. outcome: from the returned value and the
    arguments to what is compared. nothing: what to say if that is None. goes_on: whether the lesson
    goes on with the learner's function, and later lessons with it (`checks.yours`). errors: words
    of an exception's text, and what to say in place of it. place: where the outcome is put together
    from several things, from a position in it and the arguments (as arrays) to what stands there.
    """

    reference: Callable
    cases: Callable
    right: str
    mistakes: list[tuple[Callable, str]]
    outcome: Callable = _value_itself
    nothing: str = (
        "Your function gives nothing that can be compared: "
        "end it with `return` and a number or tensor."
    )
    goes_on: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    place: Callable | None = None
