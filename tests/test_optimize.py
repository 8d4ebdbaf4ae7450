import itertools
import json
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import machine, optimize
from nst_helpers.images import PAINTINGS, PHOTOS, PictureError, load_image, resize, size_with_longest_side
from nst_helpers.losses import content_loss, gram_matrix, style_loss
from nst_helpers.optimize import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    SettingsError,
    choose_scales,
    compute_targets,
    paint,
    split_steps,
    starting_point,
    stylize,
)
from nst_helpers.vgg import LayerError, feature_extractor

QUICK = {"size": 64, "precision": "float32", "progress": False}


@pytest.fixture(scope="session")
def extract(vgg):
    return feature_extractor(vgg, [CONTENT_LAYER, *STYLE_LAYERS])


def divided_style_loss(targets, grams):
    weights = {layer: 1 / (len(STYLE_LAYERS) * targets.constants[layer]) for layer in STYLE_LAYERS}
    return float(style_loss(grams, targets.grams, weights))


def photos_own_style_loss(extract, photo, painting, side):
    content = load_image(photo, max_side=side)
    style = load_image(painting, max_side=side)
    return own_style_loss(extract, content, resize(style, *size_with_longest_side(style, side)))


def own_style_loss(extract, content, style):
    targets = compute_targets(extract, content, style, CONTENT_LAYER, STYLE_LAYERS)
    features = extract(content)
    return divided_style_loss(targets, {layer: gram_matrix(features[layer]) for layer in STYLE_LAYERS})


def remembering(function):
    """The same function of a picture, which is computed once for each picture and no more."""
    known = {}

    def remembered(picture):
        if picture.ref() not in known:
            known[picture.ref()] = function(picture)
        return known[picture.ref()]

    return remembered


def test_targets_are_measured_without_a_word_of_retracing(vgg, caplog):
    """TensorFlow warns of functions that are traced as often as they are called; a learner could do nothing about it."""
    picture = load_image("astronaut", max_side=32)
    tf.get_logger().addHandler(caplog.handler)
    try:
        for _ in range(6):
            extract = feature_extractor(vgg, ["block1_conv1"])
            compute_targets(extract, picture, np.asarray(picture), "block1_conv1", ["block1_conv1"])
    finally:
        tf.get_logger().removeHandler(caplog.handler)
    assert "retracing" not in caplog.text


def test_a_weight_means_the_same_at_every_size(extract):
    for photo, painting in [("neuschwanstein", "starry_night"), ("red_panda", "citrus_slices")]:
        values = [photos_own_style_loss(extract, photo, painting, side) for side in (128, 256, 512, 1024)]
        assert max(values) / min(values) < 2, (photo, painting, values)


@pytest.mark.parametrize("side", [128, 256])
def test_a_weight_means_the_same_for_every_pair(extract, side, monkeypatch):
    pictures = {name: load_image(name, max_side=side) for name in PHOTOS + PAINTINGS}
    measure = remembering(optimize._measuring(extract, CONTENT_LAYER, STYLE_LAYERS))
    monkeypatch.setattr(optimize, "_measuring", lambda *arguments: measure)
    extract = remembering(extract)
    values = {
        (photo, painting): own_style_loss(extract, pictures[photo], pictures[painting])
        for photo, painting in itertools.permutations(pictures, 2)
    }
    assert max(values.values()) / min(values.values()) < 3, values


def test_a_weight_means_the_same_for_any_shape_of_painting(extract):
    painting = load_image("starry_night", max_side=256)
    whole = photos_own_style_loss(extract, "neuschwanstein", painting, 256)
    upright = photos_own_style_loss(extract, "neuschwanstein", painting[:, :, :128], 256)
    assert 1 / 2 < whole / upright < 2


def test_constants_by_hand(extract):
    content, style = load_image("astronaut", max_side=64), load_image("mosaic", max_side=64)
    targets = compute_targets(extract, content, style, CONTENT_LAYER, STYLE_LAYERS)
    of_content, of_style = extract(content), extract(style)
    np.testing.assert_allclose(targets.constants["content"], np.mean(np.square(of_content[CONTENT_LAYER])), rtol=1e-5)
    for layer in STYLE_LAYERS:
        flat = [np.reshape(features[layer], (-1, features[layer].shape[-1])) for features in (of_content, of_style)]
        grams = [matrix.T @ matrix / len(matrix) for matrix in flat]
        np.testing.assert_allclose(targets.constants[layer], max(np.mean(gram**2) for gram in grams), rtol=1e-4)
        np.testing.assert_allclose(targets.grams[layer], grams[1], rtol=1e-3, atol=1e-3 * grams[1].max())


