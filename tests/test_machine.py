import os
import signal
import sys
import threading
import types
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf
from engine_tools import LAYERS, SHAPE, pair

from nst_helpers import CONTENT_LAYER, STYLE_LAYERS, feature_extractor, machine, stylize
from nst_helpers.method import TERMS, compare, graphs_for, measuring


@pytest.mark.parametrize(
    "text, expected",
    [
        ("vendor_id\t: AuthenticAMD\nflags\t\t: fpu avx512f avx512_bf16", "bfloat16"),
        ("vendor_id\t: GenuineIntel\nflags\t\t: fpu avx512_bf16 amx_bf16", "bfloat16"),
        ("vendor_id\t: GenuineIntel\nflags\t\t: fpu avx512f avx512_bf16", "float32"),
        ("vendor_id\t: AuthenticAMD\nflags\t\t: fpu avx2 avx512f", "float32"),
        ("flags\t\t: fpu avx2 avx512f", "float32"),
        ("", "float32"),
    ],
)
def test_precision_is_found_from_the_processor(monkeypatch, text, expected):
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


def switches():
    """All that the kit could switch for others: in TensorFlow, in Keras and in the process."""
    names = "backend", "floatx", "epsilon", "image_data_format", "dtype_policy"
    os.umask(umask := os.umask(0))
    return {
        "optimizer": tf.config.optimizer.get_experimental_options(),
        "jit": tf.config.optimizer.get_jit(),
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "eagerly": tf.config.functions_run_eagerly(),
        "keras": [str(getattr(keras.config, name)()) for name in names],
        "process": [dict(os.environ), os.getcwd(), umask, signal.getsignal(signal.SIGINT)],
    }


def test_bfloat16_is_a_cast_and_no_option(vgg):
    """A learner's function in another thread stays float32, and nothing is ever switched."""
    values = tf.constant(np.random.default_rng(0).random((64, 64)), tf.float32)
    before, inside, found = switches(), threading.Event(), []

    def learner():
        inside.wait(60)
        found.append(tf.function(lambda: tf.matmul(values, values))())
        found.append(switches())

    thread = threading.Thread(target=learner)
    thread.start()

    def watch(step):
        inside.set()
        thread.join(60)

    settings = {"size": 64, "steps": 2, "precision": "bfloat16", "progress": False}
    stylize("astronaut", "mosaic", vgg=vgg, on_step=watch, **settings)
    np.testing.assert_allclose(found[0], values.numpy() @ values.numpy(), rtol=1e-5)
    assert found[1] == switches() == before


def test_in_bfloat16_losses_are_float32(vgg):
    """In bfloat16 itself a mean square has three digits; the line search needs more."""
    totals, means = {}, set()
    for precision in ("float32", "bfloat16"):
        loss_and_gradient, _ = graphs_for(tf.zeros(SHAPE), vgg, LAYERS, precision)
        extract = feature_extractor(vgg, [CONTENT_LAYER, *STYLE_LAYERS])
        content, style = pair()
        measure = measuring(extract, *LAYERS)
        weights = {term: tf.constant(1.0) for term in TERMS}
        inputs = content, compare(measure(content), measure(style)[1]), weights
        losses, gradient = loss_and_gradient(*inputs)
        assert {loss.dtype for loss in losses.values()} == {gradient.dtype} == {tf.float32}
        totals[precision] = float(losses["total"])
        graph = loss_and_gradient.get_concrete_function(*inputs).graph
        means |= {op.inputs[0].dtype for op in graph.get_operations() if op.type == "Mean"}
    assert means == {tf.float32}
    assert totals["bfloat16"] == pytest.approx(totals["float32"], rel=0.02)
    assert totals["bfloat16"] != totals["float32"]
    assert totals["bfloat16"] != float(tf.cast(totals["bfloat16"], tf.bfloat16))


def test_both_precisions_in_any_order_and_thread(vgg):
    """float32 after bfloat16 is float32 again, on another thread too, and when both paint at once."""
    settings = {"size": 32, "steps": 2, "optimizer": "adam", "vgg": vgg, "progress": False}

    def painted(precision):
        return stylize("astronaut", "mosaic", precision=precision, **settings).picture.numpy()

    first = painted("float32")
    low = painted("bfloat16")
    np.testing.assert_array_equal(painted("float32"), first)
    with ThreadPoolExecutor(1) as pool:
        np.testing.assert_array_equal(pool.submit(painted, "float32").result(), first)
        other_low = pool.submit(painted, "bfloat16").result()
        np.testing.assert_array_equal(pool.submit(painted, "float32").result(), first)
    np.testing.assert_array_equal(other_low, low)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(painted, ["bfloat16", "float32"]))
    np.testing.assert_array_equal(both[0], low)
    np.testing.assert_array_equal(both[1], first)
    assert (low != first).any()


def test_the_reason_in_an_error_of_a_graph():
    @tf.function
    def invert(matrix):
        return tf.linalg.inv(matrix)

    with pytest.raises(tf.errors.OpError) as caught:
        invert(tf.zeros((2, 2)))
    assert machine.reason(caught.value) == "Input is not invertible."
    assert machine.reason(tf.errors.InternalError(None, None, "")) == "InternalError"


@pytest.fixture
def gpus(monkeypatch):
    """The GPUs that TensorFlow sees, as a list to be filled."""
    found = []
    monkeypatch.setattr(
        tf.config, "list_physical_devices", lambda kind: found if kind == "GPU" else ["processor"]
    )
    return found


def test_a_gpu_is_seen(gpus):
    assert not machine.has_gpu()
    gpus.append("the first")
    assert machine.has_gpu()


@pytest.mark.parametrize("tf32", [True, False])
def test_a_gpu_is_described_with_its_name_and_how_it_rounds(gpus, monkeypatch, tf32):
    gpus += ["the first", "another"]
    names = {"the first": {"device_name": "Tesla T4"}, "another": {}}
    experimental = tf.config.experimental
    monkeypatch.setattr(experimental, "get_device_details", names.get)
    monkeypatch.setattr(experimental, "tensor_float_32_execution_enabled", lambda: tf32)
    described = machine.describe()
    assert (described["gpu"], described["tf32"]) == ("Tesla T4", tf32)
    assert "processor" not in described and described["system"]
    gpus.pop(0)
    assert machine.describe()["gpu"] == "GPU"


A_TENSORFLOW = """
from types import SimpleNamespace
grown = []
def set_memory_growth(gpu, enable):
    if gpu == "used already":
        raise RuntimeError("Physical devices cannot be modified after being initialized")
    grown.append((gpu, enable))
config = SimpleNamespace(
    list_physical_devices=lambda kind: ["used already", "another"] if kind == "GPU" else ["CPU:0"],
    experimental=SimpleNamespace(set_memory_growth=set_memory_growth),
)
"""


def test_memory_of_a_gpu_is_taken_as_it_is_needed(tmp_path, monkeypatch):
    (tmp_path / "tensorflow.py").write_text(A_TENSORFLOW)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tensorflow")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    assert machine.import_tensorflow().grown == [("another", True)]


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
