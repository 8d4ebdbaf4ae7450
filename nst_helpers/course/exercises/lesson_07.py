"""The exercises of lesson 07: control."""

import tensorflow as tf

from ...method import blended, by_area, gram_matrix, guided_gram_matrix
from ...pictures import BRIGHTNESS, in_colors_of, luminance, mean_and_covariance, with_colors_of
from .exercise import Exercise, mean_square, random_tensor, tiny_features


def _keep_colors(photo, painted):
    return with_colors_of(photo, luminance(painted))


def _weighed(photo, painted, weights):
    """The same with other weights of red, green and blue."""
    brightness = [
        tf.reduce_sum(picture * weights, axis=-1, keepdims=True) for picture in (photo, painted)
    ]
    return photo - brightness[0] + brightness[1]


def _color_cases():
    """First the lesson's reddish pixel and a gray one. No brightness leaves 0..1, so that clipping
    does not matter."""
    reddish, gray = [tf.constant([[[[0.8, 0.2, 0.2]]]]), tf.fill((1, 1, 1, 3), 0.5)]
    return [
        [reddish, gray],
        *(
            [random_tensor(seed + number, 1, *size, 3, low=0.35, high=0.65) for number in (0, 1)]
            for seed, size in ((70, (2, 7)), (80, (6, 4)))
        ),
    ]


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


def _covariance(picture, center=True, divide_by=None):
    """The mean color and the covariance of a picture's colors, or what is taken for it."""
    vectors = tf.reshape(picture, (-1, 3))
    mean = tf.reduce_mean(vectors, axis=0)
    vectors = vectors - mean if center else vectors
    count = vectors.shape[0] if divide_by is None else divide_by(vectors.shape[0])
    return mean, tf.matmul(vectors, vectors, transpose_a=True) / count


def _mapped(
    statistics, subtract=True, add=lambda old, new: new, little=1e-4, apply=lambda one, by: one @ by
):
    """A color match by `statistics` of both pictures, with the map of `colors.in_colors_of`."""

    def function(picture, target):
        (mean, old), (new_mean, new) = statistics(picture), statistics(target)
        old, new = old + little * tf.eye(3), new + little * tf.eye(3)
        root = tf.linalg.sqrtm(old)
        inverse = tf.linalg.inv(root)
        color_map = inverse @ tf.linalg.sqrtm(root @ new @ root) @ inverse
        centered = picture - mean if subtract else picture
        return tf.clip_by_value(apply(centered, color_map) + add(mean, new_mean), 0.0, 1.0)

    return function


def _each_channel(picture, target):
    (mean, variances), (new_mean, new_variances) = (
        tf.nn.moments(one, axes=(0, 1, 2)) for one in (picture, target)
    )
    return (picture - mean) * tf.sqrt(new_variances / variances) + new_mean


def _one_mean(picture):
    mean = tf.reduce_mean(picture)
    vectors = tf.reshape(picture, (-1, 3)) - mean
    return mean, tf.matmul(vectors, vectors, transpose_a=True) / vectors.shape[0]


def _blended(grams, weights):
    shares = [weight / sum(weights) for weight in weights]
    return blended([{"layer": gram} for gram in grams], shares)["layer"]


def _mixed(
    shares=lambda weights: [weight / sum(weights) for weight in weights],
    size=lambda gram: tf.sqrt(mean_square(gram)),
    back=lambda sizes, shares: sum(size * share for size, share in zip(sizes, shares)),
):
    """A blend: the sum of share × matrix / size, times `back` of the sizes and shares."""

    def function(grams, weights):
        sizes, each = [size(gram) for gram in grams], shares(weights)
        parts = [share * gram / one for gram, one, share in zip(grams, sizes, each)]
        return tf.add_n(parts) * back(sizes, each)

    return function


