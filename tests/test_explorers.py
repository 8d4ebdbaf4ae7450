"""The explorers without a browser: every position of every slider."""

import itertools
import re
import xml.etree.ElementTree as ElementTree

import pytest

from nst_helpers import frames, widgets

every_explorer = pytest.mark.parametrize("name", frames.RECIPES)


@every_explorer
def test_every_position_shows_its_own_frame_and_numbers(name):
    shown, loaded = widgets.explorer(name), frames.load(name)
    for indices in itertools.product(*(range(len(axis.options)) for axis in loaded.axes)):
        for slider, index in zip(shown.sliders, indices):
            slider.index = index
        frame = loaded.frame(*indices)
        assert shown.image.value == frame.image
        assert shown.numbers.value.endswith(f"= {frame.losses['total']:.3g}")
        if shown.curve.value:
            drawing = ElementTree.fromstring(shown.curve.value)
            dot = next(drawing.iter("circle"))
            assert 0 < float(dot.get("cx")) < widgets.DISPLAY_WIDTH and 0 < float(dot.get("cy")) < 180


@every_explorer
def test_it_opens_at_its_first_position_with_labels(name):
    shown, axes = widgets.explorer(name), frames.RECIPES[name].axes
    assert [slider.index for slider in shown.sliders] == [axis.first for axis in axes]
    assert [slider.description for slider in shown.sliders] == [axis.label for axis in axes]
    assert shown.image.value == frames.load(name).frame(*(axis.first for axis in axes)).image


def test_the_sum_is_written_out():
    losses = {"content": 0.5, "style": 0.8, "tv": 0.03, "total": 1.33}
    settings = {"content_weight": 1.0, "style_weight": 8.0, "tv_weight": 0.3}
    words = "loss: 1 × 0.5 (content) + 8 × 0.1 (style) + 0.3 × 0.1 (total variation) = 1.33"
    assert widgets.weighted_sum(losses, settings) == words
    assert widgets.weighted_sum(losses, settings | {"style_weight": 0.0}).count("×") == 2


def test_the_point_lies_on_its_curve():
    runs = {"a": [8.0, 4.0, 2.0, 1.0], "b": [9.0, 9.0, 9.0, 9.0]}
    drawing = ElementTree.fromstring(widgets.run_curves(runs, "a", 3))
    lines = {line.get("stroke"): line.get("points").split() for line in drawing.iter("polyline")}
    dot = next(drawing.iter("circle"))
    assert f"{dot.get('cx')},{dot.get('cy')}" == lines["#D55E00"][2]
    assert [re.sub(r" \d.*", "", text.text) for text in drawing.iter("text")][:2] == ["b", "a"]


def test_an_unknown_explorer_gets_a_sentence():
    with pytest.raises(frames.FramesError, match="choose one of"):
        widgets.explorer("nothing")
