"""What computes here: TensorFlow and Keras, with a GPU or without, in which precision."""

import contextlib
import functools
import json
import os
import platform
import signal
import sys
import threading
from pathlib import Path

from .errors import KerasError, OutOfMemory

KERAS_NEEDS = {
    "backend": "tensorflow",
    "image_data_format": "channels_last",
    "floatx": "float32",
    "dtype_policy": "float32",
}


def import_tensorflow():
    """TensorFlow, imported without the messages that its C++ part prints while it starts.

    Those go to the process's standard error before any log level is read, so that file is turned
    away for the moment. Of a GPU it takes memory as it needs it, unless it was used before, so that
    another notebook gets some too.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only, from here on
        with _standard_error_turned_away():
            import tensorflow

            for gpu in tensorflow.config.list_physical_devices("GPU"):  # says what it found
                with contextlib.suppress(RuntimeError):
                    tensorflow.config.experimental.set_memory_growth(gpu, True)
    return sys.modules["tensorflow"]


@contextlib.contextmanager
def _standard_error_turned_away():
    try:
        if sys.stderr is not None:  # as under pythonw
            sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError):  # there is no such file
        yield
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def import_keras():
    """Keras, if it computes as the kit needs: on TensorFlow, eagerly, in float32, channels last.

    Looked at anew at each call, since a program may change it. Raises `KerasError`.
    """
    check_eager()
    if "keras" not in sys.modules:  # another backend may not even be installed
        asked = os.environ.get("KERAS_BACKEND") or _in_keras_file("backend") or "tensorflow"
        _check_keras("backend", asked)
    import keras

    for setting in KERAS_NEEDS:
        value = getattr(keras.config, setting)()
        _check_keras(setting, getattr(value, "name", value))  # a policy has a name
    return keras


def check_eager():
    """Raise `KerasError` if TensorFlow's eager execution is switched off."""
    if not import_tensorflow().compat.v1.executing_eagerly_outside_functions():
        raise KerasError(
            "TensorFlow's eager execution is switched off in this program: remove "
            "disable_eager_execution() or disable_v2_behavior(), and restart Python."
        )


def _check_keras(setting, value):
    needed = KERAS_NEEDS[setting]
    if value == needed:
        return
    where, undo = "in this program", f"call keras.config.set_{setting}({needed!r})"
    if setting == "backend" and os.environ.get("KERAS_BACKEND") == value:
        where = "by the environment variable KERAS_BACKEND"
    elif _in_keras_file(setting) == value:
        where = f"in {_keras_file()}"
    if where != "in this program" or setting == "backend":
        undo = f"set it to {needed!r} there and restart Python"
    raise KerasError(
        f"Keras' {setting} is set to {value!r} {where}, but the kit needs {needed!r}: {undo}."
    )


def _keras_file():
    return Path(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras"), "keras.json")


def _in_keras_file(setting):
    try:
        return json.loads(_keras_file().read_text()).get(setting)
    except (OSError, ValueError, AttributeError):  # none, or one that Keras passes over as well
        return None


def report():
    """Print TensorFlow's version, whether it sees a GPU, and what is wrong with Keras' settings.

    In Colab without a GPU also how to get one.
    """
    found = "with a GPU." if has_gpu() else "no GPU: the lessons are made for that."
    print(f"TensorFlow {import_tensorflow().__version__}, {found}")
    if not has_gpu() and "google.colab" in sys.modules:
        print(
            "Colab lends a GPU: menu Runtime > Change runtime type > T4 GPU, "
            "then run this cell again."
        )
    try:
        import_keras()
    except KerasError as error:
        print(error)


def has_gpu():
    """Whether TensorFlow sees a GPU, and so will use it."""
    return bool(import_tensorflow().config.list_physical_devices("GPU"))


@functools.cache
def best_precision():
    """`"bfloat16"` where the processor multiplies it faster, and there is no GPU; else `"float32"`.

    AMX is faster, and so is AVX-512 on an AMD processor. Intel's AVX-512 without AMX, as in some
    virtual machines, multiplies as many float32 numbers at once: with the casts it is slower.
    """
    flags, is_amd = processor_flags(), _processor("vendor_id") == "AuthenticAMD"
    faster = "amx_bf16" in flags or "avx512_bf16" in flags and is_amd
    return "bfloat16" if faster and not has_gpu() else "float32"


def processor_flags():
    """What the processor can do, as a set of Linux's words for it; empty on other systems."""
    return set(_processor("flags").split())


def _processor(field):
    """What Linux says of the processor in this field; empty on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "")


@contextlib.contextmanager
def memory_errors_said(side):
    """In this context, TensorFlow's errors for memory it did not get become `OutOfMemory`.

    side: of the picture that is painted, px.
    """
    errors = import_tensorflow().errors
    try:
        yield
    except errors.OpError as error:
        # CUDA's libraries say so within an InternalError.
        signs = ("out of memory", "failed to allocate", "alloc_failed")
        found = any(sign in error.message.lower() for sign in signs)
        if not found and not isinstance(error, errors.ResourceExhaustedError):
            raise
        raise OutOfMemory(
            f"A picture of {side} px does not fit in the memory of this machine's processor or "
            f"GPU: ask for size={int(0.7 * side)} or less."
        ) from error


def reason(error):
    """The sentence in a TensorFlow error that says what happened, without the places it names."""
    around = ("Graph execution error", "Detected at", "<stack traces", "File ", "[[")
    lines = [line.strip() for line in error.message.splitlines()]
    sentences = [line for line in lines if line and not line.startswith(around)]
    return sentences[0] if sentences else type(error).__name__


@contextlib.contextmanager
def interrupts_ignored():
    """In this context Ctrl-C, which only the main thread hears of, does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def describe():
    """What computed a picture: `{"system", "processor" or "gpu", "python"}`, for a run card.

    tf32: whether a GPU may round what it multiplies to TensorFloat-32, as TensorFlow lets it.
    """
    system = f"{platform.system()} {platform.machine()}"
    described = {"system": system, "python": platform.python_version()}
    if has_gpu():
        devices = import_tensorflow().config
        details = devices.experimental.get_device_details(devices.list_physical_devices("GPU")[0])
        tf32 = devices.experimental.tensor_float_32_execution_enabled()
        return described | {"gpu": details.get("device_name", "GPU"), "tf32": tf32}
    processor = _processor("model name") or platform.processor()
    return described | {"processor": processor, "cores": os.cpu_count()}
