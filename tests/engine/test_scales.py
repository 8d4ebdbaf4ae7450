"""From coarse to fine: which scales a run has, and how many steps each gets."""

import dataclasses
import itertools

import pytest
import tensorflow as tf
from engine_tools import QUICK

from nst_helpers import PictureError, SettingsError, load_image, stylize
from nst_helpers.engine import scales
from nst_helpers.engine.scales import STEPS_FROM_A_PICTURE, choose_scales, settle, split_steps
from nst_helpers.engine.settings import DEFAULTS
from nst_helpers.method import style_share


def test_scales_from_coarse_to_fine():
    def picture(height, width):
        return tf.zeros((1, height, width, 3))

    square = picture(512, 512)
    assert choose_scales(picture(100, 150), square) == [150]
    assert choose_scales(picture(200, 256), square) == [128, 181, 256]
    assert choose_scales(picture(256, 384), square) == [136, 192, 272, 384]
    assert choose_scales(picture(1024, 1024), square) == [128, 181, 256, 362, 512, 724, 1024]
    assert choose_scales(picture(1024, 40), square) == [1024]  # the next would be 28 px wide
    assert choose_scales(picture(400, 512), picture(80, 512)) == [256, 362, 512]  # so its painting
    assert choose_scales(picture(256, 46), square) == [181, 256]  # 33 px wide, then 23
    assert choose_scales(picture(256, 45), square) == [181, 256]  # 32 px wide: just enough
    assert choose_scales(picture(256, 44), square) == [256]


@pytest.mark.parametrize("size", [32, 119, 120, 169, 170, 500, 2048])
def test_scales_grow_by_the_square_root_of_two(size):
    sides = choose_scales(tf.zeros((1, size, size, 3)), tf.zeros((1, size, size, 3)))
    assert sides[-1] == size and sides[0] < 170
    for smaller, larger in itertools.pairwise(sides):
        assert larger / smaller == pytest.approx(2**0.5, rel=0.01) and smaller >= 120


def test_steps_are_split_between_scales():
    assert split_steps(None, [256]) == [35]
    assert split_steps(None, [192, 384]) == [35, 22]
    assert split_steps(114, [192, 384]) == [70, 44]
    assert split_steps(None, [*range(1, 9)]) == [35, 22, 16, 9, 7, 5, 4, 4]
    assert split_steps(188, [*range(1, 7)]) == [70, 44, 32, 18, 14, 10]
    for steps, sides in itertools.product(
        (7, 8, 9, 50, 101), ([256], [192, 384], [256, 512, 1024], [*range(1, 8)])
    ):
        counts = split_steps(steps, sides)
        assert sum(counts) == steps and min(counts) >= 1
        assert counts == sorted(counts, reverse=True)


def test_style_counts_less_on_a_small_picture_that_is_not_the_last():
    assert [style_share(side, [128, 181, 256]) for side in (128, 181, 256)] == [0.35, 0.35, 1.0]
    assert style_share(128, [128]) == 1.0
    assert [style_share(side, [136, 192]) for side in (136, 192)] == [0.35, 1.0]


def test_steps_given_for_each_scale_are_kept():
    picture = tf.zeros((1, 384, 384, 3))
    asked = dataclasses.replace(DEFAULTS, size=384, steps=[7, 3, 2, 1])
    settled = settle(asked, picture, picture)
    assert (settled.size, settled.scales, settled.steps) == (
        384,
        [136, 192, 272, 384],
        [7, 3, 2, 1],
    )


def test_a_run_over_two_scales(vgg, monkeypatch):
    monkeypatch.setattr(scales, "COARSEST_SIDE", 64)
    result = stylize("astronaut", "night_cafe", size=128, steps=5, vgg=vgg, progress=False)
    assert [row["side"] for row in result.history] == [64, 64, 91, 91, 128]
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


def test_a_run_from_a_picture_has_one_scale_unless_others_are_asked_for():
    photo = tf.zeros((1, 128, 192, 3))
    going_on = dataclasses.replace(DEFAULTS, size=192, init="picture")

    def scales_and_steps(**asked):
        settled = settle(dataclasses.replace(going_on, **asked), photo, photo)
        return settled.scales, settled.steps

    assert scales_and_steps() == ([192], [STEPS_FROM_A_PICTURE])
    assert scales_and_steps(steps=7) == ([192], [7])
    assert scales_and_steps(scales=[96, 192], steps=[2, 1]) == ([96, 192], [2, 1])


def test_with_fewer_steps_than_scales_the_coarsest_are_left_out():
    picture = tf.zeros((1, 384, 384, 3))
    for steps, sides in {1: [384], 2: [272, 384], 4: [136, 192, 272, 384]}.items():
        settled = settle(dataclasses.replace(DEFAULTS, size=384, steps=steps), picture, picture)
        assert settled.scales == sides and settled.steps == [1] * steps


def test_scales_that_a_small_photo_makes_one_are_painted_once():
    photo = tf.zeros((1, 64, 64, 3))
    asked = dataclasses.replace(DEFAULTS, size=512, scales=[300, 509, 512], steps=[5, 4, 3])
    settled = settle(asked, photo, photo)
    assert (settled.scales, settled.steps) == ([38, 64], [5, 3])


def test_the_coarsest_scale_may_be_16_px_narrow():
    photo = tf.zeros((1, 64, 128, 3))
    asked = dataclasses.replace(DEFAULTS, size=128, scales=[32, 128], steps=[1, 1])
    assert settle(asked, photo, photo).scales == [32, 128]


def test_fewer_steps_than_the_scales_asked_for_get_a_sentence():
    with pytest.raises(SettingsError, match="at least 2"):
        stylize("astronaut", "mosaic", size=64, scales=[32, 64], steps=1)


def test_a_picture_too_narrow_for_vgg19_gets_a_sentence():
    with pytest.raises(PictureError, match="512 × 64 px, shrunk to 64 × 8 px"):
        stylize("astronaut", tf.zeros((1, 64, 512, 3)), **QUICK)
    with pytest.raises(SettingsError, match="34 px .* content image is 15 px .* needs 16"):
        stylize(tf.zeros((1, 56, 128, 3)), "mosaic", size=128, scales=[34, 128], progress=False)