def test_the_reported_losses_are_the_plain_ones_over_the_constants(extract, vgg):
    result = stylize(
        "astronaut", "mosaic", steps=1, content_weight=2, style_weight=5, tv_weight=0, init="style", vgg=vgg, **QUICK
    )
    content, style = load_image("astronaut", max_side=64), load_image("mosaic", max_side=64)
    features, target = extract(result.picture), extract(content)[CONTENT_LAYER]
    plain_content = content_loss(features[CONTENT_LAYER], target)
    row = result.history[0]
    assert row["content"] == pytest.approx(2 * float(plain_content / result.constants["content"]), rel=1e-3)
    grams = {layer: gram_matrix(features[layer]) for layer in STYLE_LAYERS}
    targets = compute_targets(extract, content, style, CONTENT_LAYER, STYLE_LAYERS)
    assert row["style"] == pytest.approx(5 * divided_style_loss(targets, grams), rel=1e-3, abs=1e-6)
    assert row["total"] == pytest.approx(row["content"] + row["style"] + row["tv"], rel=1e-5)


def test_from_the_content_image_the_content_loss_starts_at_zero(vgg):
    result = stylize("astronaut", "mosaic", steps=6, vgg=vgg, **QUICK)
    assert result.history[0]["content"] == 0
    assert result.history[0]["style"] > 0.5
    assert result.history[-1]["total"] < result.history[0]["total"]
    assert result.history[-1]["style"] < result.history[0]["style"]


def test_a_photo_painted_as_itself_has_no_style_loss_but_its_tv(vgg):
    result = stylize("astronaut", "astronaut", steps=1, tv_weight=0, vgg=vgg, **QUICK)
    assert result.history[0]["total"] < 1e-9


def test_targets_stay_and_the_picture_moves(vgg):
    """If a target were computed from the generated image, its loss would stay near zero."""
    result = stylize("astronaut", "mosaic", steps=8, style_weight=50, vgg=vgg, **QUICK)
    content = [row["content"] for row in result.history]
    assert content[0] == 0 and content[-1] > 0.05
    assert all(row["style"] > 1 for row in result.history)


def test_the_result_is_a_picture_and_its_own_record(vgg):
    result = stylize("red_panda", "mosaic", steps=4, vgg=vgg, **QUICK)
    assert result.picture.shape == (1, 36, 64, 3)
    assert float(tf.reduce_min(result.picture)) >= 0 and float(tf.reduce_max(result.picture)) <= 1
    assert [row["step"] for row in result.history] == [1, 2, 3, 4]
    assert result.settings["size"] == 64 and result.settings["steps"] == 4
    assert result.card["painted"] == {"size": 64, "scales": [64], "steps": [4], "precision": "float32"}
    assert set(result.constants) == {"content", *STYLE_LAYERS}
    assert result.message == ""


def test_the_same_settings_give_the_same_picture(vgg):
    runs = [stylize("astronaut", "waves", steps=3, init="noise", seed=seed, vgg=vgg, **QUICK) for seed in (1, 1, 2)]
    assert float(tf.reduce_max(tf.abs(runs[0].picture - runs[1].picture))) < 0.02
    assert float(tf.reduce_mean(tf.abs(runs[0].picture - runs[2].picture))) > 0.1


def test_starting_points():
    content, style = load_image("red_panda", max_side=64), load_image("waves", max_side=64)
    assert starting_point("content", content, style) is content
    assert starting_point("style", content, style).shape == content.shape
    noise = starting_point("noise", content, style, seed=3).numpy()
    assert noise.shape == content.shape and 0.25 < noise.std() < 0.32


def test_a_small_photo_is_not_enlarged(vgg):
    small = load_image("astronaut", max_side=48)
    result = stylize(small, "mosaic", size=512, steps=1, vgg=vgg, progress=False)
    assert result.picture.shape == small.shape
    assert result.settings["size"] == 512 and result.card["painted"]["size"] == 48


def test_scales_from_coarse_to_fine():
    def picture(height, width):
        return tf.zeros((1, height, width, 3))

    square = picture(512, 512)
    assert choose_scales(picture(200, 256), square) == [256]
    assert choose_scales(picture(256, 384), square) == [192, 384]
    assert choose_scales(picture(1024, 1024), square) == [256, 512, 1024]
    assert choose_scales(picture(1024, 40), square) == [1024]  # half of it would be 20 px wide


