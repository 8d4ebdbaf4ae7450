import inspect
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from notebook_tools import ROOT
from PIL import Image

from nst_helpers import PictureError, card, load_image, machine, save_image, stylize
from nst_helpers.cli import commands, doctor, lab
from nst_helpers.cli.commands import COMMANDS, GROUPS, build_parser, main
from nst_helpers.cli.parser import in_shell
from nst_helpers.engine import FIELDS, choose_scales, growing, run, split_steps, weights
from nst_helpers.errors import OutOfMemory, SettingsError, as_path
from nst_helpers.pictures import saving


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
        "stylize a b -o c --size 9 --steps 9 --content-weight 1 --style-weight 1 --neighbor-weight 1 --neighbor-share 1 --tv-weight 1 --init noise --seed 1 "
        "--content-layer x --style-layers y z --optimizer adam --learning-rate 1 --scales 5 9 --precision float32 "
        "--like d --style-masks m --painting-masks n --original-colors match --style-scale 2 "
        "--style-blend-weights 1 --style x".split()
    ))  # fmt: skip
    named = set(options) - {"run", "photo", "painting", "output", "like", "preview"}
    assert named == set(inspect.signature(stylize).parameters) - {
        "content",
        "vgg",
        "progress",
        "on_step",
    }


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nothing.png", "mosaic", "-o", "{}/out.png"], "nothing.png: there is no such file"),
        (["astronaut", "mosaic", "-o", "{}/out.txt"], "give it one of these endings"),
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


@pytest.mark.parametrize("name, size", [("out.webp", 16384), ("out.jpg", 65501)])
def test_a_size_that_its_format_cannot_hold_is_said_before_the_run(
    tmp_path, capsys, asked, name, size
):
    long = save_image(np.zeros((1, 40, size, 3), np.float32), tmp_path / "long.png")
    out = ["-o", str(tmp_path / name), "--size"]
    assert main(["stylize", str(long), "mosaic", *out, str(size)]) == 1
    said = capsys.readouterr().err
    assert f"at most {size - 1} px on a side" in said and said.count("\n") == 1 and not asked
    assert main(["stylize", str(long), "mosaic", *out, str(size - 1)]) == 1 and len(asked) == 1
    small = save_image(load_image("astronaut", max_side=64), tmp_path / "small.png")
    assert main(["stylize", str(small), "mosaic", *out, str(size)]) == 1 and len(asked) == 2


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

    def interrupted(*arguments, **start):
        yield from itertools.islice(paint(*arguments, **start), steps)
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


@pytest.mark.parametrize("way", ["name", "link", "second name"])
def test_the_photo_is_not_written_over_by_its_picture(tmp_path, capsys, way):
    photo = save_image(load_image("astronaut", max_side=64), tmp_path / "photo.png")
    output, before = tmp_path / "photo.png", photo.read_bytes()
    if way != "name":
        output = tmp_path / "other.png"
        (output.symlink_to if way == "link" else output.hardlink_to)(photo)
    for pair in ((photo, "mosaic"), ("astronaut", photo)):
        assert main(["stylize", *map(str, pair), "-o", str(output), "--steps", "1"]) == 1
        assert "one of the pictures to paint from" in capsys.readouterr().err
    assert photo.read_bytes() == before


