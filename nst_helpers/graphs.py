"""The objective as TensorFlow graphs, traced once and kept for all runs and sizes."""

import functools
import math

import tensorflow as tf

from .bands import PIXELS_AT_ONCE, can_see, measuring_in_bands
from .losses import TERMS
from .objective import loss_and_gradient_by, make_loss_and_gradient, measuring
from .vgg import feature_extractor


def graphs_for(picture, vgg, layers, precision, regions=0):
    """`(f, g)` for pictures of this size.

    f: from a picture to its losses and their gradient, see `objective.make_loss_and_gradient`.
    g: from a picture to its features and Gram matrices, see `objective.measuring`, in float32.
    regions: how many there are guides for; f then takes guides, and bands see no such picture.
    """
    large = not regions and math.prod(picture.shape[1:3]) > PIXELS_AT_ONCE
    return _graphs(vgg, layers, precision, large and can_see(*layers), regions)


@functools.lru_cache(maxsize=8)
def _graphs(vgg, layers, precision, in_bands, regions=0):
    if in_bands:
        function = loss_and_gradient_by(measuring_in_bands(vgg, *layers, precision))
        return function, measuring_in_bands(vgg, *layers, "float32")
    function, exactly = (
        feature_extractor(vgg, [layers[0], *layers[1]], one) for one in (precision, "float32")
    )
    # All is traced now and for all sizes, not when it is called: after some short runs, each with
    # layers of its own, TensorFlow would warn of "retracing".
    picture, guide, number = (
        tf.TensorSpec(shape) for shape in ((1, None, None, 3), (1, None, None, 1), ())
    )
    measure = tf.function(measuring(exactly, *layers), reduce_retracing=True)
    content, grams = measure.get_concrete_function(picture).structured_outputs
    constants = dict.fromkeys(["content", *grams], number)
    weights = dict.fromkeys([*TERMS, *grams], number)
    guides = ()
    if regions:
        measure.get_concrete_function(picture, {layer: [guide] for layer in grams})  # a painting's
        guides = ({layer: [guide] * regions for layer in grams},)
        measure.get_concrete_function(picture, *guides)
        constants |= {layer: [number] * regions for layer in grams}
        grams = {layer: [gram] * regions for layer, gram in grams.items()}
    loss_and_gradient = make_loss_and_gradient(function, *layers)
    loss_and_gradient.get_concrete_function(picture, content, grams, constants, weights, *guides)
    return loss_and_gradient, measure
