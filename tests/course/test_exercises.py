"""The exercises' data: what each mistake says, and that the cases tell mistakes apart."""

import ast
from itertools import combinations, combinations_with_replacement, product

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers.course.checks import verdict
from nst_helpers.course.exercises import EXERCISES
from nst_helpers.course.exercises.capstone import paint_by
from nst_helpers.course.exercises.exercise import SIZES
from nst_helpers.course.plain import Counted
from nst_helpers.pictures import resize

MISTAKEN = 1e-3  # how far rounding may take a mistake's values, as in `checks`


def sizes(arguments):
    """Height, width and channels of a case's first picture or features; None if it has none."""
    shapes = (tuple(getattr(one, "shape", ())) for one in arguments)
    return next((shape[1:] for shape in shapes if len(shape) == 4), None)


SIZES_OF = {
    name: list(filter(None, map(sizes, exercise.cases()))) for name, exercise in EXERCISES.items()
}


def plain(value):
    """What `outcome` is given in place of a value: as the checks hand it over."""
    if isinstance(value, (tf.Tensor, tf.Variable, np.ndarray)):
        return np.array(value)
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value.calls if isinstance(value, Counted) else value


def outcomes(exercise, function, stopped_by=()):
    """What is compared, case by case, up to where the function stops with such an exception."""
    found = []
    for arguments in exercise.cases():
        try:
            value = function(*arguments)
        except stopped_by:
            break
        outcome = exercise.outcome(plain(value), plain(arguments))
        found.append(np.asarray(outcome, np.float64))
    return found


def same(found, others, rounding=MISTAKEN):
    return len(found) == len(others) and all(
        one.shape == other.shape and np.allclose(one, other, rtol=rounding, atol=rounding / 100)
        for one, other in zip(found, others)
    )


@pytest.mark.parametrize("name", EXERCISES)
def test_no_two_mistakes_give_the_same_values_and_none_is_right(name):
    exercise = EXERCISES[name]
    right = outcomes(exercise, exercise.reference)
    # As where a schedule is taken for a number, or a picture is too wide for another.
    stopped_by = TypeError, ValueError, tf.errors.InvalidArgumentError
    found = [(outcomes(exercise, made, stopped_by), said) for made, _, said in exercise.mistakes]
    assert [said for values, said in found if same(values, right)] == []
    alike = [
        (a, b) for (one, a), (other, b) in combinations(found, 2) if a != b and same(one, other)
    ]
    assert alike == []


@pytest.mark.parametrize("name", EXERCISES)
def test_a_mistake_says_where_to_look_and_then_what_is_wrong_and_what_to_do(name):
    for _, where, said in EXERCISES[name].mistakes:
        assert where[0].islower() and not set(where) & set(".:!?"), where
        wrong, _, to_do = said.partition(": ")
        assert said.count(":") == 1 and wrong and to_do, said
        assert said[0].isupper() and said.endswith((".", ".)")) and "  " not in said, said
        assert len(where) < 80 and where not in said, where


@pytest.mark.parametrize("name", EXERCISES)
def test_no_two_places_stand_for_one_mistake(name):
    places = {}
    for _, where, said in EXERCISES[name].mistakes:
        assert places.setdefault(said, where) == where


@pytest.mark.parametrize("name", [name for name, cases in SIZES_OF.items() if cases])
def test_a_factor_tells_which_size_it_is(name):
    """Products of up to three sizes, and 2 and 4 times them, and the sums of sizes."""
    cases = SIZES_OF[name]
    formulas = {
        (number, *some): [number * np.prod([case[axis] for axis in some]) for case in cases]
        for count in range(4)
        for some in combinations_with_replacement(range(3), count)
        for number in (1, 2, 4)
    }
    for some in [(0, 1), (0, 2), (1, 2), (0, 1, 2)]:
        formulas["sum", *some] = [sum(case[axis] for axis in some) for case in cases]
    factors = [tuple(map(float, one)) for one in formulas.values()]
    factors += [tuple(1 / number for number in one) for one in factors if set(one) != {1.0}]
    assert len(set(factors)) == len(factors)
    for formula, numbers in formulas.items():  # such as width × channels, once 12 in both cases
        if any(len({case[axis] for case in cases[-2:]}) > 1 for axis in formula[1:]):
            assert len(set(numbers[-2:])) > 1, formula


