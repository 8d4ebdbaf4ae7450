import hashlib
import json
import os

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from nst_helpers import card, stylize
from nst_helpers.cli import main
from nst_helpers.engine import FIELDS
from nst_helpers.pictures.pictures import load_image, load_with_sha256
from nst_helpers.pictures.saving import save_image

QUICK = {"size": 64, "precision": "float32", "progress": False}


@pytest.fixture(scope="module")
def result(vgg):
    return stylize(
        "astronaut", "mosaic", steps=3, style_weight=9, init="noise", seed=4, vgg=vgg, **QUICK
    )


def test_a_card_tells_all_that_made_the_picture(result):
    made = json.loads(json.dumps(result.card))
    assert made == result.card
    assert made["format"] == card.FORMAT
    assert made["settings"] == result.settings
    assert made["settings"]["style_weight"] == 9 and made["settings"]["seed"] == 4
    assert made["painted"] == {"size": 64, "scales": [64], "steps": [3], "precision": "float32"}
    assert made["steps_done"] == 3 and len(made["weights_sha256"]) == 64
    assert set(made["versions"]) == {"nst_helpers", "tensorflow", "keras", "numpy", "pillow"}
    assert made["machine"]["system"] and made["seconds"] > 0
    last = result.history[-1]
    assert made["losses"] == {
        name: value for name, value in last.items() if name not in ("step", "side", "seconds")
    }
    by_layer = [made["losses"][layer] for layer in result.settings["style_layers"]]
    assert sum(by_layer) == pytest.approx(made["losses"]["style"], rel=1e-3)
    assert made["content_sha256"] != made["style_sha256"] and len(made["content_sha256"]) == 64


def test_the_sha256_is_that_of_the_pixels_before_they_were_shrunk(tmp_path, vgg):
    photo = save_image(load_image("red_panda", max_side=80), tmp_path / "a.png")
    with Image.open(photo) as image:
        image.save(tmp_path / "b.bmp")
        expected = hashlib.sha256(np.asarray(image).tobytes()).hexdigest()
    for source in (photo, tmp_path / "b.bmp", load_image(photo)):
        assert load_with_sha256(source, max_side=64)[1] == expected
        assert (
            stylize(source, "mosaic", steps=1, vgg=vgg, **QUICK).card["content_sha256"] == expected
        )