def _blend_cases():
    """By hand, strengths of 5 and 1 and shares of 0.75 and 0.25, which make a strength of 4. Then
    paintings with very different contrasts, and weights that do not add up to 1."""
    by_hand = [[6.0, 0.0], [0.0, 8.0]], [[1.0, 1.0], [1.0, 1.0]]
    contrasts = [((5, 18), [0.3, 1.1]), ((4, 22, 9), [2.0, 0.7, 1.6])]
    return [
        [[tf.constant(gram) for gram in by_hand], [3, 1]],
        *(
            [
                [
                    gram_matrix(random_tensor(100 + one, 1, 3, 4, 3 + 2 * number, high=high))
                    for one, high in enumerate(highest)
                ],
                weights,
            ]
            for number, (highest, weights) in enumerate(contrasts)
        ),
    ]


def _guided_gram_matrix(features, mask):
    return guided_gram_matrix(features, by_area(mask, *features.shape[1:3]))


def _guided(
    factors=lambda rows, weights: (rows, weights * rows),
    divide_by=lambda weights, mask: tf.reduce_sum(weights),
    guide=lambda mask, size: by_area(mask, *size),
):
    """A guided Gram matrix: the product of two factors, divided."""

    def function(features, mask):
        weights = tf.reshape(guide(mask, features.shape[1:3]), (-1, 1))
        rows = tf.reshape(features, (-1, features.shape[-1]))
        one, other = factors(rows, weights)
        return tf.matmul(one, other, transpose_a=True) / divide_by(weights, mask)

    return function


def _resized_by(method):
    return lambda mask, size: tf.image.resize(mask, size, method)


def _both(rows, weights):
    return weights * rows, weights * rows


def _centered(rows, weights):
    rows = rows - tf.reduce_sum(weights * rows, axis=0) / tf.reduce_sum(weights)
    return rows, weights * rows


def _by_positions(features, mask, weighted=False):
    rows = tf.reshape(features, (-1, features.shape[-1]))
    if not weighted:
        return tf.matmul(rows, rows, transpose_b=True)
    weights = tf.reshape(by_area(mask, *features.shape[1:3]), (-1, 1))
    return tf.matmul(weights * rows, rows, transpose_b=True) / tf.reduce_sum(weights)


def _mask_cases():
    """First the lesson's four positions. Then a mask of another size than the features, and one
    that is black at half of the positions."""
    sizes = [((5, 3, 6), (11, 7), 0.0), ((6, 4, 3), (6, 4), -1.0)]
    return [
        [tiny_features(), tf.reshape([0.0, 1.0, 0.5, 0.5], (1, 2, 2, 1))],
        *(
            [
                random_tensor(110, 1, *features, high=9),
                tf.nn.relu(random_tensor(111, 1, *mask, 1, low=low)),
            ]
            for features, mask, low in sizes
        ),
    ]


