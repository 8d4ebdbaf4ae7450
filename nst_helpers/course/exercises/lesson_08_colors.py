"""The exercises of lesson 08 on colors."""

import tensorflow as tf

from ...pictures import BRIGHTNESS, in_colors_of, luminance, mean_and_covariance, with_colors_of
from .exercise import Exercise, clipped, random_tensor


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
    difference by the root of (0.04 + little) / (0.01 + little), 1.9926. The target's means differ
    by channel. Then colors whose channels go together, of different means, in sizes that differ."""
    signs = tf.reshape([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], (1, 2, 2, 3))
    cases = [[0.4 + 0.1 * signs, tf.constant([0.4, 0.5, 0.6]) + 0.2 * signs]]
    mixing = tf.constant([[0.3, 0.2, 0.0], [0.1, 0.25, 0.1], [0.0, -0.1, 0.2]])
    sizes = ((5, 3), (2, 7)), ((4, 2), (5, 7))
    for seed, (size, wanted) in enumerate(sizes, 90):
        picture = 0.3 + random_tensor(seed, 1, *size, 3, low=-0.5, high=0.5) @ mixing
        target = 0.6 + random_tensor(seed + 5, 1, *wanted, 3, low=-0.5, high=0.5) @ mixing[::-1]
        cases.append([picture, 0.9 * target])
    return cases


def _mapped(
    mean=lambda picture: mean_and_covariance(picture)[0],
    subtract=True,
    add=lambda old, new: new,
    apply=lambda colors, color_map: colors @ color_map,
):
    """A color match by the lesson's map, with these for what goes on around it."""

    def function(picture, target):
        old, new = (mean_and_covariance(one)[1] + 1e-4 * tf.eye(3) for one in (picture, target))
        root = tf.linalg.sqrtm(old)
        inverse = tf.linalg.inv(root)
        color_map = inverse @ tf.linalg.sqrtm(root @ new @ root) @ inverse
        centered = picture - mean(picture) if subtract else picture
        return clipped(apply(centered, color_map) + add(mean(picture), mean(target)))

    return function


# p, q: photo and painted picture.
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
    "the shape of the two means": [
        (_mapped(tf.reduce_mean),
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
         "Your map goes from the target's colors to the picture's: call `color_map(old, new)`, "
         "with the picture's pixels first.")],
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
}  # fmt: skip