@pytest.mark.parametrize(
    "arguments, words",
    [
        ("stylize", "Missing: PHOTO, -o (where to save). The command is "),
        ("stylize a b", " stylize PHOTO PAINTING -o OUT.png [options]."),
        ("stylize a b -o c.png --size big", "--size is 'big': give a whole number, such as 512."),
        ("stylize a b -o c.png --tv-weight x", "--tv-weight is 'x': give a number, such as 1."),
        ("stylize a b -o c.png --scales 64 x", "--scales is 'x': give a whole number."),
        ("stylize a b -o c.png --size", "--size needs a value."),
        ("stylize a b -o c.png --scales", "--scales needs at least one value."),
        ("stylize a b -o c.png --optimizer sgd", "is 'sgd': choose one of lbfgs, adam."),
        ("stylize a b -o c.png --original-colors x", "choose one of luminance, match."),
        ("stylize a b -o c.png --stylewight 3", "no option --stylewight; did you mean '--style-w"),
        ("stylize a b -o c.png --stiel=3", "There is no option --stiel=3; "),
        ("stylize a b -o c.png --xyz", "There is no option --xyz; "),
        ("stylize a b c -o c.png", "'c' is one too many. The command is "),
        ("fast a b -o c.png --stile-weight 3", "There is no option --stile-weight; "),
        ("train a -o c.safetensors --minutes x", "--minutes is 'x': give a number, such as 3."),
        ("grade", "Missing: FOLDER. The command is "),
        ("doctor now", "'now' is one too many."),
        ("paint", "There is no command 'paint': choose one of stylize, fast, train"),
        ("--size 5", "There is no command '--size': choose one of stylize"),
    ],
)
def test_a_wrong_option_gets_one_sentence(capsys, arguments, words):
    with pytest.raises(SystemExit) as raised:
        main(arguments.split())
    said = capsys.readouterr().err
    assert raised.value.code == 2 and words in said and said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments, words",
    [
        ("--style-weight -3", "--style-weight is -3: use a number from 0"),
        ("--size 5", "--size is 5 px: ask for at least 32 px."),
        ("--scales 64 48", "--scales are [64, 48]: give "),
        ("--style-masks a.png b.png", "--style-masks: 2 for 1 paintings"),
        ("--init nowhere.png", "--init is 'nowhere.png': choose one of"),
    ],
)
def test_settings_are_named_as_they_are_typed(tmp_path, capsys, arguments, words):
    command = ["stylize", "astronaut", "mosaic", "-o", str(tmp_path / "out.png")]
    assert main([*command, *arguments.split()]) == 1
    assert capsys.readouterr().err.startswith(words)


@pytest.mark.parametrize(
    "error, words",
    [
        (SettingsError("size is 5 px."), "--size is 5 px."),
        (
            SettingsError("Too large: ask for size=300 or less."),
            "Too large: ask for --size 300 or less.",
        ),
        (SettingsError("the last one being the size, 512."), "the last one being the size, 512."),
        (OutOfMemory("Lower style_weight (it is 3)."), "Lower --style-weight (it is 3)."),
        (SettingsError("a/style_weight is no folder"), "a/style_weight is no folder"),
        (SettingsError("style_weight.png is no folder"), "style_weight.png is no folder"),
        (PictureError("size is a folder."), "size is a folder."),
        ("painted with style_masks: give those", "painted with --style-masks: give those"),
    ],
)
def test_names_of_files_are_no_options(error, words):
    assert in_shell(error) == words


def test_a_smaller_photo_is_said_to_be_not_enlarged(asked, tmp_path, capsys):
    photo = str(save_image(load_image("astronaut", max_side=64), tmp_path / "photo.png"))
    command = ["stylize", photo, "mosaic", "-o", str(tmp_path / "out.png")]
    assert main([*command, "--size", "2048"]) == 1 and len(asked) == 1
    words = "photo.png is 64 px long and is not enlarged: painting at 64 px.\n"
    assert capsys.readouterr().out == words
    for more in ([], ["--size", "64"]):
        assert main([*command, *more]) == 1 and not capsys.readouterr().out


