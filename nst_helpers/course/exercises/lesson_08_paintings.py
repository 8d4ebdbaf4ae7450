"""The exercises of lesson 08 on several paintings: blended, and each in its own region."""

import numpy as np
import tensorflow as tf

from ...method import blended, by_area, gram_matrix, guided_gram_matrix
from .exercise import Exercise, mean_square, random_tensor, tiny_features


def _blended(grams, weights):
    shares = [weight / sum(weights) for weight in weights]
    return blended([{"layer": gram} for gram in grams], shares)["layer"]


def _mixed(
    shares=lambda weights: weights / weights.sum(),
    strength=lambda gram: tf.sqrt(mean_square(gram)),
    back=lambda strengths, shares: strengths @ shares,
):
    """A blend: the sum of share × matrix / strength, times `back` of all strengths and shares."""

    def function(grams, weights):
        each, strengths = shares(np.array(weights)), np.array([strength(gram) for gram in grams])
        return np.tensordot(each / strengths, np.array(grams), 1) * back(strengths, each)

    return function


def _blend_cases():
    """By hand, strengths of 5 and 1 and shares of 0.75 and 0.25, which make a strength of 4. Then
    paintings with very different contrasts, and weights that do not add up to 1."""

    def grams(channels, contrasts):
        features = (
            random_tensor(seed, 1, 3, 4, channels, high=high)
            for seed, high in enumerate(contrasts, 100)
        )
        return [*map(gram_matrix, features)]

    return [
        [[tf.constant([[6.0, 0.0], [0.0, 8.0]]), tf.ones((2, 2))], [3, 1]],
        [grams(3, (5, 18)), [0.3, 1.1]],
        [grams(5, (4, 22, 9)), [2.0, 0.7, 1.6]],
    ]


def _guided_gram_matrix(features, mask):
    return guided_gram_matrix(features, by_area(mask, *features.shape[1:3]))


def _guided(
    product=lambda rows, weights: tf.transpose(rows) @ (weights * rows),
    divide_by=lambda weights, mask: tf.reduce_sum(weights),
    guide=lambda mask, size: by_area(mask, *size),
):
    """A guided Gram matrix: a product of the features, a position a row, divided."""

    def function(features, mask):
        weights = tf.reshape(guide(mask, features.shape[1:3]), (-1, 1))
        rows = tf.reshape(features, (-1, features.shape[-1]))
        return product(rows, weights) / divide_by(weights, mask)

    return function


def _both_weighed(rows, weights):
    return tf.transpose(weights * rows) @ (weights * rows)


def _centered(rows, weights):
    rows = rows - tf.reduce_sum(weights * rows, axis=0) / tf.reduce_sum(weights)
    return tf.transpose(rows) @ (weights * rows)


def _mask_cases():
    """First the lesson's four positions. Then a mask of another size than the features, and one
    that is black at half of the positions."""

    def case(features, mask, low=0.0):
        mask = tf.nn.relu(random_tensor(111, 1, *mask, 1, low=low))
        return [random_tensor(110, 1, *features, high=9), mask]

    return [
        [tiny_features(), tf.reshape([0.0, 1.0, 0.5, 0.5], (1, 2, 2, 1))],
        case((5, 3, 6), mask=(11, 7)),
        case((6, 4, 3), mask=(6, 4), low=-1.0),
    ]


