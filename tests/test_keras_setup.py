"""Keras as another lesson or a keras.json left it: used where that can be, else one sentence."""

import json
import os
import re
import subprocess
import sys

import keras
import numpy as np
import pytest

from nst_helpers import KerasError, load_vgg19, machine, stylize
from nst_helpers.method import large

TRY_IT = """
import sys
from nst_helpers import KerasError, machine, stylize
from nst_helpers.__main__ import main
try:
    stylize("astronaut", "mosaic", size=64, steps=1, progress=False)
except KerasError as error:
    print("raised:", error)
machine.report()
code = main(["stylize", "astronaut", "mosaic", "-o", "x.png", "--size", "64", "--steps", "1"])
print("code:", code, "keras" in sys.modules)
"""
each_unusual = pytest.mark.parametrize(
    "unusual",
    [
        ("floatx", "float64"),
        ("image_data_format", "channels_first"),
        ("dtype_policy", "mixed_float16"),
        ("dtype_policy", "mixed_bfloat16"),
    ],
    indirect=True,
)


def python(tmp_path, *arguments, **environment):
    """Run a fresh Python in a folder, with Keras' settings only where the environment says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KERAS")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=tmp_path,
        env=kept | {"KERAS_HOME": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("backend, where", [("jax", "file"), ("torch", "environment")])
def test_another_backend_gets_one_sentence_everywhere(tmp_path, backend, where):
    """Also where it is not installed, as here: without Keras' own ModuleNotFoundError."""
    environment, named = {"KERAS_BACKEND": backend}, "the environment variable KERAS_BACKEND"
    if where == "file":
        (tmp_path / "keras.json").write_text(json.dumps({"backend": backend}))
        environment, named = {}, str(tmp_path / "keras.json")
    done = python(tmp_path, "-c", TRY_IT, **environment)
    raised, version, reported, code = done.stdout.splitlines()
    sentence = raised.removeprefix("raised: ")
    assert f"backend is set to {backend!r}" in sentence and named in sentence
    assert "set it to 'tensorflow' there and restart Python" in sentence
    assert version.startswith("TensorFlow") and reported == sentence
    assert code == "code: 1 False"
    assert done.stderr == f"{sentence}\n"
    assert not (tmp_path / "x.png").exists()


def test_the_command_line_says_it_and_no_more(tmp_path):
    command = ["-m", "nst_helpers", "stylize", "astronaut", "mosaic", "-o", "x.png"]
    done = python(tmp_path, *command, KERAS_BACKEND="jax")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "'jax' by the environment variable KERAS_BACKEND" in done.stderr


@pytest.fixture
def unusual(request):
    """Keras with this setting at this value, as another program in the process may leave it."""
    setting, value = request.param
    before = getattr(keras.config, setting)()
    getattr(keras.config, f"set_{setting}")(value)
    try:
        yield setting, value
    finally:
        getattr(keras.config, f"set_{setting}")(before)


@each_unusual
def test_a_network_is_not_loaded_and_the_sentence_names_what_undoes_it(unusual):
    setting, value = unusual
    with pytest.raises(KerasError) as caught:
        load_vgg19()
    said = str(caught.value)
    assert f"Keras' {setting} is set to {value!r} in this program" in said and "\n" not in said
    name, argument = re.search(r"call keras\.config\.(\w+)\('(\w+)'\)\.$", said).groups()
    getattr(keras.config, name)(argument)
    assert machine.import_keras() is keras


@pytest.fixture(scope="module")
def usual_picture(vgg):
    return painted(vgg)


def painted(vgg):
    return stylize(
        "astronaut", "mosaic", size=64, steps=2, precision="float32", vgg=vgg, progress=False
    ).picture.numpy()


@each_unusual
def test_a_network_loaded_before_paints_the_same_picture(usual_picture, unusual, vgg):
    large._graphs.cache_clear()  # so that all is made anew, under this setting
    np.testing.assert_array_equal(painted(vgg), usual_picture)


@pytest.mark.parametrize("unusual", [("dtype_policy", "mixed_float16")], indirect=True)
def test_adam_which_is_keras_own_says_so_before_the_first_step(unusual, vgg):
    with pytest.raises(KerasError, match="dtype_policy is set to 'mixed_float16'"):
        stylize("astronaut", "mosaic", size=64, steps=1, optimizer="adam", vgg=vgg, progress=False)


def test_a_policy_in_the_file_is_named_with_the_file(tmp_path, monkeypatch):
    (tmp_path / "keras.json").write_text(json.dumps({"floatx": "float16"}))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras.config, "floatx", lambda: "float16")
    with pytest.raises(
        KerasError, match=r"'float16' in .*keras\.json.*'float32' there and restart"
    ):
        machine.import_keras()


@pytest.mark.parametrize("broken", ["disable_eager_execution", "disable_v2_behavior"])
def test_eager_execution_switched_off_gets_one_sentence(tmp_path, broken):
    code = f"import tensorflow as tf; tf.compat.v1.{broken}()\n{TRY_IT}"
    raised, _, reported, code = python(tmp_path, "-c", code).stdout.splitlines()
    assert "eager execution is switched off in this program" in raised and reported in raised
    assert code.startswith("code: 1")


@pytest.mark.parametrize("stderr", ["sys.stderr = None", "sys.stderr = io.StringIO(); os.close(2)"])
def test_tensorflow_is_imported_without_a_standard_error(tmp_path, stderr):
    """As under pythonw, and in IDLE on Windows."""
    code = f"import io, os, sys; {stderr}\nfrom nst_helpers import machine\n"
    done = python(tmp_path, "-c", code + "print(machine.import_tensorflow().__name__)")
    assert done.stdout == "tensorflow\n"


def test_a_lessons_first_cell_says_at_once_what_it_waits_for(tmp_path):
    cell = "from nst_helpers import setup\nsetup()"
    waiting, line, rest = python(tmp_path, "-c", cell).stdout.replace("\r", "\n").split("\n")
    assert waiting == "Loading TensorFlow ..." and line.startswith("TensorFlow ") and not rest
    assert len(line) > len(waiting)  # and so covers it