ENDINGS = ["png", "jpg", "webp", "tiff"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_saved_is_read_back(result, tmp_path, ending):
    path = save_image(result.picture, tmp_path / f"picture.{ending}", card=result.card)
    assert card.read(path) == result.card and len(os.listdir(tmp_path)) == 1


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("length", [65_000, 66_000, 500_000])
def test_a_long_card_and_any_letters_are_read_back(tmp_path, ending, length):
    """A comment of a JPEG file ends at 64 KB; a long session on the easel has a longer card."""
    changes = [{"step": step, "style": 0.5} for step in range(length // 40)]
    made = {"format": 1, "settings": {"init": "noise"}, "painted_live": changes}
    made |= {"machine": {"system": "Käse 晩餐 🎨 \0 \x1b \ud800"}, "padding": "x" * (length % 40)}
    path = save_image(load_image("mosaic", max_side=64), tmp_path / f"a.{ending}", card=made)
    assert card.read(path) == made
    assert load_image(path).shape == (1, 64, 64, 3)


@pytest.mark.parametrize("ending", ["jpg", "webp", "tiff"])
def test_another_programs_description_is_no_card(tmp_path, ending):
    path, exif = tmp_path / f"photo.{ending}", Image.Exif()
    exif[0x010E] = "OLYMPUS DIGITAL CAMERA"
    options = {"comment": b"nst_helpers, \xff\xfe"} if ending == "jpg" else {}
    Image.new("RGB", (64, 64)).save(path, exif=exif, **options)
    with pytest.raises(card.CardError, match="photo.* carries no run card"):
        card.read(path)


@pytest.mark.parametrize("ending", ["jpg", "webp", "tiff"])
@pytest.mark.parametrize("damage", ["cut off", "changed"])
def test_a_damaged_picture_gets_a_sentence_or_has_its_card(tmp_path, result, ending, damage):
    path = save_image(result.picture, tmp_path / f"out.{ending}", card=result.card)
    content, random = path.read_bytes(), np.random.default_rng(0)
    for _ in range(100):
        changed = bytearray(content)
        if damage == "changed":
            changed[random.integers(len(content))] ^= 0x55
        else:
            changed = changed[: random.integers(len(content))]
        path.write_bytes(changed)
        try:
            assert isinstance(card.read(path)["settings"], dict)
        except card.CardError as error:
            assert "\n" not in str(error) and len(str(error)) < 600


def test_like_paints_the_same_picture_again(tmp_path, capsys):
    first, again, other = (str(tmp_path / name) for name in ("first.png", "again.png", "other.png"))
    settings = (
        "--size 64 --steps 4 --style-weight 20 --init noise --seed 7 --tv-weight 1 "
        "--style-layers block2_conv1"
    ).split()
    assert main(["stylize", "astronaut", "mosaic", "-o", first, *settings]) == 0
    assert main(["stylize", "astronaut", "mosaic", "-o", again, "--like", first]) == 0
    assert np.abs(load_image(first) - load_image(again)).max() <= 1 / 255 + 1e-6
    assert card.read(again)["settings"] == card.read(first)["settings"]
    assert (
        main(["stylize", "red_panda", "mosaic", "-o", other, "--like", first, "--seed", "8"]) == 0
    )
    assert card.read(other)["settings"] == card.read(first)["settings"] | {"seed": 8}


@pytest.mark.parametrize(
    "content, words",
    [
        ("no json", "broken"),
        ("[1, 2]", "broken"),
        ('{"settings": {}}', "broken"),
        ('{"format": 1, "settings": 5}', "its settings are no"),
        ('{"format": "one", "settings": {}}', "broken"),
        ('{"format": 1, "settings": {}, "painted": "x"}', "broken"),
        ('{"format": 1, "settings": {}, "painted": {"steps": 5}}', "broken"),
        ('{"format": 1, "settings": {}, "painted": {"steps": ["a"]}}', "numbers of steps"),
        ('{"format": 1, "settings": {}, "steps_done": null}', "numbers of steps"),
        ('{"format": 99, "settings": {}}', "newer version"),
        ('{"format": 1, "settings": {"brush": 3}}', "not known here: brush"),
        ('{"format": 1, "settings": {"vgg": 5, "content": "x"}}', "not known here: content, vgg"),
    ],
)
def test_a_card_that_cannot_be_used_gets_a_sentence(tmp_path, capsys, content, words):
    path = tmp_path / "card.json"
    path.write_text(content)
    with pytest.raises(card.CardError, match=words) as raised:
        card.settings_from(path, FIELDS)
    assert "card.json" in str(raised.value) and "\n" not in str(raised.value)
    assert (
        main(
            ["stylize", "astronaut", "mosaic", "-o", str(tmp_path / "out.png"), "--like", str(path)]
        )
        == 1
    )
    assert words in capsys.readouterr().err


def card_file(folder, kind, settings):
    """A file with a card of these settings: a JSON file, or a picture with this ending."""
    made = {"format": 1, "settings": settings}
    if kind == "json":
        (folder / "card.json").write_text(json.dumps(made))
        return folder / "card.json"
    return save_image(load_image("mosaic", max_side=64), folder / f"card.{kind}", card=made)


FILES = ["{}/secret.png", "secret.png", "./secret.png", "~/secret.png", "file://{}/secret.png"]
FILES += ["\\\\host\\share\\secret.png", "//host/share/secret.png", "C:secret.png", "mosaic", ""]


@pytest.fixture
def looked_at(tmp_path, monkeypatch):
    """The paths that are looked at while a card is used; secret.png is there to be found."""
    secret = save_image(load_image("mosaic", max_side=64), tmp_path / "secret.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    seen = []
    for module, name in ((os.path, "lexists"), (os.path, "exists"), (os, "stat"), (os, "open")):
        real = getattr(module, name)

        def noting(path, *more, real=real, **options):
            seen.append(str(path))
            return real(path, *more, **options)

        monkeypatch.setattr(module, name, noting)
    assert secret.exists()
    yield seen
    monkeypatch.undo()


@pytest.mark.parametrize("kind", ["json", *ENDINGS])
@pytest.mark.parametrize("named", [*FILES, ["secret.png"], {"path": "secret.png"}, 3, True])
def test_a_card_that_names_a_file_to_start_from_is_refused_and_the_file_not_touched(
    tmp_path, capsys, looked_at, kind, named
):
    """The kit writes "picture" or a starting point; on Windows a look at a share asks its host."""
    named = named.format(tmp_path) if isinstance(named, str) else named
    path = card_file(tmp_path, kind, {"size": 64, "steps": 1, "init": named})
    looked_at.clear()
    with pytest.raises(
        card.CardError, match=f"run card of {path.name} names a picture to start from"
    ):
        card.read(path)
    out = str(tmp_path / "out.png")
    assert main(["stylize", "astronaut", "mosaic", "-o", out, "--like", str(path)]) == 1
    said = capsys.readouterr().err
    assert "a card holds no files" in said and said.count("\n") == 1
    assert not [one for one in looked_at if "secret" in one or "host" in one]


def test_a_start_that_is_given_by_hand_goes_with_a_card(tmp_path):
    path = card_file(tmp_path, "json", {"size": 64, "steps": 1, "init": "picture"})
    start = save_image(load_image("astronaut", max_side=64), tmp_path / "start.png")
    words = ["astronaut", "mosaic", "-o", str(tmp_path / "out.png"), "--like", str(path)]
    assert main(["stylize", *words, "--init", str(start)]) == 0
    assert card.read(tmp_path / "out.png")["settings"]["init"] == "picture"


OTHERS = ["style", "content", "style_masks", "painting_masks", "vgg", "weights", "like", "output"]


@pytest.mark.parametrize("name", [*OTHERS, *FIELDS])
def test_no_setting_of_a_card_opens_a_file(tmp_path, capsys, looked_at, name):
    for value in ("secret.png", ["secret.png"]):
        path = card_file(tmp_path, "json", {"size": 64, "steps": 1, name: value})
        looked_at.clear()
        words = ["astronaut", "mosaic", "-o", str(tmp_path / "out.png"), "--like", str(path)]
        assert main(["stylize", *words]) == 1
        assert capsys.readouterr().err.count("\n") == 1
        assert not [one for one in looked_at if "secret" in one]


OBEYED = "\x1b[31mred\x07\x9b2J\r\x7f\u202e\u2066\u2028\u200f"


@pytest.mark.parametrize(
    "settings", [{OBEYED: 1}, {"init": OBEYED}, {"style_layers": [OBEYED]}, {"optimizer": OBEYED}]
)
def test_what_a_terminal_would_obey_in_a_card_is_shown_as_code(tmp_path, capsys, settings):
    path = card_file(tmp_path, "json", {"size": 64, "steps": 1} | settings)
    words = ["astronaut", "mosaic", "-o", str(tmp_path / "out.png"), "--like", str(path)]
    assert main(["stylize", *words]) == 1
    said = capsys.readouterr().err
    assert "\\x1b[31mred\\x07" in said and said[:-1].isprintable()


def test_a_card_with_many_unknown_settings_is_still_a_sentence(tmp_path):
    path = card_file(tmp_path, "json", {f"setting {number}": 1 for number in range(10_000)})
    with pytest.raises(card.CardError) as raised:
        card.settings_from(path, FIELDS)
    assert len(str(raised.value)) < 400


def test_no_card_gets_a_sentence(tmp_path):
    with pytest.raises(card.CardError, match="no such file"):
        card.read(tmp_path / "nothing.png")
    with pytest.raises(card.CardError, match="carries no run card"):
        card.read(save_image(load_image("mosaic", max_side=64), tmp_path / "plain.png"))
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(card.CardError, match="carries no run card"):
        card.read(tmp_path / "text.png")


@pytest.mark.parametrize(
    "content, words",
    [
        (b"[" * 10_000, "broken"),
        (b'{"format": 1, "settings": ' + b'{"a":' * 10_000, "broken"),
        (b'{"format": ' + b"9" * 5000 + b"}", "broken"),
        (b'{"format": "1", "settings": {}}', "broken"),
        (b"\xff\xfe", "cannot be read"),
        (b"", "broken"),
    ],
)
def test_whatever_a_json_file_holds_gets_a_sentence(tmp_path, content, words):
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(card.CardError, match=words) as raised:
        card.read(tmp_path / "card.json")
    assert len(str(raised.value)) < 400 and "\n" not in str(raised.value)


def test_a_card_is_read_without_the_pixels(tmp_path, result, monkeypatch):
    """Also where another program put it behind them, and of a file that is cut off within them."""
    path = save_image(result.picture, tmp_path / "out.png", card=result.card)
    content = path.read_bytes()
    assert content.count(b"iTXt") == 1
    start = content.index(b"iTXt") - 4
    end = start + 12 + int.from_bytes(content[start : start + 4], "big")
    behind = content[:start] + content[end:-12] + content[start:end] + content[-12:]
    cut_off = content[: content.index(b"IDAT") + 100]
    for changed in (behind, cut_off):
        path.write_bytes(changed)
        assert card.read(path) == result.card
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 64 * 64 * 2 // 3)
    path.write_bytes(content)
    assert card.read(path) == result.card  # and no warning of its many pixels


def test_a_card_that_another_program_packed_is_read(tmp_path, result):
    text = PngImagePlugin.PngInfo()
    text.add_itxt("other", "text")
    text.add_itxt(card.KEY, json.dumps(result.card), zip=True)
    Image.new("RGB", (64, 64)).save(tmp_path / "out.png", pnginfo=text)
    assert card.read(tmp_path / "out.png") == result.card


@pytest.mark.parametrize(
    "name, value", [("size", "large"), ("style_layers", None), ("steps", {}), ("precision", 3)]
)
def test_a_setting_of_the_wrong_kind_gets_a_sentence(tmp_path, capsys, name, value):
    path = tmp_path / "card.json"
    path.write_text(json.dumps({"format": 1, "settings": {name: value}}))
    assert (
        main(
            ["stylize", "astronaut", "mosaic", "-o", str(tmp_path / "out.png"), "--like", str(path)]
        )
        == 1
    )
    said = capsys.readouterr().err
    option = f"--{name.replace('_', '-')}"  # as it is typed
    assert said.startswith(f"{option} is {value!r}") and said.count("\n") == 1


def test_like_repeats_a_small_photo_and_takes_other_sizes(tmp_path):
    """A card holds the settings asked for; how a small photo was painted follows from them."""
    small = str(save_image(load_image("astronaut", max_side=48), tmp_path / "small.png"))
    first, again, other = (str(tmp_path / name) for name in ("first.png", "again.png", "other.png"))
    assert main(["stylize", small, "waves", "-o", first, "--size", "96", "--steps", "3"]) == 0
    assert main(["stylize", small, "waves", "-o", again, "--like", first]) == 0
    assert np.abs(load_image(first) - load_image(again)).max() <= 1 / 255 + 1e-6
    assert (
        main(
            [
                "stylize",
                "astronaut",
                "waves",
                "-o",
                other,
                "--like",
                first,
                "--scales",
                "64",
                "96",
                "--steps",
                "2",
            ]
        )
        == 0
    )
    assert load_image(other).shape == (1, 96, 96, 3)
    assert (
        main(["stylize", "astronaut", "waves", "-o", other, "--like", first, "--size", "64"]) == 0
    )
    assert load_image(other).shape == (1, 64, 64, 3)


def test_like_says_what_cannot_be_the_same(tmp_path, capsys, result):
    made = result.card | {"steps_done": 2, "weights_sha256": "0" * 64}
    model = save_image(result.picture, tmp_path / "model.png", card=made)
    assert (
        main(
            [
                "stylize",
                "astronaut",
                "mosaic",
                "-o",
                str(tmp_path / "out.png"),
                "--like",
                str(model),
            ]
        )
        == 0
    )
    said = capsys.readouterr().out
    assert "stopped after 2 of 3 steps" in said and "other weights" in said
    assert (
        main(["stylize", "astronaut", "mosaic", "-o", str(model), "--like", str(model)]) == 0
    )  # in its own place
    assert "stopped after 2 of 3 steps" in capsys.readouterr().out


def test_like_says_what_else_differs_where_the_same_picture_is_expected(tmp_path, capsys, result):
    out, model = str(tmp_path / "out.png"), str(tmp_path / "model.png")
    save_image(result.picture, model, card=result.card)
    assert main(["stylize", "astronaut", "mosaic", "-o", out, "--like", model]) == 0
    assert "model" not in capsys.readouterr().out
    other = {
        "painted": result.card["painted"] | {"precision": "bfloat16"},
        "versions": {"tensorflow": "2.0"},
    }
    save_image(result.picture, model, card=result.card | other)
    assert main(["stylize", "astronaut", "mosaic", "-o", out, "--like", model]) == 0
    assert "but not precision and versions" in capsys.readouterr().out
    assert (
        main(["stylize", "red_panda", "mosaic", "-o", out, "--like", model]) == 0
    )  # another picture by itself
    assert "but not" not in capsys.readouterr().out
    save_image(result.picture, model, card=result.card | {"painted_live": []})
    assert main(["stylize", "astronaut", "mosaic", "-o", out, "--like", model]) == 0
    assert "painted on the easel" in capsys.readouterr().out
