"""The exercises of lesson 07: control."""

import numpy as np
import tensorflow as tf

from ...method import blended, by_area, gram_matrix, guided_gram_matrix
from ...pictures import BRIGHTNESS, in_colors_of, luminance, mean_and_covariance, with_colors_of
from .exercise import Exercise, clipped, mean_square, random_tensor, tiny_features


def _keep_colors(photo, painted):
    return with_colors_of(photo, luminance(painted))


def _weighed(photo, painted, weights):
    """The same with other weights of red, green and blue."""
    return photo + tf.reduce_sum((painted - photo) * weights, axis=-1, keepdims=True)


def _color_cases():
    """First the lesson's reddish pixel and a gray one. No brightness leaves 0..1, so that clipping
    does not matter."""

    def pictures(seed, size):
        return [random_tensor(s, 1, *size, 3, low=0.35, high=0.65) for s in (seed, seed + 1)]

    by_hand = [tf.constant([[[[0.8, 0.2, 0.2]]]]), tf.fill((1, 1, 1, 3), 0.5)]
    return [by_hand, pictures(70, (2, 7)), pictures(80, (6, 4))]


def _match_colors(picture, target):
    return in_colors_of(target, picture)


def _match_cases():
    """By hand, channels that vary independently, by 0.1 and by 0.2: the map multiplies each
    difference by the root of (0.04 + little) / (0.01 + little), 1.9926. Then colors whose channels
    go together, of different means, in sizes that differ."""
    signs = tf.reshape([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], (1, 2, 2, 3))
    cases = [[0.4 + 0.1 * signs, 0.5 + 0.2 * signs]]
    mixing = tf.constant([[0.3, 0.2, 0.0], [0.1, 0.25, 0.1], [0.0, -0.1, 0.2]])
    sizes = ((5, 3), (2, 7)), ((4, 2), (5, 7))
    for seed, (size, wanted) in enumerate(sizes, 90):
        picture = 0.3 + random_tensor(seed, 1, *size, 3, low=-0.5, high=0.5) @ mixing
        target = 0.6 + random_tensor(seed + 5, 1, *wanted, 3, low=-0.5, high=0.5) @ mixing[::-1]
        cases.append([picture, 0.9 * target])
    return cases


def _statistics(mean_over=0, center=True, divide_by=lambda pixels: pixels):
    """What is taken for the mean color of a picture and the covariance of its colors."""

    def statistics(picture):
        vectors = tf.reshape(picture, (-1, 3))
        mean = tf.reduce_mean(vectors, axis=mean_over)
        vectors = vectors - mean if center else vectors
        return mean, tf.matmul(vectors, vectors, transpose_a=True) / divide_by(vectors.shape[0])

    return statistics


def _mapped(
    statistics=mean_and_covariance,
    subtract=True,
    add=lambda old, new: new,
    little=1e-4,
    apply=lambda colors, color_map: colors @ color_map,
):
    """A color match by `statistics` of both pictures, with the map of `colors.in_colors_of`."""

    def function(picture, target):
        (mean, old), (new_mean, new) = statistics(picture), statistics(target)
        old, new = old + little * tf.eye(3), new + little * tf.eye(3)
        root = tf.linalg.sqrtm(old)
        inverse = tf.linalg.inv(root)
        color_map = inverse @ tf.linalg.sqrtm(root @ new @ root) @ inverse
        centered = picture - mean if subtract else picture
        return clipped(apply(centered, color_map) + add(mean, new_mean))

    return function


def _each_channel(picture, target):
    mean, variance = tf.nn.moments(picture, axes=(0, 1, 2))
    new_mean, new_variance = tf.nn.moments(target, axes=(0, 1, 2))
    return (picture - mean) * tf.sqrt(new_variance / variance) + new_mean


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


