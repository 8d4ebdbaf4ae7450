"""A wrong result and the right one: how they go together, and where they differ first.

Each sentence says only what holds in every case of an exercise.
"""

import warnings
from itertools import combinations_with_replacement

import numpy as np

ROUNDING = 1e-4  # how far it may take a right value
AXES = {4: ("", "height", "width", "channels"), 2: ("rows", "columns"), 1: ("length",)}
NAMED = {2: "twice", 1 / 2: "half of", 1 / 3: "a third of", 1 / 4: "a quarter of"}


def close(one, other, rounding=ROUNDING):
    """Whether two arrays have one shape and equal values, up to rounding."""
    return one.shape == other.shape and not unlike(one, other, rounding).any()


def unlike(one, other, rounding=ROUNDING):
    """Where two arrays of one shape differ by more than rounding: True or False for each value."""
    return ~np.isclose(one, other, rtol=rounding, atol=rounding / 100)


def is_number(value):
    """Whether an argument is a single number, plain or as an array without axes."""
    return isinstance(value, (int, float)) or getattr(value, "shape", None) == ()


def named(found, wanted, inputs):
    """A sentence on how the results go together; None where no relation holds in all cases.

    found, wanted: arrays, one for each case. inputs: `{parameter's name: argument}` of each case.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as of the mean of nothing
        return (
            _not_finite(found, wanted)
            or _rounded(found, wanted)
            or _by_shape(found, wanted, inputs)
            or _by_formula(found, wanted)
            or _by_factor(found, wanted, inputs)
            or _by_difference(found, wanted)
            or _returned_argument(found, inputs)
            or _always_the_same(found, wanted)
        )


def _holds(one, other):
    return all(map(close, one, other))


def _not_finite(found, wanted):
    if any(np.isnan(one).any() for one in found) and not any(np.isnan(one).any() for one in wanted):
        return (
            "Your result is nan, *not a number*: that comes from 0 / 0, or from the root or the "
            "logarithm of a negative number."
        )
    if any(np.isinf(one).any() for one in found) and not any(np.isinf(one).any() for one in wanted):
        return (
            "Your result is infinite: something was divided by 0, or has grown beyond all bounds."
        )
    return None


def _rounded(found, wanted):
    if all(close(one, other, 3e-3) for one, other in zip(found, wanted, strict=True)):
        return "Your result is right in about its first three digits: something rounds on the way."
    return None


def _by_shape(found, wanted, inputs):
    if all(one.shape == other.shape for one, other in zip(found, wanted, strict=True)):
        return None
    if all(one.size == other.size == 1 for one, other in zip(found, wanted, strict=True)):
        if not _holds([one.reshape(()) for one in found], [one.reshape(()) for one in wanted]):
            return None
        if found[0].ndim:
            return "The number is right, but it comes in a list or tensor: give the number alone."
        return "The number is right, but it is wanted in a list or tensor."
    if _holds(list(map(np.squeeze, found)), list(map(np.squeeze, wanted))):
        more = found[0].ndim > wanted[0].ndim
        return (
            f"The values are right, but the shape is {found[0].shape} where {wanted[0].shape} is "
            f"wanted: there is an axis of length 1 too {'many' if more else 'few'}."
        )
    if all(one.size == other.size for one, other in zip(found, wanted, strict=True)) and _holds(
        list(map(np.ravel, found)), list(map(np.ravel, wanted))
    ):
        return (
            f"The values are right, but the shape is {found[0].shape} where {wanted[0].shape} is "
            "wanted: use `tf.reshape`."
        )
    if all(one.ndim == 0 for one in wanted):
        for name, combine in {"mean": np.mean, "sum": np.sum}.items():
            if _holds([combine(one) for one in found], wanted):
                return (
                    f"You give a list or tensor of {found[0].size} in the first test case, where a "
                    f"single number is wanted: it is their {name}, over all axes."
                )
    return _by_other_shape(found, wanted, inputs)


def _by_other_shape(found, wanted, inputs):
    if all(one.ndim == 2 and min(one.shape) > 2 for one in found) and _holds(
        [one[1:-1, 1:-1] for one in found], wanted
    ):
        return "Your result is right, but has a border of one more on each side: leave it out."
    return _of_arguments(found, wanted, inputs) or _of_lists(found, wanted)


def _of_arguments(found, wanted, inputs):
    """Whether the result has the shape of one argument where another's is wanted."""
    shapes = [
        {name: getattr(value, "shape", None) for name, value in one.items()} for one in inputs
    ]

    def shaped(results):
        pairs = list(zip(results, shapes, strict=True))
        return next((n for n in shapes[0] if all(r.shape == s[n] for r, s in pairs)), None)

    one, other = shaped(found), shaped(wanted)
    if one and other:
        return f"Your result has the shape of `{one}`; it should have that of `{other}`."
    return None


