"""The exercises of lesson 01: VGG19."""

import numpy as np
import tensorflow as tf

from ...method import IMAGENET_MEAN_BGR, preprocess
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
    """First the picture and the filter of figure 1.2."""
    rows = ["11155"] * 3 + ["11555", "15555"]
    picture = np.array([[float(value) for value in row] for row in rows])
    random = np.random.default_rng(6)
    shapes = (4, 7), (6, 5)
    return [
        [picture, np.array([[-1.0, 0.0, 1.0]] * 3)],
        *([random.uniform(0, 1, shape), random.uniform(-1, 1, (3, 3))] for shape in shapes),
    ]


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
    stacks = ("conv conv pool conv", "conv conv", "conv", "pool conv pool conv pool conv conv")
    return [[layers.split()] for layers in stacks]


def _reverse_colors(values):
    return tf.reverse(values, [-1])


def _picture_cases():
    """First the lesson's pure red pixel."""
    sizes = (2, 7), (6, 4)
    return [[tf.constant([[[[1.0, 0.0, 0.0]]]])], *([random_tensor(1, 1, *s, 3)] for s in sizes)]


def _clip(values):
    return tf.clip_by_value(values, 0.0, 1.0)


def _levels(values):
    return tf.floor(tf.clip_by_value(values, 0.0, 255.0))


def _network_values_cases():
    """First what `preprocess` makes of a pure red pixel."""
    return [
        [preprocess(tf.constant([[[[1.0, 0.0, 0.0]]]]))],
        [preprocess(random_tensor(3, 1, 2, 7, 3))],
        [random_tensor(4, 1, 6, 4, 3, low=-200, high=220)],
    ]


