import numpy as np
import pytest

from nst_helpers.course import plain


@pytest.mark.parametrize("kind", [list, dict])
def test_what_holds_itself_ends(kind):
    value = kind()
    value.append(value) if kind is list else value.update(me=value)
    assert "other" in str(plain.encoded(value))


@pytest.mark.parametrize(
    "value, words",
    [
        (10**400, r"has grown beyond all bounds\."),
        (np.zeros((2000, 2000)), r"has grown beyond all bounds, \(2000, 2000\)\."),
    ],
    ids=["a number", "an array"],
)
def test_what_is_too_large_is_told_with_its_shape(value, words):
    with pytest.raises(ValueError, match=words):
        plain.numbers(plain.decoded(plain.encoded(value)))