def test_steps_are_split_between_scales():
    assert split_steps(None, [256]) == [100]
    assert split_steps(None, [192, 384]) == [100, 25]
    assert split_steps([7, 3], [192, 384]) == [7, 3]
    assert split_steps(100, [192, 384]) == [80, 20]
    for steps, sides in itertools.product((3, 4, 7, 50, 101), ([256], [192, 384], [256, 512, 1024])):
        counts = split_steps(steps, sides)
        assert sum(counts) == steps and min(counts) >= 1


def test_a_run_over_two_scales(vgg, monkeypatch):
    monkeypatch.setattr(optimize, "COARSEST_SIDE", 64)
    result = stylize("astronaut", "night_cafe", size=128, steps=5, vgg=vgg, progress=False)
    assert [row["side"] for row in result.history] == [64, 64, 64, 64, 128]
    assert result.picture.shape == (1, 128, 128, 3)


def test_the_paintings_longest_side_equals_the_pictures(vgg, monkeypatch):
    seen = []
    original = optimize.compute_targets

    def spy(extract, content, style, *layers):
        seen.append((tuple(content.shape[1:3]), tuple(style.shape[1:3])))
        return original(extract, content, style, *layers)

    monkeypatch.setattr(optimize, "compute_targets", spy)
    stylize("red_panda", load_image("cafe_terrace", max_side=50), steps=1, vgg=vgg, **QUICK)
    ((content, style),) = seen
    assert content == (36, 64)
    assert style[0] == 64 and abs(style[1] / style[0] - 401 / 500) < 0.02


def interrupt_after(monkeypatch, number):
    """Press Ctrl-C while a step computes, as a person would: by the signal."""
    # A shell starts a background job, such as a test run, with the signal switched off.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    original = optimize._engine

    def engine(*arguments):
        (extract, function), calls = original(*arguments), itertools.count(1)

        def called(*inputs):
            if next(calls) == number:
                signal.raise_signal(signal.SIGINT)
            return function(*inputs)

        return extract, called

    monkeypatch.setattr(optimize, "_engine", engine)


def test_an_interrupt_keeps_the_picture(vgg, monkeypatch, capsys):
    assert threading.current_thread() is threading.main_thread()
    whole = stylize("astronaut", "mosaic", steps=3, vgg=vgg, **QUICK)
    interrupt_after(monkeypatch, 4)
    result = stylize("astronaut", "mosaic", steps=9, learning_rate=0.03, vgg=vgg, **QUICK)
    assert len(result.history) == 3
    assert "Interrupted after 3 of 9 steps" in result.message and result.message in capsys.readouterr().out
    assert np.isfinite(result.picture).all()
    np.testing.assert_allclose(result.picture, whole.picture, atol=1e-5)
    assert result.history[0]["total"] == pytest.approx(whole.history[0]["total"], rel=1e-4)
    assert result.card["steps_done"] == 3 and result.card["painted"]["steps"] == [9]


