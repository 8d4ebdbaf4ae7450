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


# No two of height, width, channels, their sums and their products are equal, so that a factor
# tells which of them it is.
SIZES = (2, 7, 3), (5, 3, 6)


def feature_cases():
    """Cases of features and target, all `(1, height, width, channels)`.

    The first one is lesson 02's example by hand: three channels at one position.
    """
    by_hand = [tf.reshape(values, (1, 1, 1, 3)) for values in ([1.0, 3.0, 0.0], [1.0, 0.0, 2.0])]
    return [
        by_hand,
        *([random_tensor(seed, 1, *size, high=3.0) for seed in (2, 3)] for size in SIZES),
    ]


def tiny_features():
    """The example by hand of lessons 03 and 07: channels blue and swirl, at four positions."""
    return tf.constant([[[[1.0, 0.0], [2.0, 1.0]], [[0.0, 1.0], [1.0, 3.0]]]])


def _value_itself(value, arguments):
    return value


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its functions are all called with the arguments of a case.

    reference: gives the right value. cases: makes the argument lists, anew at each call, so that
    a variable changed by one call does not spoil the next; the first one is the lesson's own
    example, or can be worked out by hand. right: what to say when it is right.

    mistakes: triples of a function that makes the mistake, where to look, and what to say about it;
    of two that give the same values, the first one speaks. Where to look goes on from "Look at",
    and says neither what is wrong nor what to do. What to say is "what is wrong: what to do", with
    this one colon.

    outcome: from the returned value and the arguments, both as plain data, to what is compared.
    Tensors and variables come to it as NumPy arrays, tuples as lists, and a counting function as
    the number of its calls. nothing: what to say if that is None. place: where the outcome is put
    together from several things, from a position in it and the arguments to what stands there.

    goes_on: whether the lesson goes on with the learner's function, and later lessons with it
    (`checks.yours`). tape_over: positions of the arguments by which the lessons differentiate the
    function, so that it is also run under a tape and inside `tf.function`; () where the lessons
    only call it. errors: words of an exception's text, and what to say in place of it.
    """

    __hash__ = object.__hash__  # results are cached by exercise

    reference: Callable
    cases: Callable
    right: str
    mistakes: list[tuple[Callable, str, str]]
    outcome: Callable = _value_itself
    nothing: str = (
        "Your function gives nothing that can be compared: "
        "end it with `return` and a number or tensor."
    )
    goes_on: bool = False
    tape_over: tuple[int, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    place: Callable | None = None
