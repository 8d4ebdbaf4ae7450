"""How a wrong result is put into words, on numbers that can be checked at a glance."""

import numpy as np
import pytest

from nst_helpers.course import compare


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1, ""),
        (-1, "what it should be with the wrong sign"),
        (2, "twice what it should be"),
        (1 / 2, "half of what it should be"),
        (1 / 3, "a third of what it should be"),
        (1 / 4, "a quarter of what it should be"),
        (1 / 5, "1/5 of what it should be"),
        (3, "3 times what it should be"),
        (-2, "twice what it should be, and has the wrong sign,"),
        (65025, "65025 times what it should be"),
        (1 / 65025, "1/65025 of what it should be"),
        (37.51, "37.51 times what it should be"),
    ],
)
def test_a_factor_in_words(factor, words):
    assert compare._times(factor) == words


TWO_CASES = [np.array([1.0, 2.0]), np.array([3.0, 5.0])]


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ((5, 5), "Your result is 5 times what it should be in all test cases."),
        (
            (1 / 65025, 1 / 65025),
            "Your result is 1/65025 of what it should be in all test cases. That is 255 × 255. Look "
            "for a 255 that is too much, or missing.",
        ),
        (
            (2, 6),
            "Your result is what it should be, multiplied by `n`: the factor is 2 in the first test "
            "case and 6 in the second.",
        ),
        (
            (1 / 2, 1 / 6),
            "Your result is what it should be, divided by `n`: the factor is 0.5 in the first test "
            "case and 0.1667 in the second.",
        ),
        (
            (2 / 3, 6 / 3),
            "Your result is what it should be, multiplied by `n` and divided by 3. Is there a 3 "
            "where `n` belongs?",
        ),
        (
            (3 / 2, 3 / 6),
            "Your result is what it should be, divided by `n` and multiplied by 3. Is there a 3 "
            "where `n` belongs?",
        ),
        ((2, 5), None),
    ],
)
def test_a_factor_that_a_size_of_the_input_explains(factors, words):
    found = [factor * right for factor, right in zip(factors, TWO_CASES, strict=True)]
    said = compare._by_factor(found, TWO_CASES, [{"n": 2}, {"n": 6}])
    assert next(said, None) == words


def plus_border(values):
    return np.pad(values, 1, constant_values=9.0)


SQUARES = [np.array([[1.5, -2.0, 0.25], [3.0, 0.5, 2.0], [0.75, 5.0, 1.25]]), np.full((2, 3), 0.3)]
LISTS = [np.array([3.0, 5.0, 9.0]), np.array([2.0, 8.0])]
NUMBERS = [np.array(4.0), np.array(0.5)]


@pytest.mark.parametrize(
    ("change", "wanted", "words"),
    [
        (np.square, LISTS, "is the square of what it should be"),
        (np.sqrt, LISTS, "is the root of what it should be"),
        (np.reciprocal, LISTS, "is 1 divided by what it should be"),
        (np.abs, SQUARES, "is the absolute value of what it should be"),
        (np.round, SQUARES, "rounded to whole numbers"),
        (np.floor, SQUARES, "rounded down to whole numbers"),
        (lambda x: np.maximum(x, 0), SQUARES, "with its negative values set to 0"),
        (lambda x: np.clip(x, 0, 1), SQUARES, "clipped to 0..1"),
        (lambda x: 1 - x, LISTS, "is 1 minus what it should be"),
        (lambda x: x / x.max(), LISTS, "divided by its largest value"),
        (lambda x: x + 0.25, LISTS, "is 0.25 too large, in all test cases"),
        (lambda x: x - 0.25, LISTS, "is 0.25 too small, in all test cases"),
        (lambda x: x[1:], LISTS, "the first one is missing"),
        (lambda x: x[:-1], LISTS, "the last one is missing"),
        (lambda x: np.append(7.0, x), LISTS, "the first one is too much"),
        (lambda x: np.append(x, 7.0), LISTS, "the last one is too much"),
        (lambda x: x[::-1], LISTS, "The values are right, but in reversed order."),
        (lambda x: x[:, ::-1], SQUARES[:1], "in reversed order along axis -1"),
        (lambda x: x[::-1], SQUARES[:1], "in reversed order along axis -2"),
        (np.transpose, SQUARES[:1], "transposed: its last two axes are exchanged"),
        (plus_border, SQUARES, "has a border of one more on each side"),
        (plus_border, [np.array([[2.0]])], "has a border of one more on each side"),
        (np.mean, LISTS, "You give one number, the mean of the values that are wanted"),
        (np.sum, LISTS, "You give one number, the sum of the values that are wanted"),
        (lambda x: np.array([x - 1, x + 1]), NUMBERS, "of 2 in test case 1, where a single number"),
        (lambda x: x[None], SQUARES, "there is an axis of length 1 too many"),
        (lambda x: x[0], [x[None] for x in SQUARES], "there is an axis of length 1 too few"),
        (np.ravel, SQUARES, "the shape is (9,) where (3, 3) is wanted: use `tf.reshape`"),
        (np.ravel, NUMBERS, "it comes in a list or tensor: give the number alone"),
        (np.squeeze, [x[None] for x in NUMBERS], "it is wanted in a list or tensor"),
        (lambda x: x * 1.002, LISTS, "right in about its first three digits"),
        (lambda x: x * 1.004, LISTS, "Your result is 1.004 times what it should be"),
        (lambda x: x / 0 - x / 0, [np.array([1.0])], "nan, *not a number*"),
        (lambda x: x / 0, LISTS, "Your result is infinite"),
    ],
)  # fmt: skip
def test_how_a_result_comes_from_the_right_one(change, wanted, words):
    with np.errstate(all="ignore"):
        found = [change(values) for values in wanted]
    assert words in compare.named(found, wanted, [{"n": 30 + k} for k in range(len(wanted))])