# A mistake is the function that makes it, where to look, and what to say.
# p, q: photo and painted picture. f, m: features and mask. w: the mask's values, one a position.
# fmt: off
_LUMINANCE_MISTAKES = [
    (lambda p, q: _weighed(p, q, [1 / 3, 1 / 3, 1 / 3]),
     "how three channels become one brightness",
     "You took the plain mean of the three channels: multiply red, green and blue by the three "
     "weights and add them up, since green looks far brighter than blue."),
    (lambda p, q: _weighed(p, q, BRIGHTNESS[::-1]),
     "which weight belongs to which channel",
     "Your weights are in the order blue, green, red: put red's first, since channel 0 is red."),
    (lambda p, q: _weighed(p, q, [1.0, 1.0, 1.0]),
     "how three channels become one brightness",
     "You added the channels up without their weights: multiply each by its own weight first."),
    *(
        (lambda p, q, order=order: _weighed(p, q, [BRIGHTNESS[one] for one in order]),
         "which weight belongs to which channel",
         "Your weights are in the wrong order: give 0.299 to red, 0.587 to green and 0.114 to "
         "blue.")
        for order in ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1))
    ),
    (lambda p, q: p - p * BRIGHTNESS + q * BRIGHTNESS,
     "the shape of the two brightnesses",
     "You did not add the weighted channels up: take their sum over the last axis."),
    (lambda p, q: _keep_colors(q, p),
     "which picture gives what",
     "You kept the color of the painted picture and the brightness of the photo: keep the photo's "
     "color and the painted picture's brightness."),
    (lambda p, q: p + luminance(p) - luminance(q),
     "the signs of the two brightnesses",
     "The two brightnesses have each other's signs: subtract the photo's and add the painted "
     "picture's."),
    (lambda p, q: tf.clip_by_value(p + luminance(q), 0.0, 1.0),
     "how the photo's color is separated from its brightness",
     "The photo still has its own brightness: subtract it before you add the painted picture's."),
    (lambda p, q: p + luminance(q),
     "how the photo's color is separated from its brightness",
     "The photo still has its own brightness: subtract it before you add the painted picture's."),
    (lambda p, q: p - luminance(p) + q,
     "what comes from the painted picture",
     "You added the painted picture with its own color: add its brightness only."),
    (lambda p, q: p * luminance(q) / luminance(p),
     "how one brightness takes the other's place",
     "You multiplied the photo by a ratio of brightnesses, so its colors get stronger where it "
     "gets brighter: subtract the photo's brightness and add the other."),
    (lambda p, q: p - luminance(p),
     "what comes from which picture",
     "That is the photo's color alone: add the brightness of the painted picture."),
    (lambda p, q: luminance(q),
     "what comes from which picture",
     "That is the brightness of the painted picture alone: add the photo's color, which is the "
     "photo minus its own brightness."),
    (lambda p, q: luminance(q)[..., :1],
     "what comes from which picture",
     "That is the brightness of the painted picture alone: add the photo's color, which is the "
     "photo minus its own brightness."),
    (lambda p, q: _weighed(p, q, [weight / 3 for weight in BRIGHTNESS]),
     "how the three products become one brightness",
     "You took the mean of the three products: add them up, since the weights add up to 1 "
     "already."),
    (lambda p, q: _weighed(p, q, [0.2126, 0.7152, 0.0722]),
     "the numbers that you took for weights",
     "Your weights are those of another standard, for screens: take 0.299, 0.587 and 0.114."),
    (lambda p, q: p - tf.reduce_max(p, -1, keepdims=True) + tf.reduce_max(q, -1, keepdims=True),
     "how three channels become one brightness",
     "You took the largest channel for the brightness: take the weighted sum of all three."),
    (lambda p, q: p - tf.reduce_sum(p * BRIGHTNESS) + tf.reduce_sum(q * BRIGHTNESS),
     "the axes over which you add up",
     "You added all pixels up: add up only the three channels of each pixel, with `axis=-1`."),
    (lambda p, q: p - tf.reduce_mean(luminance(p)) + tf.reduce_mean(luminance(q)),
     "the shape of the two brightnesses",
     "You moved the whole photo by one number: keep a brightness for each pixel."),
    (lambda p, q: p - tf.reduce_mean(p, -1, keepdims=True) + luminance(q)[..., :1],
     "whether both brightnesses are computed alike",
     "The photo's brightness is a plain mean: use the three weights for both pictures."),
    (lambda p, q: (p + q) / 2,
     "what comes from which picture",
     "You took the mean of both pictures: take the color of one and the brightness of the other."),
]

