import numpy as np
import pytest
import tensorflow as tf

from nst_helpers.pictures import samples
from nst_helpers.pictures.pictures import load_image


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_every_sample_is_a_picture(name):
    picture = load_image(name, max_side=256)
    assert picture.dtype == tf.float32 and picture.shape[0] == 1 and picture.shape[3] == 3
    assert max(picture.shape[1:3]) == 256
    assert 0 <= float(tf.reduce_min(picture)) < 0.3 and 0.7 < float(tf.reduce_max(picture)) <= 1


def test_there_are_thirteen_samples_and_three_patterns():
    assert len(samples.PHOTOS) == 6 and len(samples.PAINTINGS) == 7 and len(samples.PATTERNS) == 3


def test_every_sample_is_credited():
    credits = (samples.DATA / "CREDITS.md").read_text()
    for name in samples.PHOTOS + samples.PAINTINGS:
        assert f"{name}.jpg" in credits


@pytest.mark.parametrize("name", samples.PATTERNS)
def test_a_pattern_is_always_the_same(name):
    first = samples.draw_pattern(name, side=64)
    np.testing.assert_array_equal(first, samples.draw_pattern(name, side=64))


def nearest(pixels):
    """The number of the palette's color that each pixel is nearest to, and how far it is."""
    off = np.abs(pixels[..., None, :].astype(int) - samples.PALETTE).max(-1)
    return off.argmin(-1), off.min(-1)


def test_a_mosaic_is_of_square_tiles_with_light_joints():
    pixels = samples.draw_pattern("mosaic", side=512)  # of tiles of 16 pixels
    colors, off = nearest(pixels)
    tiles = colors.reshape(32, 16, 32, 16)[:, 2:-2, :, 2:-2]
    assert (tiles == tiles[:, :1, :, :1]).all() and off[8::16, 8::16].max() == 0
    assert set(tiles.ravel()) == set(range(5))
    joints = pixels[::16].min(), pixels[:, ::16].min()
    assert min(joints) > pixels[8::16, 8::16].min() + 50


def test_stripes_are_straight_and_slanted():
    colors, _ = nearest(samples.draw_pattern("stripes", side=480))
    for down in (100, 400):  # so far down, half as far to the left
        assert (colors[down:, : -down // 2] == colors[:-down, down // 2 :]).mean() > 0.98
    changes = np.flatnonzero(np.diff(colors[0]))
    assert np.all(np.abs((changes + 1) / 20 - np.round((changes + 1) / 20)) < 0.1)
    assert set(colors[0]) == set(range(5))


def test_waves_lie_over_one_another_in_the_palettes_order():
    """Where two lie near each other, the one between them is hidden."""
    colors, off = nearest(samples.draw_pattern("waves", side=480))
    for number in range(0, 480, 40):
        column = colors[off[:, number] < 8, number]  # but the edges
        steps = np.diff(column[np.flatnonzero(np.diff(column, prepend=-1))]) % 5
        assert set(steps) <= {1, 2} and (steps == 1).mean() > 0.7 and len(steps) > 12
