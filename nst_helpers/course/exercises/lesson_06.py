"""The exercises of lesson 06: starts, optimizers, scales."""

import tensorflow as tf

from ...method import enlarged
from ...pictures import resize
from .exercise import Exercise, clipped, random_tensor


def _enlarged_cases():
    """First the lesson's row of gray pixels. Then twice and four times the size, for which
    `tf.image.resize`, if it is bicubic, gives what `resize` does; there, too, some values are to be
    clipped."""
    gray = [tf.fill((1, 1, 1, 3), value) for value in (0.9, 0.5)]
    cases = [[*gray, tf.reshape(tf.repeat([0.2, 0.5, 0.8], 3), (1, 1, 3, 3))]]
    for seed, size, larger in ((20, (2, 7), (4, 14)), (30, (6, 4), (12, 16))):
        small = [random_tensor(s, 1, *size, 3, low=0.2, high=0.8) for s in (seed, seed + 1)]
        cases.append([*small, random_tensor(seed + 2, 1, *larger, 3)])
    return cases


def _like(picture, other):
    return resize(picture, *other.shape[1:3])


def _turned(picture, other):
    """The picture, with the other one's height and width exchanged."""
    return resize(picture, *other.shape[2:0:-1])


def _detail(small, large):
    return large - _like(small, large)


def _by(method):
    """The right function, but for how it enlarges."""

    def function(picture, small, large):
        up = [tf.image.resize(one, large.shape[1:3], method) for one in (picture, small)]
        return up[0] + large - up[1]

    return function


def _clipped_or_not(function, said):
    """A mistake without clipping, and the same with it."""
    return [(function, said), (lambda *pictures: clipped(function(*pictures)), said)]


# v, g: velocity and gradient.
_MOMENTUM = {
    "the sign between the two products": [
        (lambda v, g, rate, keep: keep * v + rate * g,
         "The sign is wrong: subtract the gradient, since it points uphill.")],
    "what the gradient is multiplied by": [
        (lambda v, g, rate, keep: keep * v - (1 - keep) * rate * g,
         "You also multiplied the gradient by 1 - keep, as in a running mean: multiply it by the "
         "learning rate alone."),
        (lambda v, g, rate, keep: keep * v - (1 - keep) * g,
         "You took 1 - keep in place of the learning rate, as in a running mean: multiply the "
         "gradient by the learning rate."),
        (lambda v, g, rate, keep: keep * v - g,
         "The learning rate is missing: multiply the gradient by it.")],
    "what the gradient is multiplied by, and the sign before it": [
        (lambda v, g, rate, keep: keep * v + (1 - keep) * g,
         "That is a running mean of the gradients: subtract learning rate × gradient."),
        (lambda v, g, rate, keep: keep * v + g,
         "That is another convention, in which learning rate and sign come later: subtract "
         "learning rate × gradient here.")],
    "which number belongs to the velocity, and which to the gradient": [
        (lambda v, g, rate, keep: rate * v - keep * g,
         "Share and learning rate are exchanged: multiply the velocity by `keep` and the gradient "
         "by the learning rate."),
        (lambda v, g, rate, keep: keep * g - rate * v,
         "Velocity and gradient are exchanged: multiply the velocity by `keep` and the gradient by "
         "the learning rate.")],
    "how much of the old velocity stays": [
        (lambda v, g, rate, keep: (1 - keep) * v - rate * g,
         "You kept 1 - keep of the velocity: multiply it by `keep`, the share that stays."),
        (lambda v, g, rate, keep: v - rate * g,
         "You keep all of the old velocity: multiply it by `keep`.")],
    "what the learning rate is multiplied by": [
        (lambda v, g, rate, keep: rate * (keep * v - g),
         "You multiplied the velocity by the learning rate, too: multiply only the gradient by "
         "it.")],
    "how often `keep` and the gradient come in": [
        (lambda v, g, rate, keep: keep * (keep * v - rate * g) - rate * g,
         "That is Nesterov's way, which looks one step ahead: take each of the two products "
         "once.")],
    "where the two factors come from": [
        (lambda v, g, rate, keep: 0.9 * v - 0.1 * g,
         "You took the numbers of the example: use `keep` and the learning rate.")],
    "the number of terms": [
        (lambda v, g, rate, keep: keep * v,
         "The gradient does not come in: subtract learning rate × gradient."),
        (lambda v, g, rate, keep: -rate * g,
         "The old velocity does not come in: add keep × velocity.")],
    "how the four numbers are combined": [
        (lambda v, g, rate, keep: keep * v * rate * g,
         "You multiplied all four: subtract learning rate × gradient from keep × velocity.")],
    "what is done with the learning rate": [
        (lambda v, g, rate, keep: keep * v - g / rate,
         "You divided by the learning rate: multiply by it.")],
    "what `keep` is multiplied by": [
        (lambda v, g, rate, keep: keep * (v - rate * g),
         "You multiplied both products by `keep`: multiply only the old velocity by it.")],
}  # fmt: skip

