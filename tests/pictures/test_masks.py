"""Masks: made by hand, loaded, and shared out among paintings."""

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import white

from nst_helpers import PictureError, SettingsError, circle, color_range, half, load_image
from nst_helpers.pictures import load_mask, shared_out


def test_masks_share_what_they_all_cover():
    left, all_over, gray = (
        tf.constant([[1.0, 0]]),
        tf.constant([[1.0, 1]]),
        tf.constant([[0.5, 0.5]]),
    )
    masks = [tf.reshape(mask, (1, 1, 2, 1)) for mask in (left, all_over, gray)]
    made = shared_out(masks[:2], (0.25, 0.75))
    np.testing.assert_allclose(made[0, 0], [[0.25, 0.75], [0, 1]], atol=1e-6)
    np.testing.assert_allclose(shared_out(masks[2:], (1.0,))[0, 0], [[0.5], [0.5]], atol=1e-6)
    without = shared_out(masks[:2], (1.0, 0.0))  # a painting that does not count covers nothing
    np.testing.assert_allclose(without[0, 0], [[1, 0], [0, 0]], atol=1e-6)
    apart = [tf.reshape(tf.constant(mask), (1, 1, 2, 1)) for mask in ([1.0, 0], [0.0, 1])]
    for small in (1e-7, 1e-60):  # where a painting is alone, it counts in full
        shared = shared_out(apart, (1 - small, small))
        np.testing.assert_allclose(shared[0, 0], [[1, 0], [0, 1]], atol=1e-6)


def test_half_circle_and_color_range():
    photo = tf.concat([tf.zeros((1, 10, 10, 3)), tf.ones((1, 10, 10, 3))], axis=2)
    np.testing.assert_array_equal(half(photo, "right"), photo)
    assert float(tf.reduce_mean(half(photo, "top"))) == 0.5
    assert float(half(photo, "bottom")[0, 9, 0, 0]) == 1 == float(half(photo, "left")[0, 0, 9, 0])
    np.testing.assert_array_equal(color_range(photo, (0.9, 1, 1)), photo)
    white = photo[0, 0, -1]  # a tensor, as a pixel is in lesson 08
    np.testing.assert_array_equal(color_range(photo, white), photo)
    round_one = circle(tf.zeros((1, 100, 200, 3)), x=0.75, radius=0.3)
    assert float(tf.reduce_sum(round_one[..., 0])) == pytest.approx(np.pi * 30**2, rel=0.01)
    places = np.argwhere(np.asarray(round_one)[0, :, :, 0])
    np.testing.assert_allclose(places.mean(0), [49.5, 149.5])
    with pytest.raises(SettingsError, match="middle"):
        half(photo, "middle")
    assert half("horses", "top").shape == load_image("horses").shape


def test_masks_are_loaded_from_whatever_there_is(tmp_path):
    photo = tf.zeros((1, 30, 60, 3))
    true = np.zeros((3, 6), bool)
    true[0] = True
    for source in (true, true.astype(float), half(tf.zeros((1, 32, 64, 3)), "top")):
        mask = load_mask(source, "it", photo)
        assert mask.shape[-1] == 1 and float(tf.reduce_max(mask)) == 1
    assert float(tf.reduce_mean(load_mask(true, "it", photo))) == pytest.approx(1 / 3)
    column = true[None, ..., None].astype(float)  # as `load_mask` returns it
    np.testing.assert_array_equal(load_mask(column, "it", photo), load_mask(true, "it", photo))
    for wrong in (np.full((3, 6), np.nan), [[[1, 2], [3]]], None, np.zeros((3, 6, 2))):
        with pytest.raises(PictureError, match="^it "):
            load_mask(wrong, "it", photo)
    assert load_mask(white(31, 60), "it", photo).shape == (1, 31, 60, 1)  # as rounding leaves it