def _of_lists(found, wanted):
    if not all(one.ndim == 1 and other.ndim == 1 for one, other in zip(found, wanted, strict=True)):
        return None
    parts = {
        "the first one is missing": lambda one: one[1:],
        "the last one is missing": lambda one: one[:-1],
    }
    for said, part in parts.items():
        if _holds(found, list(map(part, wanted))):
            return f"Your list is right, but {said}."
        if _holds(list(map(part, found)), wanted):
            return f"Your list is right, but {said.split(' is')[0]} is too much."
    return None


FORMULAS = {
    "is the square of what it should be": np.square,
    "is the root of what it should be": np.sqrt,
    "is 1 divided by what it should be": np.reciprocal,
    "is the absolute value of what it should be": np.abs,
    "is what it should be, rounded to whole numbers": np.round,
    "is what it should be, rounded down to whole numbers": np.floor,
    "is what it should be with its negative values set to 0": lambda one: np.maximum(one, 0),
    "is what it should be, clipped to 0..1": lambda one: np.clip(one, 0, 1),
    "is 1 minus what it should be": lambda one: 1 - one,
    "is what it should be, divided by its largest value": lambda one: one / np.max(one),
}
UNDO = {
    "is right but for negative values, which are to be 0": lambda one: np.maximum(one, 0),
    "is right but for values outside 0..1: clip them": lambda one: np.clip(one, 0, 1),
}


def _by_formula(found, wanted):
    for said, formula in FORMULAS.items():
        if _holds(found, list(map(formula, wanted))):
            return f"Your result {said}, in all test cases."
    for said, formula in UNDO.items():
        if _holds(list(map(formula, found)), wanted):
            return f"Your result {said}."
    if all(one.ndim == 0 for one in found) and any(one.ndim for one in wanted):
        for name, combine in {"mean": np.mean, "sum": np.sum}.items():
            if _holds(found, list(map(combine, wanted))):
                return (
                    f"You give one number, the {name} of the values that are wanted: give all of "
                    "them."
                )
    return _by_order(found, wanted)


def _by_order(found, wanted):
    axes = min(one.ndim for one in wanted)
    pairs = {(-1, -2): "its last two axes", (1, 2): "height and width"}
    for (one, other), words in pairs.items():
        if axes >= (2 if one < 0 else 4) and _holds(
            found, [np.swapaxes(values, one, other) for values in wanted]
        ):
            return f"Your result is transposed: {words} are exchanged."
    for axis in range(-1, -1 - axes, -1):
        if _holds(found, [np.flip(values, axis) for values in wanted]):
            where = "" if wanted[0].ndim == 1 else f" along axis {axis}"
            return f"The values are right, but in reversed order{where}."
    return None


def _ratio(one, other):
    """The factor from `other` to `one`, if there is a single one; None otherwise."""
    if one.shape != other.shape or not np.any(other):
        return None
    factor = float(np.sum(one * other) / np.sum(other * other))
    return factor if factor and close(one, factor * other) else None


def _by_factor(found, wanted, inputs):
    factors = [_ratio(one, other) for one, other in zip(found, wanted, strict=True) if other.any()]
    if not factors or None in factors:
        return None
    if np.allclose(factors, factors[0], rtol=1e-3):
        return f"Your result is {_times(factors[0])} in all test cases."
    if len(factors) < 2:
        return None
    given = [_sizes(one) for one, other in zip(inputs, wanted, strict=True) if other.any()]
    return _by_size(factors, given) or _by_constant(factors, given)


def _powers(given):
    """`(name, what was done, its numbers to the power of 1 or -1)` of all sizes."""
    for name in given[-1]:  # in a first case many sizes are 1
        sizes = np.array([one.get(name, np.nan) for one in given], float)
        yield name, "multiplied", sizes
        yield name, "divided", 1 / sizes