def test_what_does_not_depend_on_the_input():
    said = compare.named([NUMBERS[0] + 1] * 2, NUMBERS, [{}, {}])
    assert said == "Your result is the same in all test cases: it has to depend on what comes in."
    assert compare.named([np.array(1.1), np.array(7.3)], NUMBERS, [{}, {}]) is None


def test_a_shape_taken_from_another_argument():
    inputs = [{"a": np.ones((2, 3)), "b": np.ones((4, 2))}, {"a": np.ones(5), "b": np.ones(6)}]
    found, wanted = ([case[name] for case in inputs] for name in "ab")
    said = compare.named([2.5 * values for values in found], wanted, inputs)
    assert said == "Your result has the shape of `a`; it should have that of `b`."


@pytest.mark.parametrize(
    ("found", "wanted", "inputs", "words"),
    [
        (
            NUMBERS,
            [NUMBERS[0], np.array(0.25)],
            [{}, {"f": np.array([1.0, 2.0]), "g": np.ones((4, 4)), "h": np.eye(2), "n": 3}],
            "On test case 2, with `f` [1, 2], `g` of the shape (4, 4), `h` [1, 0, 0, 1] in the shape "
            "(2, 2), `n` 3, your result is 0.5; it should be 0.25.",
        ),
        (
            LISTS[:1],
            [np.array([3.0, 5.0])],
            [{"sides": [1, 2], "long": list(range(50)), "text": "a"}],
            "On test case 1, with `sides` [1, 2], your result is [3, 5, 9]; it should be [3, 5].",
        ),
        (
            [np.zeros(9)],
            [np.ones(9)],
            [{}],
            "On test case 1 your result is 0 at (0,); it should be 1.",
        ),
        (
            [np.zeros((2, 2))],
            [np.eye(2)],
            [{}],
            "On test case 1 your result is 0 at (0, 0); it should be 1.",
        ),
        (
            [np.zeros((2, 3))],
            [np.eye(2)],
            [{}],
            "On test case 1 your result has the shape (2, 3); it should be (2, 2).",
        ),
    ],
)
def test_where_results_differ_first(found, wanted, inputs, words):
    assert compare.first_difference(found, wanted, inputs) == words


def test_which_part_of_an_outcome_differs_first():
    def place(number, arguments):
        return f"loss {number} of {arguments[0]}"

    found, wanted = [np.array([1.0, 2.0, 3.0])], [np.array([1.0, 2.5, 3.5])]
    assert compare.first_difference(found, wanted, [{"steps": 7}], place) == (
        "On test case 1 the first thing that differs is loss 1 of 7: 2, and it should be 2.5."
    )
    said = compare.first_difference(found, [np.ones(2)], [{}], place)
    assert said.startswith("On test case 1 you give 3 values in all, where 2 are wanted")


def test_what_is_only_near_0_is_not_equal_on_its_scale():
    tiny = np.array([3e-6, 1e-6])
    assert compare.close(tiny, 0 * tiny, 1e-3) and not compare.close_to_scale(tiny, 0 * tiny, 1e-3)
    assert not compare.close_to_scale(0 * tiny, tiny, 1e-3)
    assert compare.close_to_scale(tiny, 1.0001 * tiny, 1e-3)
