"""What a scale's first step finds: the starting point, and the coarser result made larger."""

import tensorflow as tf

from .pictures import resize


def starting_point(init, content, style, seed=0):
    """The picture that the loop starts from, in the content image's size.

    init: `"recolored"` (the content image in the style image's colors), `"content"`, `"style"`
    (the style image, stretched) or `"noise"` (white noise; the same seed gives the same noise).
    content, style: pictures.
    """
    if init == "recolored":
        return in_colors_of(style, content)
    if init == "content":
        return content
    if init == "style":
        return resize(style, *content.shape[1:3])
    return tf.random.stateless_uniform(content.shape, seed=(seed, 0))


def in_colors_of(painting, photo):
    """The photo in the painting's colors, so that no step need go into changing all of them.

    painting, photo: pictures. Returns one in the photo's size, clipped to 0..1: the photo's colors
    under the linear map that gives them the painting's mean and covariance and moves them least,
    T = P^-½ (P^½ A P^½)^½ P^-½ for the covariances P of the photo and A of the painting (Pitié,
    Kokaram, *The Linear Monge-Kantorovitch Linear Colour Mapping*, CVMP 2007).
    """
    photo_mean, photo_covariance = mean_and_covariance(photo)
    mean, covariance = mean_and_covariance(painting)
    little = 1e-4 * tf.eye(3)  # with which a gray photo's covariance has an inverse, too
    photo_covariance, covariance = photo_covariance + little, covariance + little
    root = tf.linalg.sqrtm(photo_covariance)  # (3, 3)
    inverse = tf.linalg.inv(root)
    color_map = inverse @ tf.linalg.sqrtm(root @ covariance @ root) @ inverse  # (3, 3), symmetric
    return tf.clip_by_value((photo - photo_mean) @ color_map + mean, 0.0, 1.0)


def mean_and_covariance(values):
    """Of a picture's colors or of features: `(channels,)`, `(channels, channels)`.

    values: `(1, height, width, channels)`.
    """
    vectors = tf.reshape(values, (-1, values.shape[-1]))  # (M, channels)
    mean = tf.reduce_mean(vectors, axis=0)
    places = tf.cast(tf.shape(vectors)[0], vectors.dtype)
    return mean, tf.matmul(vectors - mean, vectors - mean, transpose_a=True) / places


def enlarged(picture, photo, larger_photo, keep_detail):
    """The picture in the larger photo's size, with the detail that only the larger photo has.

    picture: painted, in the size of photo. Only enlarged, it would be blurred, and the steps left
    would make a woven pattern of the blur. So what the larger photo has and the small one lacks,
    once that is enlarged, is added if keep_detail.
    """
    size = larger_photo.shape[1:3]
    detail = larger_photo - resize(photo, *size) if keep_detail else 0.0
    return tf.clip_by_value(resize(picture, *size) + detail, 0.0, 1.0)
