"""The exercises of lesson 02: the content loss."""

import tensorflow as tf

from .exercise import Exercise, feature_cases, mean_square, sum_of_squares


def _count(values):
    return tf.cast(tf.size(values), tf.float32)


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
            (lambda f, t: tf.norm(f - t) / tf.norm(t),
             "You took the roots: this share is of squares."),
            (lambda f, t: (sum_of_squares(f) - sum_of_squares(t)) / sum_of_squares(t),
             "You compared the sums of squares: take the difference first, then square it."),
        ],
    ),
}