_IN_THE_SMALL_SIZE = (
    "You subtracted in the small size, in which the large photo has lost its detail: enlarge "
    "picture and small photo first, then subtract and add."
)
# p, s: picture and photo in the small size. large: the photo in the large one.
_ENLARGED = {
    "the sign of what you add": _clipped_or_not(
        lambda p, s, large: _like(p, large) - _detail(s, large),
        "The detail has the wrong sign: add the large photo minus the enlarged small one."),
    "what is added to the enlarged picture": [
        (lambda p, s, large: _like(p, large),
         "You only enlarged the picture, which blurs it: add the detail, which is the large photo "
         "minus the enlarged small one."),
        *_clipped_or_not(
         lambda p, s, large: _like(p, large) + large,
         "You added the whole large photo: subtract the enlarged small one from it first, so that "
         "only the detail is left."),
        *_clipped_or_not(
         lambda p, s, large: _like(p, large) + _like(s, large),
         "You added the small photo: add the large one minus the enlarged small one."),
        *_clipped_or_not(
         lambda p, s, large: _like(p, large) - _like(s, large),
         "The large photo does not come in: add it, too, so that the difference of the two photos "
         "is added to the picture.")],
    "what comes from which picture": [
        *_clipped_or_not(
         lambda p, s, large: _detail(s, large),
         "That is the detail alone: add it to the enlarged picture."),
        (lambda p, s, large: large,
         "That is the large photo alone: subtract the enlarged small photo from it, and add the "
         "rest to the enlarged picture."),
        *_clipped_or_not(
         lambda p, s, large: large + _detail(s, large),
         "You added the detail to the large photo: add it to the enlarged picture."),
        *_clipped_or_not(
         lambda p, s, large: _like(s, large) + _detail(p, large),
         "Picture and small photo are exchanged: subtract the enlarged small photo from the large "
         "one, and add the difference to the enlarged picture.")],
    "the bounds of your result": [
        (lambda p, s, large: _like(p, large) + _detail(s, large),
         "Some of your values are below 0 or above 1: clip the sum to 0..1."),
        (lambda p, s, large: clipped(_like(p, large) + _detail(s, large), 255.0),
         "You clipped to 0..255: clip to 0..1, between which all colors of the kit lie.")],
    "what is clipped": _clipped_or_not(
        lambda p, s, large: _like(p, large) + clipped(_detail(s, large)),
        "You clipped the detail, so it can only make a pixel brighter: clip nothing but the sum."),
    "the size in which you subtract": [
        (lambda p, s, large: _like(p + _like(large, s) - s, large),
         _IN_THE_SMALL_SIZE),
        (lambda p, s, large: _like(clipped(p + _like(large, s) - s), large),
         _IN_THE_SMALL_SIZE),
        *_clipped_or_not(
         lambda p, s, large: _like(p, large) + _like(_like(large, s) - s, large),
         _IN_THE_SMALL_SIZE)],
    "the size of your result": _clipped_or_not(
        lambda p, s, large: p + _like(large, s) - s,
        "Your picture has the small size: enlarge both `picture` and the small photo to the height "
        "and width of the large one."),
    "the order of height and width": _clipped_or_not(
        lambda p, s, large: _turned(p, large) + large - _turned(s, large),
        "You gave the width before the height: call `resize(picture, height, width)`."),
    "how large and small photo are combined": [
        *_clipped_or_not(
         lambda p, s, large: _like(p, large) * large / _like(s, large),
         "You multiplied the picture by a ratio of the two photos: add their difference."),
        *_clipped_or_not(
         lambda p, s, large: _like(p, large) + large + _like(s, large),
         "You added both photos: subtract the enlarged small one from the large one.")],
    "how picture and photo are combined": [
        (lambda p, s, large: (_like(p, large) + large) / 2,
         "You took the mean of the picture and the large photo: leave the picture as it is, and "
         "add the large photo minus the enlarged small one.")],
    "how much of the detail comes in": _clipped_or_not(
        lambda p, s, large: _like(p, large) + _detail(s, large) / 2,
        "You added half of the detail: add all of it."),
    "what is done with the difference of the two photos": [
        *_clipped_or_not(
         lambda p, s, large: _like(p, large) + tf.abs(_detail(s, large)),
         "You took the detail without its sign, so it can only make a pixel brighter: add it as "
         "it is."),
        *_clipped_or_not(
         lambda p, s, large: _like(p, large) + tf.reduce_mean(_detail(s, large)),
         "You took the mean of the detail, one number for all pixels: add it as it is, pixel by "
         "pixel.")],
    "how the two small pictures are enlarged": [
        *_clipped_or_not(
         _by("bilinear"),
         "You enlarged by `bilinear`, TensorFlow's default: use the kit's `resize`, which is "
         "bicubic."),
        *_clipped_or_not(
         _by("nearest"),
         "You enlarged by `nearest`, which repeats pixels: use the kit's `resize`, which is "
         "bicubic.")],
}  # fmt: skip

_TWO_SIZES = (
    "Pictures of two sizes meet there: enlarge both `picture` and `smaller` to the height and "
    "width of `larger`, by `resize(picture, height, width)`."
)
_RESIZE_ERRORS = {
    **dict.fromkeys(["Incompatible shapes", "could not be broadcast"], _TWO_SIZES),
    "argument: 'width'": "`resize` takes height and width one by one: `resize(picture, height, "
    "width)`.",
    "is <tf.Tensor": "`resize` takes plain numbers: ask `larger.shape` for them, not `tf.shape`.",
}

EXERCISES = {
    "momentum": Exercise(
        reference=lambda velocity, gradient, rate, keep: keep * velocity - rate * gradient,
        look_at=_MOMENTUM, goes_on=True,
        cases=lambda: [
            [tf.constant(-0.2), tf.constant(1.4), 0.1, 0.9],  # the lesson's numbers
            [random_tensor(10, 2, 5), random_tensor(11, 2, 5), 0.13, 0.85],
            [random_tensor(12, 4), random_tensor(13, 4), 2.1, 0.55],
        ],
        right="Where gradients agree from step to step the velocity grows; "
              "where they alternate they cancel.",
    ),
    "enlarged": Exercise(
        reference=lambda picture, smaller, larger: enlarged(picture, smaller, larger, True),
        look_at=_ENLARGED, goes_on=True, cases=_enlarged_cases, errors=_RESIZE_ERRORS,
        right="What only the large photo has is in your picture, too, before the first step at "
              "that size is taken.",
    ),
}  # fmt: skip
