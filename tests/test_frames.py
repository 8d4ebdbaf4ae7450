"""The explorers' frames: made by their recipes, complete, and what the engine would paint today."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from nst_helpers import __main__ as command_line
from nst_helpers import frames, saving
from nst_helpers.frames import RECIPES, Axis, FramesError, Recipe, load, make, paint_run
from nst_helpers.images import to_uint8

every_explorer = pytest.mark.parametrize("name", RECIPES)


@every_explorer
def test_the_frames_are_all_there_and_of_the_recipe_in_force(name):
    loaded = load(name)
    assert {len(indices) for indices in loaded.frames} == {len(RECIPES[name].axes)}
    files = [file.read_bytes() for file in (frames.FOLDER / name).glob("*.webp")]
    assert {frame.image for frame in loaded.frames.values()} == set(files) and len(files) == len(
        loaded.frames
    )
    for frame in loaded.frames.values():
        with Image.open(io.BytesIO(frame.image)) as picture:
            assert picture.format == "WEBP" and max(picture.size) == frame.settings["size"]
        parts = sum(frame.losses[term] for term in ("content", "style", "tv"))
        assert parts == pytest.approx(frame.losses["total"], rel=2e-3)
        assert frame.totals[frame.step - 1] == frame.losses["total"]


def test_the_frames_are_small():
    assert sum(file.stat().st_size for file in frames.FOLDER.rglob("*") if file.is_file()) < 4e6
    assert {path.stem for path in frames.FOLDER.iterdir()} == set(RECIPES)


FIRST_STEPS = 12
ONE_OF_EACH = {  # options of a run, and the step at which it is stopped where the explorer shows steps
    "content_depth": (("block2_conv2",), None),
    "texture": (("blocks 1 to 4",), None),
    "weights": (("20", "blocks 1 to 3"), None),
    "smoothing": (("5",), None),
    "steps": (("146",), None),
    # Early: after twenty steps rounding alone parts two L-BFGS runs on two processors by 5%.
    "start": (("style",), 8),
    "optimizer": (("L-BFGS",), 8),
    "blend": (("0.5", "luminance"), None),
    "style_scale": (("2",), None),
}


@every_explorer
def test_a_frame_made_again_is_the_one_that_is_shipped(name, vgg):
    """Explorers of finished pictures by the losses of their first steps: a whole run takes a minute."""
    recipe, (options, step) = RECIPES[name], ONE_OF_EACH[name]
    until = step or FIRST_STEPS
    pictures, losses, totals = paint_run(recipe, recipe.runs()[options], vgg, until=until)
    if step is None:
        indices = [list(axis.options).index(words) for axis, words in zip(recipe.axes, options)]
        shown = load(name).frame(*indices).totals[:FIRST_STEPS]
        assert totals == pytest.approx(shown, rel=0.05)
        return
    indices = [list(axis.options).index(option) for axis, option in zip(recipe.axes, options)]
    if recipe.steps_shown:
        indices.append(recipe.steps_shown.index(step))
    shown = load(name).frame(*indices)
    assert losses[step]["total"] == pytest.approx(shown.losses["total"], rel=0.05)
    for term in ("content", "style", "tv"):
        assert losses[step][term] == pytest.approx(
            shown.losses[term], rel=0.05, abs=0.01 * losses[step]["total"]
        )
    made = to_uint8(pictures[step]).astype(float)
    same_size = {
        at: pixels(frame)
        for at, frame in load(name).frames.items()
        if pixels(frame).shape == made.shape
    }
    nearest = min(same_size, key=lambda at: np.abs(same_size[at] - made).mean())
    assert nearest == tuple(indices)


def pixels(frame):
    return np.asarray(Image.open(io.BytesIO(frame.image)).convert("RGB"), dtype=float)


def test_each_explorer_is_tried():
    assert set(ONE_OF_EACH) == set(RECIPES)


@pytest.fixture
def small(monkeypatch):
    axes = [
        Axis("start from", {"photo": {"init": "content"}, "noise": {"init": "noise"}}),
        Axis("step", {"1": 1, "3": 3}),
    ]
    recipe = Recipe("astronaut", "mosaic", {"size": 64, "steps": 3}, axes, steps_shown=(1, 3))
    monkeypatch.setitem(RECIPES, "small", recipe)
    return recipe


def test_make_writes_what_load_reads(small, tmp_path, vgg):
    number, size = make("small", tmp_path, vgg)
    loaded = load("small", tmp_path)
    assert number == 4 == len(loaded.frames) and size == sum(
        len(frame.image) for frame in loaded.frames.values()
    )
    noise = loaded.frame(1, 1)
    assert (noise.step, noise.settings["init"], len(noise.totals)) == (3, "noise", 3)
    assert noise.totals[2] <= noise.totals[0]
    assert len({frame.image for frame in loaded.frames.values()}) == 4
    make("small", tmp_path, vgg)  # again, over the old ones
    assert len(list((tmp_path / "small").iterdir())) == 4


@pytest.mark.parametrize("change", ["settings", "defaults", "words", "steps"])
def test_frames_of_another_recipe_are_refused(small, tmp_path, vgg, monkeypatch, change):
    make("small", tmp_path, vgg)
    if change == "settings":
        small.settings["style_weight"] = 9.0
    elif change == "defaults":
        real = frames.check_settings
        changed = {"tv_weight": 0.7}
        monkeypatch.setattr(frames, "check_settings", lambda given: real(changed | given))
    elif change == "words":
        small.axes[0].options["white noise"] = small.axes[0].options.pop("noise")
    else:
        monkeypatch.setitem(
            RECIPES, "small", Recipe("astronaut", "mosaic", small.settings, small.axes, (1, 2))
        )
    with pytest.raises(FramesError, match="python -m nst_helpers frames small"):
        load("small", tmp_path)


def test_what_is_missing_is_said(small, tmp_path, vgg):
    with pytest.raises(FramesError, match="not all there"):
        load("small", tmp_path)
    make("small", tmp_path, vgg)
    next((tmp_path / "small").iterdir()).unlink()
    with pytest.raises(FramesError, match="not all there"):
        load("small", tmp_path)
    with pytest.raises(FramesError, match="no explorer 'nothing': choose one of 'content_depth'"):
        load("nothing")


def test_an_interrupt_keeps_the_old_frames(small, tmp_path, vgg, monkeypatch, capsys):
    make("small", tmp_path, vgg)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    real, runs = frames.stylize, []

    def interrupted(*arguments, on_step, **settings):
        def stop(step):
            on_step(step)
            if len(runs) == 2:
                raise KeyboardInterrupt

        runs.append(1)
        return real(*arguments, on_step=stop, **settings)

    monkeypatch.setattr(frames, "stylize", interrupted)
    monkeypatch.setattr(frames.make, "__defaults__", (tmp_path, vgg))
    assert command_line.main(["frames", "small"]) == 130
    assert "Interrupted after 1 of 3" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    (tmp_path / "small.json").write_text("{")
    with pytest.raises(FramesError, match="not all there"):
        load("small", tmp_path)


def test_a_full_disk_keeps_the_old_frames(small, tmp_path, vgg, monkeypatch, capsys):
    make("small", tmp_path, vgg)
    (tmp_path / "small" / "07_99.webp").write_bytes(b"of an older recipe")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    written = []

    def full(temporary, content, path, write=saving._write_temporary):
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        write(temporary, content, path)

    monkeypatch.setattr(saving, "_write_temporary", full)
    monkeypatch.setattr(frames.make, "__defaults__", (tmp_path, vgg))
    assert command_line.main(["frames", "small"]) == 130
    said = capsys.readouterr().err
    assert "No space left" in said and said.endswith("Its old frames were kept.\n")
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    monkeypatch.undo()
    monkeypatch.setitem(RECIPES, "small", small)
    make("small", tmp_path, vgg)  # and with room again, those of before are gone
    assert not (tmp_path / "small" / "07_99.webp").exists() and load("small", tmp_path)


def test_the_command_paints_the_explorers_named(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(frames.make, "__defaults__", (tmp_path, None))
    assert command_line.main(["frames", "small"]) == 0
    assert "small: 4 frames" in capsys.readouterr().out
    assert json.loads((tmp_path / "small.json").read_text())["recipe_sha256"] == small.sha256()
    assert command_line.main(["frames", "nothing"]) == 1
    assert "no explorer 'nothing'" in capsys.readouterr().err
