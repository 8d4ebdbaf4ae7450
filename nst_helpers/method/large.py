"""The objective as TensorFlow graphs; of a large picture a band of rows at a time, in less memory.

Most memory goes to the first two blocks, whose features have the picture's height and width, or
half of them; all later ones have a sixteenth of the positions, or fewer. So the first two blocks
see one band after another, and once more for the gradient. Of each band they see a few rows more
than count, so that it leaves no seam. (Bands are from Galerne et al., *Scaling Painting Style
Transfer*, arXiv 2212.13459.)
"""

import functools
import math

import tensorflow as tf

from .losses import TERMS, gram_matrix
from .neighbors import Neighbors
from .objective import Measured, Targets, loss_and_gradient_by, measuring
from .vgg import feature_extractor, stride

PIXELS_AT_ONCE = 1.2e6  # of a picture; in bands a step takes half as long again
LAST = "block3_pool"  # of the layers that see bands
STRIDE = 8  # rows of the picture to one row of `LAST`; bands and margins are multiples of it
ROWS = 80  # of a band: fewer cost more time, more of them more memory
MARGIN = 24  # rows more on each side, that are seen. Of the 3 × 3 filters of the first blocks, two
# work at full height, two at half and four at a quarter, so that 22 are needed.


def make_loss_and_gradient(extract, content_layer, style_layers):
    """The loss and gradient of pictures with one region, as a graph for all sizes.

    Returns `f(picture, content, grams, constants, weights)`, a `tf.function` of what
    `compute_targets` gives. It returns `(losses, gradient)`: the losses as in `Step`, the gradient
    in the picture's shape. Weights (of the terms, and factors for style layers) are tensors: to
    change them traces nothing again.
    """
    of_regions = loss_and_gradient_by(measuring(extract, content_layer, style_layers))

    def loss_and_gradient(picture, content, grams, constants, weights):
        constants = constants | {layer: [constants[layer]] for layer in grams}
        grams = {layer: [gram] for layer, gram in grams.items()}
        return of_regions(picture, Targets(content, grams, constants), weights)

    return tf.function(loss_and_gradient, reduce_retracing=True)  # traced at two sizes, takes all


def graphs_for(picture, vgg, layers, precision, regions=0, neighbor_layers=()):
    """`(f, g)` for pictures of this size.

    f: see `objective.loss_and_gradient_by`. g: see `objective.measuring`, in float32.
    regions: how many there are guides for; bands see no such picture. neighbor_layers: those of
    `neighbors.LAYERS`, or none; bands compare no neighbors.
    """
    large = not regions and math.prod(picture.shape[1:3]) > PIXELS_AT_ONCE
    return _graphs(vgg, layers, precision, large and can_see(*layers), regions, neighbor_layers)


@functools.lru_cache(maxsize=8)
def _graphs(vgg, layers, precision, in_bands, regions=0, neighbor_layers=()):
    if in_bands:
        function = loss_and_gradient_by(measuring_in_bands(vgg, *layers, precision))
        return function, measuring_in_bands(vgg, *layers, "float32")
    # All is traced now and for all sizes, not when it is called: after some short runs, each with
    # layers of its own, TensorFlow would warn of "retracing".
    loss_and_gradient = tf.function(
        loss_and_gradient_by(_measuring(vgg, *layers, precision, neighbor_layers)),
        reduce_retracing=True,
    )
    measure = tf.function(
        _measuring(vgg, *layers, "float32", neighbor_layers), reduce_retracing=True
    )
    picture, guide, number = map(tf.TensorSpec, ((1, None, None, 3), (1, None, None, 1), ()))
    content, grams, columns = measure.get_concrete_function(picture).structured_outputs
    guides = None
    if regions:
        measure.get_concrete_function(picture, {layer: [guide] for layer in grams})  # a painting's
        guides = {layer: [guide] * regions for layer in grams}
        measure.get_concrete_function(picture, guides)
    grams = {layer: [gram] * max(1, regions) for layer, [gram] in grams.items()}
    constants = {"content": number} | {layer: [number] * len(grams[layer]) for layer in grams}
    weights = dict.fromkeys([*TERMS, *grams], number)
    neighbors, held = None, 1.0
    if columns:
        covered = tf.TensorSpec((1, None, None))
        neighbors = Neighbors(columns, dict.fromkeys(columns, number), covered)
        held = tf.TensorSpec((1, None, None, 1))
    targets = Targets(content, grams, constants, guides, neighbors, held)
    loss_and_gradient.get_concrete_function(picture, targets, weights)
    return loss_and_gradient, measure