# A mistake is the function that makes it, where to look, and what to say.
# p: picture, or a patch of one; k: a filter. v: values for the network.
# fmt: off
EXERCISES = {
    "convolution": Exercise(
        reference=_convolution(),
        cases=_convolution_cases,
        right="This is all that a layer of VGG19 does, 64 to 512 times over, and with filters that "
              "look at all channels.",
        errors={
            "truth value": "`max` compares single numbers, and was given an array: add up the nine "
            "products first, with `np.sum`.",
        },
        mistakes=[
            (_convolution(relu=False),
             "what becomes of a sum below 0",
             "Negative sums come out as they are, so there is no ReLU: set them to 0, with "
             "`max(response, 0)` or `np.maximum`. (The second argument of `np.max` is an axis.)"),
            (_convolution(lambda p, k: np.sum(p * k[::-1, ::-1])),
             "how the filter lies on the patch",
             "You turned the filter by 180 degrees, as mathematicians do in a convolution: "
             "networks lay it on the picture as it is."),
            (_convolution(lambda p, k: np.sum(p * k[::-1, ::-1]), relu=False),
             "how the filter lies on the patch, and what becomes of a sum below 0",
             "You turned the filter by 180 degrees, and there is no ReLU: lay the filter on the "
             "picture as it is, and set negative sums to 0."),
            (_convolution(lambda p, k: np.sum(p @ k)),
             "how patch and filter are multiplied",
             "You took the matrix product, `@`: multiply the nine values one by one, with `*`."),
            (_convolution(lambda p, k: np.sum(p * k.T)),
             "how the filter lies on the patch",
             "Your filter is transposed: lay it on the picture as it is, rows along rows."),
            (_convolution(lambda p, k: np.max(p * k)),
             "how the nine products become one number",
             "You took the largest of the nine products, as pooling does: add them up."),
            (_convolution(lambda p, k: np.sum(np.maximum(p * k, 0))),
             "the moment at which the ReLU comes in",
             "You set each negative product to 0: add up all nine first, then set a negative sum "
             "to 0."),
            (_convolution(lambda p, k: np.sum(p) * np.sum(k)),
             "the order of multiplying and adding",
             "You added up before you multiplied: multiply value by value first."),
            (_convolution(lambda p, k: np.abs(np.sum(p * k)), relu=False),
             "what becomes of a sum below 0",
             "You took the absolute value: set a negative sum to 0, as the ReLU does."),
            (_convolution(lambda p, k: 9 * np.mean(p) * np.mean(k)),
             "the order of multiplying and adding",
             "You multiplied the sum of the patch by the mean of the filter: multiply value by "
             "value, then add up."),
            (_convolution(lambda p, k: p[1, 1] * k[1, 1]),
             "which of the values in the patch count",
             "You used only the value in the middle: multiply all nine, and add them up."),
            (_convolution(lambda p, k: -np.sum(p * k)),
             "the sign of the sums",
             "Your sums have the wrong sign: leave the sign as it is, and set negative sums to 0."),
            (_convolution(lambda p, k: min(np.sum(p * k), 0), relu=False),
             "which sums the ReLU lets through",
             "You kept the negative sums: keep the positive ones, with `max(response, 0)`."),
            (_convolution(lambda p, k: np.sum(p * k) > 0),
             "what is written into the result",
             "Your result says only whether a sum is positive: write the sum itself there."),
            (_convolution(lambda p, k: np.sum(p * k[::-1])),
             "how the filter lies on the patch",
             "Your filter is upside down: lay it on the picture as it is."),
            (_convolution(lambda p, k: np.sum(p * k[:, ::-1])),
             "how the filter lies on the patch",
             "Your filter is mirrored: lay it on the picture as it is."),
            (_convolution(lambda p, k: np.sum(p)),
             "the nine products",
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
             "what a convolution adds to the size",
             "You add 3 spacings for a convolution: add 2, one for the neighbor on each side."),
            (_field(conv=1),
             "what a convolution adds to the size",
             "You add 1 spacing for a convolution: add 2, one for the neighbor on each side."),
            (_field(stride=1),
             "the distance between neighbors after a pooling",
             "Your function counts as if the spacing were always 1: double `spacing` at each "
             "pooling, and multiply what you add by it."),
            (_field(pool=2),
             "what a pooling adds to the size",
             "You add 2 spacings for a pooling: add 1, since it looks at 2 × 2 values, which is "
             "one neighbor more."),
            (_field(pool=0),
             "what a pooling adds to the size",
             "You add nothing for a pooling: add 1 spacing, since it looks at 2 × 2 values, which "
             "is one neighbor more."),
            (_field(conv=3, pool=2),
             "what each kind of layer adds to the size",
             "You add the layers' own sizes, 3 and 2: add only the neighbors, 2 spacings for a "
             "convolution and 1 for a pooling."),
            (lambda layers: _field()(layers[::-1]),
             "the layer that you begin with, and what a pooling changes",
             "That is the field from the last layer to the first, or with a size that a pooling "
             "doubles: begin with the first layer, and let a pooling double the spacing."),
            (lambda layers: _field()(layers[:-1]),
             "the layers that your loop goes through",
             "You left out the last layer: count its neighbors, too."),
            (lambda layers: 2 ** layers.count("pool"),
             "which of your numbers you return",
             "You returned the spacing: return the size, which is the receptive field."),
            (_field(stride=3),
             "what a pooling does to the spacing",
             "You multiply the spacing by 3 at a pooling: multiply by 2, since a pooling halves "
             "the picture."),
            (lambda layers: _field()(["pool"] * len(layers)),
             "how the two kinds of layers are told apart",
             "You treat each layer as a pooling: add 2 spacings for a convolution, and leave the "
             "spacing as it is."),
            (lambda layers: _field()(["conv"] * len(layers)),
             "how the two kinds of layers are told apart",
             "You treat each layer as a convolution: add 1 spacing for a pooling, then double the "
             "spacing."),
            (_convolved_and_pooled,
             "the lines that run for a convolution",
             "What belongs to a pooling is done for a convolution, too: put it under `else`."),
            (_field(start=0),
             "the numbers before the loop",
             "The size starts from 0: start from 1, since a pixel sees itself."),
        ],
    ),
    "preprocess": Exercise(
        reference=preprocess,
        cases=_picture_cases,
        goes_on=True,
        tape_over=(0,),
        right="This is what VGG19 was trained on.",
        mistakes=[
            (lambda p: p * 255 - MEAN,
             "the order of the three color channels",
             "The colors are still RGB: reverse the last axis, so that blue comes first."),
            (lambda p: _reverse_colors(p) * 255,
             "the last of the three steps",
             "The mean is not subtracted: subtract it, since the network expects values around 0."),
            (lambda p: _reverse_colors(p) - MEAN,
             "the scale of the values",
             "The values still run from 0 to 1: multiply by 255 before you subtract the mean."),
            (lambda p: _reverse_colors(p) * 255 + MEAN,
             "the last of the three steps",
             "You added the mean: subtract it."),
            (lambda p: _reverse_colors(p * 255 - MEAN),
             "the order of the three steps",
             "You subtracted the mean before you reversed the colors: reverse first, since the "
             "mean is given as blue, green, red."),
            (lambda p: (_reverse_colors(p) - MEAN) * 255,
             "the order of the three steps",
             "You multiplied after subtracting: multiply first, since the mean is on the scale 0 "
             "to 255."),
            (lambda p: tf.reverse(p, [2]) * 255 - MEAN,
             "the axis that is reversed",
             "You reversed axis 2, the width, which mirrors the picture: reverse the last axis, "
             "which holds the colors."),
            (lambda p: (p - IMAGENET_MEAN_RGB) / IMAGENET_DEVIATION_RGB,
             "the convention that your numbers belong to",
             "That is the convention of PyTorch's networks: for Keras' VGG19 reverse the colors, "
             "multiply by 255 and subtract the mean, with no division."),
            (lambda p: _reverse_colors((p - IMAGENET_MEAN_RGB) / IMAGENET_DEVIATION_RGB),
             "the convention that your numbers belong to",
             "That is the convention of PyTorch's networks, reversed: reverse, multiply by 255 and "
             "subtract the mean, with no division."),
            (lambda p: _reverse_colors(p - MEAN) * 255,
             "the order of the three steps",
             "You subtracted the mean before the other two steps: reverse and multiply by 255 "
             "first."),
            (lambda p: p - MEAN,
             "which of the three steps you took",
             "Only the mean is subtracted: reverse the colors and multiply by 255 before that."),
            (lambda p: _reverse_colors(p),
             "which of the three steps you took",
             "Only the colors are reversed: multiply by 255 and subtract the mean after that."),
            (lambda p: p * 255,
             "which of the three steps you took",
             "The values are only multiplied by 255: reverse the colors, and subtract the mean."),
            (lambda p: _reverse_colors(p) * 2 - 1,
             "the scale of the values",
             "Your values run from -1 to 1, as other networks want them: for VGG19 multiply by 255 "
             "and subtract the mean."),
            (lambda p: p * 2 - 1,
             "the scale of the values, and the order of the three color channels",
             "Your values run from -1 to 1, and the colors are still RGB: reverse them, multiply "
             "by 255 and subtract the mean."),
            (lambda p: tf.round(_reverse_colors(p) * 255) - MEAN,
             "what happens to the values between 0 and 255",
             "You rounded to whole numbers: keep the fractions."),
            (lambda p: tf.floor(_reverse_colors(p) * 255) - MEAN,
             "what happens to the values between 0 and 255",
             "You rounded to whole numbers: keep the fractions."),
            (lambda p: tf.reverse(p, [1]) * 255 - MEAN,
             "the axis that is reversed",
             "You reversed axis 1, the height, which turns the picture upside down: reverse the "
             "last axis, which holds the colors."),
            (lambda p: _reverse_colors(p) * 255 - tf.reduce_mean(_reverse_colors(p) * 255),
             "the mean that is subtracted",
             "You subtracted the picture's own mean: subtract the mean color of ImageNet, which is "
             "given."),
        ],
    ),
    "deprocess": Exercise(
        reference=lambda v: _clip(_reverse_colors(v + MEAN) / 255),
        cases=_network_values_cases,
        right="With it you can look at anything that is in the network's convention.",
        mistakes=[
            (lambda v: _clip(_reverse_colors(v - MEAN) / 255),
             "what is done with the mean",
             "You subtracted the mean once more: add it."),
            (lambda v: _clip((_reverse_colors(v) + MEAN) / 255),
             "the order of the steps",
             "You added the mean after reversing: add it first, since it is given as blue, green, "
             "red."),
            (lambda v: _levels(_reverse_colors(v + MEAN)),
             "the scale of the result",
             "Your values are whole numbers from 0 to 255: divide by 255, clip to 0..1, and do not "
             "round."),
            (lambda v: _clip(_reverse_colors(v + MEAN)),
             "the scale of the result",
             "You did not divide by 255: divide before you clip, or nearly everything is white."),
            (lambda v: _clip(_reverse_colors(v) / 255),
             "the steps that you undo",
             "The mean is not added: add it before anything else."),
            (lambda v: _clip(_reverse_colors(v / 255) + MEAN / 255),
             "the order of the steps",
             "You added the mean after reversing: add it first, since it is given as blue, green, "
             "red."),
            (lambda v: _reverse_colors(_clip(v / 255) + MEAN / 255),
             "the moment at which you clip",
             "You clipped before adding the mean: clip last."),
            (lambda v: tf.reverse(_clip((v + MEAN) / 255), [2]),
             "the axis that is reversed",
             "You reversed axis 2, the width: reverse the last axis, which holds the colors."),
            (lambda v: (v + MEAN) / 255,
             "the order of the three color channels, and the bounds of the result",
             "The colors are still BGR, and nothing is clipped: reverse the last axis, and clip to "
             "0..1."),
            (lambda v: _clip(_reverse_colors(v / 255 + MEAN)),
             "the order of the steps",
             "You divided before adding the mean: add first, since the mean is on the scale 0 to "
             "255."),
        ],
    ),
}
