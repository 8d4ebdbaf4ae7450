"""The exercises of lesson 04: the total loss."""

import numpy as np
import tensorflow as tf

from ...method import total_loss
from .exercise import Exercise, mean_square, random_tensor, sum_of_squares


def _total_cases():
    """First losses of 2, 3 and 5, which come to 82. Losses are tensors, as in the lessons."""
    cases = [
        [2.0, 3.0, 5.0, 1.0, 20.0, 4.0],
        [0.5, 0.25, 0.125, 1.3, 8.7, 0.35],
        [2.4, 3.1, 5.3, 7.6, 0.45, 2.2],
    ]
    return [[*map(tf.constant, case[:3]), *case[3:]] for case in cases]


def _from_arrays(formula):
    """A total loss by `formula(losses, weights)`, two arrays: of content, style and variation."""

    def total(content, style, variation, *weights):
        return formula(np.array([content, style, variation]), np.array(weights))

    return total


def _variation_cases():
    """First a gray picture in steps of 0, 0.3 and 0.6, whose means are 0.045 and 0.18."""
    rows = [[0.0, 0.0, 0.6], [0.0, 0.0, 0.6], [0.3, 0.3, 0.9]]
    gray = tf.repeat(tf.reshape(rows, (1, 3, 3, 1)), 3, axis=-1)
    return [[gray], [random_tensor(4, 1, 4, 6, 3)], [random_tensor(5, 1, 9, 5, 3)]]


def _in_both_directions(term):
    """A total variation: `term` of the differences down plus `term` of those across."""
    return lambda picture: (
        term(picture[:, 1:] - picture[:, :-1]) + term(picture[:, :, 1:] - picture[:, :, :-1])
    )


def _constant_cases():
    """First two matrices whose squares have the means 3 and 5.5; entry by entry it is 6.75."""
    return [
        [tf.constant([[1.0, 1.0], [1.0, 3.0]]), tf.constant([[4.0, 1.0], [1.0, 2.0]])],
        [random_tensor(6, 3, 3, high=5.0), random_tensor(7, 3, 3)],
        [random_tensor(8, 5, 5), random_tensor(9, 5, 5, high=2.0)],
    ]


def _of_both(size, combined=np.maximum):
    """A constant by `size` of each of the two Gram matrices, `combined` to one number."""
    return lambda a, g: combined(size(np.array(a)), size(np.array(g)))


def _constant(gram_of_painting, gram_of_photo):
    return tf.maximum(mean_square(gram_of_painting), mean_square(gram_of_photo))


