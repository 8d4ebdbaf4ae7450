"""The exercises of lesson 02: the content loss."""

import tensorflow as tf

from .exercise import SIZES, Exercise, mean_square, random_tensor, sum_of_squares


def _share(features, target):
    return sum_of_squares(features - target) / sum_of_squares(target)


def _feature_cases(shape_by_hand=(1, 1, 1, 3)):
    """Features and targets, first those of the example by hand: three channels at one position."""
    by_hand = [tf.reshape(values, shape_by_hand) for values in ([1.0, 3.0, 0.0], [1.0, 0.0, 2.0])]
    others = ([random_tensor(seed, 1, *size, high=3.0) for seed in (2, 3)] for size in SIZES)
    return [by_hand, *others]


SHAPE_ERRORS = dict.fromkeys(
    [
        "tuple index out of range",
        "Index out of range",
        "out of bounds",
        "Invalid reduction dimension",
        "not enough values to unpack",
        "transpose expects a vector",
    ],
    "Your function counts on an axis that need not be there: features may have any shape, as the "
    "three of the worked example, so take all axes together.",
)

# f, t: the features and the target.
_CONTENT_LOSS = {
    "what is done with each difference": [
        (lambda f, t: tf.reduce_mean(f - t),
         "The differences are not squared: square them, or positive and negative ones cancel."),
        (lambda f, t: tf.reduce_mean(tf.abs(f - t)),
         "You took absolute differences: square them.")],
    "how the many squares become one number": [
        (lambda f, t: sum_of_squares(f - t),
         "You took the sum: take the mean, or a larger picture would count more."),
        (lambda f, t: tf.reduce_max(tf.square(f - t)),
         "You took the largest square: take the mean of all.")],
    "the order of squaring and taking the mean": [
        (lambda f, t: tf.square(tf.reduce_mean(f - t)),
         "You squared the mean: square each difference first, then take the mean.")],
    "what becomes of the squares": [
        (lambda f, t: tf.norm(f - t),
         "You took the root of the sum: take the mean of the squares, and no root.")],
    "what is divided by what": [
        (lambda f, t: mean_square(f - t) / mean_square(t),
         "You divided by the mean square of the target: leave the mean of the squares as it is.")],
    "the number that the sum is divided by": [
        (lambda f, t: sum_of_squares(f - t) / f.shape[-1],
         "You divided by the number of channels: divide by the number of all values, as a mean "
         "over all axes does."),
        (lambda f, t: sum_of_squares(f - t) / f.shape[0],
         "You divided by the length of the first axis: divide by the number of all values, as a "
         "mean over all axes does.")],
    "which of the two formulas you wrote": [
        (lambda f, t: sum_of_squares(f - t) / 2,
         "That is the paper's own form: take the mean here, with no factor.")],
    "how features and target are combined": [
        (lambda f, t: tf.reduce_mean(f * t),
         "You multiplied features and target: subtract one from the other, and square that."),
        (lambda f, t: mean_square(f + t),
         "You added features and target: take their difference.")],
    "what exactly is squared": [
        (lambda f, t: tf.reduce_mean(tf.square(f) - tf.square(t)),
         "You squared features and target by themselves: subtract first, then square the "
         "difference.")],
}  # fmt: skip