# p, q: photo and painted picture. w, n, s: weights of paintings, their strengths and shares.
# f, m: features and mask; rows, w: their values, a position a row.
_LUMINANCE = {
    "how three channels become one brightness": [
        (lambda p, q: _weighed(p, q, [1 / 3, 1 / 3, 1 / 3]),
         "You took the plain mean of the three channels: multiply red, green and blue by the three "
         "weights and add them up, since green looks far brighter than blue."),
        (lambda p, q: _weighed(p, q, [1.0, 1.0, 1.0]),
         "You added the channels up without their weights: multiply each by its own weight first."),
        (lambda p, q: p - tf.reduce_max(p, -1, keepdims=True) + tf.reduce_max(q, -1, keepdims=True),
         "You took the largest channel for the brightness: take the weighted sum of all three.")],
    "which weight belongs to which channel": [
        (lambda p, q: _weighed(p, q, BRIGHTNESS[::-1]),
         "Your weights are in the order blue, green, red: put red's first, since channel 0 is "
         "red."),
        *((lambda p, q, order=order: _weighed(p, q, [BRIGHTNESS[channel] for channel in order]),
           "Your weights are in the wrong order: give 0.299 to red, 0.587 to green and 0.114 to "
           "blue.")
          for order in ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1)))],
    "the shape of the two brightnesses": [
        (lambda p, q: p - p * BRIGHTNESS + q * BRIGHTNESS,
         "You did not add the weighted channels up: take their sum over the last axis."),
        (lambda p, q: p - tf.reduce_mean(luminance(p)) + tf.reduce_mean(luminance(q)),
         "You moved the whole photo by one number: keep a brightness for each pixel.")],
    "which picture gives what": [
        (lambda p, q: _keep_colors(q, p),
         "You kept the color of the painted picture and the brightness of the photo: keep the "
         "photo's color and the painted picture's brightness.")],
    "the signs of the two brightnesses": [
        (lambda p, q: p + luminance(p) - luminance(q),
         "The two brightnesses have each other's signs: subtract the photo's and add the painted "
         "picture's.")],
    "how the photo's color is separated from its brightness": [
        (lambda p, q: clipped(p + luminance(q)),
         "The photo still has its own brightness: subtract it before you add the painted "
         "picture's."),
        (lambda p, q: p + luminance(q),
         "The photo still has its own brightness: subtract it before you add the painted "
         "picture's.")],
    "what comes from the painted picture": [
        (lambda p, q: p - luminance(p) + q,
         "You added the painted picture with its own color: add its brightness only.")],
    "how one brightness takes the other's place": [
        (lambda p, q: p * luminance(q) / luminance(p),
         "You multiplied the photo by a ratio of brightnesses, so its colors get stronger where it "
         "gets brighter: subtract the photo's brightness and add the other.")],
    "what comes from which picture": [
        (lambda p, q: p - luminance(p),
         "That is the photo's color alone: add the brightness of the painted picture."),
        (lambda p, q: luminance(q),
         "That is the brightness of the painted picture alone: add the photo's color, which is the "
         "photo minus its own brightness."),
        (lambda p, q: luminance(q)[..., :1],
         "That is the brightness of the painted picture alone: add the photo's color, which is the "
         "photo minus its own brightness."),
        (lambda p, q: (p + q) / 2,
         "You took the mean of both pictures: take the color of one and the brightness of the "
         "other.")],
    "how the three products become one brightness": [
        (lambda p, q: _weighed(p, q, [weight / 3 for weight in BRIGHTNESS]),
         "You took the mean of the three products: add them up, since the weights add up to 1 "
         "already.")],
    "the numbers that you took for weights": [
        (lambda p, q: _weighed(p, q, [0.2126, 0.7152, 0.0722]),
         "Your weights are those of another standard, for screens: take 0.299, 0.587 and 0.114.")],
    "the axes over which you add up": [
        (lambda p, q: p - tf.reduce_sum(p * BRIGHTNESS) + tf.reduce_sum(q * BRIGHTNESS),
         "You added all pixels up: add up only the three channels of each pixel, with `axis=-1`.")],
    "whether both brightnesses are computed alike": [
        (lambda p, q: p - tf.reduce_mean(p, -1, keepdims=True) + luminance(q)[..., :1],
         "The photo's brightness is a plain mean: use the three weights for both pictures.")],
}  # fmt: skip

