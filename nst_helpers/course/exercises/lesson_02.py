"""The exercises of lesson 02: the content loss."""

import tensorflow as tf

from .exercise import Exercise, feature_cases, mean_square, sum_of_squares


def _count(values):
    return tf.cast(tf.size(values), tf.float32)


def _half_sum(features, target):
    return sum_of_squares(features - target) / 2


def _share(features, target):
    return sum_of_squares(features - target) / sum_of_squares(target)


def _content_cases():
    """The same, but for the example by hand, which has one axis in the lesson's cells."""
    by_hand, *others = feature_cases()
    return [[values[0, 0, 0] for values in by_hand], *others]


ANY_SHAPE = (
    "Your function counts on an axis that need not be there: features may have any shape, as the "
    "three of the worked example, so take all axes together."
)
SHAPE_ERRORS = {
    words: ANY_SHAPE
    for words in (
        "tuple index out of range",
        "Index out of range",
        "out of bounds",
        "Invalid reduction dimension",
        "not enough values to unpack",
        "transpose expects a vector",
    )
}


# A mistake is the function that makes it, where to look, and what to say.
# f, t: the features and the target.
# fmt: off
EXERCISES = {
    "content loss": Exercise(
        reference=lambda f, t: mean_square(f - t),
        cases=_content_cases,
        goes_on=True,
        tape_over=(0,),
        right="One number for a whole layer: 0 for the same features, "
              "and the same scale for small and large pictures.",
        errors=SHAPE_ERRORS,
        mistakes=[
            (lambda f, t: tf.reduce_mean(f - t),
             "what is done with each difference",
             "The differences are not squared: square them, or positive and negative ones cancel."),
            (lambda f, t: sum_of_squares(f - t),
             "how the many squares become one number",
             "You took the sum: take the mean, or a larger picture would count more."),
            (lambda f, t: tf.reduce_mean(tf.abs(f - t)),
             "what is done with each difference",
             "You took absolute differences: square them."),
            (lambda f, t: tf.square(tf.reduce_mean(f - t)),
             "the order of squaring and taking the mean",
             "You squared the mean: square each difference first, then take the mean."),
            (lambda f, t: tf.norm(f - t),
             "what becomes of the squares",
             "You took the root of the sum: take the mean of the squares, and no root."),
            (lambda f, t: tf.reduce_max(tf.square(f - t)),
             "how the many squares become one number",
             "You took the largest square: take the mean of all."),
            (lambda f, t: mean_square(f - t) / mean_square(t),
             "what is divided by what",
             "You divided by the mean square of the target: leave the mean of the squares as it "
             "is."),
            (lambda f, t: sum_of_squares(f - t) / f.shape[-1],
             "the number that the sum is divided by",
             "You divided by the number of channels: divide by the number of all values, as a mean "
             "over all axes does."),
            (lambda f, t: sum_of_squares(f - t) / f.shape[0],
             "the number that the sum is divided by",
             "You divided by the length of the first axis: divide by the number of all values, as "
             "a mean over all axes does."),
            (lambda f, t: sum_of_squares(f - t) / 2,
             "which of the two formulas you wrote",
             "That is the paper's own form: take the mean here, with no factor."),
            (lambda f, t: tf.reduce_mean(f * t),
             "how features and target are combined",
             "You multiplied features and target: subtract one from the other, and square that."),
            (lambda f, t: mean_square(f + t),
             "how features and target are combined",
             "You added features and target: take their difference."),
            (lambda f, t: tf.reduce_mean(tf.square(f) - tf.square(t)),
             "what exactly is squared",
             "You squared features and target by themselves: subtract first, then square the "
             "difference."),
        ],
    ),
    "gradient by hand": Exercise(
        reference=lambda f, t: 2 * (f - t) / _count(f),
        cases=feature_cases,
        right="It points away from the target, and is 0 where the feature is right: "
              "a step against it leads there.",
        mistakes=[
            (lambda f, t: 2 * tf.square(f - t) / _count(f),
             "the derivative of a single square",
             "The square is still there: leave it out, since the derivative of a square is twice "
             "what is squared."),
            (lambda f, t: tf.square(f - t) / _count(f),
             "whether this is the loss or its derivative",
             "That is each value's part of the loss: take the derivative, twice the difference in "
             "place of its square."),
            (lambda f, t: 2 * (t - f),
             "the direction of the gradient, and the denominator in the worked example",
             "The sign is wrong, and the division is missing: subtract the target from the "
             "features, and divide by the number of values."),
            (lambda f, t: 2 * tf.sign(f - t) / _count(f),
             "the size of the differences",
             "You took the signs only: take the differences themselves, since the gradient is "
             "larger where a feature is farther off."),
            (lambda f, t: 2 * f / _count(f),
             "what the features are compared with",
             "The target is missing: subtract it from the features."),
            (lambda f, t: mean_square(f - t),
             "whether this is the loss or its derivative",
             "That is the loss, one number: take its derivative by each feature."),
        ],
    ),
    "content loss of the paper": Exercise(
        reference=_half_sum,
        cases=feature_cases,
        right="This is equation 1 of the paper. It grows with the number of values, "
              "which is why this lesson takes the mean.",
        mistakes=[
            (lambda f, t: tf.reduce_sum(f - t) / 2,
             "what is done with each difference",
             "The differences are not squared: square them, or positive and negative ones cancel."),
            (lambda f, t: tf.reduce_sum(tf.abs(f - t)) / 2,
             "what is done with each difference",
             "You added up absolute differences: square them first."),
            (lambda f, t: tf.norm(f - t),
             "what happens after the squares are added up",
             "You took the root of the sum: take half of the sum, and no root."),
            (lambda f, t: tf.norm(f - t) / 2,
             "what happens after the squares are added up",
             "You took the root of the sum: take half of the sum itself."),
            (lambda f, t: tf.square(tf.reduce_sum(f - t)) / 2,
             "the order of squaring and adding up",
             "You squared the sum of the differences: square each difference first, then add up."),
        ],
    ),
    "share lost": Exercise(
        reference=_share,
        cases=feature_cases,
        right="0 means that nothing is lost, 1 as much as if all features were 0. "
              "It can be compared between layers.",
        mistakes=[
            (lambda f, t: tf.minimum(_share(f, t), 1.0),
             "how large your result can become",
             "You clipped the share at 1: leave it as it is, since features can be farther off "
             "than if they were all 0."),
            (lambda f, t: sum_of_squares(f - t) / sum_of_squares(f),
             "the denominator",
             "You divided by the generated picture's features: divide by the target's, which do "
             "not change."),
            (lambda f, t: sum_of_squares(f - t),
             "how the number becomes comparable between layers",
             "You did not divide: divide by the sum of the target's squares, or the number would "
             "depend on the layer."),
            (lambda f, t: sum_of_squares(f - t) / tf.reduce_sum(t),
             "the denominator",
             "You divided by the sum of the target: divide by the sum of its squares."),
            (lambda f, t: tf.reduce_sum(f - t) / tf.reduce_sum(t),
             "what is added up",
             "Nothing is squared: square the differences, and the target's values."),
            (lambda f, t: tf.reduce_sum(tf.square(f - t) / tf.square(t)),
             "the order of dividing and adding up",
             "You divided value by value: add up first, then divide one sum by the other."),
            (lambda f, t: tf.reduce_mean(tf.square(f - t) / tf.square(t)),
             "the order of dividing and taking the mean",
             "You divided value by value, then took the mean: add up first, then divide one sum by "
             "the other."),
            (lambda f, t: sum_of_squares(f - t) / tf.square(tf.reduce_sum(t)),
             "the denominator",
             "You squared the target's sum: square each value, then add up."),
            (lambda f, t: tf.reduce_sum(tf.abs(f - t)) / tf.reduce_sum(tf.abs(t)),
             "what is added up",
             "You took absolute values: square the differences and the target's values."),
            (lambda f, t: sum_of_squares(f) / sum_of_squares(t),
             "the numerator",
             "You compared the features themselves: square the differences."),
            (lambda f, t: sum_of_squares(f - t) - sum_of_squares(t),
             "how the two sums are combined",
             "You subtracted the target's squares: divide by them."),
            (lambda f, t: sum_of_squares(f - t) / sum_of_squares(t - tf.reduce_mean(t)),
             "the denominator",
             "You subtracted the target's mean first: square its values as they are."),
            (lambda f, t: (sum_of_squares(f) - sum_of_squares(t)) / sum_of_squares(t),
             "the numerator",
             "You subtracted one sum of squares from another: subtract the target from the "
             "features first, then square."),
        ],
    ),
}
