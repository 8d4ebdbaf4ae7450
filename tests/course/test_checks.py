import functools
import inspect
import itertools
import re
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from notebook_tools import (
    NOTEBOOKS,
    all_notebooks,
    answered,
    code_cells,
    definitions,
    empty_functions,
    folded_answers,
)
from test_exercises import PAINT

from nst_helpers.course import trial
from nst_helpers.course.checks import EMPTY, NOT_DONE, check, verdict
from nst_helpers.course.exercises import EXERCISES
from nst_helpers.course.exercises.exercise import Exercise
from nst_helpers.course.reading import make_findable

CORE = {"preprocess", "content loss", "gram matrix", "style loss", "total loss", "gradient step"}
CHECK = re.compile(
    r'^((?P<given>\w+) = )?check\("(?P<name>[^"]+)", (?P<function>\w+)\)$', re.MULTILINE
)


def halved(size, coarsest):
    sides = [size]
    while sides[0] // 2 >= coarsest:
        sides.insert(0, sides[0] // 2)
    return sides


# What the lessons do not have: an exercise that gives a list, and is written as a loop.
SCALES = Exercise(
    reference=halved,
    cases=lambda: [[512, 128], [390, 96], [1001, 60], [250, 31], [96, 128], [300, 100]],
    right="Coarse first.",
    look_at={},
)
KNOWN = EXERCISES | {"scales": SCALES}


def said(name, function, tries=3):
    """What a learner reads of a function on this try."""
    return verdict(KNOWN[name], function, tries).message(tries)


def exercises_of(path, what="function"):
    """`{exercise's name: learner's function's name}`, from the lesson's `check(...)` lines.

    what: `"given"` for the name under which the check gives a function back, if it does.
    """
    return {
        found["name"]: found[what] or found["function"]
        for source in code_cells(path)
        for found in CHECK.finditer(source)
    }


LESSONS_WITH_EXERCISES = [
    path for path in all_notebooks() if path.parent == NOTEBOOKS and exercises_of(path)
]


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_is_right(name):
    assert said(name, EXERCISES[name].reference) == f"Right. {EXERCISES[name].right}"


MISTAKES = [
    pytest.param(name, *mistake, id=f"{name}-{mistake[-1]}")
    for name in EXERCISES
    for mistake in EXERCISES[name].mistakes
]


@pytest.mark.parametrize("name, mistake, where, message", MISTAKES)
def test_every_mistake_gets_its_own_message_step_by_step(name, mistake, where, message):
    found = verdict(EXERCISES[name], mistake)
    wrong, fix = message.split(": ")
    assert found.state == "not yet"
    assert found.first.endswith(f"Look at {where}.") and fix not in found.first
    assert found.second == f"Not yet. {wrong}."
    assert found.third == f"Not yet. {message}"


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_enough_mistakes(name):
    assert len(EXERCISES[name].mistakes) >= (5 if name in CORE else 2)


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize(
    "function", [lambda *_: ..., lambda *_: [..., 1], lambda *_: tf.square(...), lambda *_: 1 + ...]
)
def test_a_stub_is_not_done(name, function):
    if name != "gradient step":  # it returns nothing; its stubs fail in `assign`
        assert verdict(EXERCISES[name], function) == NOT_DONE


@pytest.mark.parametrize("body", ["pass", '"""One number."""', '"""One number."""\n    pass'])
def test_an_empty_function_is_not_begun(body):
    function = of_cell(f"\ndef content_loss(a, b):\n    {body}")
    assert verdict(EXERCISES["content loss"], function) == EMPTY
    working = of_cell("\ndef content_loss(a, b):\n    pass\n    return (a - b) ** 2")
    assert verdict(EXERCISES["content loss"], working).state == "not yet"


@pytest.mark.parametrize(
    "value, words",
    [(None, "Not yet. " + EXERCISES["gram matrix"].nothing), (..., NOT_DONE.first)],
)
def test_what_is_missing_in_one_case_only_is_missing(value, words):
    exercise = EXERCISES["gram matrix"]
    for right in (0, 1):
        calls = itertools.count()

        def half_done(*arguments, calls=calls, right=right):
            return exercise.reference(*arguments) if next(calls) == right else value

        assert said("gram matrix", half_done) == words


@pytest.mark.parametrize("name", sorted(set(EXERCISES) - {"gradient step"}))
@pytest.mark.parametrize(
    "function, words",
    [
        (lambda *_: None, "return"),
        (lambda *_: "a word", "text|two things"),
        (lambda: 1, "no parameters|0 parameters"),
        (lambda *_: 1 / 0, "ZeroDivisionError.*division by zero"),
        (lambda *arguments: arguments[99], "IndexError|any shape"),
        (lambda *_: tf.zeros((2, 3, 4)), "shape|two things"),
        (lambda *_: float("nan"), "nan|shape|two things"),
        (None, "Give the function itself"),
    ],
)
def test_nothing_crashes_a_check(name, function, words):
    found = verdict(EXERCISES[name], function)
    assert re.search(words, f"{found.first} {found.second}")


STRANGE = [
    0, True, 2**2000, [], [[]], [1, [2]], (), {}, {"a": 1}, b"x", "", np.zeros(0), int, len, 1j,
    np.array([1, 2], object), np.array(["a"]), tf.constant("a"), tf.constant(True), [None], range(3),
    tf.RaggedTensor.from_row_lengths([1, 2, 3], [1, 2]), (tf.zeros(3), [1.0]), iter("12"),
    (tf.zeros((1, 4, 5, 3)), "abc"), tf.zeros((1, 1, 1, 1)), np.float16(3), object(),
]  # fmt: skip


def test_exit_ends_nothing():
    assert "SystemExit" in verdict(EXERCISES["content loss"], lambda *_: exit()).first


@pytest.mark.parametrize("name", EXERCISES)
def test_whatever_a_function_is_or_gives_there_is_a_verdict(name):
    functions = [max, sum, np.sum, int, print, functools.partial(max, 1), tf.function(lambda *a: 1)]
    functions += [lambda *_, value=value: value for value in STRANGE]
    functions += [lambda *given: given, lambda *given: given[0], lambda **_: 1]
    for function in functions:
        words = said(name, function)
        assert words.startswith(("Not yet. ", "Your function stopped with ")), function


def test_an_unknown_mistake_is_located():
    found = said("share lost", lambda f, t: tf.reduce_sum(f) * 0 + 7.5, 1)
    wanted = EXERCISES["share lost"]
    right = float(wanted.reference(*wanted.cases()[0]))
    assert all(part in found for part in ("Not yet", "case 1", "is 7.5;", f"be {right:.6g}."))


def test_an_unknown_mistake_is_located_in_an_array():
    def mistaken(features):
        gram = EXERCISES["gram matrix"].reference(features).numpy()
        gram[0, 1], gram[1, 0] = 77, 88
        return gram

    assert "is 77 at (0, 1); it should be " in said("gram matrix", mistaken, 1)


def test_check_prints(capsys):
    check("gradient step", EXERCISES["gradient step"].reference)
    assert capsys.readouterr().out.startswith("Right. ")


def test_what_a_check_prints_is_cut_between_words(capsys):
    """As in the film of a check, whose second sentence is longer than a line."""
    for _ in range(3):
        check(
            "preprocess",
            lambda picture: picture[..., ::-1] - tf.constant([103.939, 116.779, 123.68]),
        )
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 6 and max(map(len, lines)) <= 80
    assert sum("Not yet. " in line for line in lines) == 3


@pytest.mark.parametrize(
    "name, function, words",
    [
        ("gram", len, "There is no exercise 'gram'. Did you mean 'gram matrix'?"),
        ("cooking", len, "There is no exercise 'cooking'"),
        (7, len, "There is no exercise 7"),
        ([], len, "There is no exercise []"),
        (len, "slope", "The exercise comes first: `check('slope', len)`"),
        ("slope", 3.5, "Give the function itself"),
        ("gradient step", None, "Give the function itself"),
        ("gradient step", lambda: 1, "leave the `def` line as it was given"),
    ],
)
def test_a_check_that_cannot_begin_says_why(capsys, name, function, words):
    check(name, function)
    said = capsys.readouterr().out
    assert said.startswith(words) or words in said
    assert "checks.py" not in said and "exercise.outcome" not in said


NUMBERS = itertools.count()  # of the cells below


def of_cell(source):
    """The function that a cell defines, with the cell's source at hand as in a notebook."""
    file = f"<cell {next(NUMBERS)}>"
    source = inspect.cleandoc(source) + "\n"
    make_findable(source, file)
    space = {"tf": tf, "np": np, "keras": keras}
    exec(compile(source, file, "exec"), space)
    return list(space.values())[-1]


SAID = {
    "a loop without end is ended": (
        "scales",
        """
        def scales_for(size, coarsest):
            while size > 0:
                coarsest += 1
        """,
        "Your function stopped only because.*in line [23]",
    ),
    "an ellipsis in an index is no stub": (
        "correlation of two channels",
        """
        def correlation(features, i, j):
            return tf.reduce_sum(features[..., i] * features[..., j])
        """,
        "Not yet. Your result is what it should be, multiplied by height × width",
    ),
    "a stub beside what runs is not done": (
        "content loss",
        """
        def my_content_loss(features, target):
            differences = ...
            return tf.reduce_sum(features)
        """,
        "Not done yet",
    ),
    "shapes are named with their variables": (
        "gram matrix",
        """
        def my_gram_matrix(features):
            vectors = tf.reshape(features, (-1, features.shape[-1]))
            return tf.matmul(vectors, vectors)
        """,
        r"stopped with InvalidArgumentError in line 3.*`vectors` has the shape \(4, 2\)",
    ),
    "an exception's text is cut": (
        "momentum",
        """
        def new_velocity(velocity, gradient, learning_rate, keep):
            raise RuntimeError("far too long " * 1000)
        """,
        "in line 2.{,400}…$",
    ),
    "no return": (
        "gram matrix",
        """
        def my_gram_matrix(features):
            tf.matmul(features, features, transpose_a=True)
        """,
        "has no `return`",
    ),
    "a return that is not reached": (
        "scales",
        """
        def scales_for(size, coarsest):
            sides = []
            while size < coarsest:
                return sides
        """,
        "line 4 stands inside the `while` of line 3",
    ),
    "a list changed in place": (
        "scales",
        """
        def scales_for(size, coarsest):
            sides = [size]
            return sides.reverse()
        """,
        "`sides.reverse.*return `sides`",
    ),
    "a parameter that the tape does not watch": (
        "gradient by hand",
        """
        def gradient_by_hand(features, target):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(features - target))
            return tape.gradient(loss, features)
        """,
        r"does not watch `features`.*`tape\.watch\(features\)`",
    ),
    "another variable than the one that was computed with": (
        "slope",
        """
        def slope(function, x):
            with tf.GradientTape() as tape:
                value = function(tf.Variable(x))
            return tape.gradient(value, tf.Variable(x))
        """,
        r"`tf\.Variable\(x\)` makes another variable than the one that `value`",
    ),
    "a function shown by its address": (
        "slope",
        """
        def slope(function, x):
            x = tf.Variable(x)
            with tf.GradientTape() as tape:
                value = function
            return tape.gradient(value, x)
        """,
        "`type_value`: a function to a TensorFlow DType. The tape is asked about a function",
    ),
    "parameters in another order": (
        "total loss",
        """
        def my_total_loss(content, content_weight, style, style_weight, variation, tv_weight):
            return content_weight * content + style_weight * style + tv_weight * variation
        """,
        "^Not yet. Your parameters stand in another order than in the lesson, `.content, style",
    ),
    "a parameter that is given by name only": (
        "momentum",
        """
        def new_velocity(velocity, gradient, learning_rate, *, keep):
            return keep * velocity - learning_rate * gradient
        """,
        "calls it with 4 arguments, all without their names",
    ),
    "len of the first axis, which goes before how large the result is": (
        "gradient by hand",
        """
        def gradient_by_hand(features, target):
            return 2 * (features - target) / len(features)
        """,
        r"^Not yet. `len\(features\)` is the length of the first axis.*features` has. Your result is",
    ),
    "NumPy's name looked for in TensorFlow": (
        "deprocess",
        """
        def deprocess(values):
            return tf.clip(values, 0, 1)
        """,
        "That is NumPy's; for tensors there is `tf.clip_by_value`",
    ),
    "an axis without brackets": (
        "preprocess",
        """
        def my_preprocess(picture):
            return tf.reverse(picture, axis=-1) * 255
        """,
        "^Your function stopped with InvalidArgumentError in line 2.*`tf.reverse` takes a list of",
    ),
    "an exception whose text begins with its own type": (
        "preprocess",
        """
        def my_preprocess(picture):
            mean = tf.constant([103.939, 116.779, 123.68])
            channels = zip(tf.unstack(picture, axis=-1)[::-1], mean)
            return tf.stack([channel * 255 - one for channel, one in channels], axis=-1)
        """,
        "^Not yet. The values are right, but inside of `tf.function`, as the lesson calls it, it "
        "stops with OperatorNotAllowedInGraphError: Iterating over a symbolic .{,40} Take a list in "
        "place of the tensor that is gone through, or `tf.unstack` of it.$",
    ),
    "an array made of a tensor": (
        "content loss",
        """
        def my_content_loss(features, target):
            return np.mean((np.array(features) - np.array(target)) ** 2)
        """,
        r"Take what is in its brackets in place of `np.array\(...\)`|Take `tf.reduce_mean`",
    ),
    "an array to be filled is not what cut the tape": (
        "gram matrix",
        """
        def my_gram_matrix(features):
            sums = np.zeros((features.shape[3], features.shape[3]), np.float32)
            for i in range(len(sums)):
                for j in range(len(sums)):
                    sums[i, j] = np.mean(features[..., i] * features[..., j])
            return tf.constant(sums)
        """,
        r"Take `tf.reduce_mean` in place of `np.mean\(...\)`",
    ),
    "a root is left out, and not made up for": (
        "content loss",
        """
        def my_content_loss(features, target):
            return tf.sqrt(tf.reduce_mean(tf.square(features - target)))
        """,
        r"with `tf.reduce_mean\(tf.square\(features - target\)\)` in place of `tf.sqrt",
    ),
    "losses and weights paired by their order": (
        "paint",
        PAINT.replace(
            "weights[name] * losses[name] for name in weights",
            "w * one for w, one in zip(weights.values(), losses.values())",
        ),
        "You pair losses and weights by their order",
    ),
    "the picture is clipped before the step": (
        "paint",
        PAINT.replace("optimizer.apply_gradients([(gradient, picture)])", "CLIP")
        .replace("picture.assign(tf.clip_by_value(picture, 0, 1))", "STEP")
        .replace("CLIP", "picture.assign(tf.clip_by_value(picture, 0, 1))")
        .replace("STEP", "optimizer.apply_gradients([(gradient, picture)])"),
        "You clip before the optimizer's step",
    ),
    "a schedule is no number": (
        "paint",
        PAINT.replace("(learning_rate,", "(float(learning_rate),"),
        "TypeError in line 4.*learning rate may be a schedule, too",
    ),
    "a step uphill, with which a schedule cannot be used": (
        "paint",
        PAINT.replace("(learning_rate,", "(-learning_rate,"),
        "You step uphill",
    ),
    "a tape that does not watch": (
        "slope",
        """
        def slope(function, x):
            x = tf.constant(x)
            with tf.GradientTape() as tape:
                value = function(x)
            return tape.gradient(value, x)
        """,
        "does not watch `x`",
    ),
    "a value outside of the tape": (
        "slope",
        """
        def slope(function, x):
            x = tf.Variable(x)
            value = function(x)
            with tf.GradientTape() as tape:
                pass
            return tape.gradient(value, x)
        """,
        "`value` is computed outside",
    ),
    "the tape is asked the wrong way round": (
        "slope",
        """
        def slope(function, x):
            x = tf.Variable(x)
            with tf.GradientTape() as tape:
                value = function(x)
            return tape.gradient(x, value)
        """,
        "name first what is differentiated, `value`",
    ),
    "a text is no number": (
        "receptive field",
        """
        def my_receptive_field(layers):
            return "3"
        """,
        "gives a text",
    ),
    "complex numbers": (
        "content loss",
        """
        def my_content_loss(features, target):
            return complex(tf.reduce_mean(tf.square(features - target)))
        """,
        "complex numbers",
    ),
    "a changed argument": (
        "receptive field",
        """
        def my_receptive_field(layers):
            size, spacing = 1, 1
            while layers:
                step = spacing * (2 if layers[0] == "conv" else 1)
                spacing *= 2 if layers.pop(0) == "pool" else 1
                size += step
            return size
        """,
        "Not yet. Your function changes its argument `layers`",
    ),
    "a parameter that is not used": (
        "momentum",
        """
        def new_velocity(velocity, gradient, learning_rate, keep):
            return tf.reduce_sum(velocity * gradient * keep)
        """,
        "Your function does not use `learning_rate`",
    ),
    "sides with a fraction": (
        "scales",
        """
        def scales_for(size, coarsest):
            sides = [size]
            while sides[0] / 2 >= coarsest:
                sides.insert(0, sides[0] / 2)
            return sides
        """,
        "Not yet",
    ),
    "one change that makes it right": (
        "share lost",
        """
        def share_lost(features, target):
            change = features - 3 * target
            return tf.reduce_sum(tf.square(change)) / tf.reduce_sum(tf.square(target))
        """,
        "line 2: with `target` in place of `3 \\* target`",
    ),
    "a return to be moved": (
        "convolution",
        """
        def convolution(picture, kernel):
            rows, columns = np.array(picture.shape) - 2
            result = np.zeros((rows, columns))
            for row in range(rows):
                for column in range(columns):
                    patch = picture[row : row + 3, column : column + 3]
                    result[row, column] = max(np.sum(patch * kernel), 0)
                return result
        """,
        "line 8: if `return result` stood one step to the left",
    ),
    "a line that failed": (
        "gram matrix",
        """
        def my_gram_matrix(features):
            rows = tf.reshape(features, (-1, features.shape[-1]))
            return tf.matmul(rows, rows) / rows.shape[0]
        """,
        r"stopped.*with `tf.matmul\(rows, rows, transpose_a=True\)`",
    ),
    "what does more than compute is not tried": (
        "momentum",
        """
        def new_velocity(velocity, gradient, learning_rate, keep):
            open
            return keep * velocity - learning_rate * gradient + velocity * 2
        """,
        "^(?!.*Look at line)",
    ),
    "bits for a power": (
        "total loss",
        """
        def my_total_loss(content, style, variation, content_weight, style_weight, tv_weight):
            return 3 ^ 2
        """,
        r"In line 2 `\^` is no power",
    ),
    "a power with brackets, as it was written": (
        "style loss",
        """
        def style_loss(grams, targets, layer_weights):
            total = 0.0
            for layer in targets:
                difference = grams[layer] - targets[layer]
                total += layer_weights[layer] * tf.reduce_mean((difference + 0) ^ 2)
            return total
        """,
        r"with `\*\*` in place of `\^`",
    ),
    "which of two transposes": (
        "gram matrix",
        """
        def my_gram_matrix(features):
            rows = tf.reshape(features, (-1, features.shape[-1]))
            return tf.matmul(rows, rows, transpose_a=True, transpose_b=True) / len(rows)
        """,
        "with `transpose_b=False` in place of `transpose_b=True`",
    ),
    "or a text": (
        "receptive field",
        """
        def my_receptive_field(layers):
            size, spacing = 1, 1
            for layer in layers:
                if layer == "conv" or "convolution":
                    size += 2 * spacing
                else:
                    size += spacing
                    spacing *= 2
            return size
        """,
        "In line 4 `or 'convolution'` is true whatever came before",
    ),
    "a result that is not kept": (
        "preprocess",
        """
        def my_preprocess(picture):
            tf.reverse(picture, axis=[-1])
            return picture * 255 - tf.constant([103.939, 116.779, 123.68])
        """,
        r"What `tf.reverse\(picture, axis=\[-1\]\)` gives in line 2 is not kept",
    ),
    "a clipped variable that is not kept": (
        "gradient step",
        """
        def gradient_step(picture, loss_function, learning_rate):
            with tf.GradientTape() as tape:
                loss = loss_function(picture)
            picture.assign_sub(learning_rate * tape.gradient(loss, picture))
            tf.clip_by_value(picture, 0, 1)
        """,
        r"in line 5 is not kept, and changes nothing: put it into `picture.assign\(...\)`",
    ),
    "a gradient that is not kept": (
        "slope",
        """
        def slope(function, x):
            x = tf.Variable(x)
            with tf.GradientTape() as tape:
                value = function(x)
            tape.gradient(value, x)
            return value
        """,
        r"What `tape.gradient\(value, x\)` gives in line 5 is not kept",
    ),
    "a constant made of a tensor, inside of a graph": (
        "gram matrix",
        """
        def my_gram_matrix(features):
            vectors = tf.reshape(features, (-1, features.shape[-1]))
            products = tf.matmul(vectors, vectors, transpose_a=True)
            return tf.constant(products.numpy() / vectors.shape[0])
        """,
        r"and what is in its brackets in place of `tf.constant\(...\)` in line 4",
    ),
    "a transpose that tensors have not, beside NumPy": (
        "gram matrix",
        """
        def my_gram_matrix(features):
            vectors = np.reshape(features, (-1, features.shape[-1]))
            return np.dot(vectors.T, vectors) / len(vectors)
        """,
        r"and `tf.transpose` in place of `.T` in line 3",
    ),
    "a line that ends too early": (
        "total loss",
        """
        def my_total_loss(content, style, variation, content_weight, style_weight, tv_weight):
            return content_weight * content + style_weight * style
            + tv_weight * variation
        """,
        "Line 3, .*, stands by itself: put brackets around it and the line that it goes on from",
    ),
    "two names exchanged, with the line": (
        "guided gram matrix",
        """
        def my_guided_gram_matrix(features, mask):
            height, width = features.shape[1:3]
            smaller = tf.image.resize(mask, (width, height), "area")
            weights = tf.reshape(smaller, (-1, 1))
            rows = tf.reshape(features, (-1, features.shape[-1]))
            return tf.matmul(rows, weights * rows, transpose_a=True) / tf.reduce_sum(weights)
        """,
        r"Look at line 3: with `smaller = tf.image.resize\(mask, \(height, width\), 'area'\)`",
    ),
    "each of two calls is another's": (
        "squared total variation",
        """
        def squared_total_variation(picture):
            down = picture[:, 1:] - picture[:, :-1]
            across = picture[:, :, 1:] - picture[:, :, :-1]
            return tf.reduce_mean(tf.abs(down)) + tf.reduce_mean(tf.abs(across))
        """,
        r"Look at line 4: with `tf.square` in place of each `tf.abs`",
    ),
    "a number one too small": (
        "gram matrix",
        """
        def my_gram_matrix(features):
            height, width = features.shape[1:3]
            vectors = tf.reshape(features, (-1, features.shape[2]))
            return tf.matmul(vectors, vectors, transpose_a=True) / (height * width)
        """,
        r"Look at line 3: with `features.shape\[3\]` in place of `features.shape\[2\]`",
    ),
    "an index in place of another": (
        "correlation of two channels",
        """
        def correlation(features, i, j):
            return tf.reduce_mean(features[:, :, :, i] * features[:, :, :, i])
        """,
        r"with `\[:, :, :, j\]` in place of `\[:, :, :, i\]`",
    ),
    "no single number in the second case": (
        "content loss",
        """
        def my_content_loss(features, target):
            return tf.reduce_mean(tf.square(features - target), axis=-1)
        """,
        "a list or tensor of 14 in test case 2, where a single number",
    ),
    "a name for what insert gives": (
        "scales",
        """
        def my_scales(size, coarsest):
            sides = [size]
            while sides[0] // 2 >= coarsest:
                sides = sides.insert(0, sides[0] // 2)
            return sides
        """,
        r"`sides.insert\(...\)` in line 4 changes `sides` itself and gives None: leave out `sides =`",
    ),
    "a dictionary called": (
        "style loss",
        """
        def my_style_loss(grams, targets, layer_weights):
            return sum(layer_weights(layer) for layer in targets)
        """,
        "The entries of a dict are asked for in square brackets",
    ),
    "a list divided": (
        "blended targets",
        """
        def my_blended(grams, weights):
            return weights / sum(weights)
        """,
        "no such operation for a list",
    ),
    "a difference along the batch, which is empty": (
        "squared total variation",
        """
        def squared_total_variation(picture):
            down = picture[1:] - picture[:-1]
            across = picture[:, 1:] - picture[:, :-1]
            return tf.reduce_mean(tf.square(down)) + tf.reduce_mean(tf.square(across))
        """,
        r"^Not yet. `picture\[1:\]` in line 2 is about axis 0, the batch, which has length 1",
    ),
    "a channel looked for in the batch": (
        "correlation of two channels",
        """
        def correlation(features, i, j):
            return tf.reduce_mean(features[i] * features[j])
        """,
        "Axis 0 of a picture or of features is the batch, which has one entry",
    ),
    "a second value for an axis": (
        "constant of a layer",
        """
        def my_constant(gram_of_painting, gram_of_photo):
            one = tf.reduce_mean(tf.square(gram_of_painting))
            return tf.reduce_max(one, tf.reduce_mean(tf.square(gram_of_photo)))
        """,
        r"of `tf.reduce_max` in line 3 is an axis: the larger of two values is `tf.maximum\(a, b\)`"
        r".*with `tf.maximum\(one, tf.reduce_mean",
    ),
    "a whole number in a division": (
        "gradient by hand",
        """
        def gradient_by_hand(features, target):
            return 2 * (features - target) / tf.size(features)
        """,
        r"types int32 and float32 meet there.*`tf.cast\(tf.size\(features\), tf.float32\)`",
    ),
    "an argument on another scale": (
        "content loss",
        """
        def my_content_loss(features, target):
            small = features / 255
            large = target
            return tf.reduce_mean(tf.square(small - large))
        """,
        "^Not yet. Your result is what comes out if `features` is divided by 255 before anything",
    ),
    "too few parameters": (
        "content loss",
        """
        def my_content_loss(features):
            return features
        """,
        r"has 1 parameter \(`features`\), and the check calls it with 2 arguments",
    ),
}


RELATED = [
    ("share lost", lambda right, f, t: right(f, t) * 4, "is 4 times what it should"),
    ("share lost", lambda right, f, t: right(f, t) / 2, "is half of what it should be in all"),
    ("share lost", lambda right, f, t: -right(f, t), "the wrong sign"),
    ("share lost", lambda right, f, t: right(f, t) + 3, "3 too large"),
    ("share lost", lambda right, f, t: [right(f, t)], "in a list or tensor: give the number alone"),
    ("share lost", lambda right, f, t: right(f, t) ** 2, "the square of"),
    ("share lost", lambda right, f, t: f * 0 + right(f, t), "it is their mean"),
    ("share lost", lambda right, f, t: right(f, t) * f.shape[1], "multiplied by height of `f`"),
    ("share lost", lambda right, f, t: 7, "the same in all test cases"),
    ("share lost", lambda right, f, t: right(f, t) / 0, "infinite"),
    ("share lost", lambda right, f, t: right(f, t) * np.nan, "not a number"),
    ("gradient by hand", lambda right, f, t: tf.transpose(right(f, t), (0, 2, 1, 3)), "exchanged"),
    ("gradient by hand", lambda right, f, t: right(f, t)[0], "axis of length 1 too few"),
    ("gradient by hand", lambda right, f, t: f, "returned `f` as"),
    ("gradient by hand", lambda right, f, t: right(f, t)[:, ::-1], "reversed order along axis -3"),
    ("scales", lambda right, s, c: right(s, c)[1:], "list is right, but the first one is missing"),
    ("scales", lambda right, s, c: [s, s], r"`s` 512, `c` 128, your result is \[512, 512\]; it"),
    ("momentum", lambda right, v, g, r, k: tf.round(right(v, g, r, k)), "to whole numbers"),
    ("momentum", lambda right, v, g, r, k: right(v, g, r, k) * r, "multiplied by `r`"),
    ("paint", lambda right, *given: (right(*given)[0], [7.0] * given[4]), "the loss of step 1"),
]


@pytest.mark.parametrize("name, function, words", RELATED, ids=[words for *_, words in RELATED])
def test_how_a_wrong_result_goes_together_with_the_right_one(name, function, words):
    right = KNOWN[name].reference
    given = inspect.signature(function).parameters
    if "given" in given:
        words_said = said(name, lambda *arguments: function(right, *arguments))
    else:
        letters = ", ".join(list(given)[1:])
        space = {"function": function, "right": right}
        mine = eval(f"lambda {letters}: function(right, {letters})", space)
        words_said = said(name, mine)
    assert re.search(words, words_said), words_said


@pytest.mark.parametrize("name, source, words", SAID.values(), ids=SAID)
def test_what_is_said_of_a_cell(monkeypatch, name, source, words):
    monkeypatch.setattr(trial, "SECONDS", 4.0)
    found = said(name, of_cell(source))
    assert re.search(words, found), found


def test_a_function_in_another_thread_is_ended_too(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.5)
    found = []
    endless = of_cell(SAID["a loop without end is ended"][1])
    thread = threading.Thread(target=lambda: found.append(said("scales", endless, 1)))
    thread.start()
    thread.join(30)
    assert found and found[0].startswith("Your function stopped only")


@pytest.mark.parametrize("path", LESSONS_WITH_EXERCISES, ids=lambda path: path.stem)
def test_stubs_are_not_done_and_solutions_are_right(path):
    exercises = exercises_of(path)
    assert exercises
    stubs, solutions = definitions(path), definitions(NOTEBOOKS / "solutions" / path.name)
    for name, function in exercises.items():
        assert verdict(EXERCISES[name], stubs[function]) == NOT_DONE
        assert verdict(EXERCISES[name], solutions[function]).state == "right"


@pytest.mark.parametrize("path", LESSONS_WITH_EXERCISES, ids=lambda path: path.stem)
def test_each_exercise_has_one_way_to_write_it_that_is_right(path):
    space, written = answered(path), "\n".join(folded_answers(path))
    for name, function in exercises_of(path, "given").items():
        assert f"def {function}(" in written
        assert verdict(EXERCISES[name], space[function]).state == "right"


@pytest.mark.parametrize("path", LESSONS_WITH_EXERCISES, ids=lambda path: path.stem)
def test_an_empty_function_asks_for_what_its_skeleton_does(path):
    skeletons, names = definitions(path), {v: k for k, v in exercises_of(path).items()}
    for function, source in empty_functions(path).items():
        empty = of_cell("\n" + source)
        assert inspect.signature(empty) == inspect.signature(skeletons[function])
        assert verdict(EXERCISES[names[function]], empty) == EMPTY


def test_every_exercise_is_in_a_lesson():
    in_lessons = {name for path in LESSONS_WITH_EXERCISES for name in exercises_of(path)}
    assert in_lessons == set(EXERCISES)


def test_no_change_is_named_that_is_right_by_chance():
    """np.abs(2) is 2, which is not what was wrong with np.sqrt(2)."""
    function = of_cell(
        """
        def scales_for(size, coarsest):
            sides = [size]
            while sides[0] / np.sqrt(2) >= coarsest:
                sides.insert(0, int(sides[0] / np.sqrt(2)))
            return sides
        """
    )
    words = said("scales", function)
    assert words.startswith("Not yet.") and "np.abs" not in words
