"""`python -m nst_helpers doctor`: one PASS or FAIL line for each check of this installation.

Only the standard library is imported at the top, so that it can say what is missing.
"""

import platform
import shutil
import subprocess
import sys
import time

from ..console import say

SUPPORTED_PYTHON = ((3, 11), (3, 13))
SUPPORTED_SYSTEMS = {  # what TensorFlow publishes wheels for
    "Linux": ("x86_64", "aarch64"),
    "Darwin": ("arm64",),
    "Windows": ("AMD64",),
}
# Content and style losses, weighted, of four small steps where the kit was written; by Gatys'
# method alone, since which neighbor a position finds can hang on a rounding.
LOSSES = (0.1, 8.8), (0.2, 7.1), (0.4, 4.6), (0.6, 3.7)


class NothingMoreCanRun(RuntimeError):
    """A fault with which each check after it would end Python."""


def examine():
    """Print a line for each check, and what to do about each FAIL. Returns 0 if all pass."""
    code = 0
    for name, check in CHECKS.items():
        try:
            say(f"PASS {name}: {check()}")
        except Exception as error:  # a diagnosis goes on to its next line whatever breaks
            code = 1
            say(f"FAIL {name}: {error}")
            if isinstance(error, NothingMoreCanRun):
                break
    return code


def check_python():
    version = platform.python_version()
    low, high = (".".join(map(str, bound)) for bound in SUPPORTED_PYTHON)
    if not SUPPORTED_PYTHON[0] <= sys.version_info[:2] <= SUPPORTED_PYTHON[1]:
        raise RuntimeError(
            f"{version}; the kit runs on {low} to {high}. "
            f"Install Python {high} and make a new environment with it."
        )
    return version


def check_system():
    system, machine = platform.system(), platform.machine()
    if machine not in SUPPORTED_SYSTEMS.get(system, ()):
        raise RuntimeError(
            f"{system} on {machine}; TensorFlow runs on Linux (x86_64, aarch64), macOS (Apple "
            "silicon) and Windows (64-bit x86). Elsewhere, use the lessons in Colab."
        )
    return f"{system} on {machine}"


def check_packages():
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    try:
        requirements = [Requirement(line) for line in requires("nst_helpers")]
    except PackageNotFoundError:
        raise RuntimeError(
            "nst_helpers is not installed. In the kit's folder, run: pip install -e ."
        ) from None
    found, wrong = [], []
    for requirement in requirements:
        name, needed = requirement.name, requirement.specifier
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found.append(f"{name} {version(name)}")
            if not needed.contains(version(name), prereleases=True):
                wrong.append(f"{name} is {version(name)}, but {needed} is needed")
        except PackageNotFoundError:
            wrong.append(f"{name} is missing")
    if wrong:
        raise RuntimeError(
            "; ".join(wrong) + ". Make a new environment, and install the course into it again."
        )
    return ", ".join(found)


def check_tensorflow():
    # In a process of its own, since on a processor that it was not built for it ends that.
    tried = subprocess.run([sys.executable, "-c", "import tensorflow"], capture_output=True)
    if tried.returncode not in (0, 1):  # 1: an error of Python's, which is raised below
        raise NothingMoreCanRun(
            f"Python crashes (exit code {tried.returncode}) as soon as TensorFlow is imported. The "
            "processor is probably too old for it (no AVX): use the lessons in Colab. If it is "
            "not, reinstall TensorFlow."
        )
    from ..machine import best_precision, has_gpu

    if has_gpu():
        return "sees a GPU and will use it"
    finding = f"sees no GPU and will use the processor, in {best_precision()}"
    if shutil.which("nvidia-smi"):
        remedy = "TensorFlow can only use it on Linux (or WSL2)"
        if platform.system() == "Linux":
            remedy = "run pip install -e '.[gpu]'"
        finding += f"; there is an NVIDIA GPU, but it is not used: {remedy}"
    return finding


def check_keras():
    from ..machine import import_keras

    return f"{import_keras().__version__}, on TensorFlow, in float32, channels last"


def check_weights():
    from ..engine import load_vgg19

    start = time.perf_counter()
    load_vgg19()
    return f"VGG19 loaded in {time.perf_counter() - start:.1f} s"


def check_samples():
    from ..pictures import SAMPLES, load_image

    for name in SAMPLES:
        load_image(name, max_side=64)
    return f"{len(SAMPLES)} read"


def check_step():
    history = _four_steps("mosaic", size=128)
    return f"{(history[-1]['seconds'] - history[1]['seconds']) / 2:.2f} s a step at 128 px"


def check_losses():
    history = _four_steps("waves", size=64, precision="float32", neighbor_weight=0)
    for row, expected in zip(history, LOSSES, strict=True):
        found = round(row["content"], 1), round(row["style"], 1)
        if max(abs(here - there) for here, there in zip(found, expected)) > 0.15:
            raise RuntimeError(
                f"step {row['step']} gives {found} for content and style, but {expected} where the "
                "kit was written, so pictures will look different here. Reinstall TensorFlow."
            )
    return "the same as where the kit was written"


def _four_steps(painting, **settings):
    """The history of a small run."""
    from ..engine import stylize

    result = stylize("astronaut", painting, steps=4, progress=False, **settings)
    if result.interrupted:
        raise KeyboardInterrupt
    if result.message:
        raise RuntimeError(result.message + " Reinstall TensorFlow.")
    return result.history


CHECKS = {
    "Python": check_python,
    "System": check_system,
    "Packages": check_packages,
    "TensorFlow": check_tensorflow,
    "Keras": check_keras,
    "Weights": check_weights,
    "Sample pictures": check_samples,
    "Painting": check_step,
    "Losses": check_losses,
}
