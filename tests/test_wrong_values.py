"""What is no usable value is said in a sentence, wherever it comes in."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import (  # fmt: skip
    KitError,
    Settings,
    card,
    circle,
    color_range,
    explorer,
    feature_extractor,
    half,
    load_image,
    load_vgg19,
    plan,
    regions,
    resize,
    save_image,
    show,
)
from nst_helpers.pictures import load_mask

WRONG = [None, "", "512", 3.5, math.nan, math.inf, -1, 0, True, [], [0], {}, 10**30]
PICTURE = tf.fill((1, 40, 60, 3), 0.5)
PLACES = {  # and the values of those above that are right there
    "max_side": (lambda value: load_image("neuschwanstein", max_side=value), [None]),
    "load_image": (load_image, []),
    "regions": (lambda value: regions(PICTURE, value), []),
    "half": (lambda value: half(PICTURE, value), []),
    "circle": (lambda value: circle(PICTURE, x=value), [3.5, -1, 0, True, 10**30]),
    "radius": (lambda value: circle(PICTURE, radius=value), [3.5, -1, 0, True, 10**30]),
    "color_range": (lambda value: color_range(PICTURE, value), []),
    "reach": (lambda value: color_range(PICTURE, (0, 1, 0), value), [3.5, -1, 0, True, 10**30]),
    "resize": (lambda value: resize(PICTURE, value, 5), [True]),
    "save_image": (lambda value: save_image(PICTURE, value), ["512"]),
    "a picture to save": (lambda value: save_image(value, "wrong.png"), []),
    "show": (lambda value: show(value), []),
    "plan": (lambda value: plan(size=value), []),
    "steps": (lambda value: Settings(steps=value), [None, True]),
    "scales": (lambda value: Settings(scales=value), [None]),
    # Which names there are is known where the network is.
    "style_layers": (lambda value: Settings(style_layers=value), ["", "512"]),
    "style_weight": (lambda value: Settings(style_weight=value), [3.5, 0, True, 10**30]),
    "card.read": (card.read, []),
    "explorer": (explorer, []),
    "load_vgg19": (load_vgg19, []),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_wrong_value_is_said_in_a_sentence(tmp_path, monkeypatch, place, value):
    monkeypatch.chdir(tmp_path)
    use, right = PLACES[place]
    if any(value is one or (type(value) is type(one) and value == one) for one in right):
        try:
            use(value)
        except KitError:
            pass  # nor is it anything else
        return
    with pytest.raises(KitError) as error:
        use(value)
    assert len(str(error.value)) < 400 and str(error.value)[-1] in ".)"


@pytest.mark.parametrize("value", [3.5, 7, True, [], {}, None], ids=repr)
def test_layers_are_names(value):
    with pytest.raises(KitError):
        feature_extractor(load_vgg19(), value)


def drawn(picture, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    show(picture)
    values = plt.gcf().axes[0].images[0].get_array()
    plt.close("all")
    return np.asarray(values)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_whole_numbers_are_shown_as_bright_as_they_are(monkeypatch, kind):
    white = np.iinfo(kind).max
    shown = drawn(np.full((4, 5, 3), white, kind), monkeypatch)
    assert shown.shape == (4, 5, 3) and shown.min() == 1
    assert np.allclose(drawn(np.full((4, 5), white // 3, kind), monkeypatch), 1 / 3, atol=0.01)


def test_a_mask_of_0_and_1_is_shown_black_and_white(monkeypatch):
    mask = np.array([[0, 1, 1], [0, 0, 1]], np.uint8)
    assert (drawn(mask, monkeypatch) == mask).all()
    assert (drawn(np.eye(3, dtype=bool), monkeypatch) == np.eye(3)).all()


@pytest.mark.parametrize("kind", [np.uint8, np.int64, bool, np.float32])
def test_a_mask_of_0_and_1_is_white_where_it_is_1(kind):
    mask = np.zeros((40, 60), kind)
    mask[:20] = 1
    found = load_mask(mask, "the mask", PICTURE)
    assert found.shape == (1, 40, 60, 1)
    assert np.allclose(found[0, :20], 1, atol=1e-6) and not np.any(found[0, 20:])


def test_a_file_of_0_and_1_is_a_mask_too(tmp_path):
    from PIL import Image

    values = np.repeat(np.array([[0] * 30 + [1] * 30] * 40, np.uint8)[..., None], 3, -1)
    Image.fromarray(values).save(tmp_path / "mask.png")
    found = load_mask(tmp_path / "mask.png", "the mask", PICTURE)
    assert np.allclose(found[0, :, 30:], 1, atol=1e-6) and not np.any(found[0, :, :30])
