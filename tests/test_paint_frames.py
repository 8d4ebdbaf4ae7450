"""The painting of the explorers' frames: what is shipped is of the recipes and engine of today."""

import io
import json
import sys

import numpy as np
import pytest
from notebook_tools import ROOT
from PIL import Image

from nst_helpers import RunStopped
from nst_helpers.pictures import to_uint8
from nst_helpers.widgets import frames

sys.path.insert(0, str(ROOT / "benchmarks"))

import paint_frames  # noqa: E402
from paint_frames import RECIPES, Axis, Recipe, make, paint_run  # noqa: E402

every_explorer = pytest.mark.parametrize("name", RECIPES)


@every_explorer
def test_the_frames_are_of_the_recipe_in_force(name):
    """Where not: `python benchmarks/paint_frames.py NAME`."""
    record = json.loads((frames.FOLDER / f"{name}.json").read_text())
    assert record["recipe_sha256"] == RECIPES[name].sha256()
    assert [run["settings"] for run in record["runs"]] == list(RECIPES[name].runs().values())


def test_every_explorer_has_a_recipe():
    assert sorted(RECIPES) == sorted(ONE_OF_EACH) == frames.names()


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
        shown = frames.load(name).frames[tuple(indices)].totals[:FIRST_STEPS]
        assert totals == pytest.approx(shown, rel=0.05)
        return
    indices = [list(axis.options).index(option) for axis, option in zip(recipe.axes, options)]
    if recipe.steps_shown:
        indices.append(recipe.steps_shown.index(step))
    shown = frames.load(name).frames[tuple(indices)]
    assert losses[step]["total"] == pytest.approx(shown.losses["total"], rel=0.05)
    for term in ("content", "style", "tv"):
        assert losses[step][term] == pytest.approx(
            shown.losses[term], rel=0.05, abs=0.01 * losses[step]["total"]
        )
    made = to_uint8(pictures[step]).astype(float)
    same_size = {
        at: pixels(frame)
        for at, frame in frames.load(name).frames.items()
        if pixels(frame).shape == made.shape
    }
    nearest = min(same_size, key=lambda at: np.abs(same_size[at] - made).mean())
    assert nearest == tuple(indices)


def pixels(frame):
    return np.asarray(Image.open(io.BytesIO(frame.image)).convert("RGB"), dtype=float)


@pytest.fixture
def small(monkeypatch):
    axes = [
        Axis("start from", {"photo": {"init": "content"}, "noise": {"init": "noise"}}, first=1),
        Axis("step", {"1": 1, "3": 3}),
    ]
    recipe = Recipe("astronaut", "mosaic", {"size": 64, "steps": 3}, axes, steps_shown=(1, 3))
    monkeypatch.setitem(RECIPES, "small", recipe)
    return recipe


def test_make_writes_what_load_reads(small, tmp_path, vgg):
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "07_99.webp").write_bytes(b"of an older recipe")
    number, size = make("small", tmp_path, vgg)
    loaded = frames.load("small", tmp_path)
    assert (loaded.photo, loaded.paintings, loaded.through_steps) == ("astronaut", ["mosaic"], True)
    start, step = loaded.axes
    assert (start.label, start.options, start.first) == ("start from", ["photo", "noise"], 1)
    assert (step.label, step.options, step.first) == ("step", ["1", "3"], 0)
    images = [frame.image for frame in loaded.frames.values()]
    assert number == 4 == len(set(images)) and size == sum(map(len, images))
    assert len(list((tmp_path / "small").iterdir())) == 4
    noise = loaded.frames[1, 1]
    assert (noise.step, noise.settings["init"], len(noise.totals)) == (3, "noise", 3)
    assert noise.totals[2] == noise.losses["total"] <= noise.totals[0]
    assert loaded.totals() == {"photo": loaded.frames[0, 0].totals, "noise": noise.totals}


@pytest.mark.parametrize("change", ["settings", "defaults", "options", "steps"])
def test_another_recipe_is_told_from_the_one_in_force(small, monkeypatch, change):
    before = small.sha256()
    if change == "settings":
        small.settings["style_weight"] = 9.0
    elif change == "defaults":
        real = paint_frames.check_settings
        changed = {"tv_weight": 0.7}
        monkeypatch.setattr(paint_frames, "check_settings", lambda given: real(changed | given))
    elif change == "options":
        small.axes[0].options["white noise"] = small.axes[0].options.pop("noise")
    else:
        small = Recipe("astronaut", "mosaic", small.settings, small.axes, (1, 2))
    assert small.sha256() != before


def test_an_interrupt_keeps_the_old_frames(small, tmp_path, vgg, monkeypatch):
    make("small", tmp_path, vgg)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    real, runs = paint_frames.stylize, []

    def interrupted(*arguments, on_step, **settings):
        def stop(step):
            on_step(step)
            if len(runs) == 2:
                raise KeyboardInterrupt

        runs.append(1)
        return real(*arguments, on_step=stop, **settings)

    monkeypatch.setattr(paint_frames, "stylize", interrupted)
    with pytest.raises(RunStopped, match="Interrupted after 1 of 3"):
        make("small", tmp_path, vgg)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*.*")}


def test_the_command_paints_the_explorers_named(monkeypatch, capsys):
    painted = []
    monkeypatch.setattr(paint_frames, "make", lambda name: painted.append(name) or (4, 2e6))
    monkeypatch.setattr(sys, "argv", ["paint_frames.py", "texture"])
    paint_frames.main()
    assert painted == ["texture"] and "texture: 4 frames, 2.00 MB" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["paint_frames.py", "nothing"])
    with pytest.raises(SystemExit):
        paint_frames.main()
    assert "no explorer 'nothing'" in capsys.readouterr().err
