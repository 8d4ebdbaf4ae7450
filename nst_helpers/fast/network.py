"""A network that paints in one pass: from a photo to a painted picture, without a loop.

Johnson, Alahi, Fei-Fei: *Perceptual Losses for Real-Time Style Transfer and Super-Resolution*,
arXiv 1603.08155 (2016), with instance normalization (Ulyanov, Vedaldi, Lempitsky, arXiv 1607.08022)
whose scales and shifts are a painting's own (Dumoulin, Shlens, Kudlur: *A Learned Representation
for Artistic Style*, arXiv 1610.07629), so that one network knows several paintings.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import tensorflow as tf

# The network's convolutions, in order: `{name: (side of the kernel, channels in, channels out)}`.
WIDE = 48  # channels where the picture is smallest
# Of the residual blocks: a convolution's kernel reaches over so many positions a weight, so that
# the network sees far enough for large strokes, with no more weights.
DILATIONS = (1, 2, 4, 2)
CONVOLUTIONS = {
    "first": (7, 3, 16),
    "half": (3, 16, 32),
    "quarter": (3, 32, WIDE),
    **{f"residual{n}{part}": (3, WIDE, WIDE) for n, _ in enumerate(DILATIONS, 1) for part in "ab"},
    "twice": (3, WIDE, 32),
    "full": (3, 32, 16),
    "last": (7, 16, 3),
}
EPSILON = 1e-5


@dataclass(frozen=True)
class Network:
    """What paints in one pass.

    weights: for each of `CONVOLUTIONS` `{name}/kernel`, `(side, side, channels in, channels out)`,
    `{name}/scale` and `{name}/shift`, `(paintings, channels out)`. paintings: their names. card:
    how it was trained, fit for JSON.
    """

    weights: dict
    paintings: tuple
    card: dict


def fresh_weights(paintings, seed=0):
    """Weights of a network that has learned nothing yet, for so many paintings, as NumPy arrays.

    Kernels as He et al., arXiv 1502.01852, equation 10; scales 1, shifts 0.
    """
    random = np.random.default_rng(seed)
    weights = {}
    for name, (side, channels_in, channels) in CONVOLUTIONS.items():
        shape, spread = (side, side, channels_in, channels), (2 / (side**2 * channels_in)) ** 0.5
        weights[f"{name}/kernel"] = random.normal(0, spread, shape).astype("float32")
        weights[f"{name}/scale"] = np.ones((paintings, channels), "float32")
        weights[f"{name}/shift"] = np.zeros((paintings, channels), "float32")
    return weights


def instance_norm(values, scale, shift):
    """Each channel of this picture brought to mean 0 and standard deviation 1, scaled and shifted.

    values: `(1, height, width, channels)`. scale, shift: `(channels,)`. Ulyanov 2016, equation 1.
    """
    mean, variance = tf.nn.moments(values, (1, 2), keepdims=True)
    return scale * (values - mean) * tf.math.rsqrt(variance + EPSILON) + shift


def mixed(each, shares):
    """The scales, or the shifts, of a mixture of paintings: a mean, weighted by their shares.

    each: `(paintings, channels)`. shares: `(paintings,)`, adding up to 1. Returns `(channels,)`.
    """
    return tf.linalg.matvec(each, shares, transpose_a=True)


def residual(values, first, second):
    """A residual block, which learns only what to add to its values (He et al., arXiv 1512.03385).

    first, second: functions of such values, each a convolution with its normalization. After the
    sum there is no ReLU, as in Johnson 2016. Returns the values' shape.
    """
    return values + second(tf.nn.relu(first(values)))


def reflected(values, margin):
    """The values with a margin that mirrors them, so that a convolution draws no frame."""
    return tf.pad(values, [(0, 0), (margin, margin), (margin, margin), (0, 0)], "REFLECT")


def enlarged_twice(values):
    """Each position four times: nearest neighbor, which leaves less of a checkerboard."""
    return tf.repeat(tf.repeat(values, 2, axis=1), 2, axis=2)


def in_one_pass(weights, picture, shares):
    """The painted picture.

    weights: as in `Network`. picture: `(1, height, width, 3)`, RGB, 0 to 1, at least 20 px a side.
    shares: of each painting, `(paintings,)`; between two paintings the scales and shifts are mixed.
    Returns the same shape.
    """

    def convolved(values, name, stride=1, dilation=1):
        kernel = weights[f"{name}/kernel"]
        values = reflected(values, kernel.shape[0] // 2 * dilation)
        values = tf.nn.conv2d(values, kernel, stride, "VALID", dilations=dilation)
        scale, shift = (mixed(weights[f"{name}/{part}"], shares) for part in ("scale", "shift"))
        return instance_norm(values, scale, shift)

    values = tf.nn.relu(convolved(picture, "first"))
    values = tf.nn.relu(convolved(values, "half", stride=2))
    values = tf.nn.relu(convolved(values, "quarter", stride=2))
    for n, dilation in enumerate(DILATIONS, 1):
        names = [f"residual{n}{part}" for part in "ab"]
        both = [partial(convolved, name=name, dilation=dilation) for name in names]
        values = residual(values, *both)
    values = tf.nn.relu(convolved(enlarged_twice(values), "twice"))
    values = tf.nn.relu(convolved(enlarged_twice(values), "full"))
    painted = tf.sigmoid(convolved(values, "last"))
    return painted[:, : picture.shape[1], : picture.shape[2]]
