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
