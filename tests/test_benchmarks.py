"""The benchmark's recipes and measures, at a size at which they say nothing about speed or looks."""

import itertools
import json
import re
import sys

import numpy as np
import pytest
import scipy.linalg
import tensorflow as tf
from notebook_tools import ROOT

from nst_helpers import feature_extractor, gram_matrix, load_image, save_image, total_variation

sys.path.insert(0, str(ROOT / "benchmarks"))

import compare  # noqa: E402
import costs  # noqa: E402
import held_out  # noqa: E402
import recipes  # noqa: E402

SIDE = 64


@pytest.fixture(scope="module")
def pair():
    return recipes.load("neuschwanstein", SIDE), recipes.load("starry_night", SIDE)


def test_errors_are_zero_where_nothing_differs(vgg, pair):
    errors = held_out.error_function(pair[1], pair[1], SIDE, vgg)
    assert errors(pair[1]) == pytest.approx((0, 0), abs=1e-5)
    style, content = held_out.error_function(*pair, SIDE, vgg)(pair[0])
    assert content < 1e-5 and 0.3 < style < 1.5


def test_errors_by_hand(vgg, pair):
    extract = feature_extractor(vgg, [*held_out.STYLE, held_out.CONTENT])
    photo, painting = (extract(picture) for picture in pair)
    moved = tf.roll(pair[0], 3, axis=2)
    grams = [
        [np.asarray(gram_matrix(features[layer])) for layer in held_out.STYLE]
        for features in (extract(moved), painting)
    ]
    expected = np.mean(
        [
            np.linalg.norm(one - other) / np.linalg.norm(other)
            for one, other in zip(*grams, strict=True)
        ]
    )
    style, content = held_out.error_function(*pair, SIDE, vgg)(moved)
    assert style == pytest.approx(expected, rel=1e-4)
    target = np.asarray(photo[held_out.CONTENT])
    difference = np.asarray(extract(moved)[held_out.CONTENT]) - target
    assert content == pytest.approx(np.linalg.norm(difference) / np.linalg.norm(target), rel=1e-4)


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_paints(vgg, name):
    """The first steps of each come nearer to the painting."""
    # One's learning rate is for large pictures; at 64 px it diverges.
    side, steps = (256, 3) if name == "Keras example" else (SIDE, 12)
    photo, painting = recipes.load("neuschwanstein", side), recipes.load("starry_night", side)
    pictures = list(itertools.islice(recipes.RECIPES[name](vgg, photo, painting), steps))
    assert len(pictures) == steps
    for picture in pictures:
        assert picture.shape == photo.shape
        assert 0 <= float(tf.reduce_min(picture)) and float(tf.reduce_max(picture)) <= 1
    errors = held_out.error_function(photo, painting, side, vgg)
    assert errors(pictures[-1])[0] < errors(photo)[0]
    assert errors(pictures[-1])[1] > 0


def test_the_tutorials_loss_by_hand(vgg, pair):
    photo, painting = pair
    picture = tf.clip_by_value(photo + 0.1, 0, 1)
    loss, gradient = recipes.tutorial_loss(vgg, photo, painting)(picture)
    layers = [
        "block5_conv2",
        "block1_conv1",
        "block2_conv1",
        "block3_conv1",
        "block4_conv1",
        "block5_conv1",
    ]
    extract = feature_extractor(vgg, layers)
    of_picture, of_photo, of_painting = extract(picture), extract(photo), extract(painting)
    content = np.mean(np.square(of_picture["block5_conv2"] - of_photo["block5_conv2"]))
    style = [
        np.mean(np.square(gram_matrix(of_picture[layer]) - gram_matrix(of_painting[layer])))
        for layer in layers[1:]
    ]
    height, width = photo.shape[1:3]
    down, across = (np.abs(np.diff(picture, axis=axis)).sum() for axis in (1, 2))
    assert float(loss) == pytest.approx(
        1e4 * content + 1e-2 / 5 * sum(style) + 30 * (down + across), rel=1e-3
    )
    assert gradient.shape == photo.shape and total_variation(picture) > 0


