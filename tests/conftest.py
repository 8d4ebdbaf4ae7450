import os
import sys
from pathlib import Path

GUARD = str(Path(__file__).parent / "no_network")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [GUARD, os.environ.get("PYTHONPATH")]))  # for the kernels
sys.path.insert(0, GUARD)
sys.modules.pop("sitecustomize", None)  # the interpreter may have imported one of its own
import sitecustomize  # noqa: E402, F401  (for this process)

from nst_helpers.machine import import_tensorflow  # noqa: E402

import_tensorflow()

import pytest  # noqa: E402

from nst_helpers.vgg import load_vgg19  # noqa: E402


@pytest.fixture(scope="session")
def vgg():
    return load_vgg19()
