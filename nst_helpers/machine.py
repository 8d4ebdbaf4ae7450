"""What this machine can do: GPU, precision, memory."""

import contextlib
import functools
import os
import platform
import signal
import sys
import threading
from pathlib import Path

import psutil

BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}  # as Linux names them in /proc/cpuinfo
KEPT_IN_FLOAT32 = {  # how TensorFlow's graph optimizer is told
    f"TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_{change}": "Mean,Sum,Square,SquaredDifference"
    for change in ("INFERLIST_REMOVE", "DENYLIST_ADD")
}
_PRECISION_LOCK = threading.RLock()
BASE_BYTES = 0.83e9  # a process with TensorFlow and the network, before it paints
BYTES_A_PIXEL = {"bfloat16": 1500, "float32": 2450}  # of the picture, at the peak


def import_tensorflow():
    """TensorFlow, imported without the messages that its C++ part prints while it starts.

    Those go to the process's standard error before any log level is read, so that file is
    turned away for the moment. Python errors are raised as always.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only, from here on
        sys.stderr.flush()
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            import tensorflow

            tensorflow.config.list_physical_devices()  # looks for GPUs, and says so
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
    return sys.modules["tensorflow"]


def report():
    """Print TensorFlow's version and whether it sees a GPU; in Colab without one, how to get it."""
    tensorflow = import_tensorflow()
    print(
        f"TensorFlow {tensorflow.__version__}, "
        + ("with a GPU." if has_gpu() else "no GPU: the lessons are made for that.")
    )
    if not has_gpu() and "google.colab" in sys.modules:
        print("Colab lends a GPU: menu Runtime > Change runtime type > T4 GPU, then run this cell again.")


def has_gpu():
    """Whether TensorFlow sees a GPU, and so will use it."""
    return bool(import_tensorflow().config.list_physical_devices("GPU"))


@functools.cache
def best_precision():
    """`"bfloat16"` where the processor multiplies it in hardware and there is no GPU, else `"float32"`.

    Found from the processor's flags, which only Linux shows; elsewhere the answer is float32.
    """
    if has_gpu():
        return "float32"
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "float32"
    flags = next((line for line in lines if line.startswith("flags")), "")
    return "bfloat16" if BFLOAT16_FLAGS & set(flags.split()) else "float32"


@contextlib.contextmanager
def precision(name):
    """Inside this context, `tf.function`s of this thread compute their convolutions in `name`.

    name: `"float32"` or `"bfloat16"`. TensorFlow's graph optimizer swaps convolutions and matrix
    products to bfloat16 and back; the reductions to a loss stay in float32, because a loss with
    three digits is too coarse for a line search.

    TensorFlow has this option once for the process, and a copy of it for each thread that has run
    something since the option was last set. So the context is put around each call, in the thread
    that computes, and holds a lock: a second thread that wants a precision waits. A thread that asks
    for none, and runs its very first function at that moment, can take bfloat16 over.
    """
    options = import_tensorflow().config.optimizer
    key = "auto_mixed_precision_onednn_bfloat16"
    with _PRECISION_LOCK, _environment(KEPT_IN_FLOAT32 if name == "bfloat16" else {}):
        before = options.get_experimental_options().get(key, False)
        options.set_experimental_options({key: name == "bfloat16"})
        try:
            yield
        finally:
            options.set_experimental_options({key: before})
            _any_function()()  # with which this thread makes its copy now, and not within another's context


@functools.cache
def _any_function():
    tensorflow = import_tensorflow()
    return tensorflow.function(lambda: tensorflow.constant(0))


@contextlib.contextmanager
def interrupts_ignored():
    """Inside this context Ctrl-C does nothing. Only the main thread hears of it, so elsewhere nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _environment(variables):
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def peak_memory(pixels, precision="float32"):
    """About how many bytes a process will hold at most that paints a picture of so many pixels.

    Measured from 256 to 2048 px, not derived. On the processor; TensorFlow, Keras and the network
    are counted in.
    """
    return BASE_BYTES + BYTES_A_PIXEL[precision] * pixels


def pixels_that_fit(memory, precision="float32"):
    """The largest number of pixels for which `peak_memory` is at most `memory` bytes."""
    return max(0, memory - BASE_BYTES) / BYTES_A_PIXEL[precision]


def memory_within_reach():
    """How many bytes a run could hold now: what is free, and TensorFlow with its network if they are loaded already.

    In a container with a limit of its own (Linux, cgroups of version 2), what is free below that.
    """
    free = psutil.virtual_memory().available
    try:
        limit, used, stat = (
            Path("/sys/fs/cgroup", name).read_text().strip() for name in ("memory.max", "memory.current", "memory.stat")
        )
    except OSError:  # no Linux, no limit, or cgroups of version 1
        limit = "max"
    if limit != "max":
        counts = dict(line.split() for line in stat.splitlines())
        of_files = sum(int(counts.get(name, 0)) for name in ("active_file", "inactive_file"))  # given up when needed
        free = min(free, int(limit) - int(used) + of_files)
    return free + min(psutil.Process().memory_info().rss, BASE_BYTES)


def describe():
    """What computed a picture: `{"system", "processor" or "gpu", "python"}`, for a run card."""
    described = {"system": f"{platform.system()} {platform.machine()}", "python": platform.python_version()}
    if has_gpu():
        devices = import_tensorflow().config
        details = devices.experimental.get_device_details(devices.list_physical_devices("GPU")[0])
        return described | {"gpu": details.get("device_name", "GPU")}
    return described | {"processor": _processor(), "cores": os.cpu_count()}


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
