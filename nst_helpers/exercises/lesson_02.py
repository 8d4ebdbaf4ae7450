"""The exercises of lesson 02: the content loss."""

import tensorflow as tf

from .exercise import Exercise, feature_cases, mean_square, sum_of_squares


def _count(values):
    return tf.cast(tf.size(values), tf.float32)


def _places(features):
    return features.shape[1] * features.shape[2]


def _half_sum(features, target):
    return sum_of_squares(features - target) / 2


def _share(features, target):
    return sum_of_squares(features - target) / sum_of_squares(target)


# A mistake is a line for the function that makes it, then what to say.
# f, t: the features and the target.
# fmt: off
EXERCISES = {
    "content loss": Exercise(
        reference=lambda f, t: mean_square(f - t),
        cases=feature_cases,
        goes_on=True,
        right="One number for a whole layer: 0 for the same features, "
              "and the same scale for small and large pictures.",
        mistakes=[
            (lambda f, t: tf.reduce_mean(f - t),
             "The differences are not squared: positive and negative ones cancel."),
            (lambda f, t: sum_of_squares(f - t),
             "You took the sum: take the mean, or a larger picture would count more."),
            (lambda f, t: tf.reduce_mean(tf.abs(f - t)),
             "You took absolute differences: square them."),
            (lambda f, t: tf.square(tf.reduce_mean(f - t)),
             "You squared the mean: square each difference first, then take the mean."),
            (lambda f, t: mean_square(f - t) / 2,
             "You took half: there is no factor in this form."),
            (lambda f, t: tf.sqrt(mean_square(f - t)),
             "You took the root: leave the mean of the squares as it is."),
            (lambda f, t: tf.reduce_mean(tf.square(f - t), axis=(0, 1, 2)),
             "You kept one number for each channel: take the mean over all axes."),
            (lambda f, t: tf.reduce_mean(tf.square(f - t), axis=(1, 2, 3)),
             "You kept the batch axis: take the mean over all axes, so that one number is left."),
            (lambda f, t: tf.norm(f - t),
             "You took the root of the sum: take the mean of the squares, and no root."),
            (lambda f, t: tf.reduce_max(tf.square(f - t)),
             "You took the largest square: take the mean of all."),
            (lambda f, t: mean_square(f - t) / mean_square(t),
             "You divided by the target's size: leave the mean of the squares as it is."),
            (lambda f, t: sum_of_squares(f - t) / _places(f),
             "You divided by the positions only: the mean is over the channels, too."),
            (lambda f, t: sum_of_squares(f - t) / f.shape[-1],
             "You divided by the channels only: the mean is over the positions, too."),
            (lambda f, t: sum_of_squares(f - t) / 2,
             "That is the paper's own form: here take the mean, with no factor."),
            (lambda f, t: tf.reduce_mean(f * t),
             "You multiplied features and target: subtract one from the other, and square that."),
            (lambda f, t: mean_square(f + t),
             "You added features and target: take their difference."),
            (lambda f, t: tf.square(f - t),
             "The squares are right: take the mean of them all, so that one number is left."),
            (lambda f, t: tf.reduce_mean(tf.square(f) - tf.square(t)),
             "You compared the squares: take the difference first, then square it."),
        ],
    ),
    "gradient by hand": Exercise(
        reference=lambda f, t: 2 * (f - t) / _count(f),
        cases=feature_cases,
        right="It points away from the target, and is 0 where the feature is right: "
              "a step against it leads there.",
        mistakes=[
            (lambda f, t: (f - t) / _count(f),
             "The 2 is missing: the derivative of a square is twice what is squared."),
            (lambda f, t: 2 * (f - t),
             "You did not divide: the loss is a mean, "
             "so each value has a share of one over their number."),
            (lambda f, t: 2 * (t - f) / _count(f),
             "The sign is wrong: the gradient points to where the loss grows, "
             "away from the target."),
            (lambda f, t: 2 * (f - t) / (f.shape[1] * f.shape[2]),
             "You divided by the places only: the mean is over the channels too."),
            (lambda f, t: 2 * tf.square(f - t) / _count(f),
             "The square is still there: the derivative of a square is twice what is squared."),
            (lambda f, t: tf.square(f - t) / _count(f),
             "That is each value's share of the loss: the gradient is its derivative, without the "
             "square and with a factor of 2."),
            (lambda f, t: (t - f) / _count(f),
             "The sign is wrong, and the 2 is missing: the derivative of a square is twice what is "
             "squared, and the gradient points away from the target."),
            (lambda f, t: f - t,
             "You have the differences only: multiply by 2, and divide by the number of values."),
            (lambda f, t: 2 * (t - f),
             "The sign is wrong, and the division is missing: the loss is a mean."),
            (lambda f, t: 2 * (f - t) / f.shape[-1],
             "You divided by the channels only: the mean is over the positions, too."),
            (lambda f, t: 2 * tf.abs(f - t) / _count(f),
             "You took absolute differences: the sign says in which direction a feature is wrong."),
            (lambda f, t: 2 * tf.sign(f - t) / _count(f),
             "You took the signs only: the gradient is larger where the feature is farther off."),
            (lambda f, t: 2 * f / _count(f),
             "The target is missing: subtract it from the features."),
            (lambda f, t: 2 * tf.reduce_mean(f - t),
             "You took the mean of the gradient: it has one value for each feature."),
            (lambda f, t: mean_square(f - t),
             "You gave the loss, one number: the gradient has one value for each feature."),
        ],
    ),
    "content loss of the paper": Exercise(
        reference=_half_sum,
        cases=feature_cases,
        right="This is equation 1 of the paper. It grows with the number of values, "
              "which is why this lesson takes the mean.",
        mistakes=[
            (lambda f, t: 2 * _half_sum(f, t),
             "You have the whole sum: equation 1 has a factor of one half in front."),
            (lambda f, t: mean_square(f - t),
             "You took the mean: equation 1 sums over all values."),
            (lambda f, t: mean_square(f - t) / 2,
             "You took half the mean: equation 1 sums over all values."),
            (lambda f, t: tf.reduce_sum(f - t) / 2,
             "The differences are not squared: positive and negative ones cancel."),
            (lambda f, t: tf.reduce_sum(tf.abs(f - t)) / 2,
             "You summed absolute differences: equation 1 squares them."),
            (lambda f, t: tf.norm(f - t),
             "You took the root of the sum: equation 1 has no root."),
            (lambda f, t: tf.norm(f - t) / 2,
             "You took the root of the sum: equation 1 has no root."),
            (lambda f, t: sum_of_squares((f - t) / 2),
             "You took half of each difference, which makes it a quarter: take half of the sum."),
            (lambda f, t: sum_of_squares(f - t) / (2 * _places(f)),
             "You divided by the number of positions: equation 1 only adds up."),
            (lambda f, t: sum_of_squares(f - t) / (2 * f.shape[-1]),
             "You divided by the number of channels: equation 1 only adds up."),
            (lambda f, t: tf.square(f - t) / 2,
             "You have half of each square: add them all up."),
            (lambda f, t: tf.square(tf.reduce_sum(f - t)) / 2,
             "You squared the sum of the differences: square each difference first, then sum."),
        ],
    ),
    "share lost": Exercise(
        reference=_share,
        cases=feature_cases,
        right="0 means that nothing is lost, 1 as much as if all features were 0. "
              "It can be compared between layers.",
        mistakes=[
            (lambda f, t: sum_of_squares(f - t) / sum_of_squares(f),
             "You divided by the generated picture's features: "
             "divide by the target's, which do not change."),
            (lambda f, t: sum_of_squares(f - t),
             "You did not divide: the number would depend on the layer."),
            (lambda f, t: mean_square(f - t) / sum_of_squares(t),
             "You divided the mean of the differences' squares by a sum: "
             "take the mean of both, or the sum of both."),
            (lambda f, t: sum_of_squares(f - t) / tf.reduce_sum(t),
             "You divided by the sum of the target: divide by the sum of its squares."),
            (lambda f, t: tf.reduce_sum(f - t) / tf.reduce_sum(t),
             "Nothing is squared: square the differences, and the target's values."),
            (lambda f, t: tf.reduce_sum(tf.square(f - t) / tf.square(t)),
             "You divided position by position: add up first, then divide one sum by the other."),
            (lambda f, t: tf.reduce_mean(tf.square(f - t) / tf.square(t)),
             "You divided position by position: add up first, then divide one sum by the other."),
            (lambda f, t: sum_of_squares(f - t) / tf.square(tf.reduce_sum(t)),
             "You squared the target's sum: square each value, then add up."),
            (lambda f, t: tf.reduce_sum(tf.abs(f - t)) / tf.reduce_sum(tf.abs(t)),
             "You took absolute values: square the differences and the target's values."),
            (lambda f, t: 1 - _share(f, t),
             "That is 1 minus the share: 0 is to mean that nothing is lost."),
            (lambda f, t: sum_of_squares(t) / sum_of_squares(f - t),
             "Your fraction is upside down: divide the differences by the target."),
            (lambda f, t: sum_of_squares(f) / sum_of_squares(t),
             "You compared the features themselves: square the differences."),
            (lambda f, t: sum_of_squares(f - t) - sum_of_squares(t),
             "You subtracted the target's squares: divide by them."),
            (lambda f, t: sum_of_squares(f - t) / sum_of_squares(t - tf.reduce_mean(t)),
             "You subtracted the target's mean first: its values as they are are what can be "
             "lost."),
            (lambda f, t: 100 * _share(f, t),
             "You gave percent: 1 is to mean that all is lost."),
            (lambda f, t: tf.norm(f - t) / tf.norm(t),
             "You took the roots: this share is of squares."),
            (lambda f, t: (sum_of_squares(f) - sum_of_squares(t)) / sum_of_squares(t),
             "You compared the sums of squares: take the difference first, then square it."),
        ],
    ),
}