def _by_size(factors, given):
    for name, said, sizes in _powers(given):
        if np.allclose(factors, sizes, rtol=1e-3):
            return (
                f"Your result is what it should be, {said} by {name}: the factor is "
                f"{factors[0]:.4g} in the first test case and {factors[1]:.4g} in the second."
            )
    return None


def _by_constant(factors, given):
    """A whole number where a size of the input belongs."""
    for name, said, sizes in _powers(given):
        left = np.array(factors) / sizes
        number = 1 / left[0] if said == "multiplied" else left[0]
        if np.allclose(left, left[0], rtol=1e-4) and round(number, 3) in range(2, 13):
            other = "divided" if said == "multiplied" else "multiplied"
            return (
                f"Your result is what it should be, {said} by {name} and {other} by {number:.3g}. "
                f"Is there a {number:.3g} where {name} belongs?"
            )
    return None


def _times(factor):
    sign = "what it should be with the wrong sign" if factor < 0 else ""
    size = abs(factor)
    if abs(size - 1) < 1e-3:
        return sign
    words = next((said for known, said in NAMED.items() if abs(size / known - 1) < 1e-3), None)
    if words is None and size < 1 and abs(1 / size - round(1 / size)) < 1e-3 / size:
        words = f"1/{round(1 / size)} of"
    words = words or f"{size:.4g} times"
    return f"{words} what it should be" + (", and has the wrong sign," if sign else "")


def _sizes(inputs):
    """`{name: number}` of what an argument can have multiplied or divided a result by."""
    sizes = {}
    for name, value in inputs.items():
        if is_number(value):
            sizes[f"`{name}`"] = float(value)
        elif isinstance(value, (list, dict)):
            sizes[f"the number of `{name}`"] = len(value)
        elif isinstance(value, np.ndarray) and value.ndim in AXES:
            axes = [pair for pair in zip(AXES[value.ndim], value.shape) if pair[0]]
            for count in (1, 2, 3, 4):
                for some in combinations_with_replacement(axes, count):
                    words = f"{' × '.join(axis for axis, _ in some)} of `{name}`"
                    sizes.setdefault(words, float(np.prod([size for _, size in some])))
    return sizes


def _by_difference(found, wanted):
    if any(one.shape != other.shape for one, other in zip(found, wanted, strict=True)):
        return None
    excess = np.concatenate(
        [np.ravel(one - other) for one, other in zip(found, wanted, strict=True)]
    )
    if len(excess) < 2 or not np.allclose(excess, excess[0], rtol=1e-3, atol=1e-6):
        return None
    direction = "large" if excess[0] > 0 else "small"
    return f"Your result is {abs(excess[0]):.4g} too {direction}, in all test cases."


def _returned_argument(found, inputs):
    for name in inputs[0]:
        values = [one[name] for one in inputs]
        if all(isinstance(one, (np.ndarray, float, int)) for one in values) and _holds(
            found, [np.asarray(one, float) for one in values]
        ):
            return f"You returned `{name}` as it came in."
    return None


def _always_the_same(found, wanted):
    if len(found) > 1 and _holds(found, [found[0]] * len(found)):
        if not _holds(wanted, [wanted[0]] * len(wanted)):
            return "Your result is the same in all test cases: it has to depend on what comes in."
    return None


TINY = 12  # values of an array that are shown


def first_difference(found, wanted, inputs):
    for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
        if close(one, other):
            continue
        given = _told(inputs[number])
        result = f"On test case {number + 1}{f', with {given},' if given else ''} your result"
        if one.ndim == other.ndim == 1 and max(one.size, other.size) <= 8:
            return f"{result} is {_list(one)}; it should be {_list(other)}."
        if one.shape != other.shape:
            return f"{result} has the shape {one.shape}; it should be {other.shape}."
        position = tuple(int(i) for i in np.argwhere(unlike(one, other))[0])
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
        apart = np.flatnonzero(unlike(one, other))
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
        if is_number(value):
            words.append(f"`{name}` {float(value):.4g}")
        elif isinstance(value, np.ndarray):
            words.append(f"`{name}` {_array(value)}")
        elif isinstance(value, list) and len(repr(value)) < 60:
            words.append(f"`{name}` {value}")
    return ", ".join(words)