_MATCH_MISTAKES = [
    (lambda picture, target: in_colors_of(picture, target),
     "which of the two pictures changes",
     "You changed the target: change the colors of `picture`, and return it in its own size."),
    (_each_channel,
     "what of the covariance you used",
     "You matched the deviation of each channel by itself: use the whole covariance, or channels "
     "that rise and fall together in the target do not do so in the result."),
    (_mapped(lambda one: _covariance(one, center=False)),
     "what is multiplied for the covariance",
     "You did not subtract the mean before you multiplied, as in a Gram matrix: subtract each "
     "picture's mean color from its pixels first."),
    (_mapped(mean_and_covariance, subtract=False),
     "what the map is applied to",
     "You applied the map to the pixels as they are: subtract the picture's mean color first, "
     "since the map is for differences from the mean."),
    (_mapped(mean_and_covariance, add=lambda old, new: old),
     "what is added after the map",
     "You put the picture's own mean color back: add the target's."),
    (_mapped(mean_and_covariance, add=lambda old, new: 0.0),
     "what is added after the map",
     "The mean color is missing: add the target's after the map."),
    (lambda picture, target: picture - mean_and_covariance(picture)[0]
     + mean_and_covariance(target)[0],
     "what happens between subtracting one mean and adding the other",
     "You moved the mean color only: apply the map, too, which changes the covariance."),
    (_mapped(lambda one: _covariance(one, divide_by=lambda pixels: 1)),
     "what the products are divided by for the covariance",
     "You did not divide: divide each covariance by its number of pixels, or a large picture seems "
     "to have stronger colors than a small one."),
    (_mapped(lambda one: _covariance(one, divide_by=lambda pixels: pixels - 1)),
     "what the products are divided by for the covariance",
     "You divided by the number of pixels minus one, as statistics does for a sample: divide by "
     "their number, since these are all pixels of the picture."),
    (_mapped(lambda one: _covariance(one, divide_by=lambda pixels: 3)),
     "what the products are divided by for the covariance",
     "You divided by the number of channels: divide by the number of pixels."),
    (_mapped(mean_and_covariance, little=0.0),
     "what is added to each covariance",
     "You left out `little`: add it, since the covariance of a gray picture has no inverse without "
     "it."),
    (_mapped(_one_mean),
     "the shape of the two means",
     "Your mean is one number for all channels: take it over the pixels only, with `axis=0`."),
    (_mapped(lambda one: _covariance(one, divide_by=lambda pixels: 3 * pixels)),
     "what the products are divided by for the covariance",
     "You divided by pixels × channels: divide by the number of pixels."),
    (_mapped(mean_and_covariance, subtract=False, add=lambda old, new: 0.0),
     "what happens before and after the map",
     "You applied the map only: subtract the picture's mean color before it, and add the target's "
     "after it."),
    (_mapped(mean_and_covariance, subtract=False, add=lambda old, new: new - old),
     "the order of subtracting the mean and applying the map",
     "You subtracted the picture's mean color after the map: subtract it from the pixels before."),
    (_mapped(mean_and_covariance, apply=lambda one, by: one * tf.linalg.diag_part(by)),
     "how the map is applied",
     "You multiplied each channel by a number of its own: mix the channels by a matrix product, "
     "`@`."),
    (_mapped(mean_and_covariance, apply=lambda one, by: one @ tf.linalg.inv(by)),
     "the direction of the map",
     "Your map goes from the target's colors to the picture's: take the picture's covariance for "
     "`old_covariance` and the target's for `new_covariance`, and apply the map itself."),
]

