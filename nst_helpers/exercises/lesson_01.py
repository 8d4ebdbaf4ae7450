"""The exercises of lesson 01: VGG19."""

import numpy as np
import tensorflow as tf

from ..vgg import IMAGENET_MEAN_BGR, preprocess
from .exercise import Exercise, random_tensor

IMAGENET_MEAN_RGB, IMAGENET_DEVIATION_RGB = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MEAN = tf.constant(IMAGENET_MEAN_BGR, tf.float32)


def _convolution(combine=lambda patch, kernel: np.sum(patch * kernel), relu=True, step=1):
    """A function from a picture and a 3 × 3 kernel to `combine` of every patch, and a ReLU."""

    def convolution(picture, kernel):
        height, width = picture.shape
        rows, columns = range(0, height - 2, step), range(0, width - 2, step)
        patches = [[picture[y : y + 3, x : x + 3] for x in columns] for y in rows]
        found = np.array([[combine(patch, kernel) for patch in row] for row in patches])
        return np.maximum(found, 0) if relu else found

    return convolution


def _convolution_cases():
    random = np.random.default_rng(6)
    shapes = (4, 5), (6, 3)
    return [[random.uniform(0, 1, shape), random.uniform(-0.7, 1, (3, 3))] for shape in shapes]


def _field(conv=2, pool=1, stride=2, start=1):
    """A function from a list of layers to their receptive field.

    conv, pool: how many spacings a convolution and a pooling add. stride: what a pooling
    multiplies the spacing by. start: the field before any layer.
    """

    def field(layers):
        size, spacing = start, 1
        for layer in layers:
            size += (conv if layer == "conv" else pool) * spacing
            spacing *= stride if layer == "pool" else 1
        return size

    return field


def _convolved_and_pooled(layers):
    """As if an `else` were missing."""
    names = (name for layer in layers for name in ([layer] if layer == "pool" else [layer, "pool"]))
    return _field()(names)


def _field_cases():
    stacks = ("conv", "conv conv", "conv conv pool conv", "pool conv pool conv pool conv conv")
    return [[layers.split()] for layers in stacks]


def _reverse_colors(values):
    return tf.reverse(values, [-1])


def _picture_cases():
    return [[random_tensor(1, 1, 2, 3, 3)], [random_tensor(2, 1, 4, 2, 3)]]


def _clip(values):
    return tf.clip_by_value(values, 0.0, 1.0)


def _levels(values):
    return tf.floor(tf.clip_by_value(values, 0.0, 255.0))


def _network_values_cases():
    return [
        [preprocess(random_tensor(3, 1, 2, 3, 3))],
        [random_tensor(4, 1, 3, 2, 3, low=-200, high=220)],
    ]


