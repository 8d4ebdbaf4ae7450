"""From coarse to fine: which scales a run has, and how many steps each gets."""

import dataclasses
import itertools

import pytest
import tensorflow as tf
from engine import QUICK

from nst_helpers import PictureError, SettingsError, load_image, scales, stylize
from nst_helpers.scales import choose_scales, settle, split_steps
from nst_helpers.settings import DEFAULTS


def test_scales_from_coarse_to_fine():
    def picture(height, width):
        return tf.zeros((1, height, width, 3))

    square = picture(512, 512)
    assert choose_scales(picture(200, 256), square) == [256]
    assert choose_scales(picture(256, 384), square) == [192, 384]
    assert choose_scales(picture(1024, 1024), square) == [256, 512, 1024]
    assert choose_scales(picture(1024, 40), square) == [1024]  # half of it would be 20 px wide


def test_steps_are_split_between_scales():
    assert split_steps(None, [256]) == [100]
    assert split_steps(None, [192, 384]) == [100, 25]
    assert split_steps(100, [192, 384]) == [80, 20]
    for steps, sides in itertools.product(
        (3, 4, 7, 50, 101), ([256], [192, 384], [256, 512, 1024])
    ):
        counts = split_steps(steps, sides)
        assert sum(counts) == steps and min(counts) >= 1


def test_steps_given_for_each_scale_are_kept():
    picture = tf.zeros((1, 384, 384, 3))
    asked = dataclasses.replace(DEFAULTS, size=384, steps=[7, 3])
    settled = settle(asked, picture, picture)
    assert (settled.size, settled.scales, settled.steps) == (384, [192, 384], [7, 3])


def test_a_run_over_two_scales(vgg, monkeypatch):
    monkeypatch.setattr(scales, "COARSEST_SIDE", 64)
    result = stylize("astronaut", "night_cafe", size=128, steps=5, vgg=vgg, progress=False)
    assert [row["side"] for row in result.history] == [64, 64, 64, 64, 128]
    assert result.picture.shape == (1, 128, 128, 3)


def test_a_small_photo_is_not_enlarged(vgg):
    small = load_image("astronaut", max_side=48)
    result = stylize(small, "mosaic", size=512, steps=1, vgg=vgg, progress=False)
    assert result.picture.shape == small.shape
    assert result.settings["size"] == 512 and result.card["painted"]["size"] == 48


def test_a_smaller_photo_shrinks_the_scales(vgg):
    small = load_image("astronaut", max_side=64)
    result = stylize(
        small, "mosaic", size=128, scales=[96, 128], steps=[1, 1], vgg=vgg, progress=False
    )
    assert result.card["painted"]["scales"] == [48, 64]
    with pytest.raises(
        SettingsError, match="scales are .32, 64.: .* the last one being the size, 512"
    ):
        stylize(small, "mosaic", scales=[32, 64], vgg=vgg)  # the size was not given
    result = stylize(
        small, "mosaic", size=512, scales=[64, 256, 512], steps=[3, 2, 1], vgg=vgg, progress=False
    )
    assert result.card["painted"]["scales"] == [32, 64] and result.card["painted"]["steps"] == [
        2,
        1,
    ]  # 8 px is too small


@pytest.mark.parametrize(
    "setting, words",
    [
        ({"steps": [3, 4]}, "one number for each of the scales"),
        ({"scales": [64, 48]}, "coarse to fine"),
        ({"scales": [32, 48]}, "the last one being the size, 64"),
        ({"scales": [16, 64]}, "from 32 px"),
    ],
)
def test_scales_that_do_not_go_together_get_a_sentence(setting, words):
    with pytest.raises(SettingsError, match=words):
        stylize("astronaut", "mosaic", **(QUICK | setting))


def test_fewer_steps_than_scales_get_a_sentence():
    with pytest.raises(SettingsError, match="at least 2"):
        stylize("astronaut", "mosaic", size=400, steps=1)


def test_a_picture_too_narrow_for_vgg19_gets_a_sentence():
    with pytest.raises(PictureError, match="512 × 64 px, shrunk to 64 × 8 px"):
        stylize("astronaut", tf.zeros((1, 64, 512, 3)), **QUICK)
    with pytest.raises(
        SettingsError, match="At 34 px on its longer side the content image is 15 px on the shorter"
    ):
        stylize(tf.zeros((1, 56, 128, 3)), "mosaic", size=128, scales=[34, 128], progress=False)