def test_a_layer_that_is_none_is_said_before_the_bar(tmp_path, capsys):
    command = ["stylize", "astronaut", "mosaic", "-o", str(tmp_path / "out.png"), "--size", "64"]
    assert main([*command, "--content-layer", "block9"]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert said.err == (
        "VGG19 has no layer 'block9'; its layers run from block1_conv1 to block5_pool.\n"
    )


SHELL = "stylize astronaut mosaic --size 64 --steps 2 -o"


def in_a_shell(tmp_path, words, **environment):
    """`python -m nst_helpers` and these words, as a shell understands them."""
    return subprocess.run(
        f"{sys.executable} -m nst_helpers {words}",
        shell=True,
        executable=shutil.which("bash"),
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        timeout=120,
    )


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell")
@pytest.mark.parametrize(
    "words, environment",
    [
        ("out.png 2>&-", {}),
        ("out.png >&-", {}),
        ("out.png | true", {}),
        ("out.png >/dev/full", {}),
        ("out.png >log", {"PYTHONIOENCODING": "cp1251:strict"}),
        ("out.png >log", {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}),
        ("$'caf\\351.png' >log", {"PYTHONIOENCODING": "utf-8:strict"}),
    ],
)
def test_whatever_becomes_of_the_output_the_picture_is_saved(tmp_path, words, environment):
    done = in_a_shell(tmp_path, f"{SHELL} {words}", **environment)
    assert done.returncode == 0, done
    assert b"Traceback" not in done.stderr and b"Error" not in done.stderr
    assert load_image(next(tmp_path.glob("*.png"))).shape == (1, 64, 64, 3)


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell")
@pytest.mark.parametrize("words", ["doctor | true", "--help >/dev/null"])
def test_a_reader_that_goes_away_is_no_fault(tmp_path, words):
    done = in_a_shell(tmp_path, words, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", LC_ALL="C")
    assert b"Traceback" not in done.stderr and b"BrokenPipe" not in done.stderr


def test_a_pasted_path_and_a_name_that_begins_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_image(load_image("astronaut", max_side=64), "~photo.png")
    for name in ("~photo.png", " '~photo.png' \n", f'"{tmp_path / "~photo.png"}"'):
        assert load_image(name).shape == (1, 64, 64, 3)
    assert (tmp_path / "~photo.png").exists()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load_image("~/~photo.png").shape == (1, 64, 64, 3)


def test_a_quote_at_one_end_belongs_to_the_name(tmp_path):
    for name in ('results of "Anna"', "Thomas'", "'", "\"a'"):
        assert as_path(f"{tmp_path}/{name}") == tmp_path / name and as_path(name) == Path(name)


def doctor_lines(capsys):
    code = main(["doctor"])
    return code, capsys.readouterr().out.splitlines()


def test_doctor_passes_here(capsys):
    code, lines = doctor_lines(capsys)
    assert all(line.startswith("PASS ") for line in lines), lines
    assert len(lines) == 9 and code == 0
    assert re.search(r"Painting: [\d.]+ s a step", lines[-2])


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
    assert "3.2 to 3.4" in lines[0] and "Colab" in lines[1]
    assert "no_such_package is missing" in lines[2] and ">=99 is needed" in lines[2]
    assert "gone.npz" in lines[5] and "reinstall" in lines[5]
    assert lines[6].startswith("PASS") and lines[7].startswith("FAIL")


def test_doctor_says_that_losses_differ(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", {"Losses": doctor.check_losses})
    monkeypatch.setattr(doctor, "LOSSES", (*doctor.LOSSES[:2], (0.4, 4.9), (0.6, 3.7)))
    code, lines = doctor_lines(capsys)
    assert code == 1 and lines[0].startswith("FAIL Losses: step 3 gives (0.4, 4.6) for content")


def test_doctor_says_that_tensorflow_ends_python(capsys, monkeypatch):
    """As on a processor without AVX, where nothing after its import can run."""
    real = doctor.subprocess.run

    def aborts(command, **options):
        return real([sys.executable, "-c", "import os; os.abort()"], **options)

    monkeypatch.setattr(doctor.subprocess, "run", aborts)
    code, lines = doctor_lines(capsys)
    assert code == 1 and len(lines) == 4
    assert lines[3].startswith("FAIL TensorFlow: Python crashes (exit code -6)")
    assert "Colab" in lines[3]


@pytest.mark.parametrize("check", doctor.CHECKS)
def test_an_interrupt_ends_the_doctor_with_a_word(capsys, monkeypatch, check):
    def stopped():
        raise KeyboardInterrupt

    checks = dict.fromkeys(doctor.CHECKS, lambda: "well") | {check: stopped}
    monkeypatch.setattr(doctor, "CHECKS", checks)
    assert main(["doctor"]) == 130
    said = capsys.readouterr()
    assert said.err == "Interrupted.\n" and "FAIL" not in said.out


def test_an_interrupt_while_the_doctor_paints_is_no_fault_of_tensorflow(monkeypatch):
    original = run.paint

    def interrupted(*arguments, **start):
        yield from itertools.islice(original(*arguments, **start), 1)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "paint", interrupted)
    with pytest.raises(KeyboardInterrupt):
        doctor.check_step()


@pytest.mark.parametrize("command", ["lab", "doctor"])
def test_an_interrupt_of_any_command_is_a_word(capsys, monkeypatch, command):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(lab, "open_lab", stopped)
    monkeypatch.setattr(doctor, "examine", stopped)
    assert main([command]) == 130 and capsys.readouterr().err == "Interrupted.\n"


def test_doctor_without_docstrings():
    command = [sys.executable, "-OO", "-m", "nst_helpers", "doctor"]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == 9 and all(re.match(r"PASS [A-Z][a-zA-Z ]+: .", line) for line in lines)


@pytest.mark.parametrize("system, cure", [("Linux", "'.[gpu]'"), ("Windows", "WSL2")])
def test_doctor_says_that_a_gpu_is_there_and_unused(monkeypatch, system, cure):
    imported = SimpleNamespace(returncode=0)  # and not tried three times
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: imported)
    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    monkeypatch.setattr(doctor.platform, "system", lambda: system)
    assert "unused" not in doctor.check_tensorflow()
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/" + name)
    said = doctor.check_tensorflow()
    assert "NVIDIA GPU, but it is not used" in said and cure in said
    monkeypatch.setattr(machine, "has_gpu", lambda: True)
    assert "sees a GPU" in doctor.check_tensorflow()


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What `stylize` would be called with, in place of a run."""
    calls = []

    def note(*pictures, **settings):
        calls.append((pictures, settings))
        raise PictureError("noted")

    monkeypatch.setattr(run, "stylize", note)
    return calls


def test_several_paintings_masks_and_a_start(asked, tmp_path):
    out = str(tmp_path / "out.png")
    more = "--style mosaic waves --style-masks a.png b.png --painting-masks c.png d.png --style-blend-weights 1 3 "
    more += "--original-colors match --style-scale 0.5 --init e.png"
    assert main(["stylize", "astronaut", "-o", out, *more.split()]) == 1
    assert asked[0][1].pop("on_step")
    assert asked == [(
        ("astronaut", ["mosaic", "waves"]),
        {"style_masks": ["a.png", "b.png"], "painting_masks": ["c.png", "d.png"], "style_blend_weights": [1, 3],
         "original_colors": "match", "style_scale": 0.5, "init": "e.png", "progress": "bar"},
    )]  # fmt: skip


@pytest.mark.parametrize("paintings", [[], ["waves", "--style", "mosaic"]])
def test_no_painting_and_one_too_many_get_a_sentence(asked, tmp_path, capsys, paintings):
    assert main(["stylize", "astronaut", *paintings, "-o", str(tmp_path / "out.png")]) == 1
    assert "--style A B" in capsys.readouterr().err and not asked


def test_no_painting_and_no_mask_is_written_over(asked, tmp_path, capsys):
    mask = save_image(load_image("waves", max_side=64), tmp_path / "mask.png")
    for option in ("--style-masks", "--painting-masks"):
        more = ["--style", "mosaic", option, str(mask)]
        assert main(["stylize", "astronaut", "-o", str(mask), *more]) == 1
    assert main(["stylize", "astronaut", "-o", str(mask), "--style", "mosaic", str(mask)]) == 1
    assert capsys.readouterr().err.count("choose another name") == 3 and not asked
    assert main(["stylize", "astronaut", "mosaic", "-o", str(mask), "--init", str(mask)]) == 1
    assert len(asked) == 1  # one that is gone on from may be


def test_a_model_with_masks_asks_for_them(tmp_path, capsys):
    out = str(tmp_path / "out.png")
    photo = load_image("astronaut", max_side=64)
    made = stylize(photo, ["mosaic"], style_masks=[photo * 0 + 1], size=64, steps=1, progress=False)
    save_image(made.picture, tmp_path / "model.png", card=made.card)
    model = ["--like", str(tmp_path / "model.png")]
    assert main(["stylize", "astronaut", "mosaic", "-o", out, *model]) == 0
    assert "painted with --style-masks: give those too" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["help"]])
def test_without_a_command_the_help_is_shown(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0 and "paint a photo like a painting" in capsys.readouterr().out


def test_the_help_of_stylize_names_defaults_and_only_what_a_shell_can_give(capsys):
    with pytest.raises(SystemExit):
        main(["stylize", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "alone (20.0)" in said and "noise comes from (0)" in said
    assert not re.search(r"\b(None|False|dict|list)\b", said)
    assert "a smaller photo is not enlarged (512)" in said
    steps = split_steps(None, choose_scales(load_image("horses"), load_image("starry_night")))
    assert f"number of steps, over all scales together ({sum(steps)} at 512 px)" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_and_shows_how(capsys, command):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("usage: ") and f" {command} " in said
    example = re.search(rf"Example: .*? ({command} .*)$", said)
    if command != "doctor":
        assert build_parser().parse_known_args(shlex.split(example[1]))[0].run


def test_the_version_is_that_of_the_package(capsys, monkeypatch):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.*)"', text, re.M)[1]
    assert ended.value.code == 0 and capsys.readouterr().out == f"nst_helpers {version}\n"
    monkeypatch.setattr(commands, "version", lambda name: metadata.version("no_such_package"))
    with pytest.raises(SystemExit):
        main(["--version"])
    assert "not installed" in capsys.readouterr().out


def test_the_helps_for_teachers_say_what_comes_out(capsys):
    for command, words in {
        "grade": [
            "right, not yet",
            "broken",
            "or not done",
            "GRADES for Canvas.csv",
            'check("...")',
        ],
        "handout": ["START.md", "must not exist yet", "solution notebooks"],
        "doctor": [name for name in doctor.CHECKS if name not in ("Painting", "Losses")],
    }.items():
        with pytest.raises(SystemExit):
            main([command, "--help"])
        said = " ".join(capsys.readouterr().out.split()).casefold()
        assert not [word for word in words if word.casefold() not in said], command


def test_every_setting_stands_in_one_group_of_the_help():
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(FIELDS)


def test_a_long_run_leaves_a_picture_to_go_on_from_if_it_is_killed(tmp_path, monkeypatch):
    """What is there when the process ends at the third step; a run that ends well clears it up."""
    monkeypatch.setattr(commands, "UNFINISHED_SECONDS", 0)
    output, unfinished = tmp_path / "out.png", tmp_path / "out.unfinished.png"
    asked = ["stylize", "red_panda", "mosaic", "-o", str(output), "--size", "64", "--steps", "4"]
    save, saved = saving.save_image, []

    def power_cut(picture, path, *others):
        saved.append(save(picture, path, *others))
        if len(saved) == 3:
            raise SystemExit

    monkeypatch.setattr(saving, "save_image", power_cut)
    with pytest.raises(SystemExit):
        main(asked)
    assert saved == [unfinished] * 3 and not output.exists()
    left = load_image(unfinished)
    assert left.shape == (1, 36, 64, 3)
    assert main([*asked, "--init", str(unfinished)]) == 0
    assert output.exists() and not unfinished.exists()


def test_an_unfinished_picture_that_cannot_be_saved_costs_no_run(tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "UNFINISHED_SECONDS", 0)
    output = tmp_path / "out.png"
    (tmp_path / "out.unfinished.png").mkdir()  # in its place
    assert (
        main(["stylize", "red_panda", "mosaic", "-o", str(output), "--size", "64", "--steps", "3"])
        == 0
    )
    assert output.exists()


def test_a_preview_is_a_file_that_is_rewritten_where_the_terminal_shows_no_pictures(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(commands, "PREVIEW_SECONDS", 0)
    output, unfinished, seen = tmp_path / "out.png", tmp_path / "out.unfinished.png", []
    replace = os.replace

    def note(source, target):
        replace(source, target)  # so it is whole at any time
        seen.append((target.name, load_image(target)))

    monkeypatch.setattr(saving.os, "replace", note)
    asked = ["stylize", "red_panda", "mosaic", "-o", str(output), "--size", "64", "--steps", "3"]
    assert main([*asked, "--preview"]) == 0
    names, pictures = zip(*seen)
    assert names == (unfinished.name,) * 3 + ("out.png",)
    assert not np.array_equal(pictures[0], pictures[1])
    assert output.exists() and not unfinished.exists()
    assert f"watch {unfinished}, which is rewritten" in capsys.readouterr().out
    assert main(asked) == 0 and len(seen) == 5  # without it, no such file
    assert "watch" not in capsys.readouterr().out


def test_a_preview_in_a_terminal_that_shows_pictures_writes_no_file(asked, tmp_path, monkeypatch):
    monkeypatch.setattr(growing, "place_to_show", lambda: "kitty")
    command = ["stylize", "red_panda", "mosaic", "-o", str(tmp_path / "out.png")]
    assert main([*command, "--preview"]) == 1 and main(command) == 1
    (_, shown), (_, without) = asked
    assert shown["progress"] is True and without["progress"] == "bar"
    shown["on_step"](SimpleNamespace(picture=load_image("mosaic", max_side=64)))
    assert not list(tmp_path.iterdir())
