"""The exercises of lesson 09: moments of the channels, and the best match of each position."""

import tensorflow as tf

from .exercise import SIZES, Exercise, mean_square, random_tensor, sum_of_squares

FLOOR = 1e-5  # under the root, whose slope is infinite at 0: some channels are 0 everywhere


def _mean(features):
    return tf.reduce_mean(features, axis=(0, 1, 2))


def _variance(features):
    return tf.math.reduce_variance(features, axis=(0, 1, 2))


def _spread(features):
    return tf.sqrt(_variance(features) + FLOOR)


def _of_a_sample(features):
    count = tf.cast(tf.size(features) / features.shape[-1], tf.float32)
    return tf.sqrt(_variance(features) * count / (count - 1.0) + FLOOR)


def _moments(
    mean=_mean, spread=_spread, term=lambda one, other: mean_square(one - other), both=tf.add
):
    """A loss of two terms, one of the channels' means and one of their spreads."""

    def loss(features, target):
        return both(term(mean(features), mean(target)), term(spread(features), spread(target)))

    return loss


def _first_channel_times(factor, features):
    return features * tf.one_hot(0, features.shape[-1], factor, 1.0)


def _moments_cases():
    """By hand: means 2 and 2 for 2 and 4, spreads 1 and 2 for 2 and 1. Then pictures and paintings
    of different shapes and contrasts, at last with a channel that is 0 everywhere in the picture,
    as some of a small one are, and next to that in the painting: without `FLOOR` its gradient is
    NaN, and the value hardly another."""

    def pair(size, other, channels, highs):
        shapes = ((*size, channels), (*other, channels))
        return [
            random_tensor(seed, 1, *shape, high=high)
            for seed, shape, high in zip((90, 91), shapes, highs)
        ]

    by_hand = [[[1.0, 0.0], [3.0, 4.0]], [[1.0, 0.0], [3.0, 4.0]]]
    target = [[[0.0, 3.0], [4.0, 5.0]], [[0.0, 3.0], [4.0, 5.0]]]
    (*first, some), (*second, more) = SIZES
    features, faint = pair(second, (2, 4), more, (5.0, 2.0))
    return [
        [tf.constant([by_hand]), tf.constant([target])],
        pair(first, (4, 3), some, (3.0, 7.0)),
        [_first_channel_times(0.0, features), _first_channel_times(0.01, faint)],
    ]


def _best_matches(queries, painting):
    return tf.gather(painting, _nearest(queries, painting))


def _nearest(queries, painting):
    return _nearest_as_they_are(_centered(queries), _centered(painting))


def _centered(rows, axis=0):
    return rows - tf.reduce_mean(rows, axis=axis, keepdims=True)


def _compared(
    prepare=lambda rows: tf.nn.l2_normalize(_centered(rows), axis=1),
    closeness=lambda here, there: here @ tf.transpose(there),
    pick=lambda queries, painting, table: tf.gather(painting, tf.argmax(table, axis=1)),
):
    """Matches by a table of how close each prepared query is to each prepared row."""

    def matches(queries, painting):
        table = closeness(prepare(queries), prepare(painting))
        return pick(queries, painting, table)

    return matches


def _by_the_paintings_mean(queries, painting):
    mean = tf.reduce_mean(painting, axis=0)
    return tf.gather(painting, _nearest_as_they_are(queries - mean, painting - mean))


def _nearest_as_they_are(queries, painting):
    """The numbers of the rows with the largest cosines, nothing subtracted."""
    here, there = (tf.nn.l2_normalize(rows, axis=1) for rows in (queries, painting))
    return tf.argmax(here @ tf.transpose(there), axis=1)


def _minus_distances(here, there):
    return -tf.norm(here[:, None] - there[None], axis=2)


def _match_cases():
    """By hand, two queries and three positions, whose means and lengths decide the matches; then
    more than two channels, with means far from 0 as behind a ReLU."""

    def case(*shapes):
        return [random_tensor(92 + i, *shape, low=1, high=4) for i, shape in enumerate(shapes)]

    by_hand = [[6.0, 5.0], [4.0, 3.0]], [[0.0, 1.0], [3.0, 0.0], [9.0, 2.0]]
    return [[*map(tf.constant, by_hand)], case((7, 3), (11, 3)), case((12, 5), (17, 5))]


