"""The explorers without a browser: every position of every slider."""

import itertools
import xml.etree.ElementTree as ElementTree

import pytest

from nst_helpers import FramesError, explorer
from nst_helpers.widgets import curves, frames

every_explorer = pytest.mark.parametrize("name", frames.names())


@every_explorer
def test_every_position_shows_its_own_frame_and_numbers(name):
    shown, loaded = explorer(name), frames.load(name)
    for indices in itertools.product(*(range(len(axis.options)) for axis in loaded.axes)):
        for slider, index in zip(shown.sliders, indices):
            slider.index = index
        frame = loaded.frames[indices]
        assert shown.image.value == frame.image
        assert shown.numbers.value.endswith(f"= {frame.losses['total']:.3g}")
        if shown.curve.value:
            drawing = ElementTree.fromstring(shown.curve.value)
            point = next(drawing.iter("circle"))
            assert 0 < float(point.get("cx")) < curves.WIDTH
            assert 0 < float(point.get("cy")) < curves.HEIGHT


@every_explorer
def test_it_opens_at_its_first_position_with_labels(name):
    shown, axes = explorer(name), frames.load(name).axes
    assert [slider.index for slider in shown.sliders] == [axis.first for axis in axes]
    assert [slider.description for slider in shown.sliders] == [axis.label for axis in axes]
    first = frames.load(name).frames[tuple(axis.first for axis in axes)]
    assert shown.image.value == first.image


def test_an_unknown_explorer_gets_a_sentence():
    with pytest.raises(FramesError, match="choose one of"):
        explorer("nothing")
