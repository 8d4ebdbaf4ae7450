"""The exercises of lesson 04: the total loss."""

import numpy as np
import tensorflow as tf

from ..losses import total_loss
from .exercise import Exercise, mean_square, random_tensor, sum_of_squares


def _total_cases():
    return [
        [tf.constant(0.5), tf.constant(0.25), tf.constant(0.125), 1.3, 8.7, 0.35],
        [2.4, 3.1, 5.3, 7.6, 0.45, 2.2],
    ]


def _from_arrays(formula):
    """A total loss by `formula(losses, weights)`, two arrays: of content, style and variation."""

    def total(content, style, variation, *weights):
        return formula(np.array([content, style, variation]), np.array(weights))

    return total


def _variation_cases():
    return [[random_tensor(4, 1, 3, 4, 3)], [random_tensor(5, 1, 6, 5, 3)]]


def _down(picture):
    return picture[:, 1:] - picture[:, :-1]


def _across(picture):
    return picture[:, :, 1:] - picture[:, :, :-1]


def _in_both_directions(term):
    """A total variation: `term` of the differences down plus `term` of those across."""
    return lambda picture: term(_down(picture)) + term(_across(picture))


def _rolled(picture):
    return sum(mean_square(tf.roll(picture, -1, axis) - picture) for axis in (1, 2))


def _paper_cases():
    return [
        [random_tensor(6, 3, 3, high=5.0), random_tensor(7, 3, 3, high=5.0)],
        [random_tensor(8, 4, 4), random_tensor(9, 4, 4)],
    ]


# A mistake is a line for the function that makes it, then what to say.
# p: picture; d: differences. g, a: a Gram matrix and its target.
# fmt: off
EXERCISES = {
    "total loss": Exercise(
        reference=total_loss,
        cases=_total_cases,
        goes_on=True,
        right="One number, and its gradient is the weighted sum of the three gradients: "
              "each term pulls with its weight.",
        mistakes=[
            (_from_arrays(lambda losses, weights: losses.sum()),
             "The weights are missing: multiply each loss by its own."),
            (_from_arrays(lambda losses, weights: (losses * weights)[:2].sum()),
             "Total variation is missing: there are three terms."),
            (_from_arrays(lambda losses, weights: losses @ [*weights[:2], 1]),
             "Total variation has no weight: multiply it by `tv_weight`."),
            (_from_arrays(lambda losses, weights: losses @ weights[[1, 0, 2]]),
             "Content and style weight are exchanged."),
            (_from_arrays(lambda losses, weights: losses @ weights / weights.sum()),
             "You divided by the sum of the weights: that is a mean, "
             "and doubling one weight would weaken the others."),
            (_from_arrays(lambda losses, weights: (losses * weights).prod()),
             "You multiplied the three terms: add them."),
            (_from_arrays(lambda losses, weights: losses @ (weights * [1, -1, 1])),
             "You subtracted the style loss: all three are to become small, so add them."),
            (_from_arrays(lambda losses, weights: (losses / weights).sum()),
             "You divided by the weights: a larger weight makes its term count more, so multiply."),
            (_from_arrays(lambda losses, weights: losses**2 @ weights),
             "You squared the losses: add them as they are, each times its weight."),
        ],
    ),
    "squared total variation": Exercise(
        reference=_in_both_directions(mean_square),
        cases=_variation_cases,
        right="Squares punish one hard edge more than many soft steps, "
              "so this version blurs edges that the other keeps.",
        mistakes=[
            (_in_both_directions(lambda d: tf.reduce_mean(tf.abs(d))),
             "That is the version with absolute differences: square them instead."),
            (lambda p: mean_square(_down(p)),
             "You compare only down: add the differences across."),
            (lambda p: mean_square(_across(p)),
             "You compare only across: add the differences down."),
            (_in_both_directions(sum_of_squares),
             "You took sums: take the mean of each direction, "
             "so that the size of the picture does not matter."),
            (_rolled,
             "You compare the last row with the first (tf.roll does that): "
             "a picture has no neighbor there."),
            (_in_both_directions(tf.reduce_mean),
             "The differences are not squared: positive and negative ones cancel."),
            (lambda p: mean_square(p[..., 1:] - p[..., :-1]),
             "You compare the color channels with each other: "
             "neighbors lie along axes 1 and 2, not 3."),
        ],
    ),
    "style loss of the paper": Exercise(
        reference=lambda g, a: mean_square(g - a) / 4,
        cases=_paper_cases,
        right="So a weight of the paper has to be four times a weight on this course's plain loss "
              "to count as much.",
        mistakes=[
            (lambda g, a: mean_square(g - a),
             "The factor 4 is missing: equation 4 divides by 4 N² M²."),
            (lambda g, a: mean_square(g - a) / 2,
             "You divided by 2: equation 4 has a 4."),
            (lambda g, a: sum_of_squares(g - a) / (4 * g.shape[0]),
             "You divided by N once: equation 4 divides by N²."),
            (lambda g, a: sum_of_squares(g - a) / 4,
             "You did not divide by N²: there are N × N entries."),
            (lambda g, a: 4 * mean_square(g - a),
             "You multiplied by 4: equation 4 divides by it."),
        ],
    ),
    "convert a weight": Exercise(
        reference=lambda weight, constant, layers: weight * constant * layers,
        cases=lambda: [[1.7, 30.3, 5], [0.45, 8.6, 4]],
        right="Now a weight from any program that uses the plain style loss can be tried here.",
        mistakes=[
            (lambda weight, constant, layers: weight * layers / constant,
             "You divided by the constant: the kit divides the *loss* by it, "
             "so the weight has to make up for that."),
            (lambda weight, constant, layers: weight * constant,
             "The number of layers is missing: the kit gives each of n layers the weight 1/n."),
            (lambda weight, constant, layers: weight * constant / layers,
             "You divided by the number of layers: the kit does, "
             "so the weight has to make up for that."),
            (lambda weight, constant, layers: weight / (constant * layers),
             "That is the conversion the other way round, from the kit's weight to the plain one."),
        ],
    ),
}
