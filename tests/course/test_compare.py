"""How a wrong result is put into words, on numbers that can be checked at a glance."""

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
