"""The exercises of lesson 01: VGG19."""

import numpy as np
import tensorflow as tf

from ...method import IMAGENET_MEAN_BGR, preprocess
from .exercise import Exercise, clipped, random_tensor

IMAGENET_MEAN_RGB, IMAGENET_DEVIATION_RGB = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MEAN = tf.constant(IMAGENET_MEAN_BGR, tf.float32)
RED = tf.constant([[[[1.0, 0.0, 0.0]]]])  # the lesson's picture of one pixel


def _convolution(combine=lambda patch, kernel: np.sum(patch * kernel), relu=True):
    """A function from a picture and a 3 × 3 kernel to `combine` of every patch, and a ReLU."""

    def convolution(picture, kernel):
        patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3))
        found = np.array([[combine(patch, kernel) for patch in row] for row in patches])
        return np.maximum(found, 0) if relu else found

    return convolution


def _convolution_cases():
    """First the picture and the filter of figure 1.2."""
    picture = np.array([[1.0, 1, 1, 5, 5]] * 3 + [[1, 1, 5, 5, 5], [1, 5, 5, 5, 5]])
    random = np.random.default_rng(6)
    shapes = (4, 7), (6, 5)
    return [
        [picture, np.array([[-1.0, 0.0, 1.0]] * 3)],
        *([random.uniform(0, 1, shape), random.uniform(-1, 1, (3, 3))] for shape in shapes),
    ]


def _field(conv=2, pool=1, stride=2, start=1):
    """A function from a list of layers to their receptive field.

    conv, pool: the spacings that each adds. stride: what a pooling multiplies the spacing by.
    """

    def field(layers):
        size, spacing = start, 1
        for layer in layers:
            size += (conv if layer == "conv" else pool) * spacing
            spacing *= stride if layer == "pool" else 1
        return size

    return field


def _field_cases():
    """First the lesson's table."""
    table = "conv conv pool conv conv pool"
    stacks = table, "conv conv", "conv", "pool conv pool conv pool conv conv"
    return [[layers.split()] for layers in stacks]


def _reverse_colors(values):
    return tf.reverse(values, [-1])


# p: picture, or a patch of one; k: a filter. v: values for the network.
_CONVOLUTION = {
    "what becomes of a sum below 0": [
        (_convolution(relu=False),
         "Negative sums come out as they are, so there is no ReLU: set them to 0, with "
         "`max(response, 0)` or `np.maximum`. (The second argument of `np.max` is an axis.)"),
        (_convolution(lambda p, k: np.abs(np.sum(p * k)), relu=False),
         "You took the absolute value: set a negative sum to 0, as the ReLU does.")],
    "how the filter lies on the patch": [
        (_convolution(lambda p, k: np.sum(p * k[::-1, ::-1])),
         "You turned the filter by 180 degrees, as mathematicians do in a convolution: networks "
         "lay it on the picture as it is."),
        (_convolution(lambda p, k: np.sum(p * k.T)),
         "Your filter is transposed: lay it on the picture as it is, rows along rows."),
        (_convolution(lambda p, k: np.sum(p * k[::-1])),
         "Your filter is upside down: lay it on the picture as it is."),
        (_convolution(lambda p, k: np.sum(p * k[:, ::-1])),
         "Your filter is mirrored: lay it on the picture as it is.")],
    "how the filter lies on the patch, and what becomes of a sum below 0": [
        (_convolution(lambda p, k: np.sum(p * k[::-1, ::-1]), relu=False),
         "You turned the filter by 180 degrees, and there is no ReLU: lay the filter on the "
         "picture as it is, and set negative sums to 0.")],
    "how patch and filter are multiplied": [
        (_convolution(lambda p, k: np.sum(p @ k)),
         "You took the matrix product, `@`: multiply the nine values one by one, with `*`.")],
    "how the nine products become one number": [
        (_convolution(lambda p, k: np.max(p * k)),
         "You took the largest of the nine products, as pooling does: add them up.")],
    "the moment at which the ReLU comes in": [
        (_convolution(lambda p, k: np.sum(np.maximum(p * k, 0))),
         "You set each negative product to 0: add up all nine first, then set a negative sum to "
         "0.")],
    "the order of multiplying and adding": [
        (_convolution(lambda p, k: np.sum(p) * np.sum(k)),
         "You added up before you multiplied: multiply value by value first."),
        (_convolution(lambda p, k: 9 * np.mean(p) * np.mean(k)),
         "You multiplied the sum of the patch by the mean of the filter: multiply value by value, "
         "then add up.")],
    "which of the values in the patch count": [
        (_convolution(lambda p, k: p[1, 1] * k[1, 1]),
         "You used only the value in the middle: multiply all nine, and add them up.")],
    "the sign of the sums": [
        (_convolution(lambda p, k: -np.sum(p * k)),
         "Your sums have the wrong sign: leave the sign as it is, and set negative sums to 0.")],
    "which sums the ReLU lets through": [
        (_convolution(lambda p, k: min(np.sum(p * k), 0), relu=False),
         "You kept the negative sums: keep the positive ones, with `max(response, 0)`.")],
    "what is written into the result": [
        (_convolution(lambda p, k: np.sum(p * k) > 0),
         "Your result says only whether a sum is positive: write the sum itself there.")],
    "the nine products": [
        (_convolution(lambda p, k: np.sum(p)),
         "The filter does not come in: multiply the patch by it, value by value.")],
}  # fmt: skip

