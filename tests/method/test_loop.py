"""The method: targets and their constants, the loss and its gradient, and the loop."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import QUICK, collect, divided_style_loss, pair, settled

from nst_helpers import (
    CONTENT_LAYER,
    PAINTINGS,
    PHOTOS,
    STYLE_LAYERS,
    compute_targets,
    content_loss,
    gram_matrix,
    load_image,
    paint,
    stylize,
)
from nst_helpers.engine import DEFAULTS
from nst_helpers.method import loop, objective
from nst_helpers.pictures import with_longest_side


def photos_own_style_loss(extract, photo, style, side):
    content = load_image(photo, max_side=side)
    style = load_image(style, max_side=side)
    return own_style_loss(extract, content, with_longest_side(style, side))


def own_style_loss(extract, content, style):
    targets = compute_targets(extract, content, style, CONTENT_LAYER, STYLE_LAYERS)
    features = extract(content)
    return divided_style_loss(
        targets, {layer: gram_matrix(features[layer]) for layer in STYLE_LAYERS}
    )


def remembering(function):
    """The same function of a picture, which is computed once for each picture and no more."""
    known = {}

    def remembered(picture, guides=None):
        if picture.ref() not in known:
            known[picture.ref()] = function(picture)
        return known[picture.ref()]

    return remembered


def test_a_weight_means_the_same_at_every_size(extract):
    for photo, style, sides in [
        ("neuschwanstein", "starry_night", (128, 256, 724)),
        ("red_panda", "citrus_slices", (128, 256)),
    ]:
        values = [photos_own_style_loss(extract, photo, style, side) for side in sides]
        assert max(values) / min(values) < 2, (photo, style, values)


@pytest.mark.parametrize("side", [128, 256])
def test_a_weight_means_the_same_for_every_pair(extract, side, monkeypatch):
    pictures = {name: load_image(name, max_side=side) for name in PHOTOS + PAINTINGS}
    measure = remembering(objective.measuring(extract, CONTENT_LAYER, STYLE_LAYERS))
    monkeypatch.setattr(objective, "measuring", lambda *arguments: measure)
    extract = remembering(extract)
    values = {
        (photo, style): own_style_loss(extract, pictures[photo], pictures[style])
        for photo, style in itertools.permutations(pictures, 2)
    }
    assert max(values.values()) / min(values.values()) < 3, values


def test_a_weight_means_the_same_for_any_shape_of_painting(extract):
    style = load_image("starry_night", max_side=256)
    whole = photos_own_style_loss(extract, "neuschwanstein", style, 256)
    upright = photos_own_style_loss(extract, "neuschwanstein", style[:, :, :128], 256)
    assert 1 / 2 < whole / upright < 2


def test_constants_by_hand(extract):
    content, style = pair()
    targets = compute_targets(extract, content, style, CONTENT_LAYER, STYLE_LAYERS)
    of_content, of_style = extract(content), extract(style)
    np.testing.assert_allclose(
        targets.constants["content"], np.mean(np.square(of_content[CONTENT_LAYER])), rtol=1e-5
    )
    for layer in STYLE_LAYERS:
        flat = [
            np.reshape(features[layer], (-1, features[layer].shape[-1]))
            for features in (of_content, of_style)
        ]
        grams = [matrix.T @ matrix / len(matrix) for matrix in flat]
        np.testing.assert_allclose(
            targets.constants[layer], max(np.mean(gram**2) for gram in grams), rtol=1e-4
        )
        np.testing.assert_allclose(
            targets.grams[layer], grams[1], rtol=1e-3, atol=1e-3 * grams[1].max()
        )


def test_the_reported_losses_are_the_plain_ones_over_the_constants(extract, vgg):
    result = stylize(
        "astronaut",
        "mosaic",
        steps=1,
        content_weight=2,
        style_weight=5,
        tv_weight=0,
        neighbor_weight=0,
        init="style",
        vgg=vgg,
        **QUICK,
    )
    content, style = pair()
    features, target = extract(result.picture), extract(content)[CONTENT_LAYER]
    plain_content = content_loss(features[CONTENT_LAYER], target)
    row = result.history[0]
    assert row["content"] == pytest.approx(
        2 * float(plain_content / result.constants["content"]), rel=1e-3
    )
    grams = {layer: gram_matrix(features[layer]) for layer in STYLE_LAYERS}
    targets = compute_targets(extract, content, style, CONTENT_LAYER, STYLE_LAYERS)
    assert row["style"] == pytest.approx(5 * divided_style_loss(targets, grams), rel=1e-3, abs=1e-6)
    assert row["total"] == pytest.approx(row["content"] + row["style"] + row["tv"], rel=1e-5)


def test_from_the_content_image_the_content_loss_starts_at_zero(vgg):
    result = stylize("astronaut", "mosaic", steps=6, init="content", vgg=vgg, **QUICK)
    assert result.history[0]["content"] == 0
    assert result.history[0]["style"] > 0.5
    assert result.history[-1]["total"] < result.history[0]["total"]
    assert result.history[-1]["style"] < result.history[0]["style"]


def test_a_photo_painted_as_itself_has_no_style_loss_but_its_tv(vgg):
    asked = QUICK | {"steps": 1, "init": "content", "tv_weight": 0, "vgg": vgg}
    alone = stylize("astronaut", "astronaut", neighbor_weight=0, **asked)
    assert alone.history[0]["total"] < 1e-9
    row = stylize("astronaut", "astronaut", **asked).history[0]
    assert row["content"] + row["style"] < 1e-9 and row["neighbor"] < 20 * 1e-5  # of a cosine


def test_targets_stay_and_the_picture_moves(vgg):
    """If a target were computed from the generated image, its loss would stay near zero."""
    result = stylize(
        "astronaut", "mosaic", steps=8, init="content", style_weight=50, vgg=vgg, **QUICK
    )
    content = [row["content"] for row in result.history]
    assert content[0] == 0 and content[-1] > 0.05
    assert all(row["style"] > 1 for row in result.history)


def test_the_paintings_longest_side_equals_the_pictures(vgg, monkeypatch):
    seen = []
    original = loop.graphs_for

    def spy(*arguments):
        function, measure = original(*arguments)

        def spied(picture, guides=None):
            seen.append(tuple(picture.shape[1:3]))
            return measure(picture, guides)

        return function, spied

    monkeypatch.setattr(loop, "graphs_for", spy)
    settings = QUICK | {"steps": 1, "neighbor_weight": 0, "vgg": vgg}  # those measure more
    stylize("red_panda", load_image("cafe_terrace", max_side=50), **settings)
    style, content = seen
    assert content == (36, 64)
    assert style[0] == 64 and abs(style[1] / style[0] - 401 / 500) < 0.02


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_weights_can_change_between_steps(vgg, optimizer):

    def change(step, weights):
        if step.number == 5:
            weights["content"] = 100.0

    seen = collect(vgg, 10, change, optimizer=optimizer)
    steady = collect(vgg, 10, optimizer=optimizer)
    assert [step.losses["total"] for step in seen[:5]] == [
        step.losses["total"] for step in steady[:5]
    ]
    assert (
        seen[5].losses["content"] > 20 * seen[4].losses["content"]
    )  # the same picture, or the next, weighed anew
    assert seen[-1].losses["content"] < 0.8 * seen[5].losses["content"]


def test_a_layers_share_can_change_between_steps(vgg):

    def change(step, weights):
        if step.number == 3:
            weights["block4_conv1"] = 0.0
            weights["block1_conv1"] = 2 * DEFAULTS.style_layers["block1_conv1"]

    seen = collect(
        vgg, 5, change, optimizer="adam", learning_rate=1e-6
    )  # nearly the same picture throughout
    before, after = seen[2].losses, seen[3].losses
    assert after["block4_conv1"] == 0
    assert after["block1_conv1"] == pytest.approx(2 * before["block1_conv1"], rel=1e-3)
    assert after["block5_conv1"] == pytest.approx(before["block5_conv1"], rel=1e-3)
    assert after["style"] == pytest.approx(sum(after[layer] for layer in STYLE_LAYERS), rel=1e-5)


def test_tensorflow_does_not_warn_of_retracing(vgg, caplog):
    """As it would of many sizes, or of many choices of layers, in runs of a step or two."""
    for number, size in enumerate(range(48, 72, 4), 1):
        layers = {
            "style_layers": [f"block{bit + 1}_conv1" for bit in range(3) if number >> bit & 1],
            "content_layer": "block2_conv2" if number % 2 else "block3_conv2",
        }
        for settings in ({}, {"optimizer": "adam"}, layers):
            stylize("astronaut", "mosaic", vgg=vgg, steps=1, **(QUICK | settings | {"size": size}))
    assert "retracing" not in caplog.text


def test_weights_that_are_not_given_are_those_of_the_settings(vgg):
    def totals(weights):
        steps = paint(vgg, *pair(), settled(2, style_weight=7.0), weights)
        return [step.losses["total"] for step in steps]

    assert totals(None) == totals({}) == totals({"style": 7.0, "blend": 0.5})
    assert totals({"style": 8.0}) != totals(None)


def test_the_learning_rate_can_change_between_steps(vgg):
    def change(step, weights):
        weights["learning_rate"] = 0.05 if step.number < 3 else 1e-9

    seen = collect(vgg, 6, change, optimizer="adam", learning_rate=1e-9)
    moves = [
        float(tf.reduce_mean(tf.abs(b.picture - a.picture))) for a, b in itertools.pairwise(seen)
    ]
    assert moves[0] < 1e-6 and moves[1] > 0.01 and moves[2] > 0.01 and moves[3] < 1e-6


def test_lbfgs_keeps_its_history_when_only_the_learning_rate_changes(vgg):
    def change(step, weights):
        weights["learning_rate"] = step.number / 100

    changed, steady = collect(vgg, 8, change), collect(vgg, 8)
    assert [step.losses["total"] for step in changed] == [step.losses["total"] for step in steady]


def test_the_loss_of_lbfgs_never_rises(vgg):
    totals = [step.losses["total"] for step in collect(vgg, 30)]
    assert all(after <= before for before, after in itertools.pairwise(totals))
    assert totals[-1] < totals[0] / 2


def test_every_step_has_the_losses_of_its_picture(vgg, extract):
    targets = compute_targets(extract, *pair(), CONTENT_LAYER, STYLE_LAYERS)
    for optimizer in ("lbfgs", "adam"):
        for step in collect(vgg, 6, optimizer=optimizer, style_layers=list(STYLE_LAYERS)):
            features = extract(step.picture)
            grams = {layer: gram_matrix(features[layer]) for layer in STYLE_LAYERS}
            assert step.losses["style"] == pytest.approx(
                8 * divided_style_loss(targets, grams), rel=1e-3
            )


@pytest.mark.parametrize("init, by_blocks", [("noise", False), ("content", True)])
def test_color_changes_with_every_pixel_only_from_noise(vgg, init, by_blocks):
    first, *_, last = collect(vgg, 3, init=init)
    change = (last.picture - first.picture).numpy()[0]
    moved = (first.picture.numpy()[0] > 0.1) & (first.picture.numpy()[0] < 0.9)
    color = change - change.mean(axis=-1, keepdims=True)
    apart = np.abs(color[0::2] - color[1::2])[moved[0::2] & moved[1::2]]
    assert (np.percentile(apart, 90) < 1e-4) == by_blocks  # a few are clipped


def test_lbfgs_needs_fewer_steps_than_adam(vgg):
    lbfgs, adam = (
        collect(vgg, 40, optimizer=name)[-1].losses["total"] for name in ("lbfgs", "adam")
    )
    assert lbfgs < adam


def test_style_layers_with_factors(vgg):
    """A factor multiplies its layer's loss; factors of 1 are the same as none."""
    layers = ["block1_conv1", "block2_conv1"]
    first = {"optimizer": "adam", "steps": 1, "vgg": vgg, **QUICK}
    plain = stylize("astronaut", "mosaic", style_layers=layers, **first).history[0]
    ones = stylize("astronaut", "mosaic", style_layers=dict.fromkeys(layers, 1), **first)
    changed = stylize(
        "astronaut", "mosaic", style_layers={"block1_conv1": 3, "block2_conv1": 0}, **first
    ).history[0]
    assert ones.history[0]["style"] == plain["style"]
    assert ones.settings["style_layers"] == {"block1_conv1": 1.0, "block2_conv1": 1.0}
    assert changed["block1_conv1"] == pytest.approx(3 * plain["block1_conv1"])
    assert changed["block2_conv1"] == 0 and changed["style"] == pytest.approx(
        changed["block1_conv1"]
    )
    again = stylize("astronaut", "mosaic", **first | ones.card["settings"])
    assert again.history[0]["style"] == plain["style"]