def test_sizes_their_sums_and_their_products_differ():
    for size in SIZES:
        some = [part for count in (1, 2, 3) for part in combinations(size, count)]
        numbers = [sum(part) for part in some] + [np.prod(part) for part in some if len(part) > 1]
        assert len(set(numbers)) == len(numbers)


BY_HAND = {
    "convolution": [[0, 12, 12], [4, 12, 8], [8, 8, 4]],
    "receptive field": 16,
    "preprocess": [[[[-103.939, -116.779, 131.32]]]],
    "deprocess": [[[[1, 0, 0]]]],
    "content loss": 13 / 3,
    "gradient by hand": [[[[0, 2, -4 / 3]]]],
    "share lost": 2.6,
    "correlation of two channels": 1.75,
    "gram matrix": [[1.5, 1.75], [1.75, 2.75]],
    "style loss": 0.5 * 1.5 + 0.2 * 2.5,
    "constant of a layer": 5.5,
    "total loss": 82,
    "squared total variation": 0.045 + 0.18,
    "convert a weight": 150,
    "slope": 1.4,
    "gradient step": [[[[0.76]]]],
    "momentum": -0.32,
    "enlarged": [[[[0.6] * 3, [0.9] * 3, [1.0] * 3]]],
    "luminance": [[[[0.9206, 0.3206, 0.3206]]]],
    "blended targets": [[4.6, 1], [1, 5.8]],
    "guided gram matrix": [[2.25, 3.25], [3.25, 5.0]],
    "moments loss": 3,
    "best matches": [[9, 2], [3, 0]],
    "instance norm": [[[[-1, -1], [3, -1]]]],
    "mixed": [1, 1.75],
    "residual block": [[[[5], [-1]]]],
    "weight gradients": [1.16, 0.96],
}


