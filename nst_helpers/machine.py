"""What this machine can do."""

import os
import sys


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
    gpus = tensorflow.config.list_physical_devices("GPU")
    print(f"TensorFlow {tensorflow.__version__}, " + ("with a GPU." if gpus else "no GPU: the lessons are made for that."))
    if not gpus and "google.colab" in sys.modules:
        print("Colab lends a GPU: menu Runtime > Change runtime type > T4 GPU, then run this cell again.")
