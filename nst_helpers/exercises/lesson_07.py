"""The exercises of lesson 07: control."""

import tensorflow as tf

from ..colors import BRIGHTNESS, in_colors_of, luminance, mean_and_covariance, with_colors_of
from ..losses import gram_matrix, guided_gram_matrix
from ..paintings import blended, by_area
from .exercise import Exercise, mean_square, random_tensor


def _keep_colors(photo, painted):
    return with_colors_of(photo, luminance(painted))


def _weighed(photo, painted, weights):
    """The same with other weights of red, green and blue."""
    brightness = [
        tf.reduce_sum(picture * weights, axis=-1, keepdims=True) for picture in (photo, painted)
    ]
    return photo - brightness[0] + brightness[1]


def _color_cases():
    """Values at which no brightness leaves 0..1, so that clipping does not matter."""
    return [
        [random_tensor(seed + number, 1, *size, 3, low=0.35, high=0.65) for number in (0, 1)]
        for seed, size in ((70, (3, 5)), (80, (4, 1)))
    ]


def _match_colors(picture, target):
    return in_colors_of(target, picture)


def _match_cases():
    """Colors whose channels go together, of different means, in sizes that differ."""
    mixing = tf.constant([[0.3, 0.2, 0.0], [0.1, 0.25, 0.1], [0.0, -0.1, 0.2]])
    sizes = ((5, 3), (3, 7)), ((3, 3), (5, 7))
    cases = []
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
    """Matrices of paintings with very different contrasts; weights that do not add up to 1."""
    contrasts = [((5, 18), [0.3, 1.1]), ((4, 22, 9), [2.0, 0.7, 1.6])]
    return [
        [
            [
                gram_matrix(random_tensor(100 + one, 1, 3, 5, 3 + 2 * number, high=high))
                for one, high in enumerate(highest)
            ],
            weights,
        ]
        for number, (highest, weights) in enumerate(contrasts)
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
    """A mask of another size than the features, and one that is black at half of the positions."""
    sizes = [((5, 3, 4), (11, 7), 0.0), ((4, 7, 3), (4, 7), -1.0)]
    return [
        [
            random_tensor(110, 1, *features, high=9),
            tf.nn.relu(random_tensor(111, 1, *mask, 1, low=low)),
        ]
        for features, mask, low in sizes
    ]


# A mistake is a line for the function that makes it, then what to say.
# p, q: photo and painted picture. f, m: features and mask. w: the mask's values, one a position.
# fmt: off
_LUMINANCE_MISTAKES = [
    (lambda p, q: _weighed(p, q, [1 / 3, 1 / 3, 1 / 3]),
     "You took the plain mean of the three channels: green looks far brighter than blue, so "
     "multiply red, green and blue by the three weights and add them up."),
    (lambda p, q: _weighed(p, q, BRIGHTNESS[::-1]),
     "Your weights are in the order blue, green, red: channel 0 is red."),
    (lambda p, q: _weighed(p, q, [1.0, 1.0, 1.0]),
     "You added the channels up without their weights: multiply each by its own weight first."),
    *(
        (lambda p, q, order=order: _weighed(p, q, [BRIGHTNESS[one] for one in order]),
         "Your weights are in the wrong order: 0.299 is red's, 0.587 green's and 0.114 blue's.")
        for order in ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1))
    ),
    (lambda p, q: p - p * BRIGHTNESS + q * BRIGHTNESS,
     "You did not add the weighted channels up: the brightness is their sum, over the last axis."),
    (lambda p, q: _keep_colors(q, p),
     "You kept the color of the painted picture and the brightness of the photo: it is the photo's "
     "color and the painted picture's brightness that are wanted."),
    (lambda p, q: p + luminance(p) - luminance(q),
     "The two brightnesses have each other's signs: subtract the photo's and add the painted "
     "picture's."),
    (lambda p, q: tf.clip_by_value(p + luminance(q), 0.0, 1.0),
     "The photo still has its own brightness: subtract it before you add the painted picture's."),
    (lambda p, q: p + luminance(q),
     "The photo still has its own brightness: subtract it before you add the painted picture's."),
    (lambda p, q: p - luminance(p) + q,
     "You added the painted picture with its own color: add its brightness only."),
    (lambda p, q: p * luminance(q) / luminance(p),
     "You multiplied the photo by a ratio of brightnesses, so its colors get stronger where it "
     "gets brighter: subtract the photo's brightness and add the other."),
    (lambda p, q: p - luminance(p),
     "That is the photo's color alone: add the brightness of the painted picture."),
    (lambda p, q: luminance(q),
     "That is the brightness of the painted picture alone: add the photo's color, which is the "
     "photo minus its own brightness."),
    (lambda p, q: luminance(q)[..., :1],
     "That is the brightness of the painted picture alone: add the photo's color, which is the "
     "photo minus its own brightness."),
    (lambda p, q: _weighed(p, q, [weight / 3 for weight in BRIGHTNESS]),
     "You took the mean of the three products: the weights add up to 1 already, so add them up."),
    (lambda p, q: _weighed(p, q, [0.2126, 0.7152, 0.0722]),
     "Your weights are those of another standard, for screens: take 0.299, 0.587 and 0.114."),
    (lambda p, q: p - tf.reduce_max(p, -1, keepdims=True) + tf.reduce_max(q, -1, keepdims=True),
     "You took the largest channel for the brightness: take the weighted sum of all three."),
    (lambda p, q: p - tf.reduce_sum(p * BRIGHTNESS) + tf.reduce_sum(q * BRIGHTNESS),
     "You added all pixels up: add the three channels of each pixel up, with `axis=-1`."),
    (lambda p, q: p - tf.reduce_mean(luminance(p)) + tf.reduce_mean(luminance(q)),
     "You moved the whole photo by one number: each pixel has a brightness of its own."),
    (lambda p, q: p - tf.reduce_mean(p, -1, keepdims=True) + luminance(q)[..., :1],
     "The two brightnesses differ in their weights: use the three weights for both pictures."),
    (lambda p, q: p,
     "You returned the photo: its brightness is to be the painted picture's."),
    (lambda p, q: q,
     "You returned the painted picture: its color is to be the photo's."),
    (lambda p, q: (p + q) / 2,
     "You took the mean of both pictures: take the color of one and the brightness of the other."),
    (lambda p, q: 255 * _keep_colors(p, q),
     "Your values go up to 255: a picture's values in this course are from 0 to 1."),
]

