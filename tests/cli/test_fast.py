import json

import pytest
from PIL import Image

from nst_helpers import PictureError, load_image, load_network, save_image, save_network
from nst_helpers.cli import fast
from nst_helpers.cli.commands import main
from nst_helpers.cli.parser import expanded
from nst_helpers.fast import training


@pytest.fixture
def photo(tmp_path):
    return str(save_image(load_image("red_panda", max_side=64), tmp_path / "photo.png"))


def test_fast_paints_a_photo_and_its_card(tmp_path, photo, capsys):
    output = tmp_path / "out.png"
    assert main(["fast", photo, "great_wave", "-o", str(output), "--size", "48"]) == 1
    assert "VGG19 needs 32 px" in capsys.readouterr().err
    assert main(["fast", photo, "great_wave", "-o", str(output)]) == 0
    said = capsys.readouterr().out
    assert f"{output}: 64 × 36 px in " in said and said.endswith("; photo.png is not enlarged\n")
    with Image.open(output) as image:
        card = json.loads(image.text["nst_helpers"])
    assert card["settings"]["painting"]["great_wave"] == 1 and card["network"]["steps_done"] > 0


def test_several_photos_go_into_a_folder_and_one_that_is_none_is_named(tmp_path, photo, capsys):
    folder = tmp_path / "painted"
    broken = tmp_path / "notes.jpg"
    broken.write_text("words")
    assert main(["fast", photo, str(broken), "horses", "starry_night", "-o", str(folder)]) == 1
    assert "notes.jpg" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["horses.png", "photo.png"]


def test_a_photo_named_twice_is_painted_once_and_a_slash_makes_a_folder(tmp_path, photo, capsys):
    new = f"{tmp_path}/new/"
    for _ in range(2):  # what the kit has painted may be painted again
        assert main(["fast", photo, photo, "starry_night", "-o", new, "--size", "64"]) == 0
    assert len(list((tmp_path / "new").iterdir())) == 1
    assert capsys.readouterr().out.count("\n") == 2


def test_a_pattern_that_the_shell_has_left_names_its_files(tmp_path, photo, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("b.png", "a.png", "c[1].png", "d.jpg"):
        (tmp_path / name).write_bytes((tmp_path / "photo.png").read_bytes())
    names = ["horses", "[ab].png", "c[1].png", "*.gif", "~/x.png"]
    assert expanded(names) == ["horses", "a.png", "b.png", "c[1].png", "*.gif", "~/x.png"]
    assert main(["fast", "[ab].png", "starry_night", "-o", "painted"]) == 0
    assert sorted(path.name for path in (tmp_path / "painted").iterdir()) == ["a.png", "b.png"]
    assert main(["fast", "*.gif", "starry_night", "-o", "out.png"]) == 1
    assert "*.gif: there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["{photo}", "starry_nigth", "-o", "{folder}/out.png"], "did you mean 'starry_night'?"),
        (["{photo}", "{photo}", "-o", "{folder}/out.png"], "is no network of this kit"),
        (["{photo}", "starry_night", "-o", "{photo}"], "one of the pictures to paint from"),
        (["{photo}", "starry_night", "-o", "{folder}/out.txt"], "give it one of these endings"),
        (["{photo}", "starry_night", "-o", "{folder}/none/out.png"], "there is no folder"),
        (["{photo}", "photo.png", "starry_night", "-o", "{folder}/new"], "have the same name"),
        (["{photo}", "horses", "starry_night", "-o", "{photo}"], "is no folder"),
        (
            ["{photo}", "starry_night", "-o", "{folder}/o.png", "--painting", "x"],
            "--painting is 'x': choose one of starry_night, ",
        ),
        (["{photo}", "starry_night", "-o", "{folder}/o.png", "--size", "-5"], "--size is -5 px: "),
        (
            ["{photo}", "horses", "starry_night", "-o", "{folder}/b.png"],
            "b.png: several photos need a folder; give a name without .png.",
        ),
        (
            ["{photo}", "cafe_terrace", "-o", "{folder}/o.png"],
            "There is no network for cafe_terrace yet: use one of starry_night, ",
        ),
        (["{photo}", "mine.safetensors", "-o", "{folder}/o.png"], "There is no network 'mine.saf"),
        (["{photo}", "horses", "starry_night", "-o", "{photo}/x"], "be the folder of the pictures"),
        (["{photo}", "starry_night", "-o", "{folder}"], "is not this kit's: choose another folder"),
    ],
)
def test_what_fast_cannot_use_gets_one_sentence(tmp_path, photo, capsys, arguments, words):
    before = sorted(tmp_path.rglob("*"))
    given = [argument.format(photo=photo, folder=tmp_path) for argument in arguments]
    assert main(["fast", *given]) == 1
    said = capsys.readouterr().err.strip()
    assert words in said and "\n" not in said
    assert sorted(tmp_path.rglob("*")) == before


def test_train_writes_a_network_that_fast_paints_with(tmp_path, photo, capsys, monkeypatch):
    monkeypatch.setattr(training, "SIZES", (32,))
    path = str(tmp_path / "mine.safetensors")
    train = ["train", "mosaic", "-o", path, "--size", "64", "--photos", "red_panda"]
    assert main([*train, "--steps", "2"]) == 0
    assert f"{path}: mosaic, 2 steps" in capsys.readouterr().out
    assert main(["fast", photo, path, "-o", str(tmp_path / "out.png")]) == 0
    assert main([*train, "--steps", "1"]) == 1  # it would take the place of the trained one
    assert f"go on from it with --start {path}" in capsys.readouterr().err
    assert main([*train, "--steps", "1", "--start", path]) == 0
    assert f"{path}: mosaic, 1 step in" in capsys.readouterr().out
    assert load_network(path).card["start"]["steps_done"] == 2


@pytest.mark.parametrize(
    "arguments, words",
    [
        ("mosaic -o {}/none/a.safetensors", "there is no folder"),
        ("mosaic -o {}/a.png", "networks are saved as .safetensors; give it this ending."),
        ("missing.jpg -o {}/a.safetensors", "missing.jpg: there is no such file"),
        ("mosaic -o {}/a.safetensors --photos missing.jpg", "missing.jpg: there is no such file"),
        ("mosaic -o {}/a.safetensors --start waves", "There is no network for waves yet"),
        ("mosaic -o {}/a.safetensors --seed -1", "--seed is -1: use a whole number from 0"),
        ("mosaic -o {}/a.safetensors --minutes -5", "--minutes is -5: use a number from 0"),
        ("mosaic -o {}/a.safetensors --style-weight -1e3", "--style-weight is -1000"),
        ("mosaic -o /proc/a.safetensors", "cannot be written"),
    ],
)
def test_train_says_first_what_it_cannot_use(tmp_path, capsys, arguments, words):
    assert main(["train", *arguments.format(tmp_path).split()]) == 1
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and not said.out
    assert not list(tmp_path.iterdir())


def test_a_network_that_cannot_be_written_there_is_written_elsewhere(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(training, "SIZES", (32,))
    monkeypatch.setattr(fast.tempfile, "tempdir", str(tmp_path))
    saved, save = [], save_network

    def full(network, path):
        saved.append(path)
        if len(saved) == 1:
            raise PictureError("No space.")
        return save(network, path)

    monkeypatch.setattr("nst_helpers.fast.files.save_network", full)
    path = tmp_path / "mine.safetensors"
    quick = ["--steps", "1", "--size", "64", "--photos", "red_panda"]
    assert main(["train", "mosaic", "-o", str(path), *quick]) == 1
    assert saved[1] != saved[0] and load_network(saved[1]).paintings == ("mosaic",)