def test_a_second_interrupt_does_not_cost_the_picture(vgg, monkeypatch):
    interrupt_after(monkeypatch, 4)
    original = optimize.card.make

    def impatient(*settings, **facts):
        signal.raise_signal(signal.SIGINT)
        return original(*settings, **facts)

    monkeypatch.setattr(optimize.card, "make", impatient)
    assert stylize("astronaut", "mosaic", steps=9, vgg=vgg, **QUICK).card["steps_done"] == 3
    with pytest.raises(KeyboardInterrupt):  # and afterwards it is one again
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_before_the_first_step_is_an_interrupt(vgg, monkeypatch):
    interrupt_after(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        stylize("astronaut", "mosaic", steps=9, vgg=vgg, **QUICK)


def test_a_loss_that_is_not_finite_keeps_the_last_good_picture(vgg, monkeypatch):
    original = optimize._engine

    def engine(*arguments):
        (extract, function), calls = original(*arguments), itertools.count(1)

        def called(*inputs):
            losses, gradient = function(*inputs)
            if next(calls) == 4:
                losses = losses | {"style": tf.constant(np.inf), "total": tf.constant(np.inf)}
            return losses, gradient

        return extract, called

    monkeypatch.setattr(optimize, "_engine", engine)
    result = stylize("astronaut", "mosaic", steps=9, vgg=vgg, **QUICK)
    assert len(result.history) == 3
    assert "style loss is not finite at step 4" in result.message
    assert "Lower style_weight (it is 8)" in result.message
    whole = stylize("astronaut", "mosaic", steps=3, vgg=vgg, **QUICK)
    np.testing.assert_allclose(result.picture, whole.picture, atol=1e-5)


def test_a_weight_too_large_for_float32_says_which(vgg):
    with pytest.raises(optimize.LossNotFinite, match="not finite at step 1. Lower content_weight"):
        stylize(
            "astronaut",
            "mosaic",
            steps=2,
            style_weight=3e38,
            tv_weight=0,
            content_weight=3e38,
            init="noise",
            vgg=vgg,
            **QUICK,
        )


@pytest.mark.parametrize(
    "setting, words",
    [
        ({"size": 16}, "at least 32"),
        ({"steps": 0}, "at least 1"),
        ({"style_weight": -1}, "style_weight is -1"),
        ({"tv_weight": float("nan")}, "tv_weight is nan"),
        ({"content_weight": 0, "style_weight": 0, "tv_weight": 0}, "All three"),
        ({"init": "photo"}, "'content', 'style', 'noise'"),
        ({"style_layers": []}, "at least one layer"),
        ({"style_layers": {}}, "at least one layer"),
        ({"style_layers": {"block1_conv1": -1}}, "factor of block1_conv1 is -1"),
        ({"style_layers": {"block1_conv1": "much"}}, "factor of block1_conv1 is 'much'"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"size": "large"}, "size is 'large': give a number"),
        ({"size": 64.5}, "whole number"),
        ({"size": float("inf")}, "size is inf: give a number"),
        ({"seed": float("nan")}, "seed is nan: give a number"),
        ({"seed": 2**64}, "seed is 18446744073709551616: use a whole number from 0"),
        ({"steps": [None, 3]}, "steps is None: give a number"),
        ({"steps": "many"}, "steps is 'many': give a number"),
        ({"scales": 64}, "give a list of longest sides"),
        ({"scales": ["64"]}, "scales is '64': give a number"),
        ({"style_layers": None}, "style_layers is None"),
        ({"style_layers": [1]}, "A layer is called 1"),
        ({"content_layer": ["block4_conv2"]}, "A layer is called"),
        ({"optimizer": ["adam"]}, "'lbfgs', 'adam'"),
        ({"steps": 2.5}, "whole number"),
        ({"steps": [3, 4]}, "one number for each of the scales"),
        ({"optimizer": "sgd"}, "'lbfgs', 'adam'"),
        ({"precision": "float16"}, "'auto', 'float32', 'bfloat16'"),
        ({"scales": [64, 48]}, "coarse to fine"),
        ({"scales": [32, 48]}, "the last one being the size, 64"),
        ({"scales": [16, 64]}, "from 32 px"),
    ],
)
def test_a_bad_setting_gets_a_sentence(setting, words):
    with pytest.raises(SettingsError, match=words):
        stylize("astronaut", "mosaic", **(QUICK | setting))


def collect(vgg, steps, change=None, **settings):
    """The steps that `paint` yields; `change` is called with the weights after each."""
    content, style = load_image("astronaut", max_side=64), load_image("mosaic", max_side=64)
    settings = {
        "content_layer": CONTENT_LAYER, "style_layers": STYLE_LAYERS, "init": "content", "seed": 0, "optimizer": "lbfgs",
        "learning_rate": 0.03, "precision": "float32", "scales": [64], "steps": [steps],
    } | settings  # fmt: skip
    weights = {"content": 1.0, "style": 8.0, "tv": 3.0}
    seen = []
    for step in paint(vgg, content, style, settings, weights):
        seen.append(step)
        if change:
            change(step, weights)
    return seen


def traces_of_the_engine(vgg):
    """Run the step that `collect` runs once; returns a function that says how often it was traced."""
    _, loss_and_gradient = optimize._engine(vgg, CONTENT_LAYER, STYLE_LAYERS, (1, 64, 64, 3))
    collect(vgg, 1)
    return loss_and_gradient.experimental_get_tracing_count


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_weights_can_change_between_steps_without_a_new_trace(vgg, optimizer):
    traces = traces_of_the_engine(vgg)
    before_any_change = traces()

    def change(step, weights):
        if step.number == 5:
            weights["content"] = 100.0

    seen = collect(vgg, 10, change, optimizer=optimizer)
    steady = collect(vgg, 10, optimizer=optimizer)
    assert traces() == before_any_change
    assert [step.losses["total"] for step in seen[:5]] == [step.losses["total"] for step in steady[:5]]
    assert seen[5].losses["content"] > 20 * seen[4].losses["content"]  # the same picture, or the next, weighed anew
    assert seen[-1].losses["content"] < 0.8 * seen[5].losses["content"]


