"""What a scale begins with: starting points, the painting's colors, and detail kept."""

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import QUICK, TWO, quick_run, white

from nst_helpers import (
    SettingsError,
    enlarged,
    half,
    in_colors_of,
    load_image,
    luminance,
    resize,
    starting_point,
    stylize,
)
from nst_helpers.method import Paintings, blended, finished, start_from


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


@pytest.mark.parametrize("init", ["recolored", "noise", "style"])
@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_luminance_keeps_the_photos_color(vgg, init, optimizer):
    photo = load_image("astronaut", max_side=64)
    made = quick_run(vgg, original_colors="luminance", init=init, optimizer=optimizer).picture
    difference = (made - luminance(made)) - (photo - luminance(photo))
    assert np.abs(difference).max() < 0.5 / 255
    assert np.abs(luminance(made) - luminance(photo)).mean() > 0.02


def test_match_paints_like_the_painting_in_the_photos_colors(vgg):
    photo, painting = load_image("astronaut", max_side=64), load_image("mosaic", max_side=64)
    by_hand = stylize(photo, in_colors_of(photo, painting), steps=3, vgg=vgg, **QUICK)
    made = quick_run(vgg, original_colors="match")
    np.testing.assert_allclose(made.picture, by_hand.picture, atol=1 / 255)
    assert np.abs(made.picture - quick_run(vgg).picture).mean() > 0.05


def test_a_blend_of_one_is_that_painting_alone(vgg):
    alone = quick_run(vgg)
    for style, weights in [(["mosaic"], None), (TWO, [1, 0]), (TWO[::-1], [0, 7])]:
        made = quick_run(vgg, style, style_blend_weights=weights)
        np.testing.assert_array_equal(made.picture, alone.picture)


def test_a_blend_by_hand():
    """Each matrix is divided by its strength; the sum has the strength of both in the mean."""
    one, other = tf.constant([[3.0, 0], [0, 3]]), tf.constant([[0, 40.0], [40, 0]])
    made = blended([{"layer": one}, {"layer": other}], [0.25, 0.75])["layer"]
    strengths = 3 / 2**0.5, 40 / 2**0.5  # roots of the mean squares
    mean = 0.25 * strengths[0] + 0.75 * strengths[1]
    np.testing.assert_allclose(
        made, mean * (0.25 * one / strengths[0] + 0.75 * other / strengths[1]), rtol=1e-5
    )


def test_the_order_of_paintings_does_not_count(vgg):
    masks = [half(load_image("astronaut", max_side=64), side) for side in ("left", "right")]
    for more in ({}, {"style_masks": masks}):
        turned = {name: value[::-1] for name, value in more.items()}
        one = quick_run(vgg, TWO, style_blend_weights=[1, 3], steps=2, **more)
        other = quick_run(vgg, TWO[::-1], style_blend_weights=[3, 1], steps=2, **turned)
        np.testing.assert_allclose(one.picture, other.picture, atol=2 / 255)
        assert one.history[0]["total"] == pytest.approx(other.history[0]["total"], rel=1e-4)


def test_a_blend_starts_between_its_paintings_colors():
    photo = load_image("astronaut", max_side=64)
    pictures = tuple(load_image(name, max_side=64) for name in TWO)
    one, other = (start_from("recolored", photo, Paintings((each,)), 0) for each in pictures)
    both = start_from("recolored", photo, Paintings(pictures, (0.3, 0.7)), 0)
    np.testing.assert_allclose(both, 0.3 * one + 0.7 * other, atol=1e-6)


def test_one_white_mask_is_none(vgg):
    plain, guided = quick_run(vgg), quick_run(vgg, ["mosaic"], style_masks=[white()])
    for name in ("content", "style", "total"):
        assert guided.history[0][name] == pytest.approx(plain.history[0][name], rel=1e-4)
    np.testing.assert_allclose(guided.picture, plain.picture, atol=4 / 255)


def test_where_no_mask_is_the_photo_stays(vgg):
    photo = load_image("astronaut", max_side=64)
    made = quick_run(vgg, ["mosaic"], style_masks=[half(photo, "left")])
    np.testing.assert_allclose(made.picture[:, :, 32:], photo[:, :, 32:], atol=1e-6)
    assert np.abs(made.picture - photo)[:, :, :30].mean() > 0.05


def test_each_region_begins_in_its_paintings_colors():
    photo = load_image("astronaut", max_side=64)
    flat = tuple(tf.fill((1, 40, 40, 3), value) for value in (0.2, 0.8))
    masks = tf.concat([half(photo, side)[..., :1] for side in ("left", "right")], axis=-1)
    start = start_from("recolored", photo, Paintings(flat, (0.5, 0.5), masks), 0)
    assert float(tf.reduce_mean(start[:, :, :30])) == pytest.approx(0.2, abs=0.02)
    assert float(tf.reduce_mean(start[:, :, 34:])) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("init", ["recolored", "overlay"])
def test_a_run_begins_with_the_part_of_the_painting_that_counts(init):
    photo = load_image("astronaut", max_side=64)
    red, blue = (tf.fill((1, 32, 16, 3), 1.0) * color for color in ([1.0, 0, 0], [0, 0, 1.0]))
    painting = tf.concat([red, blue], axis=2)
    part = (half(painting, "right")[..., :1],)
    cut = start_from("recolored", photo, Paintings((blue,)), 0)
    for paintings in (
        Paintings((painting,), own_masks=part),
        Paintings((painting, painting), (0.5, 0.5), own_masks=2 * part),
    ):
        if init == "recolored":
            np.testing.assert_allclose(start_from(init, photo, paintings, 0), cut, atol=0.01)
        assert float(tf.reduce_mean(start_from(init, photo, paintings, 0)[..., 1])) < 0.2
    assert float(tf.reduce_mean(cut[..., 0])) < 0.01


def test_laid_over_by_hand():
    photo, painted = tf.zeros((1, 1, 2, 3)), tf.ones((1, 1, 2, 3))
    masks = tf.reshape(tf.constant([1.0, 0.25]), (1, 1, 2, 1))
    made = finished(painted, photo, Paintings((painted,), (1.0,), masks), False)
    np.testing.assert_allclose(made[0, 0, :, 0], [1, 0.25])
