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


def clipped(values, high=1.0):
    """The values, none below 0 or above `high`."""
    return tf.clip_by_value(values, 0.0, high)


# No two of height, width, channels, their sums and their products are equal, so that a factor
# tells which of them it is.
SIZES = (2, 7, 3), (5, 3, 6)


def tiny_features():
    """The example by hand of lessons 03 and 08: channels blue and swirl, at four positions."""
    return tf.constant([[[[1.0, 0.0], [2.0, 3.0]], [[0.0, 1.0], [1.0, 1.0]]]])


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its functions are all called with the arguments of a case.

    reference: gives the right value. cases: makes the argument lists, anew at each call, so that
    a variable changed by one call does not spoil the next; the first one is the lesson's own
    example, or can be worked out by hand. right: what to say when it is right.

    look_at: the known mistakes by where to look, which goes on from "Look at", and says neither
    what is wrong nor what to do. Each is a pair of a function that makes the mistake, and what to
    say about it: "what is wrong: what to do", with this one colon. Of two that give the same
    values, the first one speaks.

    outcome: from the returned value and the arguments, both as plain data, to what is compared.
    Tensors and variables come to it as NumPy arrays, tuples as lists, and a counting function as
    the number of its calls. nothing: what to say if that is None. place: where the outcome is put
    together from several things, from a position in it and the arguments to what stands there.

    goes_on: whether the lesson goes on with the learner's function. asked_later: whether later
    lessons ask for it, too (`checks.yours`); they have only what it defines itself. tape_over:
    positions of the arguments by which the lessons differentiate the function, so that it is also
    run under a tape and inside `tf.function`; () where the lessons only call it. errors: words of
    an exception's text, and what to say in place of it.
    """

    __hash__ = object.__hash__  # results are cached by exercise

    reference: Callable
    cases: Callable
    right: str
    look_at: dict[str, list[tuple[Callable, str]]]
    outcome: Callable = lambda value, arguments: value  # noqa: E731
    nothing: str = (
        "Your function gives nothing that can be compared: "
        "end it with `return` and a number or tensor."
    )
    goes_on: bool = False
    asked_later: bool = False
    tape_over: tuple[int, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    place: Callable | None = None

    @property
    def mistakes(self):
        """Triples: a function that makes the mistake, where to look, and what to say about it."""
        return [
            (function, where, message)
            for where, pairs in self.look_at.items()
            for function, message in pairs
        ]
