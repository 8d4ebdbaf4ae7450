"""What this machine can do: GPU, precision, memory."""

import contextlib
import functools
import os
import platform
import sys
from pathlib import Path

import psutil

BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}  # as Linux names them in /proc/cpuinfo
REDUCTIONS = "Mean,Sum,Square,SquaredDifference"
BASE_BYTES = 0.83e9  # a process with TensorFlow and the network, before it paints
BYTES_A_PIXEL = 2500  # of the picture, at the peak


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
    three digits is too coarse for a line search. Both the option and TensorFlow's copy of it a
    thread are global, so the context is put around each call, in the thread that computes.
    """
    options = import_tensorflow().config.optimizer
    key = "auto_mixed_precision_onednn_bfloat16"
    before = options.get_experimental_options().get(key, False)
    if name == "bfloat16":
        for change in ("INFERLIST_REMOVE", "DENYLIST_ADD"):
            os.environ[f"TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_{change}"] = REDUCTIONS
    options.set_experimental_options({key: name == "bfloat16"})
    try:
        yield
    finally:
        options.set_experimental_options({key: before})


def peak_memory(height, width):
    """About how many bytes a process will hold at most that paints a picture of this size.

    Measured, not derived: see BYTES_A_PIXEL. On the processor; TensorFlow, Keras and the network
    are counted in.
    """
    return BASE_BYTES + BYTES_A_PIXEL * height * width


def pixels_that_fit(memory):
    """The largest height × width for which `peak_memory` is at most `memory` bytes."""
    return max(0, memory - BASE_BYTES) / BYTES_A_PIXEL


def memory_within_reach():
    """How many bytes this process can hold now: what it holds already, and what is free."""
    return psutil.Process().memory_info().rss + psutil.virtual_memory().available


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