_RECEPTIVE_FIELD = {
    "what a convolution adds to the size": [
        (_field(conv=3),
         "You add 3 spacings for a convolution: add 2, one for the neighbor on each side."),
        (_field(conv=1),
         "You add 1 spacing for a convolution: add 2, one for the neighbor on each side.")],
    "the distance between neighbors after a pooling": [
        (_field(stride=1),
         "Your function counts as if the spacing were always 1: double `spacing` at each pooling, "
         "and multiply what you add by it.")],
    "what a pooling adds to the size": [
        (_field(pool=2),
         "You add 2 spacings for a pooling: add 1, since it looks at 2 × 2 values, which is one "
         "neighbor more."),
        (_field(pool=0),
         "You add nothing for a pooling: add 1 spacing, since it looks at 2 × 2 values, which is "
         "one neighbor more.")],
    "what each kind of layer adds to the size": [
        (_field(conv=3, pool=2),
         "You add the layers' own sizes, 3 and 2: add only the neighbors, 2 spacings for a "
         "convolution and 1 for a pooling.")],
    "the layer that you begin with, and what a pooling changes": [
        (lambda layers: _field()(layers[::-1]),
         "That is the field from the last layer to the first, or with a size that a pooling "
         "doubles: begin with the first layer, and let a pooling double the spacing.")],
    "the layers that your loop goes through": [
        (lambda layers: _field()(layers[:-1]),
         "You left out the last layer: count its neighbors, too.")],
    "which of your numbers you return": [
        (lambda layers: 2 ** layers.count("pool"),
         "You returned the spacing: return the size, which is the receptive field.")],
    "what a pooling does to the spacing": [
        (_field(stride=3),
         "You multiply the spacing by 3 at a pooling: multiply by 2, since a pooling halves the "
         "picture.")],
    "how the two kinds of layers are told apart": [
        (lambda layers: _field()(["pool"] * len(layers)),
         "You treat each layer as a pooling: add 2 spacings for a convolution, and leave the "
         "spacing as it is."),
        (lambda layers: _field()(["conv"] * len(layers)),
         "You treat each layer as a convolution: add 1 spacing for a pooling, then double the "
         "spacing.")],
    "the lines that run for a convolution": [
        (lambda layers: _field()(" ".join(layers).replace("conv", "conv pool").split()),
         "What belongs to a pooling is done for a convolution, too: put it under `else`.")],
    "the numbers before the loop": [
        (_field(start=0),
         "The size starts from 0: start from 1, since a pixel sees itself.")],
}  # fmt: skip