_SHARE_LOST = {
    "how large your result can become": [
        (lambda f, t: tf.minimum(_share(f, t), 1.0),
         "You clipped the share at 1: leave it as it is, since features can be farther off than if "
         "they were all 0.")],
    "the denominator": [
        (lambda f, t: sum_of_squares(f - t) / sum_of_squares(f),
         "You divided by the generated picture's features: divide by the target's, which do not "
         "change."),
        (lambda f, t: sum_of_squares(f - t) / tf.reduce_sum(t),
         "You divided by the sum of the target: divide by the sum of its squares."),
        (lambda f, t: sum_of_squares(f - t) / tf.square(tf.reduce_sum(t)),
         "You squared the target's sum: square each value, then add up."),
        (lambda f, t: sum_of_squares(f - t) / sum_of_squares(t - tf.reduce_mean(t)),
         "You subtracted the target's mean first: square its values as they are.")],
    "how the number becomes comparable between layers": [
        (lambda f, t: sum_of_squares(f - t),
         "You did not divide: divide by the sum of the target's squares, or the number would "
         "depend on the layer.")],
    "what is added up": [
        (lambda f, t: tf.reduce_sum(f - t) / tf.reduce_sum(t),
         "Nothing is squared: square the differences, and the target's values."),
        (lambda f, t: tf.reduce_sum(tf.abs(f - t)) / tf.reduce_sum(tf.abs(t)),
         "You took absolute values: square the differences and the target's values.")],
    "the order of dividing and adding up": [
        (lambda f, t: tf.reduce_sum(tf.square(f - t) / tf.square(t)),
         "You divided value by value: add up first, then divide one sum by the other.")],
    "the order of dividing and taking the mean": [
        (lambda f, t: tf.reduce_mean(tf.square(f - t) / tf.square(t)),
         "You divided value by value, then took the mean: add up first, then divide one sum by the "
         "other.")],
    "the numerator": [
        (lambda f, t: sum_of_squares(f) / sum_of_squares(t),
         "You compared the features themselves: square the differences."),
        (lambda f, t: (sum_of_squares(f) - sum_of_squares(t)) / sum_of_squares(t),
         "You subtracted one sum of squares from another: subtract the target from the features "
         "first, then square.")],
    "how the two sums are combined": [
        (lambda f, t: sum_of_squares(f - t) - sum_of_squares(t),
         "You subtracted the target's squares: divide by them.")],
}  # fmt: skip

_GRADIENT_BY_HAND = {
    "the derivative of a single square": [
        (lambda f, t: 2 * tf.square(f - t) / tf.size(f, tf.float32),
         "The square is still there: leave it out, since the derivative of a square is twice what "
         "is squared.")],
    "whether this is the loss or its derivative": [
        (lambda f, t: tf.square(f - t) / tf.size(f, tf.float32),
         "That is each value's part of the loss: take the derivative, twice the difference in "
         "place of its square."),
        (lambda f, t: mean_square(f - t),
         "That is the loss, one number: take its derivative by each feature.")],
    "the direction of the gradient, and the denominator in the worked example": [
        (lambda f, t: 2 * (t - f),
         "The sign is wrong, and the division is missing: subtract the target from the features, "
         "and divide by the number of values.")],
    "the size of the differences": [
        (lambda f, t: 2 * tf.sign(f - t) / tf.size(f, tf.float32),
         "You took the signs only: take the differences themselves, since the gradient is larger "
         "where a feature is farther off.")],
    "what the features are compared with": [
        (lambda f, t: 2 * f / tf.size(f, tf.float32),
         "The target is missing: subtract it from the features.")],
}  # fmt: skip

EXERCISES = {
    "content loss": Exercise(
        reference=lambda f, t: mean_square(f - t), look_at=_CONTENT_LOSS, errors=SHAPE_ERRORS,
        cases=lambda: _feature_cases(shape_by_hand=[3]),  # as the lesson's cells have it
        goes_on=True, asked_later=True, tape_over=(0,),
        right="One number for a whole layer: 0 for the same features, "
              "and the same scale for small and large pictures.",
    ),
    "share lost": Exercise(
        reference=_share, cases=_feature_cases, look_at=_SHARE_LOST, goes_on=True,
        right="0 means that nothing is lost, 1 as much as if all features were 0. "
              "It can be compared between layers.",
    ),
    "gradient by hand": Exercise(
        reference=lambda f, t: 2 * (f - t) / tf.size(f, tf.float32),
        cases=_feature_cases, look_at=_GRADIENT_BY_HAND, goes_on=True,
        right="It points away from the target, and is 0 where the feature is right: "
              "a step against it leads there.",
    ),
}  # fmt: skip
