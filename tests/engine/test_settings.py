"""The settings: what is refused, what is turned into plain values, and where they are listed."""

import inspect
import json

import numpy as np
import pytest
from engine_tools import QUICK

from nst_helpers import SettingsError, stylize
from nst_helpers.engine.settings import DEFAULTS, FIELDS, WEIGHTS, Settings, check_settings
from nst_helpers.method import TERMS
from nst_helpers.pictures import STARTING_POINTS


@pytest.mark.parametrize(
    "setting, words",
    [
        ({"size": 16}, "at least 32"),
        ({"steps": 0}, "at least 1"),
        ({"style_weight": -1}, "style_weight is -1"),
        ({"tv_weight": float("nan")}, "tv_weight is nan"),
        (dict.fromkeys(WEIGHTS, 0), "All the loss weights"),
        ({"init": "photo"}, "'content', 'style', 'noise'"),
        ({"style_layers": []}, "at least one layer"),
        ({"style_layers": {}}, "at least one layer"),
        ({"style_layers": {"block1_conv1": -1}}, "factor of block1_conv1 is -1"),
        ({"style_layers": {"block1_conv1": "much"}}, "factor of block1_conv1 is 'much'"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"size": "large"}, "size is 'large': give a whole number"),
        ({"size": 64.5}, "whole number"),
        ({"size": float("inf")}, "size is inf: give a whole number"),
        ({"seed": float("nan")}, "seed is nan: give a whole number"),
        ({"seed": 2**64}, "seed is 18446744073709551616: use a whole number from 0"),
        ({"seed": 2**31}, "seed is 2147483648: .* from 0 to 2147483647"),
        ({"size": 10**6 + 1}, "size is 1000001 px: ask for at most 1000000 px"),
        ({"steps": [None, 3]}, "steps is None: give a whole number"),
        ({"steps": "many"}, "steps is 'many': give a whole number"),
        ({"scales": 64}, "give a list of longest sides"),
        ({"scales": ["64"]}, "scales is '64': give a whole number"),
        ({"style_layers": None}, "style_layers is None"),
        ({"style_layers": [1]}, "1 is not the name of a layer"),
        ({"content_layer": ["block4_conv2"]}, "is not the name of a layer"),
        ({"optimizer": ["adam"]}, "'lbfgs', 'adam'"),
        ({"steps": 2.5}, "whole number"),
        ({"optimizer": "sgd"}, "'lbfgs', 'adam'"),
        ({"precision": "float16"}, "'auto', 'float32', 'bfloat16'"),
    ],
)
def test_a_bad_setting_gets_a_sentence(setting, words):
    with pytest.raises(SettingsError, match=words):
        check_settings(setting)
    with pytest.raises(SettingsError, match=words):
        stylize("astronaut", "mosaic", **(QUICK | setting))


def test_settings_go_up_to_their_bounds():
    given = {"size": 10**6, "seed": 2**31 - 1, "steps": 1, "tv_weight": 0, "learning_rate": 1e-9}
    settings = check_settings(given)
    assert {name: getattr(settings, name) for name in given} == given
    assert check_settings({"size": 32, "seed": 0}).size == 32


def test_the_style_layers_shares_add_up_to_their_number():
    """So that a style weight means the same as for layers that are only named."""
    assert sum(DEFAULTS.style_layers.values()) == pytest.approx(len(DEFAULTS.style_layers))


def test_settings_are_plain_values(vgg):
    given = {
        "style_weight": np.int64(8),
        "tv_weight": np.float32(0.5),
        "seed": np.int64(3),
        "steps": np.int64(2),
    }
    result = stylize(
        "astronaut",
        "mosaic",
        vgg=vgg,
        scales=np.array([48, 64]),
        style_layers="block1_conv1",
        **(QUICK | given),
    )
    assert json.loads(json.dumps(result.card)) == result.card
    assert result.settings["style_layers"] == ["block1_conv1"] and result.settings["scales"] == [
        48,
        64,
    ]


def test_a_layer_named_twice_counts_once(vgg):
    once, twice = (
        stylize(
            "astronaut", "mosaic", steps=1, style_layers=["block1_conv1"] * times, vgg=vgg, **QUICK
        )
        for times in (1, 2)
    )
    assert once.history == [twice.history[0] | {"seconds": once.history[0]["seconds"]}]


@pytest.mark.parametrize(
    "name, words",
    [("stiel_weight", "did you mean 'style_weight'"), ("brush", "the settings are size, steps")],
)
def test_a_misspelled_setting_is_a_misspelled_keyword(name, words):
    for refuse in (lambda: check_settings({name: 3}), lambda: stylize("a", "b", **{name: 3})):
        with pytest.raises(TypeError, match=words):
            refuse()


def test_what_is_not_named_keeps_its_default():
    assert check_settings({}) == DEFAULTS == Settings()
    assert check_settings({"style_weight": 9}).style_weight == 9
    assert check_settings({"style_weight": 9}).tv_weight == DEFAULTS.tv_weight


def test_a_function_that_takes_settings_shows_them():
    parameters = inspect.signature(stylize).parameters
    for name, field in FIELDS.items():
        assert parameters[name].default == getattr(DEFAULTS, name)
        assert f"    {name}: {field.metadata['meaning']}" in stylize.__doc__


def test_detail_is_kept_only_where_the_photos_pixels_are_in_the_picture():
    kept = {init: Settings(init=init).keeps_detail for init in STARTING_POINTS}
    without = {"style", "noise"}
    assert kept == {init: init not in without for init in STARTING_POINTS}
    assert not Settings(content_weight=0).keeps_detail


def test_the_method_and_the_settings_name_the_same_terms():
    """The method knows no settings, and the settings no TensorFlow, which the method needs."""
    assert [f"{term}_weight" for term in TERMS] == WEIGHTS
