"""A picture seen a band of rows at a time: the same numbers as in one piece."""

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import LAYERS

from nst_helpers import STYLE_LAYERS, feature_extractor, half, load_image, stylize
from nst_helpers.method import large
from nst_helpers.method.objective import compare, loss_and_gradient_by, measuring


def in_one_piece_and_in_bands(vgg, height, width, layers=LAYERS):
    """`[(losses, gradient), the same by bands]` of a random picture, in float32."""
    picture, photo, painting = (
        tf.random.stateless_uniform((1, height, width, 3), (seed, 0)) for seed in range(3)
    )
    weights = {name: tf.constant(2.0) for name in ("content", "style", "tv", *layers[1])}
    results = []
    for measure in (
        measuring(feature_extractor(vgg, [layers[0], *layers[1]]), *layers),
        large.measuring_in_bands(vgg, *layers, "float32"),
    ):
        targets = compare(measure(photo), measure(painting)[1])
        results.append(loss_and_gradient_by(measure)(picture, targets, weights))
    return results


# Rows: odd numbers of them; fewer than a band; a last band longer, and shorter, than the others.
@pytest.mark.parametrize("height, width", [(203, 35), (33, 50), (161, 33), (159, 41), (128, 32)])
def test_bands_are_exact(vgg, monkeypatch, height, width):
    monkeypatch.setattr(large, "ROWS", 64)
    (losses, gradient), (in_bands, gradient_in_bands) = in_one_piece_and_in_bands(
        vgg, height, width
    )
    assert losses.keys() == in_bands.keys()
    for name in losses:
        assert float(in_bands[name]) == pytest.approx(float(losses[name]), rel=1e-4), name
    difference = np.abs(gradient_in_bands - gradient).max()
    assert difference < 1e-4 * np.abs(gradient).max()


def test_poolings_are_style_layers_too(vgg, monkeypatch):
    monkeypatch.setattr(large, "ROWS", 64)
    layers = "block5_conv2", ("block1_pool", "block2_pool", "block3_conv4", "block4_pool")
    (losses, gradient), (in_bands, banded) = in_one_piece_and_in_bands(vgg, 170, 37, layers)
    assert float(in_bands["style"]) == pytest.approx(float(losses["style"]), rel=1e-4)
    assert np.abs(banded - gradient).max() < 1e-4 * np.abs(gradient).max()


def test_every_layer_counts_in_bands_as_in_one_piece(vgg, monkeypatch):
    """`block3_pool`, where the bands end, was left out."""
    monkeypatch.setattr(large, "ROWS", 64)
    every = tuple(layer.name for layer in vgg.layers[1:])
    for layers in (("block5_conv2", every), ("block4_conv2", ("block3_pool", "block4_conv1"))):
        assert large.can_see(*layers)
        (losses, gradient), (in_bands, banded) = in_one_piece_and_in_bands(vgg, 170, 37, layers)
        assert set(in_bands) == set(losses) >= set(layers[1])
        for name in losses:
            assert float(in_bands[name]) == pytest.approx(float(losses[name]), rel=1e-4), name
        assert np.abs(banded - gradient).max() < 1e-4 * np.abs(gradient).max()


def test_too_narrow_a_margin_would_be_seen(vgg, monkeypatch):
    monkeypatch.setattr(large, "ROWS", 64)
    monkeypatch.setattr(large, "MARGIN", 16)
    (_, gradient), (_, gradient_in_bands) = in_one_piece_and_in_bands(vgg, 170, 37)
    assert np.abs(gradient_in_bands - gradient).max() > 1e-3 * np.abs(gradient).max()


@pytest.mark.parametrize("height", [1, 63, 64, 65, 95, 96, 97, 200, 255, 256, 2048])
def test_each_row_counts_once(monkeypatch, height):
    monkeypatch.setattr(large, "ROWS", 64)
    counted, last = [], 0
    for top, bottom, above, count in large._bands(height):
        above, count = int(above), int(count)
        assert 0 <= top <= last and bottom <= height
        assert top == max(0, last - large.MARGIN) and top % 8 == 0
        assert bottom == min(height, last + count + large.MARGIN)
        counted += range(top + above, top + above + count)
        last += count
    assert counted == list(range(height))


def test_only_layers_behind_the_bands_can_be_seen_so():
    assert large.can_see("block4_conv2", STYLE_LAYERS)
    assert not large.can_see("block3_conv4", STYLE_LAYERS)
    assert not large.can_see("block4_conv2", ["block1_conv1", "block3_conv4"])


@pytest.fixture
def small_is_large(monkeypatch):
    """As if a picture of 96 px were a large one, with graphs that no other test gets."""
    monkeypatch.setattr(large, "PIXELS_AT_ONCE", 1000)
    monkeypatch.setattr(large, "ROWS", 64)
    large._graphs.cache_clear()
    yield
    large._graphs.cache_clear()


ONE_SCALE = {"size": 96, "scales": [96], "steps": 3, "precision": "float32", "progress": False}
ONE_SCALE["neighbor_weight"] = 0  # bands compare none


def test_a_large_picture_is_painted_in_bands_and_looks_the_same(vgg, request, monkeypatch):
    whole = stylize("red_panda", "mosaic", vgg=vgg, **ONE_SCALE)
    request.getfixturevalue("small_is_large")
    seen, original = [], large._bands
    monkeypatch.setattr(large, "_bands", lambda height: seen.append(height) or original(height))
    in_bands = stylize("red_panda", "mosaic", vgg=vgg, **ONE_SCALE)
    assert {54, 96} <= set(seen)  # the photo's rows, and the painting's
    assert float(tf.reduce_max(tf.abs(whole.picture - in_bands.picture))) < 0.01


def test_of_a_painting_for_a_large_picture_a_part_can_be_used(vgg, request):
    """Which bands cannot see: this ended in a `TypeError`."""
    painting = load_image("mosaic", max_side=96)
    settings = ONE_SCALE | {"painting_masks": [half(painting, "left")], "vgg": vgg}
    whole = stylize("red_panda", painting, **settings)
    request.getfixturevalue("small_is_large")
    in_bands = stylize("red_panda", painting, **settings)
    assert float(tf.reduce_max(tf.abs(whole.picture - in_bands.picture))) < 0.01