# p: picture; d: differences. a, g: the Gram matrices of the painting and of the photo.
_TOTAL_LOSS = {
    "what each loss is multiplied by": [
        (_from_arrays(lambda losses, weights: losses.sum()),
         "The weights are missing: multiply each loss by its own."),
        (_from_arrays(lambda losses, weights: losses @ [*weights[:2], 1]),
         "Total variation has no weight: multiply it by `tv_weight`."),
        (_from_arrays(lambda losses, weights: losses[0] + losses[1:] @ weights[1:]),
         "The content loss has no weight: multiply it by `content_weight`."),
        (_from_arrays(lambda losses, weights: losses @ [weights[0], 1, weights[2]]),
         "The style loss has no weight: multiply it by `style_weight`."),
        (_from_arrays(lambda losses, weights: weights[0] * losses.sum()),
         "You used the content weight for all three: multiply each loss by its own."),
        (_from_arrays(lambda losses, weights: losses @ weights**2),
         "You squared the weights: multiply by them once.")],
    "the number of terms": [
        (_from_arrays(lambda losses, weights: (losses * weights)[:2].sum()),
         "Total variation is missing: add it as the third term, times its weight."),
        (_from_arrays(lambda losses, weights: losses @ weights - losses[0] * weights[0]),
         "The content loss is missing: add it, too, times its weight."),
        (_from_arrays(lambda losses, weights: losses @ weights - losses[1] * weights[1]),
         "The style loss is missing: add it, too, times its weight.")],
    "which weight belongs to which loss": [
        *((_from_arrays(lambda losses, weights, order=order: losses @ weights[order]),
           f"{exchanged} are exchanged: multiply each loss by the weight that bears its name.")
          for exchanged, order in (("Content weight and style weight", [1, 0, 2]),
                                   ("Style weight and TV weight", [0, 2, 1]),
                                   ("Content weight and TV weight", [2, 1, 0]))),
        *((_from_arrays(lambda losses, weights, order=order: losses @ weights[order]),
           "Each loss has another one's weight: multiply it by the weight that bears its name.")
          for order in ([1, 2, 0], [2, 0, 1]))],
    "what is done after the terms are added up": [
        (_from_arrays(lambda losses, weights: losses @ weights / weights.sum()),
         "You divided by the sum of the weights, which makes a mean: leave the sum as it is, or "
         "doubling one weight would weaken the others.")],
    "how the three terms are combined": [
        (_from_arrays(lambda losses, weights: (losses * weights).prod()),
         "You multiplied the three terms: add them up."),
        (_from_arrays(lambda losses, weights: (
            (losses * weights)[:2].prod() + losses[2] * weights[2])),
         "You multiplied the content term by the style term: add them."),
        (_from_arrays(lambda losses, weights: (losses * weights).max()),
         "You took the largest of the three terms: add them up.")],
    "the signs of the three terms": [
        (_from_arrays(lambda losses, weights: losses @ (weights * [1, -1, 1])),
         "You subtracted the style loss: add it, since all three are to become small."),
        (_from_arrays(lambda losses, weights: losses @ (weights * [1, 1, -1])),
         "You subtracted total variation: add it, since all three are to become small."),
        (_from_arrays(lambda losses, weights: losses @ (weights * [-1, 1, 1])),
         "You subtracted the content loss: add it, since all three are to become small.")],
    "what is done with the weights": [
        (_from_arrays(lambda losses, weights: (losses / weights).sum()),
         "You divided by the weights: multiply, so that a larger weight makes its term count "
         "more."),
        (_from_arrays(lambda losses, weights: (losses + weights).sum()),
         "You added the weights: multiply each loss by its own.")],
    "the order of adding up and multiplying by the weights": [
        (_from_arrays(lambda losses, weights: losses.sum() * weights.sum()),
         "You multiplied the sum of the losses by the sum of the weights: multiply each loss by "
         "its own weight, then add up.")],
    "what each weight is multiplied by": [
        (_from_arrays(lambda losses, weights: losses**2 @ weights),
         "You squared the losses: add them as they are, each times its weight.")],
}  # fmt: skip

