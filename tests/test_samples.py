import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import samples
from nst_helpers.errors import PictureError
from nst_helpers.pictures import load_image


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
def test_patterns_follow_their_seed(name):
    first = samples.draw_pattern(name, seed=1, side=64)
    np.testing.assert_array_equal(first, samples.draw_pattern(name, seed=1, side=64))
    assert (first != samples.draw_pattern(name, seed=2, side=64)).any()


def test_a_pattern_that_does_not_exist_gets_a_sentence():
    with pytest.raises(PictureError, match="no pattern 'dots'; the patterns are mosaic, stripes"):
        samples.draw_pattern("dots")