# w, n, s: weights of paintings, their strengths and shares.
# f, m: features and mask; rows, w: their values, a position a row.
_BLEND = {
    "what is done about the matrices' different strengths": [
        (_mixed(strength=lambda gram: 1.0, back=lambda n, s: 1.0),
         "You added the matrices up as they are, so the painting with the stronger ones wins: "
         "divide each matrix by its own strength first, and multiply the sum by "
         "the mean of the strengths, weighted by the shares.")],
    "the strength of your result": [
        (_mixed(back=lambda n, s: 1.0),
         "Your matrix has a strength of about 1, where a painting's can have thousands: multiply "
         "the sum by the mean of the strengths, weighted by the shares.")],
    "how the weights become shares": [
        (_mixed(shares=lambda w: w),
         "The weights do not add up to 1: divide each by their sum."),
        (_mixed(shares=lambda w: w // w.sum()),
         "You divided the weights with `//`, which rounds down to a whole number: use `/`."),
        (_mixed(shares=lambda w: w / len(w)),
         "You divided the weights by their number: divide by their sum, so that they add up to 1."),
        (_mixed(shares=lambda w: w / w.max()),
         "You divided the weights by the largest: divide by their sum, so that they add up to 1.")],
    "how the weights become shares, and the matrices' different strengths": [
        (_mixed(shares=lambda w: w, strength=lambda gram: 1.0, back=lambda n, s: 1.0),
         "The weights do not add up to 1, and the matrices are as strong as they come: divide each "
         "weight by their sum and each matrix by its own strength, and multiply the result by the "
         "mean of the strengths, weighted by the shares.")],
    "how the weights become shares, and the strength of your result": [
        (_mixed(shares=lambda w: w, back=lambda n, s: 1.0),
         "The weights do not add up to 1, and the strength is not put back: divide each weight by "
         "their sum, and multiply by the mean of the strengths, weighted by the shares.")],
    "where the shares come from": [
        (_mixed(shares=lambda w: np.ones(len(w)) / len(w)),
         "You gave each painting the same share: use the weights.")],
    "which weight belongs to which matrix": [
        (_mixed(shares=lambda w: w[::-1] / w.sum()),
         "The weights are in reversed order: use the first one for the first matrix.")],
    "how the strength of a matrix is computed": [
        (_mixed(strength=mean_square),
         "You divided by the mean square: take its root, which is the strength."),
        (_mixed(strength=tf.reduce_mean),
         "You divided by the mean of the entries: divide by the root of their mean square."),
        (_mixed(strength=tf.reduce_max),
         "You divided by the largest entry: divide by the root of the mean square."),
        (_mixed(strength=tf.linalg.trace),
         "You divided by the sum of the diagonal: divide by the root of the mean square of all "
         "entries.")],
    "the mean of the strengths": [
        (_mixed(back=lambda n, s: n.mean()),
         "Your mean of the strengths is a plain one: weight it by the shares, too.")],
    "what the sum of the matrices is multiplied by": [
        (_mixed(back=lambda n, s: n.sum()),
         "You multiplied by the sum of the strengths: multiply by their mean, weighted by the "
         "shares."),
        (_mixed(back=lambda n, s: n[0]),
         "You multiplied by the strength of the first matrix: multiply by the mean of all "
         "strengths, weighted by the shares."),
        (_mixed(back=lambda n, s: n.max()),
         "You multiplied by the largest strength: multiply by the mean of all strengths, weighted "
         "by the shares.")],
    "what is done with the weights and the strengths": [
        (lambda grams, weights: tf.add_n(grams) / len(grams),
         "You took the plain mean of the matrices: divide each by its own strength, weight it by "
         "its share, and multiply the sum by the mean of the strengths, weighted by the shares.")],
    "what is done with each matrix's strength": [
        (_mixed(strength=lambda gram: 1 / tf.sqrt(mean_square(gram)), back=lambda n, s: 1.0),
         "You multiplied each matrix by its strength: divide by it, and multiply the sum by the "
         "mean of the strengths, weighted by the shares.")],
    "how many paintings come in": [
        (lambda grams, weights: _blended(grams[:2], weights[:2]),
         "You used the first two matrices only: go through the whole list, since there may be "
         "more."),
        (lambda grams, weights: grams[0] * weights[0] / sum(weights),
         "You used the first matrix only: go through the whole list, and return the result after "
         "the loop."),
        (lambda grams, weights: grams[-1] * weights[-1] / sum(weights),
         "You used the last matrix only: add the matrices up inside the loop.")],
}  # fmt: skip

_GUIDED = {
    "where the mask comes in": [
        (lambda f, m: gram_matrix(f),
         "Your result does not depend on the mask: multiply each position's features by its value, "
         "and divide by the mask's sum."),
        (_guided(lambda rows, w: tf.transpose(rows) @ rows),
         "You divided by the mask's sum, and did not multiply by the mask: multiply each "
         "position's features by its value, in one of the two factors.")],
    "what the products are divided by": [
        (_guided(divide_by=lambda w, m: w.shape[0]),
         "You divided by the number of all positions, so a small region gets a weak matrix: divide "
         "by the sum of the resized mask, which is how many positions the region has."),
        (_guided(divide_by=lambda w, m: tf.reduce_sum(m)),
         "You divided by the sum of the mask in its own size: take the sum after you have resized "
         "it."),
        (_guided(divide_by=lambda w, m: 1.0),
         "You did not divide: divide by the sum of the resized mask, or a large region would have "
         "a stronger matrix than a small one."),
        (_guided(divide_by=lambda w, m: tf.reduce_sum(tf.cast(w > 0, tf.float32))),
         "You divided by the number of positions that are not black in the mask: divide by the sum "
         "of the mask, since gray ones count in part."),
        (_guided(divide_by=lambda w, m: tf.reduce_max(w)),
         "You divided by the largest value of the mask: divide by its sum.")],
    "how often the mask comes in": [
        (_guided(_both_weighed),
         "You multiplied both factors by the mask, so it counts squared: multiply one of them "
         "only."),
        (_guided(_both_weighed, divide_by=lambda w, m: tf.reduce_sum(w**2)),
         "You multiplied both factors by the mask and divided by the sum of its squares, as the "
         "paper does with the root of this mask: multiply one factor only, and divide by the sum "
         "of the mask.")],
    "how often the mask comes in, and what the products are divided by": [
        (_guided(_both_weighed, divide_by=lambda w, m: w.shape[0]),
         "You multiplied both factors by the mask, and divided by the number of all positions: "
         "multiply one factor only, and divide by the sum of the resized mask.")],
    "the factors of your products": [
        (_guided(_centered),
         "You subtracted the region's mean, which gives a covariance: leave the mean in.")],
    "the gray values of the mask": [
        (_guided(guide=lambda mask, size: tf.cast(by_area(mask, *size) > 0.5, tf.float32)),
         "You made the resized mask black and white: keep its gray values, which count in part."),
        (lambda f, m: _guided_gram_matrix(f, tf.cast(m > 0.5, tf.float32)),
         "You made the mask black and white before you resized it: keep its gray values, which "
         "count in part.")],
    "how the mask gets the size of the features": [
        (_guided(guide=lambda mask, size: tf.image.resize(mask, size, "bilinear")),
         "You resized the mask by `bilinear`, TensorFlow's default, which looks at a few of its "
         "pixels only: use `area`, which takes the mean over all that a position stands for."),
        (_guided(guide=lambda mask, size: tf.image.resize(mask, size, "nearest")),
         "You resized the mask by `nearest`, which looks at one of its pixels for each position: "
         "use `area`, which takes the mean over all that a position stands for."),
        (_guided(guide=lambda mask, size: tf.image.resize(mask, size, "bicubic")),
         "You resized the mask by `bicubic`, which looks at a few of its pixels only: use `area`, "
         "which takes the mean over all that a position stands for.")],
    "the order of the mask's axes": [
        (_guided(guide=lambda mask, size: by_area(tf.transpose(mask, (0, 2, 1, 3)), *size)),
         "Your mask is transposed: leave height before width.")],
    "where the mask is white and where it is black": [
        (_guided(guide=lambda mask, size: 1 - by_area(mask, *size)),
         "You used the mask the wrong way around: count a position where it is white.")],
    "the axes of your result": [
        (_guided(lambda rows, w: (w * rows) @ tf.transpose(rows)),
         "Your matrix is positions × positions: sum over the positions and keep the channels, with "
         "`transpose_a`."),
        (_guided(lambda rows, w: rows @ tf.transpose(rows), divide_by=lambda w, m: 1.0),
         "Your matrix is positions × positions: sum over the positions and keep the channels, with "
         "`transpose_a`.")],
    "the size that the mask gets": [
        (_guided(guide=lambda mask, size: by_area(mask, size[1], size[0])),
         "You resized the mask to width × height: give the height before the width.")],
}  # fmt: skip

REGIONS = {
    "guided gram matrix": Exercise(
        reference=_guided_gram_matrix, cases=_mask_cases, look_at=_GUIDED, goes_on=True,
        right="It is a mean over the region, so its size does not depend on how large the region "
              "is.",
    ),
}  # fmt: skip

EXERCISES = {
    "blended targets": Exercise(
        reference=_blended, cases=_blend_cases, look_at=_BLEND, goes_on=True,
        right="The weights alone say how much a painting counts, whatever its contrast.",
    ),
}  # fmt: skip