_MATCH_MISTAKES = [
    (lambda picture, target: in_colors_of(picture, target),
     "You changed the target: change the colors of `picture`, and return it in its own size."),
    (_each_channel,
     "You matched the deviation of each channel by itself: without the other entries of the "
     "covariance, channels that rise and fall together in the target do not do so in the result."),
    (_mapped(lambda one: _covariance(one, center=False)),
     "You did not subtract the mean before you multiplied: that gives second moments, as in a Gram "
     "matrix. Subtract each picture's mean color from its pixels first."),
    (_mapped(mean_and_covariance, subtract=False),
     "The map is for differences from the mean: subtract the picture's mean color from its pixels "
     "before you apply it."),
    (_mapped(mean_and_covariance, add=lambda old, new: old),
     "You put the picture's own mean color back: add the target's."),
    (_mapped(mean_and_covariance, add=lambda old, new: 0.0),
     "The mean color is missing: add the target's after the map."),
    (lambda picture, target: tf.reshape(_match_colors(picture, target), (-1, 3)),
     "Your result is a list of pixels: give it the shape of `picture`."),
    (lambda picture, target: picture - mean_and_covariance(picture)[0]
     + mean_and_covariance(target)[0],
     "You moved the mean color only: apply the map, too, which changes the covariance."),
    (_mapped(lambda one: _covariance(one, divide_by=lambda pixels: 1)),
     "You did not divide the covariances by the number of pixels, so a large picture seems to have "
     "stronger colors than a small one."),
    (_mapped(lambda one: _covariance(one, divide_by=lambda pixels: pixels - 1)),
     "You divided by the number of pixels minus one, as statistics does for a sample. These are "
     "all pixels of the picture: divide by their number."),
    (_mapped(lambda one: _covariance(one, divide_by=lambda pixels: 3)),
     "You divided the covariances by the number of channels: divide by the number of pixels."),
    (_mapped(mean_and_covariance, little=0.0),
     "You left out `little`: the covariance of a gray picture has no inverse without it."),
    (_mapped(_one_mean),
     "Your mean is one number for all channels: take it over the pixels only, with `axis=0`."),
    (_mapped(lambda one: _covariance(one, divide_by=lambda pixels: 3 * pixels)),
     "You divided by pixels × channels: divide the covariances by the number of pixels."),
    (_mapped(mean_and_covariance, subtract=False, add=lambda old, new: 0.0),
     "You applied the map only: subtract the picture's mean color before it, and add the target's "
     "after it."),
    (_mapped(mean_and_covariance, subtract=False, add=lambda old, new: new - old),
     "You subtracted the picture's mean color after the map: subtract it from the pixels before."),
    (_mapped(mean_and_covariance, apply=lambda one, by: one * tf.linalg.diag_part(by)),
     "You multiplied each channel by a number of its own: the map mixes the channels, `@`."),
    (_mapped(mean_and_covariance, apply=lambda one, by: one @ tf.linalg.inv(by)),
     "Your map goes the wrong way, from the target's colors to the picture's: `old_covariance` is "
     "the picture's and `new_covariance` the target's, and `color_map` itself is applied."),
    (lambda picture, target: picture,
     "You returned the picture as it was: apply the map, and return the result."),
]