def test_the_wasserstein_loss_by_scipy(vgg, pair):
    photo, painting = pair
    picture = tf.clip_by_value(photo + 0.1, 0, 1)
    loss, gradient = recipes.wasserstein_loss(vgg, photo, painting)(picture)
    extract = feature_extractor(vgg, ["block4_conv2", *recipes.STYLE_LAYERS])
    of_photo = {layer: np.asarray(values, float) for layer, values in extract(photo).items()}

    def features(one, layer):
        return np.asarray(extract(one)[layer], float) / of_photo[layer].mean()

    off = features(picture, "block4_conv2") - features(photo, "block4_conv2")
    expected = 0.015 * np.sum(off**2) / np.sum(np.abs(off))
    for layer, weight in zip(recipes.STYLE_LAYERS, (256, 64, 16, 4, 1)):
        ours, theirs = (
            features(one, layer).reshape(-1, of_photo[layer].shape[-1])
            for one in (picture, painting)
        )
        a, b = (np.cov(vectors.T, bias=True) for vectors in (ours, theirs))
        # tr (b½ a b½)½ is the sum of the roots of the eigenvalues of a·b
        overlap = np.sqrt(np.maximum(scipy.linalg.eigvals(a @ b).real, 0)).sum()
        spread = (np.trace(a) + np.trace(b) - 2 * overlap) / len(a)
        expected += weight / 341 * (np.mean((ours.mean(0) - theirs.mean(0)) ** 2) + spread)
    down, across = np.diff(picture, axis=1)[:, :, :-1], np.diff(picture, axis=2)[:, :-1]
    expected += 2 * np.mean(down**2 + across**2)
    assert float(loss) == pytest.approx(expected, rel=0.02)
    assert gradient.shape == photo.shape


