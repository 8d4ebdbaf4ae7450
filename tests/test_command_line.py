import inspect
import itertools
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from nst_helpers import card, doctor, load_image, machine, run, save_image, saving, stylize, weights
from nst_helpers.__main__ import build_parser, main


def test_stylize_paints_a_file_and_its_card(tmp_path, capsys):
    photo = save_image(load_image("red_panda", max_side=64), tmp_path / "photo.png")
    output = tmp_path / "out.png"
    code = main(["stylize", str(photo), "mosaic", "-o", str(output), "--size", "64", "--steps", "3", "--style-weight", "9",
                 "--init", "noise", "--seed", "5", "--style-layers", "block1_conv1", "block2_conv1"])  # fmt: skip
    assert code == 0
    assert "64 × 36 px" in capsys.readouterr().out
    with Image.open(output) as image:
        assert image.size == (64, 36)
        card = json.loads(image.text["nst_helpers"])["settings"]
    assert (
        card["style_weight"] == 9
        and card["init"] == "noise"
        and card["seed"] == 5
        and card["steps"] == 3
    )
    assert card["style_layers"] == ["block1_conv1", "block2_conv1"] and card["content_weight"] == 1
    same = stylize(photo, "mosaic", size=64, steps=3, style_weight=9, init="noise", seed=5,
                   style_layers=["block1_conv1", "block2_conv1"], progress=False)  # fmt: skip
    assert np.mean(np.abs(same.picture - load_image(output))) < 0.01


def test_the_keywords_are_those_of_the_function():
    options = vars(build_parser().parse_args(
        "stylize a b -o c --size 9 --steps 9 --content-weight 1 --style-weight 1 --tv-weight 1 --init noise --seed 1 "
        "--content-layer x --style-layers y z --optimizer adam --learning-rate 1 --scales 5 9 --precision float32 "
        "--like d --card-beside".split()
    ))  # fmt: skip
    named = set(options) - {"run", "photo", "painting", "output", "like", "card_beside"}
    assert named == set(inspect.signature(stylize).parameters) - {
        "content",
        "style",
        "vgg",
        "progress",
        "on_step",
    }


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nothing.png", "mosaic", "-o", "{}/out.png"], "nothing.png: there is no such file"),
        (["astronaut", "mosaic", "-o", "{}/out.txt"], "give it such an ending"),
        (["astronaut", "mosaic", "-o", "{}/none/out.png"], "there is no folder"),
        (["astronaut", "mosaic", "-o", "{}/out.png", "--size", "5"], "size is 5"),
        (
            ["astronaut", "mosaic", "-o", "{}/out.png", "--content-layer", "conv4_2"],
            "no layer 'conv4_2'",
        ),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_1(tmp_path, capsys, arguments, words):
    assert main(["stylize", *[argument.format(tmp_path) for argument in arguments]]) == 1
    said = capsys.readouterr().err.strip()
    assert words in said and "\n" not in said and "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_a_save_that_has_become_impossible_keeps_the_picture(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "folder"
    folder.mkdir()

    def painted(*arguments, **settings):
        folder.rmdir()
        return stylize(*arguments, **settings)

    monkeypatch.setattr(run, "stylize", painted)
    monkeypatch.setattr(saving.tempfile, "mkdtemp", lambda dir, prefix: str(tmp_path))
    assert (
        main(
            [
                "stylize",
                "astronaut",
                "mosaic",
                "-o",
                str(folder / "out.png"),
                "--size",
                "64",
                "--steps",
                "1",
            ]
        )
        == 1
    )
    said = capsys.readouterr()
    assert "there is no folder" in said.err and str(tmp_path / "out.png") in said.out
    assert load_image(tmp_path / "out.png").shape == (1, 64, 64, 3)


@pytest.mark.parametrize("steps, code", [(2, 0), (0, 130)])
def test_ctrl_c_keeps_the_picture_reached(tmp_path, capsys, monkeypatch, steps, code):
    paint = run.paint

    def interrupted(*arguments):
        yield from itertools.islice(paint(*arguments), steps)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "paint", interrupted)
    output = tmp_path / "out.png"
    assert (
        main(["stylize", "astronaut", "mosaic", "-o", str(output), "--size", "64", "--steps", "9"])
        == code
    )
    said = capsys.readouterr()
    if steps:
        assert card.read(output)["steps_done"] == 2 and "Interrupted after 2 of 9 steps" in said.out
    else:
        assert not output.exists() and "nothing was saved" in said.err


def test_the_module_runs_from_a_shell():
    run = subprocess.run(
        [sys.executable, "-m", "nst_helpers", "--help"], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0 and "stylize" in run.stdout and "doctor" in run.stdout


def test_tensorflow_keeps_quiet_in_a_shell(tmp_path):
    command = [
        sys.executable,
        "-m",
        "nst_helpers",
        "stylize",
        "astronaut",
        "nothing.png",
        "-o",
        str(tmp_path / "out.png"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1 and run.stderr.startswith("nothing.png"), run.stderr


def doctor_lines(capsys):
    code = main(["doctor"])
    return code, capsys.readouterr().out.splitlines()


def test_doctor_passes_here(capsys):
    code, lines = doctor_lines(capsys)
    assert all(line.startswith("PASS ") for line in lines), lines
    assert len(lines) == 8 and code == 0
    assert re.search(r"Painting: [\d.]+ s a step", lines[-1])


def test_doctor_says_what_to_do(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "SUPPORTED_PYTHON", ((3, 2), (3, 4)))
    monkeypatch.setattr(doctor, "SUPPORTED_SYSTEMS", {})
    monkeypatch.setattr(weights, "BUNDLED_WEIGHTS", tmp_path / "gone.npz")
    monkeypatch.setattr(
        "importlib.metadata.requires", lambda name: ["tensorflow>=99", "no_such_package>=1"]
    )
    weights.bundled_vgg19.cache_clear()  # doctor's is a fresh process
    code, lines = doctor_lines(capsys)
    assert code == 1
    assert "runs on 3.2 to 3.4. Install Python 3.4" in lines[0]
    assert "use the lessons in Colab" in lines[1]
    assert "no_such_package is missing" in lines[2] and "needed is >=99" in lines[2]
    assert "gone.npz" in lines[5] and "reinstall" in lines[5]
    assert lines[6].startswith("PASS") and lines[7].startswith("FAIL")


@pytest.mark.parametrize("system, cure", [("Linux", "'.[gpu]'"), ("Windows", "WSL2")])
def test_doctor_says_that_a_gpu_is_there_and_unused(monkeypatch, system, cure):
    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    monkeypatch.setattr(doctor.platform, "system", lambda: system)
    assert "unused" not in doctor.check_tensorflow()
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/" + name)
    said = doctor.check_tensorflow()
    assert "NVIDIA GPU, unused" in said and cure in said
    monkeypatch.setattr(machine, "has_gpu", lambda: True)
    assert doctor.check_tensorflow() == "sees a GPU and will use it"
