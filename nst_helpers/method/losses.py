"""The losses of style transfer, each as short as its formula.

The features of a layer are what it makes of one picture: shape
`(1, height, width, channels)`. N is the number of channels, M = height × width. Papers cited:

* Gatys, Ecker, Bethge: *A Neural Algorithm of Artistic Style*, arXiv 1508.06576 (2015).
* Gatys, Ecker, Bethge: *Image Style Transfer Using Convolutional Neural Networks*,
  CVPR 2016; its equation numbers are the ones given here.
* Gatys, Ecker, Bethge, Hertzmann, Shechtman: *Controlling Perceptual Factors in Neural Style
  Transfer*, arXiv 1611.07865 (2017).
* Kolkin, Kucera, Paris, Sýkora, Shechtman, Shakhnarovich: *Neural Neighbor Style Transfer*,
  arXiv 2203.13215 (2022).
* Johnson, Alahi, Fei-Fei: *Perceptual Losses for Real-Time Style Transfer and
  Super-Resolution*, arXiv 1603.08155 (2016).
"""

import tensorflow as tf

# The terms of the total loss: `{name: (in words, color of its curve, dashes and gaps of it)}`; the
# colors are Okabe and Ito's. The weight of each is the setting `{name}_weight`.
TERMS = {
    "content": ("content", "#0072B2", (6, 3)),
    "style": ("style", "#D55E00", (8, 3, 2, 3)),
    "neighbor": ("neighbors", "#CC79A7", (1, 2)),
    "tv": ("total variation", "#009E73", (2, 3)),
}


def content_loss(features, target, counts=1.0):
    """How far the picture's features are from the content image's: their mean squared difference.

    features, target: one layer's features, both `(1, height, width, channels)`. counts: how much
    each position counts, `(1, height, width, 1)`; all alike in the papers.
    Returns a scalar. Raises `ValueError` if the shapes differ.

    Gatys 2016, equation 1, is ½ Σ (F − P)²: **½·N·M times** this number. Johnson's feature
    reconstruction loss, Σ (F − P)² / (N·M), is this number.
    """
    if features.shape != target.shape:
        raise ValueError(
            f"Features of shape {tuple(features.shape)} cannot be compared with a target of shape "
            f"{tuple(target.shape)}: the content image and the generated image need the same size."
        )
    return tf.reduce_mean(counts * tf.square(features - target))


def gram_matrix(features):
    """How strongly each pair of channels is active together, averaged over all positions.

    features: `(1, height, width, channels)`. Returns `(channels, channels)`, symmetric:
    entry (i, j) is the mean over all positions of channel i × channel j.

    Gatys 2016, equation 3, is the sum over the positions, without the mean: **M times** this
    matrix. Johnson divides by N as well: this matrix divided by N.
    """
    channels = features.shape[-1]
    vectors = tf.reshape(features, (-1, channels))  # (M, N): a row for each position
    positions = tf.cast(tf.shape(vectors)[0], vectors.dtype)  # M
    return _products(vectors) / positions  # (N, N)


def guided_gram_matrix(features, guide):
    """The Gram matrix of one region: `gram_matrix` with a weighted mean over the positions.

    features: `(1, height, width, channels)`. guide: `(1, height, width, 1)`, how much each position
    belongs to the region, 0 to 1; not 0 everywhere. Returns `(channels, channels)`.

    Gatys 2017, equations 5 and 6, with guides T whose squares are this guide and add up to 1.
    """
    vectors = tf.reshape(features, (-1, features.shape[-1]))  # (M, N)
    weights = tf.reshape(guide, (-1, 1))  # (M, 1)
    return _products(vectors, weights) / tf.reduce_sum(weights)  # (N, N)


def _products(vectors, weights=None):
    """VᵀV, or VᵀWV for constant weights of V's rows.

    The gradient for an upstream U is WV (U + Uᵀ): one product, where TensorFlow takes two.
    """

    @tf.custom_gradient
    def products(vectors):
        weighted = vectors if weights is None else weights * vectors

        def gradient(upstream):  # (N, N)
            return tf.matmul(weighted, upstream + tf.transpose(upstream))  # (M, N)

        return tf.matmul(vectors, weighted, transpose_a=True), gradient  # (N, N)

    return products(vectors)


def style_loss(grams, targets, layer_weights=None):
    """How far the picture's Gram matrices are from the style image's.

    grams, targets: `{layer name: Gram matrix}`. layer_weights: `{layer name: number}`, by
    default 1 / (number of layers) each. Returns a scalar: the weighted sum over the layers of
    the mean squared difference of their Gram matrices.
    Raises `ValueError` if the layers differ.

    Gatys 2016, equations 4 and 5: E_l = Σ (G − A)² / (4 N² M²) on raw sums, which is **a
    quarter of** a layer's term here (if both pictures have M positions; the paper's raw
    sums need that, means over the positions do not); L_style = Σ w_l E_l with w_l = 1/5.
    """
    if set(grams) != set(targets):
        raise ValueError(f"The layers differ: {sorted(grams)}, targets for {sorted(targets)}.")
    if layer_weights is None:
        layer_weights = {layer: 1 / len(targets) for layer in targets}
    losses = {layer: gram_loss(grams[layer], targets[layer]) for layer in targets}
    return tf.add_n([layer_weights[layer] * losses[layer] for layer in targets])


def gram_loss(gram, target):
    """One layer's part of the style loss: the mean squared difference of two Gram matrices."""
    return tf.reduce_mean(tf.square(gram - target))


def neighbor_loss(features, matched, covered=1.0):
    """How far the features at each position point away from those it is matched with.

    features, matched: `{layer: (1, height, width, channels)}`, all of one height and width; the
    layers are taken side by side, as one long vector a position. What is matched has length 1 there
    (see `neighbors.matching`), or less: it may be a mean, or nothing where no painting applies.
    covered: how much of each position counts, `(1, height, width)`. Returns a scalar: the mean over
    the positions of 1 − cosine.

    Kolkin 2022, section 3.3, equation 3, whose cosine distance this is.
    """
    products = tf.add_n([tf.reduce_sum(features[name] * matched[name], -1) for name in features])
    squares = tf.add_n([tf.reduce_sum(tf.square(values), -1) for values in features.values()])
    return tf.reduce_mean(covered - products * tf.math.rsqrt(squares + 1e-12))


def total_variation(picture):
    """How much neighboring pixels differ: the mean absolute difference down plus across.

    picture: `(1, height, width, 3)`. Returns a scalar, 0 for a flat picture.

    Anisotropic total variation, as in `tf.image.total_variation`, which sums where this takes
    means: for a picture of many pixels its value is about **3 × height × width times** this one.
    """
    down = picture[:, 1:] - picture[:, :-1]  # (1, height − 1, width, 3)
    across = picture[:, :, 1:] - picture[:, :, :-1]  # (1, height, width − 1, 3)
    return tf.reduce_mean(tf.abs(down)) + tf.reduce_mean(tf.abs(across))


def total_loss(content, style, variation, content_weight, style_weight, tv_weight):
    """The weighted sum that is minimized: α · content + β · style + γ · total variation.

    All six are scalars. Gatys 2016, equation 7, has the first two terms, weighted by α and β.
    """
    return content_weight * content + style_weight * style + tv_weight * variation
