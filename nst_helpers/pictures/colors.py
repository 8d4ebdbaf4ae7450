"""Colors: of one picture given to another, and taken apart into brightness and the rest."""

import tensorflow as tf

# Of red, green and blue; Y of ITU-R BT.601, as in television and JPEG files.
BRIGHTNESS = (0.299, 0.587, 0.114)


def in_colors_of(painting, photo, painting_part=None, photo_part=None):
    """The photo in the painting's colors, so that no steps are spent on changing colors.

    painting, photo: pictures. painting_part, photo_part: the parts whose colors count,
    `(1, height, width, 1)` each, 0 to 1; None for the whole. Returns a picture in the photo's size,
    clipped to 0..1: the photo's colors under the linear map that gives them the painting's mean and
    covariance and moves them least, T = P^-½ (P^½ A P^½)^½ P^-½ for the covariances P of the photo
    and A of the painting (Pitié, Kokaram, *The Linear Monge-Kantorovitch Linear Colour Mapping*,
    CVMP 2007).
    """
    photo_mean, photo_covariance = mean_and_covariance(photo, photo_part)
    mean, covariance = mean_and_covariance(painting, painting_part)
    little = 1e-4 * tf.eye(3)  # with which a gray photo's covariance has an inverse, too
    photo_covariance, covariance = photo_covariance + little, covariance + little
    root = square_root(photo_covariance)  # (3, 3)
    inverse = tf.linalg.inv(root)
    color_map = inverse @ square_root(root @ covariance @ root) @ inverse  # (3, 3), symmetric
    return tf.clip_by_value((photo - photo_mean) @ color_map + mean, 0.0, 1.0)


def square_root(matrix):
    """Of a symmetric matrix whose eigenvalues are 0 or above: S with S S = matrix, symmetric too.

    Of a picture in black and white some are 0, and rounding makes them a little negative: they
    count as 0. (`tf.linalg.sqrtm` has no root of such a matrix, and gives NaN.)
    """
    values, vectors = tf.linalg.eigh(matrix)
    return vectors * tf.sqrt(tf.maximum(values, 0.0)) @ tf.transpose(vectors)


def mean_and_covariance(values, part=None):
    """Of a picture's colors or of features: `(channels,)`, `(channels, channels)`.

    values: `(1, height, width, channels)`. part: how much each position counts,
    `(1, height, width, 1)`; None for all alike.
    """
    vectors = tf.reshape(values, (-1, values.shape[-1]))  # (M, channels)
    if part is None:
        mean = tf.reduce_mean(vectors, axis=0)
        places = tf.cast(tf.shape(vectors)[0], vectors.dtype)
        return mean, tf.matmul(vectors - mean, vectors - mean, transpose_a=True) / places
    weights = tf.reshape(part, (-1, 1)) / tf.maximum(tf.reduce_sum(part), 1e-8)  # (M, 1)
    mean = tf.reduce_sum(weights * vectors, axis=0)
    return mean, tf.matmul(vectors - mean, weights * (vectors - mean), transpose_a=True)


def luminance(picture):
    """How bright each pixel is, as a gray picture: `(1, height, width, 3)`, three equal values."""
    gray = tf.reduce_sum(picture * BRIGHTNESS, axis=-1, keepdims=True)
    return tf.repeat(gray, 3, axis=-1)


def as_bright_as(photo, painting, photo_part=None, painting_part=None):
    """The gray painting with the mean and deviation of the gray photo's brightness, in 0..1.

    The parts are as for `in_colors_of`. Gatys et al., *Controlling Perceptual Factors in Neural
    Style Transfer*, arXiv 1611.07865, section 5.1: L' = σ_C / σ_S (L_S − μ_S) + μ_C.
    """
    wanted, wanted_variance = mean_and_covariance(photo[..., :1], photo_part)
    mean, variance = mean_and_covariance(painting[..., :1], painting_part)
    contrast = tf.sqrt(wanted_variance / tf.maximum(variance, 1e-8))[0]
    return tf.clip_by_value((painting - mean) * contrast + wanted, 0.0, 1.0)


def with_colors_of(photo, gray):
    """The gray picture's brightness with the photo's color: what each pixel differs from gray by.

    photo, gray: pictures of one size. Where such a color cannot be so bright or so dark, the
    brightness gives way, since clipping would change the color.
    """
    color = photo - luminance(photo)
    darkest = -tf.reduce_min(color, axis=-1, keepdims=True)
    brightest = 1 - tf.reduce_max(color, axis=-1, keepdims=True)
    return color + tf.clip_by_value(gray, darkest, brightest)