def test_on_step_sees_every_step_and_can_end_the_run(vgg):
    seen = []

    def watch(step):
        seen.append(step)
        if step.number == 3:
            raise KeyboardInterrupt

    result = stylize("astronaut", "mosaic", steps=9, vgg=vgg, on_step=watch, **QUICK)
    assert [step.number for step in seen] == [1, 2, 3] == [row["step"] for row in result.history]
    assert "Interrupted after 3 of 9" in result.message
    np.testing.assert_array_equal(result.picture, seen[-1].picture)


def test_a_layers_share_can_change_between_steps_without_a_new_trace(vgg):
    traces = traces_of_the_engine(vgg)
    before_any_change = traces()

    def change(step, weights):
        if step.number == 3:
            weights["block4_conv1"] = 0.0
            weights["block1_conv1"] = 2.0

    seen = collect(vgg, 5, change, optimizer="adam", learning_rate=1e-6)  # nearly the same picture throughout
    assert traces() == before_any_change
    before, after = seen[2].losses, seen[3].losses
    assert after["block4_conv1"] == 0
    assert after["block1_conv1"] == pytest.approx(2 * before["block1_conv1"], rel=1e-3)
    assert after["block5_conv1"] == pytest.approx(before["block5_conv1"], rel=1e-3)
    assert after["style"] == pytest.approx(sum(after[layer] for layer in STYLE_LAYERS), rel=1e-5)


def test_the_learning_rate_can_change_between_steps(vgg):
    def change(step, weights):
        weights["learning_rate"] = 0.05 if step.number < 3 else 1e-9

    seen = collect(vgg, 6, change, optimizer="adam", learning_rate=1e-9)
    moves = [float(tf.reduce_mean(tf.abs(b.picture - a.picture))) for a, b in itertools.pairwise(seen)]
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
    painting = load_image("mosaic", max_side=64)
    targets = compute_targets(extract, load_image("astronaut", max_side=64), painting, CONTENT_LAYER, STYLE_LAYERS)
    for optimizer in ("lbfgs", "adam"):
        for step in collect(vgg, 6, optimizer=optimizer):
            features = extract(step.picture)
            grams = {layer: gram_matrix(features[layer]) for layer in STYLE_LAYERS}
            assert step.losses["style"] == pytest.approx(8 * divided_style_loss(targets, grams), rel=1e-3)


def test_lbfgs_needs_fewer_steps_than_adam(vgg):
    lbfgs, adam = (collect(vgg, 40, optimizer=name)[-1].losses["total"] for name in ("lbfgs", "adam"))
    assert lbfgs < adam


def test_a_second_run_of_the_same_size_traces_nothing(vgg):
    _, loss_and_gradient = optimize._engine(vgg, CONTENT_LAYER, STYLE_LAYERS, (1, 64, 64, 3))
    stylize("astronaut", "mosaic", steps=1, vgg=vgg, **QUICK)
    traces = loss_and_gradient.experimental_get_tracing_count()
    stylize("astronaut", "waves", steps=2, style_weight=3, tv_weight=0, vgg=vgg, **QUICK)
    assert loss_and_gradient.experimental_get_tracing_count() == traces