_BLEND_MISTAKES = [
    (_mixed(size=lambda gram: 1.0, back=lambda sizes, shares: 1.0),
     "what is done about the matrices' different strengths",
     "You added the matrices up as they are, so the painting with the stronger ones wins: divide "
     "each matrix by its own strength first, and multiply the sum by their mean."),
    (_mixed(back=lambda sizes, shares: 1.0),
     "the strength of your result",
     "Your matrix has a strength of about 1, where a painting's can have thousands: multiply the "
     "sum by the mean of the strengths."),
    (_mixed(shares=lambda weights: weights),
     "how the weights become shares",
     "The weights do not add up to 1: divide each by their sum."),
    (_mixed(shares=lambda weights: weights, size=lambda gram: 1.0, back=lambda sizes, shares: 1.0),
     "how the weights become shares, and the matrices' different strengths",
     "The weights do not add up to 1, and the matrices are as strong as they come: divide each "
     "weight by their sum and each matrix by its own strength, and multiply the result by the mean "
     "of the strengths."),
    (_mixed(shares=lambda weights: weights, back=lambda sizes, shares: 1.0),
     "how the weights become shares, and the strength of your result",
     "The weights do not add up to 1, and the strength is not put back: divide each weight by "
     "their sum, and multiply by the mean of the strengths."),
    (_mixed(shares=lambda weights: [weight // sum(weights) for weight in weights]),
     "how the weights become shares",
     "You divided the weights with `//`, which rounds down to a whole number: use `/`."),
    (_mixed(shares=lambda weights: [weight / len(weights) for weight in weights]),
     "how the weights become shares",
     "You divided the weights by their number: divide by their sum, so that they add up to 1."),
    (_mixed(shares=lambda weights: [1 / len(weights)] * len(weights)),
     "where the shares come from",
     "You gave each painting the same share: use the weights."),
    (_mixed(shares=lambda weights: [weight / sum(weights) for weight in weights[::-1]]),
     "which weight belongs to which matrix",
     "The weights are in reversed order: use the first one for the first matrix."),
    (_mixed(size=mean_square),
     "how the strength of a matrix is computed",
     "You divided by the mean square: take its root, which is the strength."),
    (_mixed(back=lambda sizes, shares: sum(sizes) / len(sizes)),
     "the mean of the strengths",
     "Your mean of the strengths is a plain one: weight it by the shares, too."),
    (_mixed(back=lambda sizes, shares: sum(sizes)),
     "what the sum of the matrices is multiplied by",
     "You multiplied by the sum of the strengths: multiply by their mean, weighted by the shares."),
    (_mixed(size=tf.reduce_mean),
     "how the strength of a matrix is computed",
     "You divided by the mean of the entries: divide by the root of their mean square."),
    (_mixed(size=tf.reduce_max),
     "how the strength of a matrix is computed",
     "You divided by the largest entry: divide by the root of the mean square."),
    (lambda grams, weights: tf.add_n(grams) / len(grams),
     "what is done with the weights and the strengths",
     "You took the plain mean of the matrices: divide each by its own strength, weight it by its "
     "share, and multiply the sum by the mean of the strengths."),
    (_mixed(back=lambda sizes, shares: sizes[0]),
     "what the sum of the matrices is multiplied by",
     "You multiplied by the strength of the first matrix: multiply by the mean of all strengths, "
     "weighted by the shares."),
    (_mixed(back=lambda sizes, shares: max(sizes)),
     "what the sum of the matrices is multiplied by",
     "You multiplied by the largest strength: multiply by the mean of all strengths, weighted by "
     "the shares."),
    (_mixed(size=lambda gram: 1 / tf.sqrt(mean_square(gram)), back=lambda sizes, shares: 1.0),
     "what is done with each matrix's strength",
     "You multiplied each matrix by its strength: divide by it, and multiply the sum by the mean "
     "of the strengths."),
    (_mixed(shares=lambda weights: [weight / max(weights) for weight in weights]),
     "how the weights become shares",
     "You divided the weights by the largest: divide by their sum, so that they add up to 1."),
    (_mixed(size=tf.linalg.trace),
     "how the strength of a matrix is computed",
     "You divided by the sum of the diagonal: divide by the root of the mean square of all "
     "entries."),
    (lambda grams, weights: _blended(grams[:2], weights[:2]),
     "how many paintings come in",
     "You used the first two matrices only: go through the whole list, since there may be more."),
    (lambda grams, weights: grams[0] * weights[0] / sum(weights),
     "how many paintings come in",
     "You used the first matrix only: go through the whole list, and return the result after the "
     "loop."),
    (lambda grams, weights: grams[-1] * weights[-1] / sum(weights),
     "how many paintings come in",
     "You used the last matrix only: add the matrices up inside the loop."),
]

_GUIDED_MISTAKES = [
    (lambda f, m: gram_matrix(f),
     "where the mask comes in",
     "Your result does not depend on the mask: multiply each position's features by its value, and "
     "divide by the mask's sum."),
    (_guided(lambda rows, weights: (rows, rows)),
     "where the mask comes in",
     "You divided by the mask's sum, and did not multiply by the mask: multiply each position's "
     "features by its value, in one of the two factors."),
    (_guided(divide_by=lambda w, m: w.shape[0]),
     "what the products are divided by",
     "You divided by the number of all positions, so a small region gets a weak matrix: divide by "
     "the sum of the mask, which is how many positions the region has."),
    (_guided(divide_by=lambda w, m: tf.reduce_sum(m)),
     "what the products are divided by",
     "You divided by the sum of the mask in its own size: take the sum after you have resized it."),
    (_guided(divide_by=lambda w, m: 1.0),
     "what the products are divided by",
     "You did not divide: divide by the sum of the mask, or a large region would have a stronger "
     "matrix than a small one."),
    (_guided(_both),
     "how often the mask comes in",
     "You multiplied both factors by the mask, so it counts squared: multiply one of them only."),
    (_guided(_both, divide_by=lambda w, m: tf.reduce_sum(w**2)),
     "how often the mask comes in",
     "You multiplied both factors by the mask and divided by the sum of its squares, as the paper "
     "does with the root of this mask: multiply one factor only, and divide by the sum of the "
     "mask."),
    (_guided(_both, divide_by=lambda w, m: w.shape[0]),
     "how often the mask comes in, and what the products are divided by",
     "You multiplied both factors by the mask, and divided by the number of all positions: "
     "multiply one factor only, and divide by the sum of the mask."),
    (_guided(_centered),
     "the factors of your products",
     "You subtracted the region's mean, which gives a covariance: leave the mean in."),
    (_guided(divide_by=lambda w, m: tf.reduce_sum(tf.cast(w > 0, tf.float32))),
     "what the products are divided by",
     "You divided by the number of positions that are not black in the mask: divide by the sum of "
     "the mask, since gray ones count in part."),
    (_guided(guide=lambda mask, size: tf.cast(by_area(mask, *size) > 0.5, tf.float32)),
     "the gray values of the mask",
     "You made the resized mask black and white: keep its gray values, which count in part."),
    (_guided(guide=_resized_by("bilinear")),
     "how the mask gets the size of the features",
     "You resized the mask by `bilinear`, TensorFlow's default, which looks at a few of its pixels "
     "only: use `area`, which takes the mean over all that a position stands for."),
    (_guided(guide=_resized_by("nearest")),
     "how the mask gets the size of the features",
     "You resized the mask by `nearest`, which looks at one of its pixels for each position: use "
     "`area`, which takes the mean over all that a position stands for."),
    (_guided(divide_by=lambda w, m: tf.reduce_max(w)),
     "what the products are divided by",
     "You divided by the largest value of the mask: divide by its sum."),
    (lambda f, m: _guided_gram_matrix(f, tf.cast(m > 0.5, tf.float32)),
     "the gray values of the mask",
     "You made the mask black and white before you resized it: keep its gray values, which count "
     "in part."),
    (_guided(guide=_resized_by("bicubic")),
     "how the mask gets the size of the features",
     "You resized the mask by `bicubic`, which looks at a few of its pixels only: use `area`, "
     "which takes the mean over all that a position stands for."),
    (_guided(guide=lambda mask, size: by_area(tf.transpose(mask, (0, 2, 1, 3)), *size)),
     "the order of the mask's axes",
     "Your mask is transposed: leave height before width."),
    (_guided(guide=lambda mask, size: 1 - by_area(mask, *size)),
     "where the mask is white and where it is black",
     "You used the mask the wrong way around: count a position where it is white."),
    (lambda f, m: _by_positions(f, m, weighted=True),
     "the axes of your result",
     "Your matrix is positions × positions: sum over the positions and keep the channels, with "
     "`transpose_a`."),
    (_guided(guide=lambda mask, size: by_area(mask, size[1], size[0])),
     "the size that the mask gets",
     "You resized the mask to width × height: give the height before the width."),
    (_by_positions,
     "the axes of your result",
     "Your matrix is positions × positions: sum over the positions and keep the channels, with "
     "`transpose_a`."),
]

EXERCISES = {
    "luminance": Exercise(
        reference=_keep_colors,
        cases=_color_cases,
        goes_on=True,
        right="What differs from gray comes from the photo, and what is light or dark from the "
              "painted picture.",
        mistakes=_LUMINANCE_MISTAKES,
    ),
    "match colors": Exercise(
        reference=_match_colors,
        cases=_match_cases,
        goes_on=True,
        right="Mean and covariance are now the target's, and each color still stands where it was.",
        mistakes=_MATCH_MISTAKES,
    ),
    "blended targets": Exercise(
        reference=_blended,
        cases=_blend_cases,
        goes_on=True,
        right="The weights alone say how much a painting counts, whatever its contrast.",
        mistakes=_BLEND_MISTAKES,
    ),
    "guided gram matrix": Exercise(
        reference=_guided_gram_matrix,
        cases=_mask_cases,
        goes_on=True,
        right="It is a mean over the region, so its size does not depend on how large the region "
              "is.",
        mistakes=_GUIDED_MISTAKES,
    ),
}
