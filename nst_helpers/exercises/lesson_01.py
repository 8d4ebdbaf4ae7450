"""The exercises of lesson 01: VGG19."""

import tensorflow as tf

from ..vgg import IMAGENET_MEAN_BGR, preprocess
from .exercise import Exercise, random_tensor

MEAN = tf.constant(IMAGENET_MEAN_BGR, tf.float32)


def _filters(block):
    return min(64 * 2 ** (block - 1), 512)


def _values_of_block(height, width, block):
    poolings = block - 1
    return (height // 2**poolings) * (width // 2**poolings) * _filters(block)


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


def _field_cases():
    stacks = ("conv", "conv conv", "conv conv pool conv", "pool conv pool conv")
    return [[layers.split()] for layers in stacks]


def _reverse_colors(values):
    return tf.reverse(values, [-1])


def _picture_cases():
    return [[random_tensor(1, 1, 2, 3, 3)], [random_tensor(2, 1, 4, 2, 3)]]


def _clip(values):
    return tf.clip_by_value(values, 0.0, 1.0)


def _network_values_cases():
    return [
        [preprocess(random_tensor(3, 1, 2, 3, 3))],
        [random_tensor(4, 1, 3, 2, 3, low=-200, high=220)],
    ]


# A mistake is a line for the function that makes it, then what to say.
# h, w, b: the picture's height and width, and the block. p: picture. v: values for the network.
# fmt: off
EXERCISES = {
    "values of a layer": Exercise(
        reference=_values_of_block,
        cases=lambda: [[256, 256, 1], [256, 384, 3], [64, 96, 5], [128, 128, 4]],
        right="Each block has a quarter of the places of the one before and at most twice the "
              "filters, so the deeper, the fewer numbers.",
        mistakes=[
            (lambda h, w, b: (h // 2**b) * (w // 2**b) * _filters(b),
             "You halve once too often: the first pooling comes after block 1, "
             "so block 1 still has the picture's size."),
            (lambda h, w, b: h * w * _filters(b),
             "You left out the pooling: width and height are halved after each block."),
            (lambda h, w, b: h * (w // 2 ** (b - 1)) * _filters(b),
             "You halve only one side at each pooling: it halves width and height."),
            (lambda h, w, b: (h // 2 ** (b - 1)) * (w // 2 ** (b - 1)),
             "You counted the places only: at each there is one number for each filter."),
            (lambda h, w, b: (h // 2 ** (b - 1)) * (w // 2 ** (b - 1)) * 64 * 2 ** (b - 1),
             "Block 5 has 512 filters, as block 4 has: the number doubles only up to there."),
        ],
    ),
    "receptive field": Exercise(
        reference=_field(),
        cases=_field_cases,
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
            (_field(start=0),
             "You start from 0: before any layer, a value sees its own pixel, 1."),
        ],
    ),
    "preprocess": Exercise(
        reference=preprocess,
        cases=_picture_cases,
        goes_on=True,
        right="This is what VGG19 was trained on. "
              "From here on the lessons use the kit's own `preprocess`, which does the same.",
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
            (lambda v: _clip(_reverse_colors(v / 255 + MEAN)),
             "You divided before adding: the mean is on the scale 0 to 255, so add first."),
        ],
    ),
}