def test_clock_counts_and_looks_ahead(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(optimize.time, "perf_counter", lambda: now[0])
    clock = optimize.Clock([100], [1])
    now[0] += 1.0
    clock.tick(0)
    assert clock.left() == 0
    clock = optimize.Clock([100, 200], [10, 5])
    now[0] += 3.0
    clock.tick(0)
    assert clock.left() is None  # how much of it was tracing cannot be known
    clock = optimize.Clock([100, 200], [10, 5])
    for seconds in (3.0, 1.0, 1.0, 1.0):  # tracing takes 2 s
        now[0] += seconds
        number = clock.tick(0)
    assert number == 4 and clock.total == 15 and clock.seconds == 6.0
    assert clock.left() == pytest.approx(6 + 2 + 5 * 2**optimize.GROWTH)
    for _ in range(6):
        now[0] += 1.0
        clock.tick(0)
    now[0] += 6.0
    clock.tick(1)
    assert clock.left() == pytest.approx(4 * 2**optimize.GROWTH)  # by the steps of the scale before
    now[0] += 4.0
    clock.tick(1)
    assert clock.left() == pytest.approx(3 * 4)


def test_seconds_left_end_at_zero(vgg):
    seen = collect(vgg, 6)
    assert seen[0].seconds_left is None and seen[-1].seconds_left == 0
    assert all(step.seconds_left > 0 for step in seen[1:-1])
    assert all(before.seconds < after.seconds for before, after in itertools.pairwise(seen))


def test_plan_names_what_stylize_would_do(vgg):
    planned = optimize.plan(512, vgg=vgg)
    assert planned["scales"] == [256, 512] and planned["steps"] == split_steps(None, [256, 512])
    assert planned["fits"] and planned["seconds"] > 0
    assert planned["gigabytes"] == pytest.approx(
        machine.peak_memory(341 * 512, machine.best_precision()) / 1e9, rel=0.01
    )
    assert optimize.plan(512, steps=500, vgg=vgg)["seconds"] > 2 * planned["seconds"]


def test_plan_refuses_what_stylize_would(vgg):
    for bad, (value, words) in {
        "size": (16, "at least 32"),
        "steps": ("many", "whole|number"),
        "precision": ("half", "choose one"),
        "aspect": (0.7, "the long side"),
    }.items():
        with pytest.raises(SettingsError, match=words):
            optimize.plan(**{bad: value}, vgg=vgg)


def test_plan_counts_the_tracing_in_a_second_call_too(vgg, monkeypatch):
    monkeypatch.setattr(optimize, "_SECONDS_TO_TRACE", {})
    optimize._engine.cache_clear()
    optimize.plan(192, steps=1, vgg=vgg)
    traced = next(iter(optimize._SECONDS_TO_TRACE.values()))
    assert optimize.plan(192, steps=1, vgg=vgg)["seconds"] > traced


def test_plan_counts_memory_as_the_run_does(vgg, monkeypatch):
    """Of a narrow photo with a square painting, the painting takes more."""
    panorama = tf.zeros((1, 64, 256, 3))
    needed = optimize.plan(256, aspect=4, precision="float32", vgg=vgg)["gigabytes"]
    assert needed == pytest.approx(machine.peak_memory(256 * 256 / 2) / 1e9)
    for reach, fits in ((needed * 1e9 * 1.001, True), (needed * 1e9 * 0.999, False)):
        monkeypatch.setattr(machine, "memory_within_reach", lambda reach=reach: reach)
        assert optimize.plan(256, aspect=4, precision="float32", vgg=vgg)["fits"] == fits
        if fits:
            optimize.check_memory(panorama, tf.zeros((1, 256, 256, 3)), "float32")
        else:
            with pytest.raises(SettingsError, match="largest size that fits is 25"):
                optimize.check_memory(panorama, tf.zeros((1, 256, 256, 3)), "float32")
    monkeypatch.setattr(machine, "has_gpu", lambda: True)
    assert optimize.plan(256, aspect=4, precision="float32", vgg=vgg)["fits"]


def test_the_size_that_is_named_fits(vgg, monkeypatch):
    """Also where the shorter side was rounded up."""
    for height, side in itertools.product((101, 200, 333), (67, 123, 250, 401)):
        photo = tf.zeros((1, height, 500, 3))
        reach = machine.peak_memory(height / 500 * side**2 * 1.0001)  # without rounding, this side would just fit
        monkeypatch.setattr(machine, "memory_within_reach", lambda reach=reach: reach)
        with pytest.raises(SettingsError, match="largest size that fits") as caught:
            optimize.check_memory(photo, photo, "float32")
        largest = int(re.search(r"fits is (\d+)", str(caught.value))[1])
        smaller = tf.zeros((1, *optimize.size_with_longest_side(photo, largest), 3))
        optimize.check_memory(smaller, smaller, "float32")


def test_plan_takes_no_memory_for_a_picture_it_only_speaks_of(vgg):
    assert not optimize.plan(200_000, vgg=vgg)["fits"]  # 320 GB


def test_a_picture_too_large_for_the_memory_is_refused_with_one_that_fits(vgg, monkeypatch):
    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    monkeypatch.setattr(machine, "memory_within_reach", lambda: machine.peak_memory(48 * 48) + 1)
    with pytest.raises(SettingsError, match="64 × 64 px needs about .* GB .* the largest size that fits is 48"):
        stylize("astronaut", "mosaic", steps=1, vgg=vgg, **QUICK)
    stylize("astronaut", "mosaic", steps=1, vgg=vgg, **(QUICK | {"size": 48}))
    monkeypatch.setattr(machine, "memory_within_reach", lambda: 1e6)
    with pytest.raises(SettingsError, match="close other programs"):
        stylize("astronaut", "mosaic", steps=1, vgg=vgg, **QUICK)


def test_no_memory_for_a_finer_scale_keeps_the_picture_so_far(vgg, monkeypatch):
    original = optimize._engine

    def engine(*arguments):
        extract, loss_and_gradient = original(*arguments)

        def limited(picture, *others):
            if picture.shape[1] > 64:
                raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
            return loss_and_gradient(picture, *others)

        return extract, limited

    monkeypatch.setattr(optimize, "_engine", engine)
    result = stylize("astronaut", "mosaic", size=96, scales=[64, 96], steps=[3, 2], vgg=vgg, progress=False)
    assert len(result.history) == 3
    assert "96 px does not fit" in result.message and "size=67" in result.message
    coarse = stylize("astronaut", "mosaic", size=96, scales=[64, 96], steps=[3, 1], vgg=vgg, progress=False)
    np.testing.assert_allclose(
        result.picture, coarse.picture, atol=1e-5
    )  # the first picture at 96 px: the enlarged one
    with pytest.raises(optimize.OutOfMemory):
        stylize("astronaut", "mosaic", size=96, scales=[96], steps=1, vgg=vgg, progress=False)


def test_an_error_of_tensorflow_keeps_the_picture(vgg, monkeypatch):
    original = optimize.LBFGS.next

    def broken(self, loss, gradient):
        broken.calls += 1
        if broken.calls == 3:
            raise tf.errors.InternalError(None, None, "cuDNN failed\nin many words")
        return original(self, loss, gradient)

    broken.calls = 0
    monkeypatch.setattr(optimize.LBFGS, "next", broken)
    result = stylize("astronaut", "mosaic", steps=5, vgg=vgg, **QUICK)
    assert len(result.history) == 2
    assert "stopped the run after 2 of 5 steps (cuDNN failed)" in result.message


def test_an_error_of_tensorflow_before_the_first_step_gets_a_sentence(vgg, monkeypatch):
    def broken(*_):
        raise tf.errors.NotFoundError(None, None, "libcudnn.so.9: cannot open shared object file\nin many words")

    monkeypatch.setattr(optimize, "compute_targets", broken)
    with pytest.raises(optimize.RunStopped, match="cannot paint here .libcudnn.* install what it misses") as caught:
        stylize("astronaut", "mosaic", steps=5, vgg=vgg, **QUICK)
    assert "\n" not in str(caught.value)


def test_memory_that_cudas_libraries_did_not_get(vgg, monkeypatch):
    def broken(*_):
        raise tf.errors.InternalError(None, None, "cuBLAS: CUBLAS_STATUS_ALLOC_FAILED")

    monkeypatch.setattr(optimize, "compute_targets", broken)
    with pytest.raises(optimize.OutOfMemory, match="64 px does not fit"):
        stylize("astronaut", "mosaic", steps=5, vgg=vgg, **QUICK)


def test_the_reason_in_an_error_of_a_graph():
    @tf.function
    def invert(matrix):
        return tf.linalg.inv(matrix)

    with pytest.raises(tf.errors.OpError) as caught:
        invert(tf.zeros((2, 2)))
    assert optimize._reason(caught.value) == "Input is not invertible."
    assert optimize._reason(tf.errors.InternalError(None, None, "")) == "InternalError"


def test_settings_are_plain_values(vgg):
    given = {"style_weight": np.int64(8), "tv_weight": np.float32(0.5), "seed": np.int64(3), "steps": np.int64(2)}
    result = stylize(
        "astronaut", "mosaic", vgg=vgg, scales=np.array([48, 64]), style_layers="block1_conv1", **(QUICK | given)
    )
    assert json.loads(json.dumps(result.card)) == result.card
    assert result.settings["style_layers"] == ["block1_conv1"] and result.settings["scales"] == [48, 64]


def test_a_layer_named_twice_counts_once(vgg):
    once, twice = (
        stylize("astronaut", "mosaic", steps=1, style_layers=["block1_conv1"] * times, vgg=vgg, **QUICK)
        for times in (1, 2)
    )
    assert once.history == [twice.history[0] | {"seconds": once.history[0]["seconds"]}]


def test_a_picture_too_narrow_for_vgg19_gets_a_sentence():
    with pytest.raises(PictureError, match="512 × 64 px, shrunk to 64 × 8 px"):
        stylize("astronaut", tf.zeros((1, 64, 512, 3)), **QUICK)
    with pytest.raises(SettingsError, match="At 34 px on its longer side the content image is 15 px on the shorter"):
        stylize(tf.zeros((1, 56, 128, 3)), "mosaic", size=128, scales=[34, 128], progress=False)


def test_a_smaller_photo_shrinks_the_scales(vgg):
    small = load_image("astronaut", max_side=64)
    result = stylize(small, "mosaic", size=128, scales=[96, 128], steps=[1, 1], vgg=vgg, progress=False)
    assert result.card["painted"]["scales"] == [48, 64]
    with pytest.raises(SettingsError, match="scales are .32, 64.: .* the last one being the size, 512"):
        stylize(small, "mosaic", scales=[32, 64], vgg=vgg)  # the size was not given
    result = stylize(small, "mosaic", size=512, scales=[64, 256, 512], steps=[3, 2, 1], vgg=vgg, progress=False)
    assert result.card["painted"]["scales"] == [32, 64] and result.card["painted"]["steps"] == [
        2,
        1,
    ]  # 8 px is too small


def test_both_precisions_in_any_order_and_thread(vgg):
    """float32 after bfloat16 is float32 again, also on another thread, also when both paint at once."""

    def gradient(precision):
        settings = QUICK | {"precision": precision}
        return stylize("astronaut", "mosaic", steps=2, optimizer="adam", vgg=vgg, **settings).picture.numpy()

    first = gradient("float32")
    low = gradient("bfloat16")
    np.testing.assert_array_equal(gradient("float32"), first)
    with ThreadPoolExecutor(1) as pool:
        np.testing.assert_array_equal(pool.submit(gradient, "float32").result(), first)
        other_low = pool.submit(gradient, "bfloat16").result()
        np.testing.assert_array_equal(pool.submit(gradient, "float32").result(), first)
    np.testing.assert_array_equal(other_low, low)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(gradient, ["bfloat16", "float32"]))
    np.testing.assert_array_equal(both[0], low)
    np.testing.assert_array_equal(both[1], first)
    assert not tf.config.optimizer.get_experimental_options().get("auto_mixed_precision_onednn_bfloat16", False)
    if machine.best_precision() == "bfloat16":
        assert (low != first).any()


