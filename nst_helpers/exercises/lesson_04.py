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
            (_from_arrays(lambda losses, weights: losses.sum() * weights.sum()),
             "You multiplied the sum of the losses by the sum of the weights: each loss belongs "
             "with its own weight."),
            (_from_arrays(lambda losses, weights: losses @ weights / 3),
             "You took the mean of the three terms: add them up."),
            (_from_arrays(lambda losses, weights: losses @ weights[[0, 2, 1]]),
             "Style weight and `tv_weight` are exchanged."),
            (_from_arrays(lambda losses, weights: losses @ weights[[2, 1, 0]]),
             "Content weight and `tv_weight` are exchanged."),
            (_from_arrays(lambda losses, weights: losses @ weights[[1, 2, 0]]),
             "Each loss has another one's weight: look at which belongs to which."),
            (_from_arrays(lambda losses, weights: losses @ weights[[2, 0, 1]]),
             "Each loss has another one's weight: look at which belongs to which."),
            (_from_arrays(lambda losses, weights: losses @ (weights * [1, 1, -1])),
             "You subtracted total variation: all three are to become small, so add them."),
            (_from_arrays(lambda losses, weights: losses @ (weights * [-1, 1, 1])),
             "You subtracted the content loss: all three are to become small, so add them."),
            (_from_arrays(lambda losses, weights: (losses + weights).sum()),
             "You added the weights: multiply each loss by its own."),
            (_from_arrays(lambda losses, weights: losses @ weights - losses[0] * weights[0]),
             "The content loss is missing: there are three terms."),
            (_from_arrays(lambda losses, weights: losses @ weights - losses[1] * weights[1]),
             "The style loss is missing: there are three terms."),
            (_from_arrays(lambda losses, weights: losses[0] + losses[1:] @ weights[1:]),
             "The content loss has no weight: multiply it by `content_weight`."),
            (_from_arrays(lambda losses, weights: losses @ [weights[0], 1, weights[2]]),
             "The style loss has no weight: multiply it by `style_weight`."),
            (_from_arrays(lambda losses, weights: weights[0] * losses[0] * losses[1] * weights[1]
                          + losses[2] * weights[2]),
             "You multiplied content and style: add them."),
            (_from_arrays(lambda losses, weights: weights[0] * losses.sum()),
             "You used the content weight for all three: each loss has its own."),
            (_from_arrays(lambda losses, weights: losses @ weights**2),
             "You squared the weights: multiply by them once."),
            (_from_arrays(lambda losses, weights: (losses * weights).max()),
             "You took the largest of the three terms: add them up."),
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
            (lambda p: mean_square(_down(p)) + mean_square(p[..., 1:] - p[..., :-1]),
             "Your second difference is between the color channels: neighbors across lie along "
             "axis 2, the width."),
            (lambda p: mean_square(_across(p)) + mean_square(p[..., 1:] - p[..., :-1]),
             "One of your differences is between the color channels: neighbors down lie along "
             "axis 1, the height."),
            (tf.image.total_variation,
             "That is TensorFlow's own, with sums of absolute differences: write the means of "
             "squares."),
            (lambda p: tf.reduce_mean(tf.image.total_variation(p)),
             "That is TensorFlow's own, with sums of absolute differences: write the means of "
             "squares."),
            (lambda p: 2 * mean_square(_down(p)),
             "Both of your differences go down: for those across, `picture[:, :, 1:]` minus "
             "`picture[:, :, :-1]`."),
            (lambda p: 2 * mean_square(_across(p)),
             "Both of your differences go across: for those down, `picture[:, 1:]` minus "
             "`picture[:, :-1]`."),
            (_in_both_directions(lambda d: tf.sqrt(mean_square(d))),
             "You took the roots: add up the two means as they are."),
            (_in_both_directions(lambda d: tf.square(tf.reduce_mean(d))),
             "You squared the means: square each difference first, then take the mean."),
            (_in_both_directions(lambda d: tf.square(tf.reduce_mean(tf.abs(d)))),
             "You squared the means: square each difference first, then take the mean."),
            (lambda p: _in_both_directions(mean_square)(p) / 2,
             "You took the mean of the two directions: add them up."),
            (lambda p: mean_square(_down(p)) * mean_square(_across(p)),
             "You multiplied the two directions: add them up."),
            (lambda p: mean_square(_down(p)) - mean_square(_across(p)),
             "You subtracted one direction from the other: add them up."),
            (lambda p: tf.sqrt(_in_both_directions(mean_square)(p)),
             "You took the root of the sum: leave it as it is."),
            (lambda p: mean_square(_down(p)) + tf.reduce_mean(tf.abs(_across(p))),
             "The differences across are not squared: square both."),
            (lambda p: mean_square(_across(p)) + tf.reduce_mean(tf.abs(_down(p))),
             "The differences down are not squared: square both."),
            (lambda p: (sum_of_squares(_down(p)) + sum_of_squares(_across(p))) / tf.size(
                p, tf.float32),
             "You divided both sums by the number of pixels: there are fewer differences than "
             "pixels, so take the mean of each direction by itself."),
            (lambda p: mean_square(p[:, 2:] - p[:, :-2]) + mean_square(p[:, :, 2:] - p[:, :, :-2]),
             "You compare a pixel with the next but one: shift by 1."),
            (lambda p: mean_square(p[:, 1:, 1:] - p[:, :-1, :-1]),
             "You compare diagonal neighbors: compare down and across, each by itself."),
            (lambda p: mean_square(_down(p)[:, :, 1:] + _across(p)[:, 1:]),
             "You added the differences before you squared them: square each direction first."),
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
            (lambda g, a: mean_square(g - a) / g.shape[0] ** 2 / 4,
             "You divided by N² twice; a mean over the entries has done it once already."),
            (lambda g, a: sum_of_squares(g - a) / 4 * g.shape[0] ** 2,
             "You multiplied by N²: put the whole denominator in brackets, `/ (4 * channels**2)`."),
            (lambda g, a: sum_of_squares(g - a) * 4 * g.shape[0] ** 2,
             "You multiplied by 4 N²: equation 4 divides by it."),
            (lambda g, a: sum_of_squares(g - a) / 4 * g.shape[0],
             "You multiplied by N: put the whole denominator in brackets, `/ (4 * channels**2)`."),
            (lambda g, a: sum_of_squares(g - a) / (4 * g.shape[0]) ** 2,
             "Your 4 is squared, too: only N is, `4 * channels**2`."),
            (lambda g, a: tf.reduce_mean(tf.abs(g - a)) / 4,
             "You took absolute differences: square them."),
            (lambda g, a: tf.reduce_mean(g - a) / 4,
             "The differences are not squared: positive and negative ones cancel."),
            (lambda g, a: tf.square(tf.reduce_sum(g - a)) / (4 * g.shape[0] ** 2),
             "You squared the sum: square each difference first, then add up."),
            (lambda g, a: tf.square(g - a) / (4 * g.shape[0] ** 2),
             "You did not add up: take the sum over all entries."),
            (lambda g, a: tf.norm(g - a) / (4 * g.shape[0] ** 2),
             "You took the root of the sum: equation 4 has no root."),
            (lambda g, a: sum_of_squares(g - a),
             "You only added up: equation 4 divides by 4 N²."),
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
            (lambda weight, constant, layers: weight + constant * layers,
             "You added: the weight is multiplied by both."),
            (lambda weight, constant, layers: weight * layers,
             "The constant is missing: the kit divides each layer's loss by it, so the weight has "
             "to make up for that."),
            (lambda weight, constant, layers: weight,
             "You returned the weight as it is: it has to make up for the constant and for the "
             "number of layers."),
            (lambda weight, constant, layers: constant * layers,
             "The weight is missing."),
            (lambda weight, constant, layers: constant / (weight * layers),
             "You divided by the weight: multiply it by the constant and by the number of layers."),
            (lambda weight, constant, layers: constant * layers / weight,
             "You divided by the weight: multiply it by the constant and by the number of layers."),
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