def test_the_wasserstein_recipe_comes_nearer(vgg, pair):
    pictures = list(recipes.wasserstein(vgg, *pair, steps={SIDE // 2: 6, SIDE: 6}))
    assert [picture.shape[2] for picture in pictures] == 6 * [SIDE // 2] + 6 * [SIDE]
    measure = recipes.wasserstein_loss(vgg, *pair)
    assert measure(pictures[-1])[0] < measure(pair[0])[0]


def test_a_run_that_breaks_off_goes_on(tmp_path, monkeypatch, vgg):
    """A second start runs only what has no result yet."""
    started = []

    def fake(vgg, photo, painting):
        started.append(tuple(photo.shape))
        yield photo
        yield painting[:, : photo.shape[1], : photo.shape[2]]

    monkeypatch.setattr(compare, "RECIPES", {"kit": fake, "kit, float32": fake})
    options = type("Options", (), {"out": tmp_path, "quick": True, "again": None})()
    compare.compare_pair(vgg, 0, ["kit"], 128, options)
    assert len(started) == 1
    compare.compare_pair(vgg, 0, ["kit", "kit, float32"], 128, options)
    assert len(started) == 2
    found = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("*.json"))]
    assert [result["recipe"] for result in found] == ["kit", "kit, float32"]
    assert all(result["steps"] == 2 and result["looks"][-1]["step"] == 2 for result in found)
    table = compare.table(tmp_path)
    assert table.count("| neuschwanstein_starry_night |") == 2
    compare.plot(tmp_path)
    compare.sheets(tmp_path)
    save_image(load_image("neuschwanstein", max_side=96), tmp_path / "lead.png")
    compare.lead(tmp_path)
    for name in ("errors.png", "pictures.jpg", "lead.jpg"):
        assert load_image(tmp_path / name).shape[0] == 1


def test_again_paints_the_kit_anew_and_only_times_the_others(tmp_path, monkeypatch, vgg):
    def endless(vgg, photo, painting):
        while True:
            yield photo

    monkeypatch.setattr(
        compare, "RECIPES", {"kit": lambda *_: iter([_[1]] * 9), "Keras example": endless}
    )
    options = type("Options", (), {"out": tmp_path, "quick": False, "again": 4})()
    looks = [{"step": 300, "seconds": 600.0, "style": 0.5, "content": 0.6}]
    old = {"pair": "neuschwanstein_starry_night", "recipe": "Keras example", "looks": looks}
    old |= {"steps": 300, "seconds": 600.0, "seconds_a_step": 2.0}
    path = compare.result_file(tmp_path, old["pair"], old["recipe"])
    path.write_text(json.dumps(old))
    compare.compare_pair(vgg, 0, ["kit", "Keras example"], 64, options)
    new = json.loads(path.read_text())
    assert (new["steps"], new["timed_steps"]) == (300, 4)
    assert new["seconds"] == pytest.approx(300 * new["seconds_a_step"]) and new["seconds"] < 60
    assert new["looks"] == [{**looks[0], "seconds": pytest.approx(new["seconds"])}]
    assert json.loads(compare.result_file(tmp_path, old["pair"], "kit").read_text())["steps"] == 9
    assert "(extrapolated from 4 steps)" in compare.table(tmp_path)


def test_when_the_kit_is_nearer_on_both(tmp_path):
    def write(recipe, looks, seconds_a_step, pair="red_panda_night_cafe"):
        looks = [
            dict(zip(("step", "seconds", "style", "content"), look, strict=True)) for look in looks
        ]
        result = {
            "pair": pair,
            "recipe": recipe,
            "steps": looks[-1]["step"],
            "seconds": looks[-1]["seconds"],
            "seconds_a_step": seconds_a_step,
            "looks": looks,
        }
        compare.result_file(tmp_path, result["pair"], recipe).write_text(json.dumps(result))

    write("TensorFlow tutorial", [(1, 2, 0.8, 0.2), (100, 200, 0.4, 0.9)], 2.0)
    write("kit", [(1, 1, 0.9, 0.3), (2, 2, 0.39, 0.95), (5, 5, 0.3, 0.8), (6, 6, 0.2, 0.7)], 1.0)
    write("kit, float32", [(9, 9, 0.5, 0.1)], 1.5)
    text = "\n".join(compare.nearer_on_both(tmp_path))
    assert (
        "at step 5, after 5.0 s, the picture of the kit is" in text and "40 times as fast" in text
    )
    assert "A step takes 0.50 of the tutorial's time." in text
    assert "the picture of the kit, float32 is never nearer" in text
    for pair, seconds in {
        "neuschwanstein_citrus_slices": 10,
        "neuschwanstein_starry_night": 1,
    }.items():
        write("TensorFlow tutorial", [(100, 200, 0.4, 0.9)], 2.0, pair)
        write("kit", [(6, seconds, 0.2, 0.7)], 1.0, pair)
    text = "\n".join(compare.nearer_on_both(tmp_path))
    assert (
        "Of the 3 other pairs it is nearer to both in 2: 30 times as fast in the median" in text
    )  # 40 and 20; the third is float32's


def test_the_race_ends_where_the_tutorial_ended(tmp_path, vgg, pair):
    options = type("Options", (), {"out": tmp_path, "quick": True, "again": None})()

    def race(goal):
        record = {"own_loss": goal, "steps": 1000}
        compare.result_file(tmp_path, "a_pair", "TensorFlow tutorial").write_text(
            json.dumps(record)
        )
        return compare.race(vgg, *pair, "a_pair", options)

    first = compare.own_loss(vgg, *pair, pair[0])
    easy, hard = race(first / 2), race(0)
    assert (
        easy["reached"] and easy["curve"][-1]["step"] == 15
    )  # the first look at full size: 10 steps were coarse
    assert easy["tutorial_seconds"] > 1000 * 0.001 and easy["curve"][-1]["loss"] < first / 2
    assert not hard["reached"] and [look["step"] for look in hard["curve"]] == [15, 20, 25]
    assert hard["curve"][-1]["loss"] < hard["curve"][0]["loss"]
    found = {
        "goal": 5e3,
        "tutorial_seconds": 300,
        "seconds": 100,
        "precision": "float32",
        "reached": True,
    }
    assert "about 300 s" in compare.race_sentence(
        found
    ) and "100 s: 3.0 times" in compare.race_sentence(found)
    assert "not reached it in 100 s" in compare.race_sentence(found | {"reached": False})


def test_the_pages_say_how_much_longer_the_tutorial_takes():
    """Finished picture against finished picture, as the table has them."""
    page, readme = compare.PAGE.read_text(), (ROOT / "README.md").read_text()
    number = r"(\d[\d.]*)"
    row = rf"^\| (\w+) \| (kit|TensorFlow tutorial) \| \d+ \| {number} \| {number}.*? \| {number} \| {number} \|$"
    found = re.findall(row, page, re.M)
    kit, tutorial = (
        {
            pair: [float(value) for value in values]
            for pair, recipe, *values in found
            if recipe == of
        }
        for of in ("kit", "TensorFlow tutorial")
    )
    assert len(kit) == 5 and kit.keys() == tutorial.keys()
    median = np.median([tutorial[pair][1] / kit[pair][1] for pair in kit])
    assert all(kit[pair][1] < 120 for pair in kit)
    assert all(
        ours < theirs for pair in kit for ours, theirs in zip(kit[pair][2:], tutorial[pair][2:])
    )
    fraction = f"under two minutes, a {median:.0f}th of the time of TensorFlow's own tutorial"
    assert fraction in page
    longer = f"TensorFlow's own tutorial would take about {median:.0f} times as long"
    assert "under two minutes" in readme and longer in readme


def test_the_pages_show_the_results():
    page, readme = compare.PAGE.read_text(), (ROOT / "README.md").read_text()
    assert compare.with_table(page, compare.table(compare.RESULTS)) == page
    for name in ("errors.png", "pictures.jpg", "others.jpg"):
        assert (compare.RESULTS / name).exists() and f"](results/{name})" in page
    assert "pictures.jpg" not in readme  # where another recipe's picture would be the best one
    assert "89 times as fast in the median" in page
    assert compare.with_table("a<!-- benchmark -->\nold<!-- end -->b<!-- end -->", "new\n") == (
        "a<!-- benchmark -->\nnew\n<!-- end -->b<!-- end -->"
    )


def test_a_step_in_which_the_machine_slept_counts_as_a_usual_one(monkeypatch):
    times = iter([1, 1, 1, 1, 1, 1, 12, 1, 1, 500, 1, 1])  # 12: a scale was traced
    clock = [0.0]

    def paint():
        for took in times:
            clock[0] += took
            yield tf.zeros(())

    monkeypatch.setattr(compare.time, "perf_counter", lambda: clock[0])
    run = compare.Run(paint(), None, lambda picture: (0.5, 0.5))
    while not run.ended:
        run.turn()
    assert run.done == 12 and run.seconds == 23


def test_a_callback_becomes_a_generator():
    seen = []

    def run(show):
        for number in range(3):
            seen.append(number)
            show(number)

    generator = recipes.as_generator(run)
    assert next(generator) == 0 and seen == [0]  # it waits
    assert list(generator) == [1, 2]

    def broken(show):
        show(1)
        raise ValueError("as in the thread")

    generator = recipes.as_generator(broken)
    assert next(generator) == 1
    with pytest.raises(ValueError, match="as in the thread"):
        next(generator)


def test_equal_evaluations_for_all_optimizers(vgg, pair, capsys, monkeypatch):
    import compare_optimizers

    monkeypatch.setattr(compare_optimizers, "split_steps", lambda steps, sides: [12] * len(sides))
    monkeypatch.setattr(
        sys, "argv", ["compare_optimizers.py", "--side", str(SIDE), "--precision", "float32"]
    )
    compare_optimizers.main()
    lines = [
        line.split("|")[1:4]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("| ")
    ]
    assert [name.strip() for name, _, _ in lines[1:]] == ["lbfgs", "adam", "SciPy"]
    assert {evaluations.strip() for _, evaluations, _ in lines[1:]} == {"12"}
    losses = {name.strip(): float(loss) for name, _, loss in lines[1:]}
    assert losses["lbfgs"] == pytest.approx(losses["SciPy"], rel=0.3)  # SciPy's is the reference


def test_operations_by_hand(vgg):
    """block1_conv1 to block5_conv1 of a picture of 32 × 32."""
    import profile_step

    channels = [3, 64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512]
    sides = [32, 32, 16, 16, 8, 8, 8, 8, 4, 4, 4, 4, 2]
    layers = zip(sides, itertools.pairwise(channels), strict=True)
    expected = sum(2 * side**2 * 9 * inputs * outputs for side, (inputs, outputs) in layers)
    assert profile_step.convolution_operations(vgg, tf.zeros((1, 32, 32, 3))) == expected


def test_costs_of_a_run_are_said_and_measured():
    done = costs.run(96, "float32", 12)
    ratio = done["planned"] / done["took"]
    assert 0.1 < ratio < 10  # a busy machine may be off by far; one that counts wrongly by more
    steps = [(1, None), (2, 90), (3, 80), (4, 70), (5, 12), (10, 5), (14, 0.9), (15, 0)]
    assert costs.errors_of_time_left(steps) == pytest.approx(
        [0.2, 0.0]
    )  # not the first four, nor the last two seconds
    assert 0.3e9 < done["peak"] * 1e9 < 30e9 and 0.8 < done["gigabytes"] < 1
