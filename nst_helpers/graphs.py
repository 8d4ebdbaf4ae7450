"""The objective as TensorFlow graphs, traced once and kept for all runs and sizes."""

import functools
import math

import tensorflow as tf

from .bands import PIXELS_AT_ONCE, can_see, measuring_in_bands
from .objective import loss_and_gradient_by, make_loss_and_gradient, measuring
from .vgg import feature_extractor


def graphs_for(picture, vgg, layers, precision, guided=False):
    """`(f, g)` for pictures of this size.

    f: from a picture to its losses and their gradient, see `objective.make_loss_and_gradient`.
    g: from a picture to its features and Gram matrices, see `objective.measuring`, in float32.
    guided: whether they are given guides. Such a picture is never seen in bands.
    """
    in_bands = not guided and math.prod(picture.shape[1:3]) > PIXELS_AT_ONCE and can_see(*layers)
    return _graphs(vgg, layers, precision, in_bands)


@functools.lru_cache(maxsize=8)
def _graphs(vgg, layers, precision, in_bands):
    if in_bands:
        function = loss_and_gradient_by(measuring_in_bands(vgg, *layers, precision))
        return function, measuring_in_bands(vgg, *layers, "float32")
    function, exactly = (
        feature_extractor(vgg, [layers[0], *layers[1]], one) for one in (precision, "float32")
    )
    measure = tf.function(measuring(exactly, *layers), reduce_retracing=True)
    for_all_sizes = measure.get_concrete_function(tf.TensorSpec((1, None, None, 3)))

    def measure_exactly(picture, guides=None):
        return for_all_sizes(picture) if guides is None else measure(picture, guides)

    return make_loss_and_gradient(function, *layers), measure_exactly