@pytest.mark.parametrize("name", EXERCISES)
def test_the_first_case_can_be_worked_out_by_hand(name):
    exercise = EXERCISES[name]
    found = outcomes(exercise, exercise.reference)[0]
    if name == "paint":
        np.testing.assert_allclose(found[:2], [6.49, 4.98], rtol=1e-5)
    elif name == "match colors":
        moved = 0.1 * (0.0401 / 0.0101) ** 0.5
        np.testing.assert_allclose(found[0, 0, 0], [0.4 + moved, 0.5 + moved, 0.6 + moved], 1e-4)
    else:
        np.testing.assert_allclose(found, BY_HAND[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_function_is_differentiated_by_tensors_and_so_as_the_lessons_do(name):
    exercise = EXERCISES[name]
    for arguments in exercise.cases() if exercise.tape_over else []:
        by = [arguments[position] for position in exercise.tape_over]
        with tf.GradientTape() as tape:
            tape.watch(by)
            value = exercise.reference(*arguments)
        assert not any(one is None for one in tf.nest.flatten(tape.gradient(value, by)))


def said_of(name, function):
    """What the first mistake says that gives the function's values."""
    exercise = EXERCISES[name]
    found = outcomes(exercise, function)
    known = (
        said for mistake, _, said in exercise.mistakes if same(found, outcomes(exercise, mistake))
    )
    return next(known, None)


def difference(step, behind, number):
    return lambda f, x: (
        (f(number(x) + step) - f(number(x) - behind)) / (step + behind)
    )  # as learners write it


@pytest.mark.parametrize("step", [0.05, 0.01, 2e-3, 1e-3, 1e-4])
@pytest.mark.parametrize("number", [float, tf.Variable, tf.constant])
def test_a_central_difference_is_no_slope(step, number):
    exercise, function = EXERCISES["slope"], difference(step, step, number)
    assert not same(outcomes(exercise, function), outcomes(exercise, exercise.reference), 0.1)
    if step in (0.01, 2e-3, 1e-3):
        assert said_of("slope", function).startswith("You took a difference of two values")


@pytest.mark.parametrize("step", [0.1, 0.01, 1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("behind", [False, True])
def test_a_difference_of_the_usual_steps_is_known(step, behind):
    function = difference(step, step * behind, tf.Variable)
    assert said_of("slope", function).startswith("You took a difference of two values")


@pytest.mark.parametrize(
    "function",
    [
        lambda g, t, w: sum(
            weight * tf.reduce_mean((one - other) ** 2)
            for one, other, weight in zip(g.values(), t.values(), w.values())
        ),
        lambda g, t, w: sum(
            w[layer] * tf.reduce_mean((one - other) ** 2)
            for (layer, one), other in zip(g.items(), t.values())
        ),
        lambda g, t, w: sum(
            weight * tf.reduce_mean((g[layer] - t[layer]) ** 2)
            for layer, weight in zip(t, w.values())
        ),
        lambda g, t, w: sum(
            weight * tf.reduce_mean((one - other) ** 2)
            for one, other, weight in zip(
                *(list(map(dict.get, 9 * [one], one)) for one in (g, t)), list(w.values())
            )
        ),
    ],
)
def test_the_order_of_a_dictionary_decides_nothing(function):
    assert "by their order in the dictionaries" in said_of("style loss", function)


@pytest.mark.parametrize("order", range(3))
@pytest.mark.parametrize("name", ["style loss"])
def test_any_of_the_dictionaries_may_be_gone_through(name, order):
    exercise = EXERCISES[name]

    def by_names(*dicts):
        grams, targets, weights = dicts
        return sum(
            weights[layer] * tf.reduce_mean((grams[layer] - targets[layer]) ** 2)
            for layer in dicts[order]
        )

    assert same(outcomes(exercise, by_names), outcomes(exercise, exercise.reference), 1e-4)

    def last(*dicts):
        return by_names(
            *({layer: one[layer] for layer in [list(dicts[order])[-1]]} for one in dicts)
        )

    assert said_of(name, last).startswith("You used the last layer only")


def test_what_is_said_holds_for_each_way_into_the_same_values():
    """`np.max` may be there, and no ReLU."""

    def convolution(picture, kernel):
        height, width = picture.shape
        result = np.zeros((height - 2, width - 2))
        for row, column in product(range(height - 2), range(width - 2)):
            patch = picture[row : row + 3, column : column + 3]
            result[row, column] = np.max(np.sum(patch * kernel), 0)
        return result

    assert "second argument of `np.max` is an axis" in said_of("convolution", convolution)


def test_a_picture_may_be_enlarged_by_tensorflows_own_function():
    def by_bicubic(picture, smaller, larger):
        up = [tf.image.resize(one, larger.shape[1:3], "bicubic") for one in (picture, smaller)]
        return tf.clip_by_value(up[0] + larger - up[1], 0, 1)

    exercise = EXERCISES["enlarged"]
    assert same(outcomes(exercise, by_bicubic), outcomes(exercise, exercise.reference), 1e-4)


@pytest.mark.parametrize(
    "function, words",
    [
        (lambda p, s, large: resize(p, *large.shape[1:3]) + large - s, "enlarge both `picture`"),
        (lambda p, s, large: p + large - resize(s, *large.shape[1:3]), "enlarge both `picture`"),
        (lambda p, s, large: np.array(large) - np.array(s), "enlarge both `picture`"),
        (lambda p, s, large: resize(p, large.shape[1:3]), "one by one"),
        (lambda p, s, large: resize(p, *tf.shape(large)[1:3]), "not `tf.shape`"),
    ],
)
def test_what_is_said_where_sizes_do_not_meet(function, words):
    assert words in told("enlarged", function)


def test_a_share_beyond_1_is_left_as_it_is():
    clipped = lambda f, t: np.minimum(np.sum((f - t) ** 2) / np.sum(t**2), 1)  # noqa: E731
    assert said_of("share lost", clipped).startswith("You clipped the share at 1")


def test_losses_are_tensors_and_weights_are_numbers():
    for arguments in EXERCISES["total loss"].cases():
        assert all(isinstance(one, tf.Tensor) for one in arguments[:3])
        assert all(isinstance(one, float) for one in arguments[3:])


def moments_without_a_floor(features, painting):
    pairs = zip(*(tf.nn.moments(one, [0, 1, 2]) for one in (features, painting)))
    (mean, other_mean), (variance, other_variance) = pairs
    deviations = tf.sqrt(variance) - tf.sqrt(other_variance)
    return tf.reduce_mean((mean - other_mean) ** 2) + tf.reduce_mean(deviations**2)


def test_a_gradient_that_is_no_number_is_said():
    found = verdict(EXERCISES["moments loss"], moments_without_a_floor)
    assert "is not a number (NaN): a root has an infinite slope at 0" in found.first


def told(name, function):
    """What the exercise says in place of the exception that the function ends with."""
    exercise = EXERCISES[name]
    with pytest.raises(Exception) as raised:  # noqa: B017
        outcomes(exercise, function)
    return next(said for words, said in exercise.errors.items() if words in str(raised.value))


@pytest.mark.parametrize(
    "function",
    [
        lambda f, t: tf.reduce_sum((f - t) ** 2) / (f.shape[1] * f.shape[2]),
        lambda f, t: tf.reduce_mean((f - t) ** 2, axis=(1, 2, 3)),
        lambda f, t: tf.reduce_mean((f - t) ** 2, axis=(0, 1, 2)),
        lambda f, t: np.mean((f.numpy() - t.numpy()) ** 2, axis=(1, 2, 3)),
        lambda f, t: f[0, :, :, 0],
        lambda f, t: [0 for _, _, _, _ in [f.shape]],
        lambda f, t: tf.shape(f)[1],
    ],
)
def test_features_of_any_shape_can_be_compared(function):
    assert "features may have any shape" in told("content loss", function)


# The learner's loop, with a parameter's name of their own.
PAINT = """
def paint(start, my_own_name, losses_of, weights, steps, learning_rate):
    targets = my_own_name()
    picture = tf.Variable(start)
    optimizer = keras.optimizers.Adam(learning_rate, beta_2=0.99)
    history = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            losses = losses_of(picture, targets)
            loss = sum(weights[name] * losses[name] for name in weights)
        gradient = tape.gradient(loss, picture)
        history.append(float(loss))
        optimizer.apply_gradients([(gradient, picture)])
        picture.assign(tf.clip_by_value(picture, 0, 1))
    return picture, history
"""


def paint(line):
    """A loop like the learner's, with one line changed."""
    lines = PAINT.split("\n")
    old, new = line
    assert sum(old in one for one in lines) == 1 or not old
    source = "\n".join(lines).replace(old, new, 1)
    ast.parse(source)
    space = {"tf": tf, "keras": tf.keras}
    exec(source, space)
    return space["paint"]


def test_the_loop_of_the_lesson_is_right():
    exercise = EXERCISES["paint"]
    assert same(outcomes(exercise, paint(("", ""))), outcomes(exercise, paint_by()), 1e-5)


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("= my_own_name()", "= my_own_name", "put brackets behind its name"),
        ("picture.assign(tf", "picture = (tf", "it is a plain tensor"),
        ("picture.assign(tf.clip_by_value(picture, 0, 1))", "picture = picture * 1", "plain tensor"),
        ("tf.Variable(start)", "start", "begins as `tf.Variable(start)`"),
        ("[(gradient, picture)]", "[(picture, gradient)]", "in the order `[(gradient, picture)]`"),
        ("tape.gradient(loss, picture)", "tape.gradient(picture, loss)", "first about the loss"),
        ("[(gradient, picture)]", "(gradient, picture)", "in square brackets, too"),
        ("picture.assign(tf", "picture = tf.Variable(tf", "make it once, before the loop"),
        ("loss = sum(weights[name] * losses[name] for name in weights)",
         "loss = float(sum(weights[name] * losses[name] for name in weights))", "a plain number"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_loop_that_stops(old, new, words):
    said = told("paint", paint((old, new)))
    assert words in said and "compute_targets" not in said and "my_own_name" not in said


def test_swapped_arguments_of_the_tape_are_named_in_a_step():
    def step(picture, loss_function, learning_rate):
        with tf.GradientTape() as tape:
            loss = loss_function(picture)
        picture.assign(picture - learning_rate * tape.gradient(picture, loss))

    assert "the loss comes first, then the variable" in told("gradient step", step)


@pytest.mark.parametrize("value", [None, 3.0, [], [1.0], "ab", [None, [1.0]], [np.zeros(3), 1.0]])
def test_what_is_no_picture_with_losses_has_no_outcome(value):
    exercise = EXERCISES["paint"]
    assert exercise.outcome(value, plain(exercise.cases()[0])) is None
