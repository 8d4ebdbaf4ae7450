"""A run from two pictures to a result: what it returns, says and keeps, whatever ends it."""

import signal
import threading

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import QUICK, intercept, pair, settled

from nst_helpers import (
    STYLE_LAYERS,
    LayerError,
    LossNotFinite,
    OutOfMemory,
    PictureError,
    RunStopped,
    paint,
    stylize,
)
from nst_helpers.engine import run
from nst_helpers.method import loop, optimizers


def test_the_result_is_a_picture_and_its_own_record(vgg):
    result = stylize("red_panda", "mosaic", steps=4, vgg=vgg, **QUICK)
    assert result.picture.shape == (1, 36, 64, 3)
    assert float(tf.reduce_min(result.picture)) >= 0 and float(tf.reduce_max(result.picture)) <= 1
    assert [row["step"] for row in result.history] == [1, 2, 3, 4]
    assert result.settings["size"] == 64 and result.settings["steps"] == 4
    assert result.card["painted"] == {
        "size": 64,
        "scales": [64],
        "steps": [4],
        "precision": "float32",
    }
    assert set(result.constants) == {"content", *STYLE_LAYERS}
    assert result.message == "" and not result.interrupted


def test_the_same_settings_give_the_same_picture(vgg):
    runs = [
        stylize("astronaut", "waves", steps=3, init="noise", seed=seed, vgg=vgg, **QUICK)
        for seed in (1, 1, 2)
    ]
    assert float(tf.reduce_max(tf.abs(runs[0].picture - runs[1].picture))) < 0.02
    assert float(tf.reduce_mean(tf.abs(runs[0].picture - runs[2].picture))) > 0.1


def test_the_progress_bar_says_how_far_it_is(vgg, capsys):
    stylize("astronaut", "mosaic", size=64, steps=2, vgg=vgg)
    out = capsys.readouterr().out
    assert "2/2" in out and "64 px" in out and "loss" in out


def test_on_step_sees_every_step_and_can_end_the_run(vgg):
    seen = []

    def watch(step):
        seen.append(step)
        if step.number == 3:
            raise KeyboardInterrupt

    result = stylize("astronaut", "mosaic", steps=9, vgg=vgg, on_step=watch, **QUICK)
    assert [step.number for step in seen] == [1, 2, 3] == [row["step"] for row in result.history]
    assert "Interrupted after 3 of 9" in result.message and result.interrupted
    np.testing.assert_array_equal(result.picture, seen[-1].picture)


def interrupt_after(monkeypatch, number):
    """Press Ctrl-C while a step computes, as a person would: by the signal."""
    # A shell starts a background job, such as a test run, with the signal switched off.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def called(function, call, *inputs):
        if call == number:
            signal.raise_signal(signal.SIGINT)
        return function(*inputs)

    intercept(monkeypatch, called)


def test_an_interrupt_keeps_the_picture(vgg, monkeypatch, capsys):
    assert threading.current_thread() is threading.main_thread()
    whole = stylize("astronaut", "mosaic", steps=3, vgg=vgg, **QUICK)
    interrupt_after(monkeypatch, 4)
    result = stylize("astronaut", "mosaic", steps=9, learning_rate=0.03, vgg=vgg, **QUICK)
    assert len(result.history) == 3
    assert (
        "Interrupted after 3 of 9 steps" in result.message
        and result.message in capsys.readouterr().out
    )
    assert np.isfinite(result.picture).all()
    np.testing.assert_allclose(result.picture, whole.picture, atol=1e-5)
    assert result.history[0]["total"] == pytest.approx(whole.history[0]["total"], rel=1e-4)
    assert result.card["steps_done"] == 3 and result.card["painted"]["steps"] == [9]