def _measuring(vgg, content_layer, style_layers, precision, neighbor_layers=()):
    extract = feature_extractor(vgg, [content_layer, *style_layers, *neighbor_layers], precision)
    return measuring(extract, content_layer, style_layers, neighbor_layers)


def can_see(content_layer, style_layers):
    """Whether bands do for these layers: later blocks have the content layer and a style layer."""
    return content_layer > LAST and any(layer > LAST for layer in style_layers)


def measuring_in_bands(vgg, content_layer, style_layers, precision):
    """What `objective.measuring` returns, for large pictures. It is no graph: bands take turns."""
    early = [layer for layer in style_layers if layer <= LAST]
    late = [layer for layer in style_layers if layer > LAST]
    first_blocks = _first_blocks(vgg, early, precision)
    see_late = feature_extractor(vgg, [content_layer, *late], precision, after=LAST)

    @tf.function(reduce_retracing=True)
    def later_blocks(values):
        features = see_late(values)
        return features[content_layer], {layer: [gram_matrix(features[layer])] for layer in late}

    def measure(picture, guides=None):
        if guides:  # of a painting's part
            return _measuring(vgg, content_layer, style_layers, precision)(picture, guides)
        early_grams, last = first_blocks(picture)
        content, late_grams = later_blocks(last)
        return Measured(content, late_grams | early_grams, {})

    return measure


def _first_blocks(vgg, layers, precision):
    """A function from a picture to `{layer: [its Gram matrix]}` and the features of `LAST`."""
    see = feature_extractor(vgg, [*layers, LAST], precision)

    def see_band(rows, above, count):
        """A band's part of each Gram matrix and of `LAST`. Of its rows `count` count."""
        features = see(rows)
        parts = []
        for layer in layers:
            scale = stride(layer)
            inner = features[layer][:, above // scale : (above + count) // scale]
            parts.append(gram_matrix(inner) * tf.cast(tf.size(inner[0, :, :, 0]), tf.float32))
        return [*parts, features[LAST][:, above // STRIDE : (above + count) // STRIDE]]

    forward = tf.function(see_band, reduce_retracing=True)

    @tf.function(reduce_retracing=True)
    def backward(rows, above, count, upstream):
        with tf.GradientTape() as tape:
            tape.watch(rows)
            parts = see_band(rows, above, count)
        return tape.gradient(parts, rows, output_gradients=upstream)

    @tf.custom_gradient
    def seen(rows, above, count):
        rows = tf.stop_gradient(rows)  # else the tape would keep all features of all bands

        def gradient(*upstream):
            return backward(rows, above, count, upstream), None, None

        return forward(rows, above, count), gradient

    def first_blocks(picture):
        height, width = picture.shape[1:3]
        picture = tf.identity(picture)  # where the gradients of all bands come together
        bands = [seen(picture[:, top:bottom], *inner) for top, bottom, *inner in _bands(height)]
        *parts, last = zip(*bands, strict=True)
        grams = {
            layer: [tf.add_n(of_bands) / _area(layer, height, width)]
            for layer, of_bands in zip(layers, parts, strict=True)
        }
        return grams, tf.concat(last, axis=1)

    return first_blocks


def _bands(height):
    """Of each band `(top, bottom, rows above those that count, how many count)`."""
    for first in range(0, max(1, height - ROWS // 2), ROWS):
        top, count = max(0, first - MARGIN), ROWS
        if first + ROWS + ROWS // 2 >= height:  # the last one
            count = height - first
        bottom = min(height, first + count + MARGIN)
        # The last two as tensors, so that no band is traced for itself.
        yield top, bottom, tf.constant(first - top), tf.constant(count)


def _area(layer, height, width):
    return (height // stride(layer)) * (width // stride(layer))
