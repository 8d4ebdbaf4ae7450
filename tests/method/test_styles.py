"""What a scale begins with: starting points, the painting's colors, and detail kept."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import SettingsError, enlarged, in_colors_of, load_image, resize, starting_point


def colors(picture):
    values = np.reshape(picture, (-1, 3)).astype(float)
    return values.mean(0), np.cov(values.T, bias=True)


def pale(name, side=64):
    """A sample of low contrast: mapped to another one's colors, none of its own leaves 0..1."""
    return 0.4 + 0.2 * load_image(name, max_side=side)


def test_starting_points():
    content, style = load_image("astronaut", max_side=40), load_image("waves", max_side=64)
    assert starting_point("content", content, style) is content
    assert starting_point("style", content, style).shape == content.shape
    noise = starting_point("noise", content, style, seed=3).numpy()
    assert noise.shape == content.shape and 0 <= noise.min() < 0.05 and 0.95 < noise.max() <= 1
    np.testing.assert_array_equal(noise, starting_point("noise", content, style, seed=3))
    assert np.abs(noise - starting_point("noise", content, style, seed=4)).mean() > 0.2
    recolored = starting_point("recolored", content, style)
    np.testing.assert_array_equal(recolored, in_colors_of(style, content))
    with pytest.raises(SettingsError, match="'contnt': choose one of recolored, overlay"):
        starting_point("contnt", content, style)
    overlay = starting_point("overlay", content, style)
    stretched = starting_point("style", content, style)
    np.testing.assert_allclose(overlay, 0.5 * (recolored + stretched), atol=1e-6)


@pytest.mark.parametrize("photo", ["astronaut", "neuschwanstein"])
@pytest.mark.parametrize("painting", ["starry_night", "citrus_slices"])
def test_a_recolored_photo_has_the_paintings_mean_and_covariance(photo, painting):
    photo, painting = pale(photo), pale(painting)
    mean, covariance = colors(in_colors_of(painting, photo))
    np.testing.assert_allclose(mean, colors(painting)[0], atol=1e-4)
    np.testing.assert_allclose(covariance, colors(painting)[1], atol=2e-4)


def test_independent_colors_are_stretched_one_by_one():
    """By hand: with no covariance, each color is stretched by the ratio of the deviations."""
    four = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], np.float32)
    photo = tf.reshape(0.5 + four * [0.1, 0.2, 0.1], (1, 2, 2, 3))
    painting = tf.reshape(0.4 + four * [0.2, 0.2, 0.3], (1, 4, 1, 3))
    expected = np.reshape(0.4 + four * [0.2, 0.2, 0.3], (1, 2, 2, 3))
    made = in_colors_of(tf.cast(painting, tf.float32), tf.cast(photo, tf.float32))
    np.testing.assert_allclose(made, expected, atol=2e-3)


def test_what_another_paintings_colors_make_too_light_or_dark_is_clipped():
    made = in_colors_of(load_image("waves", max_side=64), load_image("astronaut", max_side=64))
    assert (made.numpy().min(), made.numpy().max()) == (0, 1)


def test_in_its_own_colors_a_photo_stays_as_it_is():
    photo = load_image("red_panda", max_side=64)
    np.testing.assert_allclose(in_colors_of(photo, photo), photo, atol=1e-3)


def test_pictures_of_one_color_can_be_mapped_too():
    gray = tf.repeat(tf.random.stateless_uniform((1, 32, 32, 1), (1, 0)), 3, axis=-1)
    flat = tf.fill((1, 32, 32, 3), 0.5)
    colored = load_image("starry_night", max_side=40)
    for photo in (gray, flat, colored):
        for painting in (gray, flat, colored):
            made = in_colors_of(painting, photo).numpy()
            assert np.isfinite(made).all() and 0 <= made.min() <= made.max() <= 1
            mean = np.mean(painting, axis=(0, 1, 2))
            np.testing.assert_allclose(made.mean((0, 1, 2)), mean, atol=0.1)


def test_what_was_not_painted_is_enlarged_to_the_larger_photo():
    larger = load_image("neuschwanstein", max_side=90)
    small = resize(larger, 30, 45)
    np.testing.assert_allclose(enlarged(small, small, larger, True), larger, atol=1e-6)


def test_paint_stays_where_detail_comes_back():
    larger = pale("neuschwanstein", 90)
    small = resize(larger, 30, 45)
    painted = enlarged(small + 0.1, small, larger, True)
    np.testing.assert_allclose(painted, larger + 0.1, atol=1e-3)
    dark = enlarged(tf.zeros_like(small), small, larger, True).numpy()
    assert dark.min() == 0 and dark.shape == larger.shape  # clipped
    assert enlarged(tf.ones_like(small), small, larger, True).numpy().max() == 1


def test_without_detail_kept_there_is_nothing_of_the_photo():
    larger = load_image("neuschwanstein", max_side=90)
    texture = tf.fill((1, 30, 45, 3), 0.3)
    made = enlarged(texture, resize(larger, 30, 45), larger, False)
    np.testing.assert_allclose(made, tf.fill(larger.shape, 0.3), atol=1e-6)