def test_a_second_interrupt_does_not_cost_the_picture(vgg, monkeypatch):
    interrupt_after(monkeypatch, 4)
    original = run.card.make

    def impatient(*settings, **facts):
        signal.raise_signal(signal.SIGINT)
        return original(*settings, **facts)

    monkeypatch.setattr(run.card, "make", impatient)
    assert stylize("astronaut", "mosaic", steps=9, vgg=vgg, **QUICK).card["steps_done"] == 3
    with pytest.raises(KeyboardInterrupt):  # and afterwards it is one again
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_before_the_first_step_is_an_interrupt(vgg, monkeypatch):
    interrupt_after(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        stylize("astronaut", "mosaic", steps=9, vgg=vgg, **QUICK)


def test_a_loss_that_is_not_finite_keeps_the_last_good_picture(vgg, monkeypatch):
    def called(function, number, *inputs):
        losses, gradient = function(*inputs)
        if number == 4:
            losses = losses | {"style": tf.constant(np.inf), "total": tf.constant(np.inf)}
        return losses, gradient

    intercept(monkeypatch, called)
    result = stylize("astronaut", "mosaic", steps=9, vgg=vgg, **QUICK)
    assert len(result.history) == 3
    assert "style loss is not finite at step 4" in result.message and not result.interrupted
    assert "Lower style_weight (it is 20)" in result.message
    whole = stylize("astronaut", "mosaic", steps=3, vgg=vgg, **QUICK)
    np.testing.assert_allclose(result.picture, whole.picture, atol=1e-5)


def test_a_weight_too_large_for_float32_says_which(vgg):
    with pytest.raises(LossNotFinite, match="not finite at step 1. Lower content_weight"):
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


def test_a_picture_that_is_not_finite_is_named_and_no_weight_is_blamed_for_it(vgg):
    hole = tf.constant(np.where(np.indices((1, 64, 64, 3))[1] == 5, np.nan, 0.5), tf.float32)
    with pytest.raises(LossNotFinite, match="picture to start from is not finite") as caught:
        next(iter(paint(vgg, *pair(), settled(1), start=hole)))
    assert "weight" not in str(caught.value)


def test_a_gradient_that_is_not_finite_names_the_largest_weight(vgg, monkeypatch):
    def called(function, number, *inputs):
        losses, gradient = function(*inputs)
        return losses, gradient * (np.inf if number == 2 else 1.0)

    intercept(monkeypatch, called)
    result = stylize("astronaut", "mosaic", steps=9, vgg=vgg, **QUICK)
    assert len(result.history) == 2 and np.isfinite(result.picture).all()
    assert "style loss's gradient is not finite at step 3" in result.message
    assert result.message.endswith("Lower style_weight (it is 20).")


def test_no_memory_for_a_finer_scale_keeps_the_picture_so_far(vgg, monkeypatch):
    def called(function, _, picture, *others):
        if picture.shape[1] > 64:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
        return function(picture, *others)

    intercept(monkeypatch, called)
    two_scales = {"size": 96, "scales": [64, 96], "vgg": vgg, "progress": False}
    result = stylize("astronaut", "mosaic", steps=[3, 2], **two_scales)
    assert len(result.history) == 3
    assert "96 px does not fit" in result.message and "size=67" in result.message
    with pytest.raises(OutOfMemory):
        stylize("astronaut", "mosaic", steps=1, **two_scales | {"scales": [96]})
    monkeypatch.undo()
    finer = stylize("astronaut", "mosaic", steps=[3, 1], **two_scales)
    # The first picture at 96 px is the enlarged one, with the photo's detail.
    np.testing.assert_allclose(result.picture, finer.picture, atol=1e-5)


def test_an_error_of_tensorflow_keeps_the_picture(vgg, monkeypatch):
    original = optimizers.LBFGS.next

    def broken(self, loss, gradient):
        broken.calls += 1
        if broken.calls == 3:
            raise tf.errors.InternalError(None, None, "cuDNN failed\nin many words")
        return original(self, loss, gradient)

    broken.calls = 0
    monkeypatch.setattr(optimizers.LBFGS, "next", broken)
    result = stylize("astronaut", "mosaic", steps=5, vgg=vgg, **QUICK)
    assert len(result.history) == 2
    assert "stopped the run after 2 of 5 steps (cuDNN failed)" in result.message


def test_an_error_of_tensorflow_before_the_first_step_gets_a_sentence(vgg, monkeypatch):
    def broken(*_):
        raise tf.errors.NotFoundError(
            None, None, "libcudnn.so.9: cannot open shared object file\nin many words"
        )

    monkeypatch.setattr(loop, "graphs_for", broken)
    with pytest.raises(
        RunStopped, match="cannot paint here .libcudnn.* install what is missing"
    ) as caught:
        stylize("astronaut", "mosaic", steps=5, vgg=vgg, **QUICK)
    assert "\n" not in str(caught.value)


def test_memory_that_cudas_libraries_did_not_get(vgg, monkeypatch):
    def broken(*_):
        raise tf.errors.InternalError(None, None, "cuBLAS: CUBLAS_STATUS_ALLOC_FAILED")

    monkeypatch.setattr(loop, "graphs_for", broken)
    with pytest.raises(OutOfMemory, match="64 px does not fit"):
        stylize("astronaut", "mosaic", steps=5, vgg=vgg, **QUICK)


def test_a_bad_layer_or_picture_gets_its_own_sentence(vgg):
    with pytest.raises(LayerError, match="no layer 'conv4_2'"):
        stylize("astronaut", "mosaic", content_layer="conv4_2", vgg=vgg, **QUICK)
    with pytest.raises(PictureError, match="no such file"):
        stylize("astronaut", "nothing.png", vgg=vgg, **QUICK)
