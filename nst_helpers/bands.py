"""What the network sees of a large picture, a band of rows at a time: the same, in less memory.

Most memory goes to the first two blocks, whose features have the picture's height and width, or
half of them; all later ones have a sixteenth of the positions, or fewer. So the first two blocks
see one band after another, and once more for the gradient. Of each band they see a few rows more
than count, so that it leaves no seam. (Bands are from Galerne et al., *Scaling Painting Style
Transfer*, arXiv 2212.13459.)
"""

import tensorflow as tf

from .losses import gram_matrix
from .vgg import feature_extractor, stride

PIXELS_AT_ONCE = 1.2e6  # of a picture; in bands a step takes half as long again
LAST = "block3_pool"  # of the layers that see bands
STRIDE = 8  # rows of the picture to one row of `LAST`; bands and margins are multiples of it
ROWS = 80  # of a band: fewer cost more time, more of them more memory
MARGIN = 24  # rows more on each side, that are seen. Of the 3 × 3 filters of the first blocks, two
# work at full height, two at half and four at a quarter, so that 22 are needed.


def can_see(content_layer, style_layers):
    """Whether bands do for these layers: later blocks have the content layer and a style layer."""
    return content_layer > LAST and any(layer > LAST for layer in style_layers)


def measuring_in_bands(vgg, content_layer, style_layers, precision):
    """What `objective.measuring` returns, for large pictures. It is no graph: bands take turns."""
    early = [layer for layer in style_layers if layer <= LAST]
    late = [layer for layer in style_layers if layer > LAST]
    see_early = feature_extractor(vgg, [*early, LAST], precision)
    see_late = feature_extractor(vgg, [content_layer, *late], precision, after=LAST)

    def see_band(rows, above, count):
        """A band's part of each Gram matrix and of `LAST`. Of its rows `count` count."""
        features = see_early(rows)
        parts = []
        for layer in early:
            scale = stride(layer)
            inner = features[layer][:, above // scale : (above + count) // scale]
            parts.append(gram_matrix(inner) * tf.cast(tf.size(inner[0, :, :, 0]), tf.float32))
        return [*parts, features[LAST][:, above // STRIDE : (above + count) // STRIDE]]

    forward = tf.function(see_band, reduce_retracing=True)

    @tf.function(reduce_retracing=True)
    def backward(rows, above, count, upstream):
        with tf.GradientTape() as tape:
            tape.watch(rows)
            seen = see_band(rows, above, count)
        return tape.gradient(seen, rows, output_gradients=upstream)

    @tf.custom_gradient
    def first_blocks(picture):
        picture = tf.stop_gradient(picture)  # else the tape would keep all bands for its gradient
        height, width = picture.shape[1:3]
        bands = list(_bands(height))
        seen = [forward(picture[:, top:bottom], *inner) for top, bottom, *inner in bands]
        *parts, last = zip(*seen, strict=True)
        areas = [_area(layer, height, width) for layer in early]
        grams = [tf.add_n(each) / area for each, area in zip(parts, areas, strict=True)]

        def gradient(*upstream):
            *of_grams, of_last = upstream
            of_parts = [one / area for one, area in zip(of_grams, areas, strict=True)]
            total, row = tf.zeros_like(picture), 0
            for (top, bottom, *inner), rows in zip(bands, last, strict=True):
                of_rows = of_last[:, row : row + rows.shape[1]]
                row += rows.shape[1]
                here = backward(picture[:, top:bottom], *inner, [*of_parts, of_rows])
                total += tf.pad(here, [[0, 0], [top, height - bottom], [0, 0], [0, 0]])
            return total

        return [*grams, tf.concat(last, axis=1)], gradient

    @tf.function(reduce_retracing=True)
    def later_blocks(values):
        features = see_late(values)
        return features[content_layer], {layer: gram_matrix(features[layer]) for layer in late}

    def measure(picture):
        *early_grams, last = first_blocks(picture)
        content, grams = later_blocks(last)
        return content, grams | dict(zip(early, early_grams, strict=True))

    return measure


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
