import os
import subprocess
import sys
import threading
import time
import types
from pathlib import Path

import numpy as np
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


def test_the_environment_is_left_as_it_was(monkeypatch):
    first, second = machine.KEPT_IN_FLOAT32
    monkeypatch.setenv(first, "Mean")
    monkeypatch.delenv(second, raising=False)
    with machine.precision("bfloat16"):
        assert os.environ[first] == os.environ[second] == machine.KEPT_IN_FLOAT32[first]
    assert os.environ[first] == "Mean" and second not in os.environ


def test_a_thread_that_has_left_its_precision_does_not_take_over_anothers():
    left, inside, done, found = threading.Event(), threading.Event(), threading.Event(), []
    values = tf.constant(np.random.default_rng(0).random((64, 64)), tf.float32)

    def learner():
        with machine.precision("float32"):
            pass
        left.set()
        inside.wait(60)
        found.append(tf.function(lambda: tf.matmul(values, values))())
        done.set()

    thread = threading.Thread(target=learner)
    thread.start()
    assert left.wait(60)
    with machine.precision("bfloat16"):
        inside.set()
        assert done.wait(60)
    thread.join()
    np.testing.assert_allclose(found[0], values.numpy() @ values.numpy(), rtol=1e-5)


def test_two_threads_do_not_take_over_each_others_precision():
    inside, wanted = threading.Event(), []

    def wants_float32():
        inside.wait()
        with machine.precision("float32"):
            wanted.append(option())

    other = threading.Thread(target=wants_float32)
    other.start()
    with machine.precision("bfloat16"):
        inside.set()
        time.sleep(0.1)
        assert option() and not wanted  # the other one waits
    other.join()
    assert wanted == [False] and not option()


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
    if machine.best_precision() == "bfloat16":
        assert low != exact


def test_memory_grows_with_the_picture_and_back():
    assert machine.pixels_that_fit(machine.peak_memory(1e6)) == pytest.approx(1e6)
    assert machine.pixels_that_fit(1) == 0


@pytest.mark.parametrize(
    "side, precision, measured",
    [
        (256, "bfloat16", 0.95e9),
        (512, "bfloat16", 1.14e9),
        (1024, "bfloat16", 1.94e9),
        (2048, "bfloat16", 4.89e9),
        (256, "float32", 0.96e9),
        (512, "float32", 1.33e9),
        (1024, "float32", 2.54e9),
        (2048, "float32", 7.43e9),
    ],
)
def test_memory_is_within_a_quarter_of_what_was_measured(side, precision, measured):
    """neuschwanstein × starry_night, the peak of the resident set, TensorFlow 2.21."""
    assert machine.peak_memory(side * side * 2 / 3, precision) == pytest.approx(measured, rel=0.25)


@pytest.mark.parametrize("precision", sorted({"float32", machine.best_precision()}))
def test_a_run_takes_no_more_memory_than_was_said(precision):
    """In a process of its own; what it grows by while it paints."""
    if not Path("/proc/self/status").exists():  # `resource`'s peak is the parent's after a vfork, so not of use here
        pytest.skip("only Linux tells a process's peak of memory")
    code = """
import sys
from pathlib import Path
from nst_helpers import machine
machine.import_tensorflow()
from nst_helpers.optimize import bundled_vgg19, stylize
def peak():
    return next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
bundled_vgg19()
before = peak()
stylize("neuschwanstein", "starry_night", size=480, scales=[480], steps=[9], precision=sys.argv[1], progress=False)
print(before, peak())
"""
    run = subprocess.run([sys.executable, "-c", code, precision], capture_output=True, text=True, timeout=300)
    before, after = (int(kibibytes) * 1024 for kibibytes in run.stdout.split())
    assert 0.9 < before / machine.BASE_BYTES < 1.2, run.stderr
    assert 0.7 < (after - before) / (480 * 320 * machine.BYTES_A_PIXEL[precision]) < 1.3


def reach(monkeypatch, limit="max", used="0", rss=0.0, stat="anon 5"):
    files = {"memory.max": limit, "memory.current": used, "memory.stat": stat}
    monkeypatch.setattr(
        machine, "Path", lambda folder, name: types.SimpleNamespace(read_text=lambda: files[name] + "\n")
    )
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: types.SimpleNamespace(available=5e9))
    memory = types.SimpleNamespace(memory_info=lambda: types.SimpleNamespace(rss=rss))
    monkeypatch.setattr(machine.psutil, "Process", lambda: memory)
    return machine.memory_within_reach()


def test_memory_within_reach(monkeypatch):
    assert reach(monkeypatch) == 5e9
    assert reach(monkeypatch, rss=0.3e9) == 5.3e9  # TensorFlow is loaded already
    assert reach(monkeypatch, rss=9e9) == 5e9 + machine.BASE_BYTES  # the rest is not the run's to use
    assert reach(monkeypatch, limit="3000000000", used="1000000000") == 2e9  # a container's limit
    assert reach(monkeypatch, limit="30000000000", used="1000000000") == 5e9
    pages = "anon 600000000\nactive_file 100000000\ninactive_file 300000000"  # of files: not lost to the run
    assert reach(monkeypatch, limit="3000000000", used="1000000000", stat=pages) == 2.4e9


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
