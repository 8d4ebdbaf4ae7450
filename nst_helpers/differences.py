"""The first difference between a wrong result and the right one, with the inputs of its case."""

import numpy as np

from . import relations

TINY = 12  # values of an array that are shown


def first_difference(found, wanted, inputs):
    for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
        if relations.close(one, other):
            continue
        given = _told(inputs[number])
        result = f"On test case {number + 1}{f', with {given},' if given else ''} your result"
        if one.ndim == other.ndim == 1 and max(one.size, other.size) <= 8:
            return f"{result} is {_list(one)}; it should be {_list(other)}."
        if one.shape != other.shape:
            return f"{result} has the shape {one.shape}; it should be {other.shape}."
        position = tuple(int(i) for i in np.argwhere(relations.apart(one, other))[0])
        where = f" at {position}" if position else ""
        return f"{result} is {one[position]:.6g}{where}; it should be {other[position]:.6g}."
    raise AssertionError("called with equal values")


def first_part(place, found, wanted, inputs):
    """The first difference, where an outcome is put together from several things."""
    for number, (one, other, given) in enumerate(zip(found, wanted, inputs, strict=True), 1):
        if one.shape != other.shape:
            return (
                f"On test case {number} you give {one.size} values in all, where {other.size} are "
                "wanted: count the losses, and look at the shape of the picture."
            )
        apart = np.flatnonzero(relations.apart(one, other))
        if len(apart):
            first, what = apart[0], place(int(apart[0]), list(given.values()))
            return (
                f"On test case {number} the first thing that differs is {what}: {one[first]:.6g}, "
                f"and it should be {other[first]:.6g}."
            )
    raise AssertionError("called with equal values")


def _list(values):
    return f"[{', '.join(f'{value:.6g}' for value in values)}]"


def _array(value):
    """A tiny array's values, of any other its shape."""
    if value.size > TINY:
        return f"of the shape {value.shape}"
    values = _list(value.ravel())
    return values if value.ndim == 1 else f"{values} in the shape {value.shape}"


def _told(inputs):
    """The inputs of a case in a few words: numbers and short lists, and the shapes of arrays."""
    words = []
    for name, value in inputs.items():
        if relations.is_number(value):
            words.append(f"`{name}` {float(value):.4g}")
        elif isinstance(value, np.ndarray):
            words.append(f"`{name}` {_array(value)}")
        elif isinstance(value, list) and len(repr(value)) < 60:
            words.append(f"`{name}` {value}")
    return ", ".join(words)
