"""What is given to a run: pictures, masks, a picture to go on from, and what does not go together."""

import json

import numpy as np
import pytest
from engine_tools import TWO, quick_run, white

from nst_helpers import PictureError, SettingsError, card, stylize
from nst_helpers.engine.inputs import load_inputs
from nst_helpers.engine.settings import DEFAULTS


@pytest.mark.parametrize(
    "style, settings, error, words",
    [
        (TWO, {"style_masks": [white()] * 3}, SettingsError, "3 for 2 paintings"),
        (TWO, {"painting_masks": [white()]}, SettingsError, "1 for 2 paintings"),
        (TWO, {"style_blend_weights": [1, 2, 3]}, SettingsError, "number of paintings is 2"),
        (TWO, {"style_blend_weights": [0, 0]}, SettingsError, "above 0"),
        (TWO, {"style_blend_weights": [1, -1]}, SettingsError, "from 0 upward"),
        (TWO, {"style_masks": [white(), 0 * white()]}, PictureError, "mask 2 is black"),
        (TWO, {"style_masks": [white(), white(80, 90)]}, PictureError, "mask 2 is 90 × 80"),
        ([], {}, PictureError, "no painting"),
        ("mosaic", {"style_scale": 5}, SettingsError, "0.25 to 4"),
        ("mosaic", {"style_scale": 0.2}, SettingsError, "0.25 to 4"),
        ("mosaic", {"original_colors": True}, SettingsError, "'match'"),
        ("mosaic", {"original_colors": "gray"}, SettingsError, "'match'"),
        ("mosaic", {"init": "picture"}, SettingsError, "none was given"),
        ("mosaic", {"init": None}, SettingsError, "choose one of"),
        ("mosaic", {"init": np.zeros((64, 32, 3))}, PictureError, "32 × 64 px, and the picture it"),
        ("mosaic", {"init": "there_is_none.png"}, SettingsError, "'noise', or"),
        ("mosaic", {"init": ""}, PictureError, "no name"),
        (TWO, {"style_masks": [None, white()]}, PictureError, "Style mask 1"),
    ],
)
def test_what_does_not_go_together_gets_a_sentence(vgg, style, settings, error, words):
    with pytest.raises(error, match=words):
        quick_run(vgg, style, **settings)


def test_the_largest_blend_weights_are_shares_of_one(vgg):
    asked = DEFAULTS.__class__(size=64, style_blend_weights=[1e308, 1e308])
    assert load_inputs(asked, "astronaut", TWO)[1].shares == (0.5, 0.5)


def test_a_painting_is_seen_at_its_scale(vgg):
    asked = DEFAULTS.__class__(size=64, style_scale=2.0)
    content, paintings, *_ = load_inputs(asked, "astronaut", "starry_night")
    assert max(paintings.pictures[0].shape[1:3]) == 128
    assert max(paintings.at(32, content, 2.0).pictures[0].shape[1:3]) == 64
    np.testing.assert_array_equal(quick_run(vgg, style_scale=1).picture, quick_run(vgg).picture)
    assert np.abs(quick_run(vgg, style_scale=2).picture - quick_run(vgg).picture).mean() > 0.01


def test_a_run_goes_on_from_a_picture(vgg, tmp_path):
    first = quick_run(vgg, steps=6, neighbor_weight=0)  # those are looked up anew
    second = quick_run(vgg, steps=2, neighbor_weight=0, init=first.picture)
    assert second.history[0]["total"] == pytest.approx(first.history[-1]["total"], rel=1e-3)
    assert second.settings["init"] == "picture" and len(second.card["init_sha256"]) == 64
    assert second.card["painted"]["scales"] == [64]
    large = stylize(
        "astronaut", "mosaic", init="astronaut", size=256, steps=1, vgg=vgg, progress=False
    )
    assert large.card["painted"]["scales"] == [256]  # a smaller one would undo what is painted


def test_the_card_tells_of_paintings_and_masks(vgg, tmp_path):
    made = quick_run(
        vgg, TWO, style_masks=[white()] * 2, painting_masks=[white()] * 2, steps=1
    ).card
    assert len(set(made["style_sha256"])) == 2
    assert len(made["style_masks_sha256"]) == len(made["painting_masks_sha256"]) == 2
    assert len(made["constants"]["block1_conv1"]) == 2
    (tmp_path / "card.json").write_text(json.dumps(made))
    assert card.read(tmp_path / "card.json") == made