_MATCH = {
    "which of the two pictures changes": [
        (in_colors_of,
         "You changed the target: change the colors of `picture`, and return it in its own size.")],
    "what of the covariance you used": [
        (_each_channel,
         "You matched the deviation of each channel by itself: use the whole covariance, or "
         "channels that rise and fall together in the target do not do so in the result.")],
    "what is multiplied for the covariance": [
        (_mapped(_statistics(center=False)),
         "You did not subtract the mean before you multiplied, as in a Gram matrix: subtract each "
         "picture's mean color from its pixels first.")],
    "what the map is applied to": [
        (_mapped(subtract=False),
         "You applied the map to the pixels as they are: subtract the picture's mean color first, "
         "since the map is for differences from the mean.")],
    "what is added after the map": [
        (_mapped(add=lambda old, new: old),
         "You put the picture's own mean color back: add the target's."),
        (_mapped(add=lambda old, new: 0.0),
         "The mean color is missing: add the target's after the map.")],
    "what happens between subtracting one mean and adding the other": [
        (lambda picture, target: picture - mean_and_covariance(picture)[0]
         + mean_and_covariance(target)[0],
         "You moved the mean color only: apply the map, too, which changes the covariance.")],
    "what the products are divided by for the covariance": [
        (_mapped(_statistics(divide_by=lambda pixels: 1)),
         "You did not divide: divide each covariance by its number of pixels, or a large picture "
         "seems to have stronger colors than a small one."),
        (_mapped(_statistics(divide_by=lambda pixels: pixels - 1)),
         "You divided by the number of pixels minus one, as statistics does for a sample: divide "
         "by their number, since these are all pixels of the picture."),
        (_mapped(_statistics(divide_by=lambda pixels: 3)),
         "You divided by the number of channels: divide by the number of pixels."),
        (_mapped(_statistics(divide_by=lambda pixels: 3 * pixels)),
         "You divided by pixels × channels: divide by the number of pixels.")],
    "what is added to each covariance": [
        (_mapped(little=0.0),
         "You left out `little`: add it, since the covariance of a gray picture has no inverse "
         "without it.")],
    "the shape of the two means": [
        (_mapped(_statistics(mean_over=None)),
         "Your mean is one number for all channels: take it over the pixels only, with `axis=0`.")],
    "what happens before and after the map": [
        (_mapped(subtract=False, add=lambda old, new: 0.0),
         "You applied the map only: subtract the picture's mean color before it, and add the "
         "target's after it.")],
    "the order of subtracting the mean and applying the map": [
        (_mapped(subtract=False, add=lambda old, new: new - old),
         "You subtracted the picture's mean color after the map: subtract it from the pixels "
         "before.")],
    "how the map is applied": [
        (_mapped(apply=lambda colors, by: colors * tf.linalg.diag_part(by)),
         "You multiplied each channel by a number of its own: mix the channels by a matrix "
         "product, `@`.")],
    "the direction of the map": [
        (_mapped(apply=lambda colors, by: colors @ tf.linalg.inv(by)),
         "Your map goes from the target's colors to the picture's: take the picture's covariance "
         "for `old_covariance` and the target's for `new_covariance`, and apply the map itself.")],
}  # fmt: skip

_BLEND = {
    "what is done about the matrices' different strengths": [
        (_mixed(strength=lambda gram: 1.0, back=lambda n, s: 1.0),
         "You added the matrices up as they are, so the painting with the stronger ones wins: "
         "divide each matrix by its own strength first, and multiply the sum by their mean.")],
    "the strength of your result": [
        (_mixed(back=lambda n, s: 1.0),
         "Your matrix has a strength of about 1, where a painting's can have thousands: multiply "
         "the sum by the mean of the strengths.")],
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
         "mean of the strengths.")],
    "how the weights become shares, and the strength of your result": [
        (_mixed(shares=lambda w: w, back=lambda n, s: 1.0),
         "The weights do not add up to 1, and the strength is not put back: divide each weight by "
         "their sum, and multiply by the mean of the strengths.")],
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
         "its share, and multiply the sum by the mean of the strengths.")],
    "what is done with each matrix's strength": [
        (_mixed(strength=lambda gram: 1 / tf.sqrt(mean_square(gram)), back=lambda n, s: 1.0),
         "You multiplied each matrix by its strength: divide by it, and multiply the sum by the "
         "mean of the strengths.")],
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
         "by the sum of the mask, which is how many positions the region has."),
        (_guided(divide_by=lambda w, m: tf.reduce_sum(m)),
         "You divided by the sum of the mask in its own size: take the sum after you have resized "
         "it."),
        (_guided(divide_by=lambda w, m: 1.0),
         "You did not divide: divide by the sum of the mask, or a large region would have a "
         "stronger matrix than a small one."),
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
         "multiply one factor only, and divide by the sum of the mask.")],
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

EXERCISES = {
    "luminance": Exercise(
        reference=_keep_colors, cases=_color_cases, look_at=_LUMINANCE, goes_on=True,
        right="What differs from gray comes from the photo, and what is light or dark from the "
              "painted picture.",
    ),
    "match colors": Exercise(
        reference=_match_colors, cases=_match_cases, look_at=_MATCH, goes_on=True,
        right="Mean and covariance are now the target's, and each color still stands where it was.",
    ),
    "blended targets": Exercise(
        reference=_blended, cases=_blend_cases, look_at=_BLEND, goes_on=True,
        right="The weights alone say how much a painting counts, whatever its contrast.",
    ),
    "guided gram matrix": Exercise(
        reference=_guided_gram_matrix, cases=_mask_cases, look_at=_GUIDED, goes_on=True,
        right="It is a mean over the region, so its size does not depend on how large the region "
              "is.",
    ),
}  # fmt: skip
