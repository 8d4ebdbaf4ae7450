import ast
import functools
import inspect
import json
import re
import runpy
import unittest.mock

import keras
import numpy as np
import pytest
import tensorflow as tf
from notebook_tools import (
    BADGE,
    NOTEBOOKS,
    OUTCOME,
    PREDICT,
    ROOT,
    SETUP_METADATA,
    all_notebooks,
    badge,
    blank,
    cells,
    code_cells,
    definitions,
    setup_cell,
    text,
)

from nst_helpers import CONTENT_LAYER, STYLE_LAYERS, in_colors_of, load_image, luminance, stylize
from nst_helpers.course import EXERCISES as EXERCISES_BY_NAME
from nst_helpers.course import LESSONS as EXERCISES_BY_LESSON
from nst_helpers.course import by_lesson, prediction
from nst_helpers.engine import STYLE_SHARES
from nst_helpers.fast import fresh_weights, in_one_pass, instance_norm, mixed, residual
from nst_helpers.method import blended, by_area, enlarged, losses
from nst_helpers.method import vgg as vgg_module
from nst_helpers.pictures import with_colors_of
from nst_helpers.widgets import as_data

LESSONS = [
    "00_start_here",
    "01_vgg19",
    "02_content_loss",
    "03_style_loss",
    "04_total_loss",
    "05_optimization_loop",
    "06_starts_optimizers_scales",
    "07_studio",
    "08_control",
    "09_beyond_the_gram_matrix",
    "10_in_one_pass",
]
WITH_EXERCISES = [name for name in LESSONS if name not in ("00_start_here", "07_studio")]
EXERCISES = {  # in all others four
    "02_content_loss": 3,
    "03_style_loss": 3,
    "05_optimization_loop": 2,
    "06_starts_optimizers_scales": 2,
    "09_beyond_the_gram_matrix": 2,
}
every_notebook = pytest.mark.parametrize(
    "path", all_notebooks(), ids=lambda path: str(path.relative_to(NOTEBOOKS))
)


def tags(cell):
    """The marks that nbval reads, and `OUTCOME`: out of the learner's sight."""
    found = set(cell["metadata"].get("tags", []))
    assert found <= {"nbval-skip", "nbval-check-output", OUTCOME}
    return found


def test_the_lessons_are_there():
    assert [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))] == LESSONS


