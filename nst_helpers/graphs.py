"""The objective as TensorFlow graphs, traced once and kept for all runs and sizes."""

import functools
import math

import tensorflow as tf

from .bands import PIXELS_AT_ONCE, can_see, measuring_in_bands
from .losses import TERMS
from .objective import loss_and_gradient_by, make_loss_and_gradient, measuring, targets_by
from .vgg import feature_extractor


def graphs_for(picture, vgg, layers, precision):
    """`(f, g)` for pictures of this size.

    f: from a picture to its losses and their gradient, see `objective.make_loss_and_gradient`.
    g: from the content image and the style image to the `Targets`, computed in float32.
    """
    large = math.prod(picture.shape[1:3]) > PIXELS_AT_ONCE
    return _graphs(vgg, layers, precision, in_bands=large and can_see(*layers))


@functools.lru_cache(maxsize=8)
def _graphs(vgg, layers, precision, in_bands):
    if in_bands:
        function = loss_and_gradient_by(measuring_in_bands(vgg, *layers, precision))
        return function, functools.partial(targets_by, measuring_in_bands(vgg, *layers, "float32"))
    function, exactly = (
        feature_extractor(vgg, [layers[0], *layers[1]], one) for one in (precision, "float32")
    )
    measure = tf.function(measuring(exactly, *layers))
    picture, number = tf.TensorSpec((1, None, None, 3)), tf.TensorSpec(())
    for_all_sizes = measure.get_concrete_function(picture)
    content, grams = for_all_sizes.structured_outputs
    constants = dict.fromkeys(["content", *grams], number)
    weights = dict.fromkeys([*TERMS, *grams], number)
    loss_and_gradient = make_loss_and_gradient(function, *layers)
    # Now and for all sizes, not when it is called: after some short runs, each with layers of its
    # own, TensorFlow would warn of "retracing".
    loss_and_gradient.get_concrete_function(picture, content, grams, constants, weights)
    return loss_and_gradient, functools.partial(targets_by, for_all_sizes)