_PREPROCESS = {
    "the order of the three color channels": [
        (lambda p: p * 255 - MEAN,
         "The colors are still RGB: reverse the last axis, so that blue comes first.")],
    "the last of the three steps": [
        (lambda p: _reverse_colors(p) * 255,
         "The mean is not subtracted: subtract it, since the network expects values around 0."),
        (lambda p: _reverse_colors(p) * 255 + MEAN,
         "You added the mean: subtract it.")],
    "the scale of the values": [
        (lambda p: _reverse_colors(p) - MEAN,
         "The values still run from 0 to 1: multiply by 255 before you subtract the mean."),
        (lambda p: _reverse_colors(p) / 255 - MEAN,
         "You divided the picture by 255: multiply, since it runs from 0 to 1 already."),
        (lambda p: _reverse_colors(p) - MEAN / 255,
         "You divided the mean by 255: leave the mean as it is, and multiply the picture by 255."),
        (lambda p: _reverse_colors(p) * 2 - 1,
         "Your values run from -1 to 1, as other networks want them: for VGG19 multiply by 255 and "
         "subtract the mean.")],
    "the order of the three steps": [
        (lambda p: _reverse_colors(p * 255 - MEAN),
         "You subtracted the mean before you reversed the colors: reverse first, since the mean is "
         "given as blue, green, red."),
        (lambda p: (_reverse_colors(p) - MEAN) * 255,
         "You multiplied after subtracting: multiply first, since the mean is on the scale 0 to "
         "255."),
        (lambda p: _reverse_colors(p - MEAN) * 255,
         "You subtracted the mean before the other two steps: reverse and multiply by 255 first.")],
    "the axis that is reversed": [
        (lambda p: tf.reverse(p, [2]) * 255 - MEAN,
         "You reversed axis 2, the width, which mirrors the picture: reverse the last axis, which "
         "holds the colors."),
        (lambda p: tf.reverse(p, [1]) * 255 - MEAN,
         "You reversed axis 1, the height, which turns the picture upside down: reverse the last "
         "axis, which holds the colors.")],
    "the convention that your numbers belong to": [
        (lambda p: (p - IMAGENET_MEAN_RGB) / IMAGENET_DEVIATION_RGB,
         "That is the convention of PyTorch's networks: for Keras' VGG19 reverse the colors, "
         "multiply by 255 and subtract the mean, with no division."),
        (lambda p: _reverse_colors((p - IMAGENET_MEAN_RGB) / IMAGENET_DEVIATION_RGB),
         "That is the convention of PyTorch's networks, reversed: reverse, multiply by 255 and "
         "subtract the mean, with no division.")],
    "which of the three steps you took": [
        (lambda p: p - MEAN,
         "Only the mean is subtracted: reverse the colors and multiply by 255 before that."),
        (lambda p: _reverse_colors(p),
         "Only the colors are reversed: multiply by 255 and subtract the mean after that."),
        (lambda p: p * 255,
         "The values are only multiplied by 255: reverse the colors, and subtract the mean.")],
    "the scale of the values, and the order of the three color channels": [
        (lambda p: p * 2 - 1,
         "Your values run from -1 to 1, and the colors are still RGB: reverse them, multiply by "
         "255 and subtract the mean.")],
    "what happens to the values between 0 and 255": [
        (lambda p: tf.round(_reverse_colors(p) * 255) - MEAN,
         "You rounded to whole numbers: keep the fractions."),
        (lambda p: tf.floor(_reverse_colors(p) * 255) - MEAN,
         "You rounded to whole numbers: keep the fractions.")],
    "the mean that is subtracted": [
        (lambda p: _reverse_colors(p) * 255 - MEAN / 255,
         "You divided the mean by 255: subtract it as it is, on the scale 0 to 255."),
        (lambda p: _reverse_colors(p) * 255 - tf.reduce_mean(_reverse_colors(p) * 255),
         "You subtracted the picture's own mean: subtract the mean color of ImageNet, which is "
         "given.")],
}  # fmt: skip