_SQUARED_TOTAL_VARIATION = {
    "what is done with each difference": [
        (_in_both_directions(lambda d: tf.reduce_mean(tf.abs(d))),
         "That is the version with absolute differences: square them instead."),
        (_in_both_directions(tf.reduce_mean),
         "The differences are not squared: square them, or positive and negative ones cancel.")],
    "the directions in which neighbors are compared": [
        (lambda p: mean_square(np.diff(p, axis=1)),
         "You compare only down: add the differences across."),
        (lambda p: mean_square(np.diff(p, axis=2)),
         "You compare only across: add the differences down."),
        (lambda p: 2 * mean_square(np.diff(p, axis=1)),
         "Both of your differences go down: take one of them across, along axis 2."),
        (lambda p: 2 * mean_square(np.diff(p, axis=2)),
         "Both of your differences go across: take one of them down, along axis 1."),
        (lambda p: mean_square(p[:, 1:, 1:] - p[:, :-1, :-1]),
         "You compare diagonal neighbors: compare down and across, each by itself.")],
    "how the squares of each direction become one number": [
        (_in_both_directions(sum_of_squares),
         "You took sums: take the mean of each direction, so that the size of the picture does not "
         "matter.")],
    "the neighbors of the last row and the last column": [
        (lambda p: sum(mean_square(tf.roll(p, -1, axis) - p) for axis in (1, 2)),
         "You compare the last row with the first, as `tf.roll` does: leave that out, since a "
         "picture ends there.")],
    "the axis of your second difference": [
        (lambda p: mean_square(np.diff(p, axis=1)) + mean_square(np.diff(p, axis=3)),
         "Your second difference is between the color channels: take it along axis 2, the width.")],
    "the axes of your two differences": [
        (lambda p: mean_square(np.diff(p, axis=2)) + mean_square(np.diff(p, axis=3)),
         "One of your differences is between the color channels: take it along axis 1, the "
         "height.")],
    "what TensorFlow's own function computes": [
        (function,
         "That is the sum of absolute differences, as TensorFlow defines it: take the means of "
         "squares.")
        for function in (tf.image.total_variation,
                         lambda p: tf.reduce_mean(tf.image.total_variation(p)))],
    "what happens after each mean is taken": [
        (_in_both_directions(lambda d: tf.sqrt(mean_square(d))),
         "You took the root of each mean: add up the two means as they are.")],
    "the order of squaring and taking the mean": [
        (_in_both_directions(lambda d: tf.square(tf.reduce_mean(d))),
         "You squared the means: square each difference first, then take the mean."),
        (_in_both_directions(lambda d: tf.square(tf.reduce_mean(tf.abs(d)))),
         "You squared the means of the absolute differences: square each difference first, then "
         "take the mean.")],
    "how the two directions are combined": [
        (lambda p: mean_square(np.diff(p, axis=1)) * mean_square(np.diff(p, axis=2)),
         "You multiplied the two directions: add them up."),
        (lambda p: mean_square(np.diff(p, axis=1)) - mean_square(np.diff(p, axis=2)),
         "You subtracted one direction from the other: add them up.")],
    "whether both directions are treated alike": [
        (lambda p: mean_square(np.diff(p, axis=1)) + tf.reduce_mean(tf.abs(np.diff(p, axis=2))),
         "The differences across are not squared: square both."),
        (lambda p: mean_square(np.diff(p, axis=2)) + tf.reduce_mean(tf.abs(np.diff(p, axis=1))),
         "The differences down are not squared: square both.")],
    "the number that each sum is divided by": [
        (lambda p: _in_both_directions(sum_of_squares)(p) / tf.size(p, tf.float32),
         "You divided both sums by the number of the picture's values: take the mean of each "
         "direction, since there are fewer differences than values.")],
    "how far apart the compared pixels are": [
        (lambda p: mean_square(p[:, 2:] - p[:, :-2]) + mean_square(p[:, :, 2:] - p[:, :, :-2]),
         "You compare a pixel with the next but one: shift by 1.")],
    "the order of squaring and adding": [
        (lambda p: mean_square(np.diff(p, axis=1)[:, :, 1:] + np.diff(p, axis=2)[:, 1:]),
         "You added the differences before you squared them: square each direction first.")],
    "the axes along which you subtract": [
        (lambda p: mean_square(np.diff(p, axis=3)),
         "You compare the color channels with each other: compare neighbors along axes 1 and 2.")],
}  # fmt: skip