# f, t: the picture's features and the painting's. one, other: a moment of both, by channels.
_MOMENTS = {
    "how many of the two moments come in": [
        (_moments(both=lambda means, spreads: means),
         "Only the means come in: add the mean squared difference of the standard deviations."),
        (_moments(both=lambda means, spreads: spreads),
         "Only the standard deviations come in: add the mean squared difference of the means.")],
    "what you take for a channel's spread": [
        (_moments(spread=_variance),
         "You compared the variances: take their roots first, the standard deviations."),
        (_moments(spread=lambda f: tf.sqrt(_mean(tf.square(f)) + FLOOR)),
         "Your spread is the root of the mean square, with the mean still in it: take the root of "
         "the variance."),
        (_moments(spread=_of_a_sample),
         "Your variance is divided by the number of positions less one: take the plain mean, as "
         "`tf.nn.moments` does.")],
    "how the squares of the channels become one number": [
        (_moments(term=lambda one, other: sum_of_squares(one - other)),
         "You added up the squares: take their mean, or a layer with many channels would drown the "
         "others."),
        (_moments(term=lambda one, other: tf.norm(one - other)),
         "You took the root of the sum, as the paper does: take the mean of the squares here.")],
    "how the two terms become one": [
        (_moments(both=lambda means, spreads: (means + spreads) / 2),
         "You took the mean of the two terms: add them up."),
        (_moments(both=lambda means, spreads: means * spreads),
         "You multiplied the two terms: add them up."),
        (_moments(both=lambda means, spreads: means - spreads),
         "You subtracted one term from the other: add them up.")],
    "what is done with each difference": [
        (_moments(term=lambda one, other: tf.reduce_mean(tf.abs(one - other))),
         "You took absolute differences: square them."),
        (_moments(term=lambda one, other: tf.reduce_mean(one - other)),
         "The differences are not squared: square them, or positive and negative ones cancel."),
        (_moments(term=lambda one, other: tf.square(tf.reduce_mean(one - other))),
         "You squared the mean of the differences: square each difference first, then take the "
         "mean.")],
    "the axes over which the moments are taken": [
        (_moments(tf.reduce_mean, lambda f: tf.sqrt(tf.math.reduce_variance(f) + FLOOR)),
         "You have one mean for all channels together: take one for each, over the axes 0, 1 and "
         "2.")],
    "what each moment is compared with": [
        (_moments(term=lambda one, other: mean_square(one)),
         "The target does not come in: subtract its moments before you square.")],
    "the order of adding up and squaring": [
        (lambda f, t: mean_square(_mean(f) - _mean(t) + _spread(f) - _spread(t)),
         "You added the two differences before you squared them: square each, and add the two mean "
         "squares.")],
}  # fmt: skip

# q, p: the rows of the picture and of the painting. table: how close each is to each.
_MATCHES = {
    "what is subtracted from the features before they are compared": [
        (lambda q, p: tf.gather(p, _nearest_as_they_are(q, p)),
         "You compared the features with their means still in them, by which all point in much the "
         "same direction: subtract from each of the two the mean of its own rows."),
        (_by_the_paintings_mean,
         "You subtracted the painting's mean from both: subtract from each the mean of its own "
         "rows.")],
    "the axis over which the mean is taken": [
        (_compared(lambda rows: tf.nn.l2_normalize(_centered(rows, axis=1), axis=1)),
         "You subtracted from each position the mean of its own channels: take the mean over the "
         "positions, `axis=0`.")],
    "the lengths of what you multiply": [
        (_compared(_centered),
         "You did not divide by the lengths, so a long row wins whatever it points at: give each "
         "row the length 1, with `tf.nn.l2_normalize(..., axis=1)`."),
        (_compared(lambda rows: tf.nn.l2_normalize(_centered(rows), axis=0)),
         "You gave the channels the length 1: give it to the rows, by `axis=1`.")],
    "what is subtracted, and the lengths of what you multiply": [
        (_compared(lambda rows: rows),
         "You multiplied the features as they are: subtract the mean of the rows, and give each "
         "row the length 1.")],
    "how two positions are compared": [
        (_compared(_centered, _minus_distances),
         "You took the smallest distance: take the largest cosine, which does not ask how strong "
         "the features are."),
        (_compared(closeness=lambda here, there: tf.abs(here @ tf.transpose(there))),
         "You took the cosine without its sign: keep the sign, since what points the opposite way "
         "is as unlike as can be.")],
    "which entry of each row of cosines is taken": [
        (_compared(pick=lambda q, p, table: tf.gather(p, tf.argmin(table, axis=1))),
         "You took the smallest cosine: take the largest, with `tf.argmax`.")],
    "which of the two is looked up in the other": [
        (_compared(pick=lambda q, p, table: tf.gather(p, tf.argmax(table, axis=0))),
         "You looked for the largest cosine of each column: look for that of each row, `axis=1`."),
        (_compared(pick=lambda q, p, table: tf.gather(q, tf.argmax(table, axis=0))),
         "You looked up each position of the painting among the queries: look up each query among "
         "the painting's positions.")],
    "what your function returns": [
        (_nearest,
         "You returned the numbers of the positions: return the painting's features there, with "
         "`tf.gather(painting, ...)`."),
        (lambda q, p: tf.gather(_centered(p), _nearest(q, p)),
         "You returned features less their mean: gather from `painting` itself."),
        (lambda q, p: tf.gather(tf.nn.l2_normalize(_centered(p), axis=1), _nearest(q, p)),
         "You returned the rows that you compared, less their mean and of length 1: gather from "
         "`painting` itself."),
        (lambda q, p: tf.gather(tf.nn.l2_normalize(p, axis=1), _nearest(q, p)),
         "You returned rows of length 1: gather from `painting` itself."),
        (_compared(pick=lambda q, p, table: table),
         "You returned the cosines: look for the largest of each row, and return the painting's "
         "features there.")],
}  # fmt: skip

OTHER_SHAPE = (
    "Picture and painting may differ in height and width, so their positions cannot be subtracted: "
    "take the mean over the positions first, and compare those."
)

EXERCISES = {
    "moments loss": Exercise(
        reference=_moments(), cases=_moments_cases, look_at=_MOMENTS, goes_on=True, tape_over=(0,),
        right="Two numbers for each channel, whatever the size of the picture.",
        errors=dict.fromkeys(["broadcastable shapes", "Incompatible shapes"], OTHER_SHAPE),
    ),
    "best matches": Exercise(
        reference=_best_matches, cases=_match_cases, look_at=_MATCHES, goes_on=True,
        tape_over=(1,),  # the numbers of the positions have no gradient
        right="Each position has found its own place in the painting. No number of the painting as "
              "a whole comes in.",
    ),
}  # fmt: skip
