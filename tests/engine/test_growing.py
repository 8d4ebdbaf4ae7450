"""The picture that grows in a notebook's cell while it is painted, and what is left of it."""

import base64
from types import SimpleNamespace

import pytest
import tensorflow as tf

from nst_helpers.engine import growing

PICTURE = tf.zeros((1, 16, 20, 3))
SIDES = 64, 64, 64, 96, 96, 96


class Place:
    def __init__(self):
        self.shown, self.metadata = [], None

    def update(self, what, raw, metadata=None):
        assert raw
        self.shown.append(what)
        self.metadata = metadata or self.metadata


@pytest.fixture
def place(monkeypatch):
    """A notebook with a clock that goes on by 0.4 seconds whenever somebody looks."""
    place, ticks = Place(), iter(range(100))
    monkeypatch.setattr(growing, "get_ipython", lambda: SimpleNamespace(kernel=1))
    monkeypatch.setattr(growing, "display", lambda what, **options: place)
    monkeypatch.setattr(growing.time, "monotonic", lambda: 100 + 0.4 * next(ticks))
    return place


def steps():
    return (SimpleNamespace(side=side, picture=PICTURE) for side in SIDES)


def test_each_scale_shows_at_once_and_then_every_second(place):
    counts = []
    for step in growing.shown_growing(steps(), width=300):
        assert step.picture is PICTURE
        counts.append(len(place.shown))
    assert counts == [1, 1, 1, 2, 2, 2]
    *images, last = place.shown
    assert all(base64.b64decode(image["image/jpeg"])[:2] == b"\xff\xd8" for image in images)
    assert place.metadata == {"image/jpeg": {"width": 300, "alt": "The picture so far"}}
    assert last == {}


def test_a_second_later_the_next_one_is_shown(place, monkeypatch):
    monkeypatch.setattr(growing, "SECONDS_BETWEEN", 0.7)
    counts = [len(place.shown) for _ in growing.shown_growing(steps(), width=300)]
    assert counts == [1, 1, 2, 3, 3, 4]


def test_nothing_is_left_of_a_run_that_ends_early(place):
    shown = growing.shown_growing(steps(), width=300)
    next(shown)
    shown.close()
    assert place.shown[-1] == {}


def test_in_a_shell_nothing_is_shown(place, monkeypatch):
    monkeypatch.setattr(growing, "get_ipython", lambda: None)
    assert len(list(growing.shown_growing(steps(), width=300))) == len(SIDES)
    assert place.shown == []
