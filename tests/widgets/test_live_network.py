"""The live network without a browser: every control to its ends."""

import base64
import re

import numpy as np
import pytest
from easel_tools import image_file
from test_chooser import upload

from nst_helpers import Network, WeightsError, bundled_networks, live_network, paint_fast
from nst_helpers.engine import cost
from nst_helpers.fast import fresh_weights
from nst_helpers.pictures import as_jpeg


@pytest.fixture
def live():
    return live_network()


def shown(live):
    return bytes(live.image.value)


def test_it_opens_with_the_photo_painted(live):
    same = paint_fast("red_panda", "starry_night", size=256).picture
    assert shown(live) == as_jpeg(same)
    assert live.result.picture.shape == (1, 144, 256, 3)


def test_every_control_to_its_ends_paints_anew(live):
    for control, values in (
        (live.painting, [name for _, name in live.painting.options][1:]),
        (live.share, [0.5, 1.0]),
        (live.size, [live.size.options[1]]),
        (live.photo.path, ["horses"]),
    ):
        for value in values:
            before, control.value = shown(live), value
            assert shown(live) != before, (control.description, value)
    live.share.value = 0.0
    before = shown(live)
    live.second.value = next(name for _, name in live.second.options if name != live.second.value)
    assert shown(live) == before  # whose share is none


def test_the_share_of_the_second_painting_mixes(live):
    live.second.value = "great_wave"
    live.share.value = 0.5
    mixed = paint_fast("red_panda", "starry_night", {"starry_night": 1, "great_wave": 1}, size=256)
    np.testing.assert_allclose(live.result.picture, mixed.picture, atol=1e-5)
    live.second.value = live.painting.value  # the same twice is that one
    one = paint_fast("red_panda", "starry_night", size=256)
    np.testing.assert_allclose(live.result.picture, one.picture, atol=1e-5)


def test_an_upload_is_painted_and_no_picture_changes_nothing(live):
    upload(live.photo, "mine.png", image_file())
    before = shown(live)
    upload(live.photo, "notes.txt", b"words")
    assert shown(live) == before and live.photo.notice.value


def test_what_is_shown_can_be_saved(live):
    found = re.search(r'href="data:image/png;base64,([^"]*)"', live.words.value)
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")


def test_what_cannot_be_painted_gets_a_sentence(live, monkeypatch):
    from nst_helpers.fast import painting

    before = shown(live)
    monkeypatch.setattr(cost, "available_memory", lambda: painting.BASE_BYTES)
    live.size.value = 512
    assert "GB of memory" in live.words.value and shown(live) == before


def test_a_network_of_one_painting_has_nothing_to_mix():
    live = live_network(network=Network(fresh_weights(1), ("mine",), {}))
    controls = live.children[0].children[1].children
    assert live.share not in controls and live.painting in controls
    with pytest.raises(WeightsError):
        live_network(network="nothing")


def test_the_kits_networks_know_at_least_four_paintings():
    assert len(bundled_networks()) >= 4