@every_notebook
def test_committed_as_run_from_the_top(path):
    code = cells(path, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not any(output["output_type"] == "error" for cell in code for output in cell["outputs"])
    empty = [o for cell in code for o in cell["outputs"] if o.get("data") == {}]
    assert not [o for o in empty if o["metadata"] != blank().metadata], "notebook_tools.py strip"
    notebook = json.loads(path.read_text())
    assert "widgets" not in notebook["metadata"]
    assert "application/vnd.jupyter.widget-view+json" not in path.read_text()
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert path.stat().st_size < 1.5e6


@every_notebook
def test_an_output_is_compared(path):
    compared = [cell for cell in cells(path, "code") if "nbval-check-output" in tags(cell)]
    assert compared
    assert all(cell["outputs"] for cell in compared)


@every_notebook
def test_setup_cell_and_badge_are_the_generated_ones(path):
    setup = cells(path, "code")[0]
    assert "".join(setup["source"]) == setup_cell()
    assert setup["metadata"] == SETUP_METADATA, "its one line is all that is to be seen of it"
    assert badge(path) in "".join(cells(path)[0]["source"])
    assert len(BADGE.findall(text(path))) == 1


def predictions(path):
    """The numbers of the cells that ask for a prediction, with its key: `{number: key}`."""
    sources = ["".join(cell["source"]) for cell in cells(path)]
    asked = {number: PREDICT.fullmatch(source) for number, source in enumerate(sources)}
    calls = sum(len(re.findall(r"^\s*predict\(", source, re.M)) for source in sources)
    found = {number: match[1] for number, match in asked.items() if match}
    assert len(found) == calls, "a prediction is asked in a cell of its own"
    return found


@every_notebook
def test_a_prediction_stands_before_an_output_that_is_opened_by_running_it(path):
    there = cells(path)
    for number, key in predictions(path).items():
        held = [
            {kind: "".join(lines) for kind, lines in output["data"].items()}
            for output in there[number]["outputs"]
        ]
        assert held == [as_data(**vars(prediction(key)))], f"{key}: notebook_tools.py strip"
        after = there[number + 1]
        assert after["cell_type"] == "code" and OUTCOME in tags(after), key
        first = after["outputs"][0].get("data", {}) if after["outputs"] else {}
        assert [*first] == [*blank().data], f"{key}: notebook_tools.py strip"
    for number, cell in enumerate(there):
        hidden = cell["metadata"].get("jupyter", {}).get("outputs_hidden", False)
        assert hidden == cell["metadata"].get("collapsed", False), "notebook_tools.py strip"
        assert hidden == (OUTCOME in tags(cell)) == (number - 1 in predictions(path)), number


def test_each_prediction_is_asked_once_in_its_lesson():
    written, keys = by_lesson(), [key for lesson in by_lesson().values() for key in lesson]
    assert len(keys) == len(set(keys))
    for name in LESSONS:
        asked = list(predictions(NOTEBOOKS / f"{name}.ipynb").values())
        assert sorted(asked) == sorted(written.pop(int(name[:2]), {})) and len(asked) <= 4, name
    assert not written


@every_notebook
def test_no_prediction_had_been_made_where_a_lesson_is_committed(path):
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            said = "".join(output.get("text", ""))
            for made in re.findall(r"^Predictions of lesson \d\d: (.*)", said, re.M):
                assert re.fullmatch(r"0 of \d made, 0 right", made)


@every_notebook
def test_no_picture_is_loaded_from_the_web(path):
    """Without a network it would be a broken one."""
    assert not re.findall(r"!\[[^\]]*\]\(\s*http", text(path))
    assert not re.findall(r"<img[^>]*http", text(path))


@every_notebook
def test_links_resolve(path):
    for target in re.findall(r"\]\(([^)#]+)\)", text(path)):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@every_notebook
def test_cells_are_short(path):
    assert all("".join(cell["source"]).count("\n") < 30 for cell in cells(path, "code"))


@every_notebook
def test_anatomy(path):
    prose = text(path)
    for part in (
        "**Time**",
        "**You need**",
        "**You will be able to**",
        "## Recap",
        "True or false?",
        "Shut Down Kernel",
    ):
        assert part in prose, part
    assert prose.count("**Predict.**") + len(predictions(path)) >= 3
    # Every recap answers every objective.
    objectives = re.search(r"\*\*You will be able to\*\*\n\n((?:- .*\n?|  .*\n?)+)", prose)[1]
    answers = re.search(r"## Recap\n\n((?:- .*\n?|  .*\n?)+)", prose)[1]
    assert len(re.findall("^- ", objectives, re.M)) == len(re.findall("^- ", answers, re.M))
    # A details block without a blank line after its summary shows Markdown as plain text.
    assert all(after == "\n\n" for after in re.findall(r"</summary>(\s*)", prose))


@pytest.mark.parametrize("name", WITH_EXERCISES)
def test_exercises_with_hints_and_a_solution(name):
    prose = text(NOTEBOOKS / f"{name}.ipynb")
    exercises = re.findall(r"### Exercise (\d): ", prose)
    number = EXERCISES.get(name, 4)
    assert exercises == [str(one) for one in range(1, number + 1)]
    code = "\n".join("".join(cell["source"]) for cell in cells(NOTEBOOKS / f"{name}.ipynb", "code"))
    checks = number + ("## Capstone: " in prose)
    assert len(re.findall(r"^(?:\w+ = )?check\(", code, re.MULTILINE)) == checks
    assert prose.count("<summary>Hint") >= checks
    assert prose.count("### Open exercise: ") == 1
    assert (NOTEBOOKS / "solutions" / f"{name}.ipynb").exists()


# What each check's first case gives, in its lesson's words (`test_exercises` holds the values).
BY_HAND = {
    "01_vgg19": [
        "this list the result is 16",
        "1 · 255 − 123.68 = 131.32",
        "(−103.939, −116.779, 131.32) → (0, 0, 255) → (255, 0, 0) → (1, 0, 0)",
    ],
    "02_content_loss": [
        "13 / 3 = 4.33",
        "with respect to $F_1$ is 0, and with respect to $F_3$ it is −1.33",
        "13 / 5 = 2.6",
    ],
    "03_style_loss": [
        "7 / 4 = **1.75**",
        "(0 + 9 + 1 + 1) / 4 = 2.75",
        "0.5 · 1.5 + 0.2 · 2.5 = 1.25",
    ],
    "04_total_loss": [
        "(16 + 1 + 1 + 4) / 4 = 5.5",
        "The sum is 0.225",
        "1 · 2 + 20 · 3 + 4 · 5 = 82",
        "150 / (10 · 5) = 3",
    ],
    "05_optimization_loop": [
        "2 · (0.9 − 0.2) = 1.4",
        "0.9 − 0.1 · 1.4 = 0.76",
        "0.7² + 2 · 1² + 10 · 0.4 = 6.49",
        "0.6² + 2 · 0.9² + 10 · 0.3 = 4.98",
    ],
    "06_starts_optimizers_scales": ["0.9 · (−0.2) − 0.1 · 1.4 = −0.32", "0.6, 0.9 and 1"],
    "08_control": [
        "(0.921, 0.321, 0.321)",
        "√(0.0401 / 0.0101) = 1.9926",
        "(4.6, 1) and (1, 5.8)",
        "6.5 / 2 = **3.25**",
    ],
    "09_beyond_the_gram_matrix": [
        "The loss is the sum, 2 + 1 = 3",
        "(6, 5) is matched with (9, 2)",
        "(4, 3) is matched with (3, 0)",
    ],
    "10_in_one_pass": [
        "2 · (−1) + 1 = −1 and 2 · 1 + 1 = 3",
        "5 · 0 − 1 = −1",
        "0.25 · 4 + 0.75 · 0 = 1 and 0.25 · 1 + 0.75 · 2 = 1.75",
        "the result is 2 + 3 = 5. A value of −1 goes −1 → −2 → 0 → 0, and the result is −1 + 0 = −1",
        "0.16 + 4 · 0.25 = 1.16",
        "4.8 · 0.2 = 0.96",
    ],
}


@pytest.mark.parametrize("name", WITH_EXERCISES)
def test_a_lesson_works_out_the_first_case_of_each_check(name):
    prose = text(NOTEBOOKS / f"{name}.ipynb")
    assert [worked for worked in BY_HAND[name] if worked not in prose] == []


@pytest.mark.parametrize(
    "path", sorted((NOTEBOOKS / "solutions").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_a_solution_differs_only_in_exercises_badge_and_links(path):
    lesson = cells(NOTEBOOKS / path.name)
    solution = cells(path)
    assert len(lesson) == len(solution)

    def plain(source):
        source = re.sub(r"\[[^\]]*\]\([^)]*\)", "", BADGE.sub("", source))
        return source

    for one, other in zip(lesson, solution, strict=True):
        sources = ["".join(cell["source"]) for cell in (one, other)]
        stub = re.compile(r"(?<!\[)\.\.\.")  # and not `features[..., 0]`
        if one["cell_type"] == "code" and stub.search(sources[0]):
            assert not stub.search(sources[1])
        else:
            assert plain(sources[0]) == plain(sources[1])


def test_progress_lists_exercises_in_the_order_of_their_lesson():
    for name in WITH_EXERCISES:
        source = "\n".join(code_cells(NOTEBOOKS / f"{name}.ipynb"))
        checked = dict.fromkeys(re.findall(r'\bcheck\("(.+?)"', source))
        assert list(EXERCISES_BY_LESSON[int(name[:2])]) == list(checked), name


def test_what_later_lessons_ask_for_is_marked_so():
    """Only of such a function a check says what the next lessons will not have."""
    calls = [
        node
        for name in LESSONS
        for code in code_cells(NOTEBOOKS / f"{name}.ipynb")
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "yours"
    ]
    asked = {argument.value for call in calls for argument in call.args}
    marked = {name for name, exercise in EXERCISES_BY_NAME.items() if exercise.asked_later}
    assert asked and marked == asked


def test_each_loop_that_the_tests_shorten_stands_in_a_lesson():
    kernel = {"get_ipython": unittest.mock.MagicMock()}
    shorter = runpy.run_path(str(ROOT / "tests" / "short_runs.py"), kernel)["SHORTER"]
    lessons = ["".join(code_cells(NOTEBOOKS / f"{name}.ipynb")) for name in LESSONS]
    assert not [loop for loop in shorter if not any(loop in lesson for lesson in lessons)]


def test_only_solutions_skip_cells_and_only_the_lessons_own():
    """nbval runs a cell that a solution shares with its lesson in the lesson, once."""
    for path in all_notebooks():
        tagged = [n for n, one in enumerate(cells(path)) if "nbval-skip" in tags(one)]
        assert not tagged or path.parent.name == "solutions", path
        for number in tagged:
            assert cells(path)[number]["source"] == cells(NOTEBOOKS / path.name)[number]["source"]


# Each function that a lesson defines gives what the helper's gives.


def lesson(name):
    return NOTEBOOKS / f"{name}.ipynb"


def random_tensor(seed, shape):
    return tf.constant(np.random.default_rng(seed).uniform(0, 1, shape), tf.float32)


def test_lesson_01_defines_the_helpers_functions(vgg):
    here = definitions(lesson("01_vgg19"))
    picture = random_tensor(1, (1, 40, 50, 3))
    np.testing.assert_allclose(
        here["preprocess"](picture), vgg_module.preprocess(picture), atol=1e-4
    )
    layers = ["block1_conv2", "block3_conv1"]
    theirs, ours = (
        here["feature_extractor"](vgg, layers)(picture),
        vgg_module.feature_extractor(vgg, layers)(picture),
    )
    for layer in layers:
        np.testing.assert_allclose(theirs[layer], ours[layer], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    "name, function, arguments",
    [
        (
            "02_content_loss",
            "content_loss",
            [random_tensor(2, (1, 4, 5, 6)), random_tensor(3, (1, 4, 5, 6))],
        ),
        ("03_style_loss", "gram_matrix", [random_tensor(4, (1, 4, 5, 6))]),
        (
            "03_style_loss",
            "style_loss",
            [
                {"a": random_tensor(5, (3, 3)), "b": random_tensor(6, (4, 4))},
                {"a": random_tensor(7, (3, 3)), "b": random_tensor(8, (4, 4))},
                {"a": 0.3, "b": 2.0},
            ],
        ),
        ("04_total_loss", "total_variation", [random_tensor(9, (1, 7, 6, 3))]),
        ("04_total_loss", "total_loss", [2.0, 3.0, 5.0, 7.0, 11.0, 13.0]),
    ],
)
def test_lessons_define_the_helpers_losses(name, function, arguments):
    np.testing.assert_allclose(
        definitions(lesson(name))[function](*arguments),
        getattr(losses, function)(*arguments),
        rtol=1e-5,
    )


def test_two_channels_of_lesson_03_respond_to_a_color_and_to_a_direction(vgg):
    extract = vgg_module.feature_extractor(vgg, ["block3_conv1"])

    def strength(picture, channel):
        return float(tf.reduce_mean(extract(picture)["block3_conv1"][..., channel]))

    gray = 0.2 + 0.6 * luminance(load_image("great_wave", max_side=128))
    hues = {"violet": (1, 0, 1), "blue": (0, 0, 1), "yellow": (1, 1, 0), "gray": (0, 0, 0)}
    by_hue = {}
    for name, hue in hues.items():
        tint = np.float32(hue) - np.dot(hue, [0.299, 0.587, 0.114])  # as bright as before
        by_hue[name] = strength(gray + 0.3 * tint / max(np.linalg.norm(tint), 1), 251)
    assert by_hue["violet"] > by_hue["blue"] > 10 * max(by_hue["yellow"], by_hue["gray"])
    down, across = np.mgrid[:96, :96]
    stripes = {
        degrees: 0.5 + 0.35 * np.sin((across * np.sin(angle) + down * np.cos(angle)) / 2)
        for degrees in range(0, 180, 45)
        for angle in [np.radians(degrees)]  # 45: they rise to the right, 135: they fall
    }
    by_angle = {
        degrees: strength(tf.constant(np.dstack([values] * 3)[None], tf.float32), 63)
        for degrees, values in stripes.items()
    }
    falling = by_angle.pop(135)
    assert falling > 100 and falling > 10 * max(by_angle.values())


def lesson_05_and_two_pictures(vgg):
    """`(its definitions, photo, painting)`."""
    names = "content_loss", "gram_matrix", "style_loss"
    theirs = {name: getattr(losses, name) for name in names}
    theirs["constant"] = EXERCISES_BY_NAME["constant of a layer"].reference
    extract = vgg_module.feature_extractor(vgg, [CONTENT_LAYER, *STYLE_LAYERS])
    path = lesson("05_optimization_loop")
    weights = {"content": 1.0, "style": 20.0, "tv": 1.0}
    here = definitions(path, extract=extract, SHARES=STYLE_SHARES, weights=weights, **theirs)
    return here, load_image("astronaut", max_side=64), load_image("mosaic", max_side=64)


def test_lesson_05_paints_as_stylize_does(vgg):
    here, photo, painting = lesson_05_and_two_pictures(vgg)
    weights = {"content": 1.0, "style": 20.0, "tv": 1.0}
    targets = functools.partial(here["targets_of"], photo, painting)
    rate = keras.optimizers.schedules.CosineDecay(0.03, 4, alpha=0.1)
    _, totals = here["paint"](photo, targets, here["losses_of"], weights, 4, rate)
    same = {"optimizer": "adam", "init": "content", "precision": "float32", "progress": False}
    same["neighbor_weight"] = 0
    result = stylize(photo, painting, size=64, steps=4, vgg=vgg, **same)
    np.testing.assert_allclose(totals, [row["total"] for row in result.history], rtol=1e-3)


def test_what_the_parts_of_the_loss_want_of_a_pixel_adds_up_to_minus_the_gradient(vgg):
    here, photo, painting = lesson_05_and_two_pictures(vgg)
    picture = tf.clip_by_value(photo + 0.2 * tf.sin(9.0 * photo), 0.0, 1.0)
    targets = here["targets_of"](photo, painting)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        parts = here["losses_of"](picture, targets)
        total = parts["content"] + 20 * parts["style"] + parts["tv"]
    whole, wanted = tape.gradient(total, picture), here["wants"](picture, targets)
    assert [*wanted] == ["content", *STYLE_LAYERS, "tv"]
    assert all(tf.norm(part) > 1e-4 * tf.norm(whole) for part in wanted.values())
    assert tf.norm(tf.add_n([*wanted.values()]) + whole) < 1e-3 * tf.norm(whole)


def test_lesson_06_has_the_loss_of_lesson_05(vgg):
    names = "content_loss", "gram_matrix", "style_loss", "total_loss"
    theirs = {name: getattr(losses, name) for name in names}
    weights = {"content": 1.0, "style": 20.0, "tv": 1.0}
    theirs["constant"] = EXERCISES_BY_NAME["constant of a layer"].reference
    space = theirs | {"SHARES": STYLE_SHARES, "weights": weights}
    space["extract"] = vgg_module.feature_extractor(vgg, [CONTENT_LAYER, *STYLE_LAYERS])
    before = definitions(lesson("05_optimization_loop"), **space)
    here = definitions(lesson("06_starts_optimizers_scales"), **space)
    photo, painting = load_image("astronaut", max_side=64), load_image("mosaic", max_side=64)
    targets = here["targets_of"](photo, painting)
    loss, gradient = here["loss_and_gradient"](photo, targets)
    parts = before["losses_of"](photo, targets)
    total = sum(weights[name] * parts[name] for name in weights)
    np.testing.assert_allclose(loss, total, rtol=1e-5)
    assert gradient.shape == photo.shape


def test_lesson_06_enlarges_as_the_helpers_do():
    here = definitions(lesson("06_starts_optimizers_scales"))
    picture, smaller = random_tensor(43, (1, 6, 5, 3)), random_tensor(44, (1, 6, 5, 3))
    larger = random_tensor(45, (1, 9, 7, 3))
    ours = enlarged(picture, smaller, larger, keep_detail=True)
    np.testing.assert_allclose(here["enlarged"](picture, smaller, larger), ours, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["05_optimization_loop", "06_starts_optimizers_scales", "10_in_one_pass"]
)
def test_the_lessons_shares_are_the_defaults(name):
    source = "\n".join(code_cells(lesson(name)))
    assert f"zip(STYLE_LAYERS, {[*STYLE_SHARES.values()]})" in source


def test_lesson_08_defines_the_helpers_functions():
    here = definitions(lesson("08_control"))
    photo, painted = (0.35 + 0.3 * random_tensor(seed, (1, 6, 5, 3)) for seed in (30, 31))
    theirs = here["keep_colors"](photo, painted)
    np.testing.assert_allclose(theirs, with_colors_of(photo, luminance(painted)), atol=1e-6)
    picture, target = random_tensor(32, (1, 6, 5, 3)), random_tensor(33, (1, 4, 9, 3))
    theirs = here["match_colors"](picture, target)
    np.testing.assert_allclose(theirs, in_colors_of(target, picture), atol=1e-4)
    grams = [random_tensor(34, (7, 7)) * 50, random_tensor(35, (7, 7)) * 900]
    ours = blended([{"layer": gram} for gram in grams], [0.2, 0.8])["layer"]
    np.testing.assert_allclose(here["blended"](grams, [1, 4]), ours, rtol=1e-5)
    features, mask = random_tensor(36, (1, 4, 5, 6)), random_tensor(37, (1, 8, 10, 1))
    theirs = here["guided_gram_matrix"](features, mask)
    ours = losses.guided_gram_matrix(features, by_area(mask, 4, 5))
    np.testing.assert_allclose(theirs, ours, rtol=1e-5)


def test_lesson_09_has_the_helpers_matches_and_neighbor_loss():
    here = definitions(lesson("09_beyond_the_gram_matrix"))
    features, painting = random_tensor(38, (1, 4, 5, 6)), random_tensor(39, (1, 3, 7, 6))
    queries, there = here["rows_of"](features), here["rows_of"](painting)
    matched = here["best_matches"](queries, there)
    ours, theirs = ((one - one.mean(0)) for one in (queries.numpy(), there.numpy()))
    cosines = ours @ (theirs / np.linalg.norm(theirs, axis=1, keepdims=True)).T
    np.testing.assert_array_equal(matched, there.numpy()[cosines.argmax(axis=1)])
    unit = tf.reshape(tf.nn.l2_normalize(matched, axis=1), features.shape)
    ours = losses.neighbor_loss({"layer": features}, {"layer": unit})
    np.testing.assert_allclose(here["neighbor_loss"](features, painting), ours, rtol=1e-5)
    exercise = EXERCISES_BY_NAME["moments loss"]
    theirs = here["moments_loss"](features, painting)
    np.testing.assert_allclose(theirs, exercise.reference(features, painting), rtol=1e-5)


def test_lesson_10_paints_as_the_helpers_network_does():
    here = definitions(lesson("10_in_one_pass"))
    values, rows = random_tensor(40, (1, 6, 5, 4)), random_tensor(41, (3, 4))
    shares = tf.constant([0.2, 0.5, 0.3])
    np.testing.assert_allclose(
        here["instance_norm"](values, *rows[:2]), instance_norm(values, *rows[:2]), atol=1e-5
    )
    np.testing.assert_allclose(here["mixed"](rows, shares), mixed(rows, shares), rtol=1e-5)
    first, second = (lambda v: v - 0.5), (lambda v: 3 * v)
    np.testing.assert_allclose(
        here["residual"](values, first, second), residual(values, first, second), rtol=1e-5
    )
    weights = {name: array + 0.01 for name, array in fresh_weights(3).items()}
    picture = random_tensor(42, (1, 33, 50, 3))
    theirs = here["network"](weights, picture, shares)
    np.testing.assert_allclose(theirs, in_one_pass(weights, picture, shares), atol=1e-4)


def test_the_readme_links_to_every_lesson():
    readme = (ROOT / "README.md").read_text()
    for name in LESSONS:
        assert f"notebooks/{name}.ipynb" in readme
        assert badge(lesson(name), ROOT / "README.md") in readme
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_optimize_documents_the_defaults_that_the_lessons_name():
    studio = text(lesson("07_studio"))
    parameters = inspect.signature(stylize).parameters
    for name in ("size", "style_weight", "content_weight", "tv_weight", "seed"):
        assert f"| `{name}` | {parameters[name].default:g} |" in studio
