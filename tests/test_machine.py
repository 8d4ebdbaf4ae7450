import os
import sys
import types

import pytest
import tensorflow as tf

from nst_helpers import machine

OPTION = "auto_mixed_precision_onednn_bfloat16"


def option():
    return tf.config.optimizer.get_experimental_options().get(OPTION, False)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("flags\t\t: fpu avx512f avx512_bf16", "bfloat16"),
        ("flags\t\t: fpu amx_bf16", "bfloat16"),
        ("flags\t\t: fpu avx2 avx512f", "float32"),
        ("", "float32"),
    ],
)
def test_precision_is_found_from_the_processors_flags(monkeypatch, text, expected):
    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    monkeypatch.setattr(machine, "Path", lambda name: types.SimpleNamespace(read_text=lambda: text))
    assert machine.best_precision.__wrapped__() == expected
    monkeypatch.setattr(machine, "has_gpu", lambda: True)
    assert machine.best_precision.__wrapped__() == "float32"


def test_precision_is_float32_where_there_are_no_flags(monkeypatch):
    def missing(name):
        raise FileNotFoundError(name)

    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    monkeypatch.setattr(machine, "Path", missing)
    assert machine.best_precision.__wrapped__() == "float32"


def test_the_precision_holds_inside_its_context_only():
    assert not option()
    with machine.precision("bfloat16"):
        assert option()
        with machine.precision("float32"):
            assert not option()
        assert option()
    assert not option()
    with pytest.raises(RuntimeError, match="inside"), machine.precision("bfloat16"):
        raise RuntimeError("inside")
    assert not option()


def test_losses_keep_their_digits_in_bfloat16():
    """In bfloat16 itself a mean square has three digits; the line search needs more."""
    values = tf.random.stateless_uniform((1, 64, 64, 8), (0, 1))
    kernel = tf.random.stateless_uniform((3, 3, 8, 8), (2, 3))

    @tf.function
    def loss(values):
        return tf.reduce_mean(tf.square(tf.nn.conv2d(values, kernel, 1, "SAME")))

    with machine.precision("float32"):
        exact = float(loss(values))
    with machine.precision("bfloat16"):
        low = float(loss(values))
    assert low == pytest.approx(exact, rel=2e-3)
    assert low != float(tf.cast(low, tf.bfloat16))


def test_memory_grows_with_the_picture_and_back():
    small, large = machine.peak_memory(256, 256), machine.peak_memory(1024, 1024)
    assert machine.BASE_BYTES < small < large
    assert machine.pixels_that_fit(large) == pytest.approx(1024 * 1024)
    assert machine.pixels_that_fit(1) == 0


def test_memory_within_reach_counts_what_is_held_already(monkeypatch):
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: types.SimpleNamespace(available=5e9))
    held = machine.psutil.Process().memory_info().rss
    assert machine.memory_within_reach() == pytest.approx(5e9 + held, rel=0.05)


def test_describe_fits_a_card():
    described = machine.describe()
    assert described["python"].startswith(f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert described.get("gpu") or described["cores"] == os.cpu_count()


def test_report_tells_colab_where_the_gpu_is(monkeypatch, capsys):
    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    machine.report()
    assert "Runtime" not in capsys.readouterr().out
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    machine.report()
    assert "Runtime > Change runtime type" in capsys.readouterr().out
