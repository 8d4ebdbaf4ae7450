"""The lessons and the widgets' tests on Colab's versions, for maintainers.

    python tests/on_colab.py                     install, then run
    python tests/on_colab.py install             make the environment .venv-colab anew, with the network
    python tests/on_colab.py run [notebook ...]  in it, without: all lessons and the widgets' tests, or these notebooks

Each lesson runs alone, from an empty folder, and its setup cell installs the helpers, from a wheel of
this clone. It fails at the first error, and where a lesson changed a package that was there.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
COLAB = ROOT / "tests" / "colab"
VENV = ROOT / ".venv-colab"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed.txt"
WIDGET_TESTS = [
    ROOT / "tests" / name
    for name in (
        "widgets/test_painter.py",
        "widgets/test_easels.py",
        "widgets/test_explorers.py",
        "widgets/test_questions.py",
    )
]


def pins():
    """`{package: version}` of Colab, from colab/requirements.txt."""
    return dict(re.findall(r"^([\w-]+)==(\S+)", (COLAB / "requirements.txt").read_text(), re.M))


def newest_python():
    """The path of the newest Python, 3.13 to 3.11, on PATH or of pyenv, that runs and makes environments."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for minor in (13, 12, 11):
        name = f"python3.{minor}"
        paths = [Path(folder, name) for folder in os.get_exec_path()]
        for path in paths + sorted(pyenv.glob(f"versions/3.{minor}.*/bin/{name}")):
            # pyenv leaves commands on PATH that only say which Pythons it has
            if (
                path.exists()
                and subprocess.run(
                    [path, "-c", "import ensurepip, ssl"], capture_output=True
                ).returncode
                == 0
            ):
                return path
    sys.exit("No Python 3.11 to 3.13 runs here.")


def pip(*arguments, **keywords):
    command = [PYTHON, "-m", "pip", *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **keywords).stdout


def packages():
    """What is installed in the environment besides the helpers: a set of `"name==version"`."""
    return {
        line for line in pip("freeze", "--all").splitlines() if not line.startswith("nst_helpers")
    }


def install():
    python = newest_python()
    version = subprocess.run([python, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"Colab's packages on {version}, {python}", flush=True)
    subprocess.run([python, "-m", "venv", "--clear", VENV], check=True)
    pip("install", "-qq", "-r", COLAB / "requirements.txt")
    site = next(VENV.glob("lib/python3.*/site-packages"))
    (site / "stand_in.pth").write_text(f"{COLAB / 'stand_in'}\nimport google.colab\n")
    INSTALLED.write_text("\n".join(sorted(packages())))


def build_wheel(folder):
    """The path of a wheel of this clone, built from a copy, without the network."""
    source = folder / "source"
    shutil.copytree(
        ROOT / "nst_helpers", source / "nst_helpers", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip("wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder, source)
    return next(folder.glob("nst_helpers-*.whl"))


def write_decoys(names, folder):
    """Empty wheels of a version 9999: where a setup cell lets pip upgrade a package, it finds one."""
    folder.mkdir()
    for name in names:
        name = re.sub(r"[-.]", "_", name)
        info = f"{name}-9999.dist-info"
        with zipfile.ZipFile(folder / f"{name}-9999-py3-none-any.whl", "w") as wheel:
            wheel.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 9999\n"
            )
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{info}/RECORD", "")


def run_lesson(path, folder, environment, before, wheel):
    """Run one lesson as somebody who opened nothing else; ends the program where it fails.

    Its setup cell installs the helpers from the wheel, not from their repository.
    """
    pip("uninstall", "--quiet", "--yes", "nst_helpers", stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(dir=folder) as empty:
        alone = Path(empty) / path.name
        text, replaced = re.subn(r"git\+https:[^\\]*", str(wheel), path.read_text())
        assert replaced == 1, f"{path.name} has no setup cell"
        alone.write_text(text)
        start = time.perf_counter()
        command = [PYTHON, COLAB / "execute.py", alone]
        result = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{result.stderr}\n{path.name} fails on Colab's versions.")
    after = packages()
    if after != before:
        sys.exit(
            f"{path.name} changed packages: {sorted(before - after)} became {sorted(after - before)}."
        )
    print(f"{path.stem}: {time.perf_counter() - start:.0f} s", flush=True)


def run(notebooks):
    """Run these notebooks, or all lessons in a random order and then the widgets' tests."""
    if not INSTALLED.exists() or packages() != (before := set(INSTALLED.read_text().split("\n"))):
        sys.exit(f"{VENV.name} is not there, or was changed: python tests/on_colab.py install")
    lessons = sorted((ROOT / "notebooks").glob("*.ipynb"))
    random.shuffle(lessons)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build_wheel(folder)
        write_decoys([package.split("==")[0] for package in before], folder / "decoys")
        environment = os.environ | {
            "HOME": name,  # nobody's settings
            "PYTHONPATH": str(ROOT / "tests" / "no_network"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(folder / "decoys"),
        }
        for path in notebooks or lessons:
            run_lesson(path, folder, environment, before, wheel)
        if not notebooks:
            pip("install", "--quiet", "--no-deps", "--no-index", "--force-reinstall", wheel)
            tests = [path for path in WIDGET_TESTS if path.exists()]
            # -P: the installed helpers, not this clone's. No addopts: Colab has no nbval.
            command = [
                PYTHON,
                "-P",
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "-o",
                "addopts=",
                *tests,
            ]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)


def main(arguments):
    if arguments == []:
        install()
        run([])
    elif arguments == ["install"]:
        install()
    elif arguments[0] == "run":
        run([Path(name).resolve() for name in arguments[1:]])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