# A mistake is a line for the function that makes it, then what to say.
# p: picture, or a patch of one; k: a filter. v: values for the network.
# fmt: off
EXERCISES = {
    "convolution": Exercise(
        reference=_convolution(),
        cases=_convolution_cases,
        right="This is all that a layer of VGG19 does, 64 to 512 times over, and with filters that "
              "look at all channels.",
        mistakes=[
            (_convolution(relu=False),
             "The ReLU is missing: where the sum is negative, the result is 0."),
            (_convolution(lambda p, k: np.sum(p * k[::-1, ::-1])),
             "You turned the filter over. Mathematicians do that in a convolution; networks lay "
             "the filter on the picture as it is."),
            (_convolution(lambda p, k: np.sum(p * k[::-1, ::-1]), relu=False),
             "You turned the filter over, and the ReLU is missing: lay the filter on the picture "
             "as it is, and set negative sums to 0."),
            (_convolution(lambda p, k: np.sum(p @ k)),
             "You took the matrix product, `@`: multiply the nine values one by one, with `*`."),
            (_convolution(lambda p, k: np.sum(p * k.T)),
             "Your filter is transposed: its rows lie along the picture's rows."),
            (_convolution(lambda p, k: np.mean(p * k)),
             "You took the mean of the nine products: add them up."),
            (_convolution(lambda p, k: np.max(p * k)),
             "You took the largest of the nine products, as pooling does: add them up."),
            (_convolution(lambda p, k: np.sum(np.maximum(p * k, 0))),
             "You set each negative product to 0: add up all nine first, then set a negative sum "
             "to 0."),
            (_convolution(lambda p, k: np.sum(p) * np.sum(k)),
             "You added up before you multiplied: multiply value by value first."),
            (_convolution(lambda p, k: np.abs(np.sum(p * k)), relu=False),
             "You took the absolute value: the ReLU sets negative sums to 0."),
            (_convolution(lambda p, k: 9 * np.mean(p) * np.mean(k)),
             "You multiplied the sum of the patch by the mean of the filter: multiply value by "
             "value first."),
            (_convolution(lambda p, k: p[1, 1] * k[1, 1]),
             "You used only the value in the middle: multiply all nine and add them up."),
            (_convolution(lambda p, k: -np.sum(p * k)),
             "The sign is wrong: set negative sums to 0 and keep the positive ones."),
            (_convolution(lambda p, k: min(np.sum(p * k), 0), relu=False),
             "You kept the negative sums: the ReLU keeps the positive ones, `max(response, 0)`."),
            (_convolution(lambda p, k: min(max(np.sum(p * k), 0), 1)),
             "You clipped to 0..1: the ReLU has no upper bound."),
            (_convolution(lambda p, k: np.sum(p * k) > 0),
             "Your result says only where the sum is positive: keep the sum itself there."),
            (_convolution(lambda p, k: np.sum(p * k[::-1])),
             "Your filter stands on its head: lay it on the picture as it is."),
            (_convolution(lambda p, k: np.sum(p * k[:, ::-1])),
             "Your filter is mirrored: lay it on the picture as it is."),
            (_convolution(lambda p, k: np.sum(p)),
             "The filter does not come in: multiply the patch by it, value by value."),
        ],
    ),
    "receptive field": Exercise(
        reference=_field(),
        cases=_field_cases,
        goes_on=True,
        right="Spacing is what makes it grow: after four poolings each convolution adds 32 pixels.",
        mistakes=[
            (_field(conv=3),
             "You add 3 for a convolution: it adds one neighbor on each side, so 2 spacings."),
            (_field(conv=1),
             "You add 1 for a convolution: it has a neighbor on each side, so it adds 2 spacings."),
            (_field(stride=1),
             "Your function counts as if the spacing were always 1: "
             "double `spacing` at each pooling, and multiply what you add by it."),
            (_field(pool=2),
             "You add 2 spacings for a pooling: it looks at 2 × 2, which is one neighbor more."),
            (_field(pool=0),
             "You add nothing for a pooling: it looks at 2 × 2, which is one neighbor more."),
            (_field(conv=3, pool=2),
             "You add the sizes, 3 and 2: what is new is their neighbors, 2 spacings for a "
             "convolution and 1 for a pooling."),
            (lambda layers: _field()(layers[::-1]),
             "That is the field from the last layer to the first, or with a size that a pooling "
             "doubles: begin with the first layer, and let a pooling double the spacing."),
            (lambda layers: _field()(layers[:-1]),
             "You left out the last layer: its neighbors count, too."),
            (lambda layers: 2 ** layers.count("pool"),
             "You gave the spacing: the receptive field is `size`."),
            (_field(stride=3),
             "You multiply the spacing by 3 at a pooling: a pooling halves the picture, so 2."),
            (lambda layers: _field()(["pool"] * len(layers)),
             "You treat each layer as a pooling: a convolution adds 2 spacings, and leaves the "
             "spacing as it is."),
            (lambda layers: _field()(["conv"] * len(layers)),
             "You treat each layer as a convolution: a pooling adds 1 spacing, then doubles it."),
            (_convolved_and_pooled,
             "A convolution counts as a pooling, too: put what belongs to a pooling under `else`."),
            (_field(start=0),
             "You start from 0: before any layer, a value sees its own pixel, 1."),
        ],
    ),
    "preprocess": Exercise(
        reference=preprocess,
        cases=_picture_cases,
        goes_on=True,
        right="This is what VGG19 was trained on.",
        mistakes=[
            (lambda p: p * 255 - MEAN,
             "The colors are still RGB: reverse the last axis, so that blue comes first."),
            (lambda p: _reverse_colors(p) * 255,
             "The mean is not subtracted: the network expects values around 0."),
            (lambda p: _reverse_colors(p) - MEAN,
             "The values still run from 0 to 1: multiply by 255 before you subtract."),
            (lambda p: _reverse_colors(p) * 255 + MEAN,
             "You added the mean: subtract it."),
            (lambda p: _reverse_colors(p * 255 - MEAN),
             "You subtracted the mean in the wrong order: it is given as blue, green, red, "
             "so reverse the picture first."),
            (lambda p: (_reverse_colors(p) - MEAN) * 255,
             "You multiplied after subtracting: the mean is on the scale 0 to 255, "
             "so multiply first."),
            (lambda p: tf.reverse(p, [2]) * 255 - MEAN,
             "You reversed the wrong axis: axis 2 is the width, and the picture is mirrored; "
             "the colors are the last axis."),
            (lambda p: (p - IMAGENET_MEAN_RGB) / IMAGENET_DEVIATION_RGB,
             "That is the convention of PyTorch's networks: Keras' VGG19 wants BGR, 0 to 255, "
             "minus the mean, and divides by nothing."),
            (lambda p: _reverse_colors((p - IMAGENET_MEAN_RGB) / IMAGENET_DEVIATION_RGB),
             "That is the convention of PyTorch's networks, reversed: multiply by 255, reverse, "
             "and subtract the mean, with no division."),
            (lambda p: _reverse_colors(p - MEAN) * 255,
             "You subtracted the mean first, and in the wrong order: multiply by 255 and reverse, "
             "then subtract."),
            (lambda p: p - MEAN,
             "Only the mean is subtracted: reverse the colors and multiply by 255 before that."),
            (lambda p: _reverse_colors(p),
             "The colors are reversed and no more: multiply by 255 and subtract the mean."),
            (lambda p: p * 255,
             "The values are multiplied by 255 and no more: reverse the colors and subtract the "
             "mean."),
            (lambda p: p,
             "That is the picture as it came in: reverse the colors, multiply by 255 and subtract "
             "the mean."),
            (lambda p: _reverse_colors(p) * 2 - 1,
             "Your values run from -1 to 1, as other networks want them: for VGG19 multiply by 255 "
             "and subtract the mean."),
            (lambda p: p * 2 - 1,
             "Your values run from -1 to 1, as other networks want them: for VGG19 reverse the "
             "colors, multiply by 255 and subtract the mean."),
            (lambda p: tf.round(_reverse_colors(p) * 255) - MEAN,
             "You rounded to whole numbers: keep the fractions."),
            (lambda p: tf.floor(_reverse_colors(p) * 255) - MEAN,
             "You rounded to whole numbers: keep the fractions."),
            (lambda p: tf.reverse(p, [1]) * 255 - MEAN,
             "You reversed the wrong axis: axis 1 is the height, and the picture stands on its "
             "head; the colors are the last axis."),
            (lambda p: _reverse_colors(p) * 255 - tf.reduce_mean(_reverse_colors(p) * 255),
             "You subtracted the picture's own mean: subtract the mean color of ImageNet."),
            (lambda p: preprocess(p) / 255,
             "You divided by 255 in the end: the network wants values on the scale of 0 to 255."),
            (lambda p: preprocess(p)[0],
             "You dropped the batch axis: the shape must stay (1, height, width, 3)."),
        ],
    ),
    "deprocess": Exercise(
        reference=lambda v: _clip(_reverse_colors(v + MEAN) / 255),
        cases=_network_values_cases,
        right="With it you can look at anything that is in the network's convention.",
        mistakes=[
            (lambda v: _clip((v + MEAN) / 255),
             "The colors are still BGR: reverse the last axis."),
            (lambda v: _clip(_reverse_colors(v - MEAN) / 255),
             "You subtracted the mean once more: add it."),
            (lambda v: _reverse_colors(v + MEAN) / 255,
             "You did not clip: what lies outside 0..1 cannot be shown."),
            (lambda v: _clip((_reverse_colors(v) + MEAN) / 255),
             "You added the mean after reversing: it is given as blue, green, red, "
             "so add it first."),
            (lambda v: _levels(_reverse_colors(v + MEAN)),
             "Your values are whole numbers from 0 to 255: divide by 255, clip to 0..1, and do not "
             "round."),
            (lambda v: _clip(_reverse_colors(v + MEAN)),
             "You did not divide by 255: clip after that, for otherwise nearly all is white."),
            (lambda v: _clip(_reverse_colors(v) / 255),
             "The mean is not added: add it first."),
            (lambda v: _clip(_reverse_colors(v / 255) + MEAN / 255),
             "You added the mean after reversing: it is given as blue, green, red, so add it "
             "first."),
            (lambda v: _reverse_colors(_clip(v / 255) + MEAN / 255),
             "You clipped before adding the mean: clip last."),
            (lambda v: tf.clip_by_value(_reverse_colors(v + MEAN) / 255, -1.0, 1.0),
             "You clipped to -1..1: a picture's values are from 0 to 1."),
            (lambda v: tf.reverse(_clip((v + MEAN) / 255), [2]),
             "You reversed the wrong axis: axis 2 is the width; the colors are the last axis."),
            (lambda v: (v + MEAN) / 255,
             "The colors are still BGR, and nothing is clipped: reverse the last axis, and clip to "
             "0..1."),
            (lambda v: _clip(_reverse_colors(v / 255 + MEAN)),
             "You divided before adding: the mean is on the scale 0 to 255, so add first."),
        ],
    ),
}