_BLEND_MISTAKES = [
    (_mixed(size=lambda gram: 1.0, back=lambda sizes, shares: 1.0),
     "You added the matrices up as they are, so the painting with the stronger ones wins: divide "
     "each matrix by its own strength first."),
    (_mixed(back=lambda sizes, shares: 1.0),
     "Your matrix has a strength of about 1, and a photo's have hundreds or thousands: multiply "
     "the sum by the mean of the strengths."),
    (_mixed(shares=lambda weights: weights),
     "The weights do not add up to 1: divide each by their sum."),
    (_mixed(shares=lambda weights: weights, size=lambda gram: 1.0, back=lambda sizes, shares: 1.0),
     "The weights do not add up to 1, and the matrices are not divided by their strengths: do both "
     "before you add them up."),
    (_mixed(shares=lambda weights: weights, back=lambda sizes, shares: 1.0),
     "The weights do not add up to 1, and the sum is not multiplied by the mean of the strengths."),
    (_mixed(shares=lambda weights: [weight // sum(weights) for weight in weights]),
     "You divided the weights with `//`, which rounds down to a whole number: use `/`."),
    (_mixed(shares=lambda weights: [weight / len(weights) for weight in weights]),
     "You divided the weights by their number: divide by their sum, so that they add up to 1."),
    (_mixed(shares=lambda weights: [1 / len(weights)] * len(weights)),
     "You gave each painting the same share: use the weights."),
    (_mixed(shares=lambda weights: [weight / sum(weights) for weight in weights[::-1]]),
     "The weights are in the wrong order: the first one is of the first matrix."),
    (_mixed(size=mean_square),
     "You divided by the mean square: the strength is its square root."),
    (_mixed(back=lambda sizes, shares: sum(sizes) / len(sizes)),
     "The mean of the strengths is to be weighted by the shares, too."),
    (_mixed(back=lambda sizes, shares: sum(sizes)),
     "You multiplied by the sum of the strengths: multiply by their mean, weighted by the shares."),
    (_mixed(size=tf.reduce_mean),
     "You divided by the mean of the entries: the strength is the root of the mean square."),
    (_mixed(size=tf.reduce_max),
     "You divided by the largest entry: the strength is the root of the mean square."),
    (lambda grams, weights: tf.add_n(grams) / len(grams),
     "You took the plain mean of the matrices: divide each by its own strength, and use the "
     "weights."),
    (_mixed(back=lambda sizes, shares: sizes[0]),
     "You multiplied by the strength of the first matrix: multiply by the mean of all strengths, "
     "weighted by the shares."),
    (_mixed(back=lambda sizes, shares: max(sizes)),
     "You multiplied by the largest strength: multiply by the mean of all strengths, weighted by "
     "the shares."),
    (_mixed(size=lambda gram: 1 / tf.sqrt(mean_square(gram)), back=lambda sizes, shares: 1.0),
     "You multiplied each matrix by its strength: divide by it."),
    (_mixed(shares=lambda weights: [weight / max(weights) for weight in weights]),
     "You divided the weights by the largest: divide by their sum, so that they add up to 1."),
    (_mixed(size=tf.linalg.trace),
     "You divided by the sum of the diagonal: the strength is the root of the mean square of all "
     "entries."),
    (lambda grams, weights: _blended(grams[:2], weights[:2]),
     "You used the first two matrices only: there may be more, so go through the whole list."),
    (lambda grams, weights: grams[0] * weights[0] / sum(weights),
     "You used the first matrix only: is the `return` inside the loop?"),
    (lambda grams, weights: grams[-1] * weights[-1] / sum(weights),
     "You used the last matrix only: add the matrices up inside the loop."),
]

_GUIDED_MISTAKES = [
    (lambda f, m: gram_matrix(f),
     "Your result does not depend on the mask: multiply each position's features by its value."),
    (_guided(lambda rows, weights: (rows, rows)),
     "You divided by the mask's sum, and did not multiply by the mask: multiply each position's "
     "features by its value, in one of the two factors."),
    (_guided(divide_by=lambda w, m: w.shape[0]),
     "You divided by the number of all positions, so a small region gets a weak matrix: divide by "
     "the sum of the mask, which is how many positions the region has."),
    (_guided(divide_by=lambda w, m: tf.reduce_sum(m)),
     "You divided by the sum of the mask in its own size: take the sum after you have resized it."),
    (_guided(divide_by=lambda w, m: 1.0),
     "You did not divide: a large region would have a stronger matrix than a small one. Divide by "
     "the sum of the mask."),
    (_guided(_both),
     "You multiplied both factors by the mask, so it counts squared: multiply one of them only."),
    (_guided(_both, divide_by=lambda w, m: tf.reduce_sum(w**2)),
     "You multiplied both factors by the mask, and divided by the sum of its squares: the paper "
     "does so, with a guide that is the root of this mask. Here multiply one factor only, and "
     "divide by the sum of the mask."),
    (_guided(_both, divide_by=lambda w, m: w.shape[0]),
     "You multiplied both factors by the mask, and divided by the number of all positions: "
     "multiply one factor only, and divide by the sum of the mask."),
    (_guided(_centered),
     "You subtracted the region's mean (a covariance): a Gram matrix leaves it in."),
    (_guided(divide_by=lambda w, m: tf.reduce_sum(w) * tf.cast(tf.size(w), tf.float32)),
     "You divided twice, by the mask's sum and by the number of positions: its sum is enough."),
    (_guided(divide_by=lambda w, m: tf.reduce_sum(tf.cast(w > 0, tf.float32))),
     "You divided by the number of positions that are not black in the mask: gray ones count in "
     "part, so divide by the sum of the mask."),
    (_guided(guide=lambda mask, size: tf.cast(by_area(mask, *size) > 0.5, tf.float32)),
     "You made the mask black and white: its gray values count in part."),
    (_guided(guide=_resized_by("bilinear")),
     "You resized the mask by `bilinear`, TensorFlow's default, which looks at a few of its pixels "
     "only: use `area`, which takes the mean over all that a position stands for."),
    (_guided(guide=_resized_by("nearest")),
     "You resized the mask by `nearest`, which looks at one of its pixels for each position: use "
     "`area`, which takes the mean over all that a position stands for."),
    (lambda f, m: _guided_gram_matrix(f, m)[None],
     "You kept the batch axis: the result is channels × channels."),
    (_guided(divide_by=lambda w, m: tf.reduce_mean(w)),
     "You divided by the mean of the mask: divide by its sum over the positions."),
    (_guided(divide_by=lambda w, m: tf.reduce_max(w)),
     "You divided by the largest value of the mask: divide by its sum."),
    (lambda f, m: _guided_gram_matrix(f, m) / f.shape[-1],
     "You divided by the number of channels too: the sum of the mask is enough."),
    (lambda f, m: _guided_gram_matrix(f, tf.cast(m > 0.5, tf.float32)),
     "You made the mask black and white: its gray values count in part."),
    (_guided(guide=_resized_by("bicubic")),
     "You resized the mask by `bicubic`, which looks at a few of its pixels only: use `area`, "
     "which takes the mean over all that a position stands for."),
    (_guided(guide=lambda mask, size: by_area(tf.transpose(mask, (0, 2, 1, 3)), *size)),
     "Your mask is transposed: height comes before width."),
    (_guided(guide=lambda mask, size: 1 - by_area(mask, *size)),
     "You used the mask the wrong way around: positions count where it is white."),
    (lambda f, m: _by_positions(f, m, weighted=True),
     "Your matrix is positions × positions: sum over the positions and keep the channels, with "
     "`transpose_a`."),
    (_guided(guide=lambda mask, size: by_area(mask, size[1], size[0])),
     "You resized the mask to width × height: height comes before width."),
    (_by_positions,
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
