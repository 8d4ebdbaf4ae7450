import os
import shutil
import sys
import tempfile
from pathlib import Path

GUARD = str(Path(__file__).parent / "no_network")
# For the kernels.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [GUARD, os.environ.get("PYTHONPATH")]))
sys.path.insert(0, GUARD)
sys.modules.pop("sitecustomize", None)  # the interpreter may have imported one of its own
import sitecustomize  # noqa: E402, F401  (for this process)

# For the kernels of nbval, which IPython would start with the settings of whoever runs the tests.
SETTINGS = tempfile.TemporaryDirectory()  # gone when the process ends
startup = Path(SETTINGS.name, "profile_default", "startup")
startup.mkdir(parents=True)
shutil.copy(Path(__file__).parent / "short_runs.py", startup)
os.environ["IPYTHONDIR"] = SETTINGS.name

if "PYTEST_XDIST_WORKER" in os.environ:  # `-n 2`: each worker, with its kernels, has a core
    os.environ["TF_NUM_INTRAOP_THREADS"] = "1"

from nst_helpers.machine import import_tensorflow  # noqa: E402

import_tensorflow()

import pytest  # noqa: E402

from nst_helpers import CONTENT_LAYER, STYLE_LAYERS, feature_extractor, load_vgg19  # noqa: E402


@pytest.fixture(scope="session")
def vgg():
    return load_vgg19()


@pytest.fixture(scope="session")
def extract(vgg):
    return feature_extractor(vgg, [CONTENT_LAYER, *STYLE_LAYERS])