_DEPROCESS = {
    "what is done with the mean": [
        (lambda v: clipped(_reverse_colors(v + MEAN / 255) / 255),
         "You divided the mean by 255: add it as it is, on the scale 0 to 255."),
        (lambda v: clipped(_reverse_colors(v - MEAN) / 255),
         "You subtracted the mean once more: add it.")],
    "the order of the steps": [
        (lambda v: clipped((_reverse_colors(v) + MEAN) / 255),
         "You added the mean after reversing: add it first, since it is given as blue, green, "
         "red."),
        (lambda v: clipped(_reverse_colors(v / 255) + MEAN / 255),
         "You added the mean after reversing: add it first, since it is given as blue, green, "
         "red."),
        (lambda v: clipped(_reverse_colors(v / 255 + MEAN)),
         "You divided before adding the mean: add first, since the mean is on the scale 0 to "
         "255.")],
    "the scale of the result": [
        (lambda v: tf.floor(clipped(_reverse_colors(v + MEAN), 255.0)),
         "Your values are whole numbers from 0 to 255: divide by 255, clip to 0..1, and do not "
         "round."),
        (lambda v: clipped(_reverse_colors(v + MEAN)),
         "You did not divide by 255: divide before you clip, or nearly everything is white.")],
    "the steps that you undo": [
        (lambda v: clipped(_reverse_colors(v) / 255),
         "The mean is not added: add it before anything else.")],
    "the moment at which you clip": [
        (lambda v: _reverse_colors(clipped(v / 255) + MEAN / 255),
         "You clipped before adding the mean: clip last."),
        (lambda v: clipped(_reverse_colors(v + MEAN)) / 255,
         "You clipped before dividing by 255: clip last.")],
    "the axis that is reversed": [
        (lambda v: tf.reverse(clipped((v + MEAN) / 255), [2]),
         "You reversed axis 2, the width: reverse the last axis, which holds the colors.")],
    "the order of the three color channels, and the bounds of the result": [
        (lambda v: (v + MEAN) / 255,
         "The colors are still BGR, and nothing is clipped: reverse the last axis, and clip to "
         "0..1.")],
}  # fmt: skip

EXERCISES = {
    "convolution": Exercise(
        reference=_convolution(), cases=_convolution_cases, look_at=_CONVOLUTION,
        right="This is all that a layer of VGG19 does, 64 to 512 times over, and with filters that "
              "look at all channels.",
        errors={
            "truth value": "`max` compares single numbers, and was given an array: add up the nine "
            "products first, with `np.sum`.",
            "array element with a sequence": "Several numbers are to go into one place: add up all "
            "nine products, with `np.sum`.",
        },
    ),
    "receptive field": Exercise(
        reference=_field(), cases=_field_cases, look_at=_RECEPTIVE_FIELD, goes_on=True,
        right="Spacing is what makes it grow: after four poolings each convolution adds 32 pixels.",
    ),
    "preprocess": Exercise(
        reference=preprocess, look_at=_PREPROCESS, goes_on=True, tape_over=(0,),
        cases=lambda: [[RED], [random_tensor(1, 1, 2, 7, 3)], [random_tensor(1, 1, 6, 4, 3)]],
        right="This is what VGG19 was trained on.",
    ),
    "deprocess": Exercise(
        reference=lambda v: clipped(_reverse_colors(v + MEAN) / 255), look_at=_DEPROCESS,
        goes_on=True,
        cases=lambda: [
            [preprocess(RED)],
            [preprocess(random_tensor(3, 1, 2, 7, 3))],
            [random_tensor(4, 1, 6, 4, 3, low=-200, high=220)],
        ],
        right="With it you can look at anything that is in the network's convention.",
    ),
}  # fmt: skip
