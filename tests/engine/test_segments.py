"""Regions of a photo, found from features."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import SettingsError, load_image, regions
from nst_helpers.engine.segments import _along_edges


@pytest.fixture(scope="module")
def castle():
    return load_image("neuschwanstein", max_side=256)


def test_sky_castle_and_woods_come_apart(castle, vgg):
    masks = np.concatenate([mask[..., :1] for mask in regions(castle, 3, vgg)], axis=-1)[0]
    height, width = castle.shape[1:3]

    def at(x, y):  # 0 to 1, from the left and from the top
        return list(np.round(masks[int(y * height), int(x * width)], 1))

    for x, y in [(0.05, 0.1), (0.5, 0.1), (0.9, 0.3)]:
        assert at(x, y) == [1, 0, 0]
    for x, y in [(0.4, 0.5), (0.45, 0.6), (0.3, 0.45)]:
        assert at(x, y)[1] > 0.8
    for x, y in [(0.1, 0.9), (0.3, 0.9), (0.85, 0.8)]:
        assert at(x, y) == [0, 0, 1]


@pytest.mark.parametrize("count", [2, 5])
def test_they_cover_the_picture_once_from_top_to_bottom(castle, vgg, count):
    masks = regions(castle, count, vgg)
    assert len(masks) == count and all(mask.shape == castle.shape for mask in masks)
    np.testing.assert_allclose(tf.add_n(masks), 1, atol=1e-5)
    rows = np.arange(castle.shape[1])
    middles = [np.average(rows, weights=np.sum(mask, axis=(0, 2, 3))) for mask in masks]
    assert middles == sorted(middles)
    np.testing.assert_array_equal(masks[0], regions(castle, count, vgg)[0])


@pytest.mark.parametrize("count", [1, 9, 2.5])
def test_another_count_gets_a_sentence(castle, vgg, count):
    with pytest.raises(SettingsError, match="2 to 8|whole number"):
        regions(castle, count, vgg)


def test_a_border_moves_to_an_edge():
    """The mask ends four pixels beside the edge of the picture; then it ends near it."""
    picture = np.full((1, 40, 40, 3), 0.1, np.float32)
    picture[:, :, 20:] = 0.9
    mask = np.zeros((1, 40, 40, 1), np.float32)
    mask[:, :, 24:] = 1
    made = np.asarray(_along_edges(mask, tf.constant(picture)))[0, 20, :, 0]
    assert made[5] < 0.01 and made[35] > 0.9
    assert abs(np.argmax(made > 0.5) - 20) <= 2
