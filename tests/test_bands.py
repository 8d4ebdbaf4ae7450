"""A picture seen a band of rows at a time: the same numbers as in one piece."""

import numpy as np
import pytest
import tensorflow as tf
from engine import LAYERS

from nst_helpers import (
    bands,
    compute_targets,
    feature_extractor,
    graphs,
    make_loss_and_gradient,
    objective,
    stylize,
)
from nst_helpers.settings import STYLE_LAYERS


def in_one_piece_and_in_bands(vgg, height, width, layers=LAYERS):
    """`[(losses, gradient), the same by bands]` of a random picture, in float32."""
    picture, photo, painting = (
        tf.random.stateless_uniform((1, height, width, 3), (seed, 0)) for seed in range(3)
    )
    extract = feature_extractor(vgg, [layers[0], *layers[1]])
    targets = compute_targets(extract, photo, painting, *layers)
    by_bands, measure = graphs._graphs(vgg, layers, "float32", in_bands=True)
    same = objective.targets_by(measure, photo, painting)
    weights = {name: tf.constant(2.0) for name in ("content", "style", "tv", *layers[1])}
    fixed = ((one.content, one.grams, one.constants, weights) for one in (targets, same))
    functions = make_loss_and_gradient(extract, *layers), by_bands
    return [function(picture, *one) for function, one in zip(functions, fixed, strict=True)]


# Rows: odd numbers of them; fewer than a band; a last band longer, and shorter, than the others.
@pytest.mark.parametrize("height, width", [(203, 35), (33, 50), (161, 33), (159, 41), (128, 32)])
def test_bands_are_exact(vgg, monkeypatch, height, width):
    monkeypatch.setattr(bands, "ROWS", 64)
    (losses, gradient), (in_bands, gradient_in_bands) = in_one_piece_and_in_bands(
        vgg, height, width
    )
    assert losses.keys() == in_bands.keys()
    for name in losses:
        assert float(in_bands[name]) == pytest.approx(float(losses[name]), rel=1e-4), name
    difference = np.abs(gradient_in_bands - gradient).max()
    assert difference < 1e-4 * np.abs(gradient).max()


def test_poolings_are_style_layers_too(vgg, monkeypatch):
    monkeypatch.setattr(bands, "ROWS", 64)
    layers = "block5_conv2", ("block1_pool", "block2_pool", "block3_conv4", "block4_pool")
    (losses, gradient), (in_bands, banded) = in_one_piece_and_in_bands(vgg, 170, 37, layers)
    assert float(in_bands["style"]) == pytest.approx(float(losses["style"]), rel=1e-4)
    assert np.abs(banded - gradient).max() < 1e-4 * np.abs(gradient).max()


def test_every_layer_counts_in_bands_as_in_one_piece(vgg, monkeypatch):
    """`block3_pool`, where the bands end, was left out."""
    monkeypatch.setattr(bands, "ROWS", 64)
    every = tuple(layer.name for layer in vgg.layers[1:])
    for layers in (("block5_conv2", every), ("block4_conv2", ("block3_pool", "block4_conv1"))):
        assert bands.can_see(*layers)
        (losses, gradient), (in_bands, banded) = in_one_piece_and_in_bands(vgg, 170, 37, layers)
        assert set(in_bands) == set(losses) >= set(layers[1])
        for name in losses:
            assert float(in_bands[name]) == pytest.approx(float(losses[name]), rel=1e-4), name
        assert np.abs(banded - gradient).max() < 1e-4 * np.abs(gradient).max()


def test_too_narrow_a_margin_would_be_seen(vgg, monkeypatch):
    monkeypatch.setattr(bands, "ROWS", 64)
    monkeypatch.setattr(bands, "MARGIN", 16)
    (_, gradient), (_, gradient_in_bands) = in_one_piece_and_in_bands(vgg, 170, 37)
    assert np.abs(gradient_in_bands - gradient).max() > 1e-3 * np.abs(gradient).max()


@pytest.mark.parametrize("height", [1, 63, 64, 65, 95, 96, 97, 200, 255, 256, 2048])
def test_each_row_counts_once(monkeypatch, height):
    monkeypatch.setattr(bands, "ROWS", 64)
    counted, last = [], 0
    for top, bottom, above, count in bands._bands(height):
        above, count = int(above), int(count)
        assert 0 <= top <= last and bottom <= height
        assert top == max(0, last - bands.MARGIN) and top % 8 == 0
        assert bottom == min(height, last + count + bands.MARGIN)
        counted += range(top + above, top + above + count)
        last += count
    assert counted == list(range(height))


def test_only_layers_behind_the_bands_can_be_seen_so():
    assert bands.can_see("block4_conv2", STYLE_LAYERS)
    assert not bands.can_see("block3_conv4", STYLE_LAYERS)
    assert not bands.can_see("block4_conv2", ["block1_conv1", "block3_conv4"])


def test_a_large_picture_is_painted_in_bands_and_looks_the_same(vgg, monkeypatch):
    settings = {"size": 96, "scales": [96], "steps": 3, "precision": "float32", "progress": False}
    whole = stylize("red_panda", "mosaic", vgg=vgg, **settings)
    seen = []
    original = bands.measuring_in_bands
    monkeypatch.setattr(
        graphs, "measuring_in_bands", lambda *all: seen.append(all) or original(*all)
    )
    monkeypatch.setattr(graphs, "PIXELS_AT_ONCE", 1000)
    monkeypatch.setattr(bands, "ROWS", 64)
    graphs._graphs.cache_clear()
    in_bands = stylize("red_panda", "mosaic", vgg=vgg, **settings)
    assert len(seen) == 2
    assert float(tf.reduce_max(tf.abs(whole.picture - in_bands.picture))) < 0.01