_CONSTANT_OF_A_LAYER = {
    "which picture's matrix the constant is taken from": [
        (lambda a, g: mean_square(a),
         "You took the painting's matrix alone: take the larger mean square of the two, or a "
         "photo with stronger contrasts scores far above 1."),
        (lambda a, g: mean_square(g),
         "You took the photo's matrix alone: take the larger of the two mean squares, since the "
         "painting's can be the larger one.")],
    "which of the two numbers is chosen": [
        (_of_both(lambda g: np.mean(g**2), np.minimum),
         "You took the smaller of the two: take the larger one.")],
    "how the two numbers become one": [
        (_of_both(lambda g: np.mean(g**2), lambda a, g: (a + g) / 2),
         "You took the mean of the two: take the larger one."),
        (_of_both(lambda g: np.mean(g**2), np.add),
         "You added the two: take the larger one."),
        (_of_both(lambda g: np.mean(g**2), np.multiply),
         "You multiplied the two: take the larger one.")],
    "how the squares of each matrix become one number": [
        (_of_both(lambda g: np.sum(g**2)),
         "You took sums: take the mean of the squares, as the style loss does."),
        (_of_both(lambda g: np.max(g**2)),
         "You took the largest square: take the mean of the squares of each matrix.")],
    "what happens to the entries before their mean is taken": [
        (_of_both(np.mean),
         "The entries are not squared: square them, since the loss has squares, too.")],
    "what happens after the mean is taken": [
        (_of_both(lambda g: np.sqrt(np.mean(g**2))),
         "You took the root of the mean: leave it as it is, since the loss is a mean of squares.")],
    "what the root is taken of, and why there is one": [
        (_of_both(np.linalg.norm),
         "You took the length of each matrix: take the mean of its squares.")],
    "the order of squaring and taking the mean": [
        (_of_both(lambda g: np.mean(g) ** 2),
         "You squared the mean: square each entry first, then take the mean.")],
    "the order of choosing and taking the mean": [
        (lambda a, g: mean_square(np.maximum(a, g)),
         "You chose the larger one entry by entry: take each matrix's mean square first, then the "
         "larger of the two.")],
    "what is measured here, the matrices or their difference": [
        (lambda a, g: mean_square(a - g),
         "That is the photo's style loss itself: take the mean square of each matrix, without "
         "subtracting.")],
}  # fmt: skip

_CONVERT_A_WEIGHT = {
    "what has to be done about the constant": [
        (lambda weight, constant, layers: weight * layers / constant,
         "You divided by the constant: multiply by it, since the kit divides the loss by it and "
         "the weight has to make up for that.")],
    "how the three numbers are combined": [
        (lambda weight, constant, layers: weight + constant * layers,
         "You added the weight: multiply it by the other two.")],
    "what is divided by what": [
        (lambda weight, constant, layers: constant / (weight * layers),
         "You divided by the weight: multiply it by the constant and by the number of layers."),
        (lambda weight, constant, layers: constant * layers / weight,
         "You divided by the weight: multiply it by the constant and by the number of layers.")],
    "what has to be done about the number of layers": [
        (lambda weight, constant, layers: weight * constant / layers,
         "You divided by the number of layers: multiply by it, since the kit divides by it and the "
         "weight has to make up for that.")],
    "the direction of the conversion": [
        (lambda weight, constant, layers: weight / (constant * layers),
         "That is the way from the kit's weight to the plain one: multiply by the constant and by "
         "the number of layers instead.")],
}  # fmt: skip

EXERCISES = {
    "constant of a layer": Exercise(
        reference=_constant, cases=_constant_cases, look_at=_CONSTANT_OF_A_LAYER,
        goes_on=True, asked_later=True,
        right="Divided by it, a layer's loss is a relative error: "
              "0 for the painting's style, and at most about 1 for the photo.",
    ),
    "squared total variation": Exercise(
        reference=_in_both_directions(mean_square), cases=_variation_cases,
        look_at=_SQUARED_TOTAL_VARIATION, goes_on=True, tape_over=(0,),
        right="Squares punish one hard edge more than many soft steps, "
              "so this version blurs edges that the other keeps.",
    ),
    "total loss": Exercise(
        reference=total_loss, cases=_total_cases, look_at=_TOTAL_LOSS,
        goes_on=True, asked_later=True, tape_over=(0, 1, 2),
        right="One number, and its gradient is the weighted sum of the three gradients: "
              "each term pulls with its weight.",
    ),
    "convert a weight": Exercise(
        reference=lambda weight, constant, layers: weight * constant * layers,
        look_at=_CONVERT_A_WEIGHT,
        cases=lambda: [[3.0, 10.0, 5], [1.7, 30.3, 6], [0.00013, 8.6, 4]],
        right="Now a weight from any program that uses the plain style loss can be tried here.",
    ),
}  # fmt: skip
