import os
import sys
import threading
import types

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import machine, stylize


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


def test_bfloat16_is_a_cast_and_no_option(vgg):
    """A learner's function in another thread stays float32, and nothing is left switched."""
    values = tf.constant(np.random.default_rng(0).random((64, 64)), tf.float32)
    options, environment = tf.config.optimizer.get_experimental_options(), dict(os.environ)
    inside, found = threading.Event(), []

    def learner():
        inside.wait(60)
        found.append(tf.function(lambda: tf.matmul(values, values))())

    thread = threading.Thread(target=learner)
    thread.start()

    def watch(step):
        inside.set()
        thread.join(60)

    settings = {"size": 64, "steps": 2, "precision": "bfloat16", "progress": False}
    stylize("astronaut", "mosaic", vgg=vgg, on_step=watch, **settings)
    np.testing.assert_allclose(found[0], values.numpy() @ values.numpy(), rtol=1e-5)
    assert tf.config.optimizer.get_experimental_options() == options
    assert dict(os.environ) == environment


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
