"""Colors: brightness, one picture in the colors of another, and pictures of few colors."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import QUICK

from nst_helpers import (
    PAINTINGS,
    PATTERNS,
    PHOTOS,
    half,
    in_colors_of,
    load_image,
    luminance,
    stylize,
)
from nst_helpers.pictures import as_bright_as, mean_and_covariance, square_root, with_colors_of


def picture(*rows):
    """One of so many pixels, `(1, height, width, 3)`."""
    return tf.constant([rows], tf.float32)


def random(*shape, seed=0):
    return tf.random.stateless_uniform(shape, (seed, 0))


def test_luminance_by_hand():
    made = luminance(picture([[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [0.5, 0.5, 0.5]]))
    np.testing.assert_allclose(made[0, :, :, 0], [[0.299, 0.587], [0.114, 0.5]], atol=1e-6)
    np.testing.assert_array_equal(made[..., 0], made[..., 2])


def in_black_and_white(name, side=96):
    return tf.cast(luminance(load_image(name, max_side=side)) > 0.5, tf.float32)


def few_colors():
    """Pictures whose colors fill no volume: `{name: picture}`."""
    red, yellow = tf.constant([0.9, 0.1, 0.1]), tf.constant([1.0, 0.9, 0.0])
    where = tf.cast(random(1, 40, 48, 1) > 0.5, tf.float32)
    return {name: in_black_and_white(name) for name in PHOTOS + PAINTINGS + PATTERNS} | {
        "gray": luminance(load_image("astronaut", max_side=96)),
        "white": tf.ones((1, 40, 48, 3)),
        "black": tf.zeros((1, 40, 48, 3)),
        "one color": tf.ones((1, 40, 48, 3)) * red,
        "two colors": where * red + (1 - where) * yellow,
        "nearly one": 0.5 + 1e-4 * random(1, 40, 48, 3),
        "no blue": random(1, 40, 48, 3) * [1.0, 1.0, 0.0],
        "one pixel": tf.reshape(red, (1, 1, 1, 3)),
        "two pixels": picture([[1, 0, 0], [0, 0, 1]]),
        "colors": load_image("mosaic", max_side=96),
    }


def test_pictures_of_few_colors_give_finite_starts():
    """The covariance of black and white has no inverse; its root was NaN for 16 of 90 pairs."""
    pictures = few_colors()
    for photo, painting in itertools.product(pictures, repeat=2):
        made = in_colors_of(pictures[painting], pictures[photo])
        assert np.isfinite(made).all(), (photo, painting)
    parts = tf.zeros((1, 40, 48, 1)), tf.ones((1, 40, 48, 1))
    for part, other in itertools.product(parts, repeat=2):  # also where no color counts
        assert np.isfinite(in_colors_of(pictures["white"], pictures["black"], part, other)).all()


def test_the_root_of_a_matrix_by_eigenvalues_is_the_root():
    """For pictures of many colors nothing has changed: within 1e-3 of `tf.linalg.sqrtm`."""
    for name in ("honey_bee", "neuschwanstein", "starry_night", "waves"):
        _, covariance = mean_and_covariance(load_image(name, max_side=96))
        root = square_root(covariance + 1e-4 * tf.eye(3))
        np.testing.assert_allclose(root, tf.linalg.sqrtm(covariance + 1e-4 * tf.eye(3)), atol=1e-5)
        np.testing.assert_allclose(root @ root, covariance + 1e-4 * tf.eye(3), atol=1e-6)
    singular = tf.ones((3, 3))
    np.testing.assert_allclose(square_root(singular) @ square_root(singular), singular, atol=1e-5)


@pytest.mark.parametrize("init", ["recolored", "overlay"])
def test_a_picture_in_black_and_white_is_painted_with_the_default_settings(vgg, init):
    photo, painting = (in_black_and_white(one, 64) for one in ("neuschwanstein", "night_cafe"))
    made = stylize(photo, painting, steps=2, init=init, vgg=vgg, **QUICK)
    assert not made.message and np.isfinite(made.picture).all()


def test_a_gray_painting_gets_the_photos_mean_and_deviation():
    photo, painting = (luminance(0.4 + 0.2 * random(1, 9, 7, 3, seed=seed)) for seed in (1, 2))
    made = as_bright_as(photo, 0.5 * painting)
    assert float(tf.reduce_mean(made)) == pytest.approx(float(tf.reduce_mean(photo)), abs=1e-5)
    wanted = float(tf.math.reduce_std(photo))
    assert float(tf.math.reduce_std(made)) == pytest.approx(wanted, rel=1e-3)
    flat = as_bright_as(photo, tf.fill((1, 5, 5, 3), 0.3))  # has no contrast to be stretched
    np.testing.assert_allclose(flat, float(tf.reduce_mean(photo)), atol=1e-5)


def test_color_gives_way_to_nothing():
    """Where brightness and color do not go together in 0..1, it is the brightness that changes."""
    photo = picture([[1, 0, 0], [0.2, 0.4, 0.6]])
    made = with_colors_of(photo, tf.fill((1, 1, 2, 3), 0.9))
    np.testing.assert_allclose(made - luminance(made), photo - luminance(photo), atol=1e-6)
    np.testing.assert_allclose(made[0, 0, 0], [1, 0, 0], atol=1e-6)  # pure red has one brightness
    assert np.max(made) == pytest.approx(1) and np.min(made) >= -1e-6


def test_the_colors_of_a_part():
    """The left half is mapped to the right half of the painting alone, as if the rest were not."""
    photo, painting = random(1, 8, 8, 3, seed=3), random(1, 8, 6, 3, seed=4)
    left, right = half(photo, "left")[..., :1], half(painting, "right")[..., :1]
    made = in_colors_of(painting, photo, right, left)[:, :, :4]
    alone = in_colors_of(painting[:, :, 3:], photo[:, :, :4])
    np.testing.assert_allclose(made, alone, atol=1e-4)