def test_fewer_steps_than_scales_get_a_sentence():
    with pytest.raises(SettingsError, match="at least 2"):
        stylize("astronaut", "mosaic", size=400, steps=1)


def test_a_bad_layer_or_picture_gets_its_own_sentence(vgg):
    with pytest.raises(LayerError, match="no layer 'conv4_2'"):
        stylize("astronaut", "mosaic", content_layer="conv4_2", vgg=vgg, **QUICK)
    with pytest.raises(PictureError, match="no such file"):
        stylize("astronaut", "nothing.png", vgg=vgg, **QUICK)


def test_the_network_is_cut_after_the_deepest_layer(vgg):
    """Without the cut, the two layers behind block5_conv1 would be computed as well."""
    extract = feature_extractor(vgg, [CONTENT_LAYER, *STYLE_LAYERS])
    graph = tf.function(extract).get_concrete_function(tf.TensorSpec((1, 64, 64, 3)))
    convolutions = [op for op in graph.graph.get_operations() if op.type == "Conv2D"]
    assert len(convolutions) == 13


def test_the_progress_bar_says_how_far_it_is(vgg, capsys):
    stylize("astronaut", "mosaic", size=64, steps=2, vgg=vgg)
    out = capsys.readouterr().out
    assert "2/2" in out and "64 px" in out and "loss" in out


def test_style_layers_with_factors(vgg):
    """A factor multiplies its layer's loss; factors of 1 are the same as none."""
    layers = ["block1_conv1", "block2_conv1"]
    first = {"optimizer": "adam", "steps": 1, "vgg": vgg, **QUICK}
    plain = stylize("astronaut", "mosaic", style_layers=layers, **first).history[0]
    ones = stylize("astronaut", "mosaic", style_layers=dict.fromkeys(layers, 1), **first)
    changed = stylize("astronaut", "mosaic", style_layers={"block1_conv1": 3, "block2_conv1": 0}, **first).history[0]
    assert ones.history[0]["style"] == plain["style"]
    assert ones.settings["style_layers"] == {"block1_conv1": 1.0, "block2_conv1": 1.0}
    assert changed["block1_conv1"] == pytest.approx(3 * plain["block1_conv1"])
    assert changed["block2_conv1"] == 0 and changed["style"] == pytest.approx(changed["block1_conv1"])
    again = stylize("astronaut", "mosaic", **first | ones.card["settings"])
    assert again.history[0]["style"] == plain["style"]
