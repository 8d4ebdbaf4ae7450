"""A wrong result and the right one: how they go together, and where they differ first.

Each sentence says only what holds in every case of an exercise.
"""

import warnings
from functools import cache
from itertools import combinations_with_replacement

import numpy as np
import tensorflow as tf

ROUNDING = 1e-4  # how far it may take a right value
AXES = {4: ("", "height", "width", "channels"), 2: ("rows", "columns"), 1: ("length",)}
TINY = 12  # values of an array that are shown
NAMED = {2: "twice", 1 / 2: "half of", 1 / 3: "a third of", 1 / 4: "a quarter of"}


def close(values, others, rounding=ROUNDING):
    """Whether two arrays have one shape and equal values, up to rounding."""
    return values.shape == others.shape and not unlike(values, others, rounding).any()


def unlike(values, others, rounding=ROUNDING):
    """Where two arrays of one shape differ by more than rounding: True or False for each value."""
    return ~np.isclose(values, others, rtol=rounding, atol=rounding / 100)


def close_to_scale(values, others, rounding):
    """Whether two arrays are equal up to rounding, and not only because both are near 0."""
    largest = np.abs(others).max(initial=0)
    return largest > 0 and close(values / largest, others / largest, rounding)


def same(found, wanted, rounding=ROUNDING):
    """Whether arrays are close, each to each."""
    found, wanted = list(found), list(wanted)
    pairs = zip(found, wanted)
    return len(found) == len(wanted) and all(close(*pair, rounding) for pair in pairs)


def is_number(value):
    """Whether an argument is a single number, plain or as an array without axes."""
    return isinstance(value, (int, float)) or getattr(value, "shape", None) == ()


def named(found, wanted, inputs):
    """A sentence on how the results go together; None where no relation holds in all cases.

    found, wanted: arrays, one for each case. inputs: `{parameter's name: argument}` of each case.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as of the mean of nothing
        return next(_relations(found, wanted, inputs), None)


def _inner(values):
    return values[1:-1, 1:-1] if values.ndim == 2 and min(values.shape) > 2 else values


def _without(first=0, last=0):
    """The function that leaves out entries of a list."""
    return lambda values: values[first : len(values) - last] if values.ndim == 1 else values


DONE_TO_WHAT_IS_RIGHT = {  # with which it comes out like the learner's
    "Your list is right, but the first one is missing.": _without(first=1),
    "Your list is right, but the last one is missing.": _without(last=1),
    "You give one number, the mean of the values that are wanted: give all of them.": np.mean,
    "You give one number, the sum of the values that are wanted: give all of them.": np.sum,
    "Your result is the square of what it should be, in all test cases.": np.square,
    "Your result is the root of what it should be, in all test cases.": np.sqrt,
    "Your result is 1 divided by what it should be, in all test cases.": np.reciprocal,
    "Your result is the absolute value of what it should be, in all test cases.": np.abs,
    "Your result is what it should be, rounded to whole numbers, in all test cases.": np.round,
    "Your result is what it should be, rounded down to whole numbers, in all test cases.": np.floor,
    "Your result is what it should be with its negative values set to 0, in all test cases.": (
        lambda x: np.maximum(x, 0)
    ),
    "Your result is what it should be, clipped to 0..1, in all test cases.": (
        lambda x: np.clip(x, 0, 1)
    ),
    "Your result is 1 minus what it should be, in all test cases.": lambda x: 1 - x,
    "Your result is what it should be, divided by its largest value, in all test cases.": (
        lambda x: x / np.max(x)
    ),
}
MAKES_IT_RIGHT = {  # done to the learner's result
    "You give a list or tensor of {size} in test case {number}, where a single number is wanted: "
    "it is their mean, over all axes.": np.mean,
    "You give a list or tensor of {size} in test case {number}, where a single number is wanted: "
    "it is their sum, over all axes.": np.sum,
    "Your result is right, but has a border of one more on each side: leave it out.": _inner,
    "Your list is right, but the first one is too much.": _without(first=1),
    "Your list is right, but the last one is too much.": _without(last=1),
    "Your result is right but for negative values, which are to be 0.": lambda x: np.maximum(x, 0),
    "Your result is right but for values outside 0..1: clip them.": lambda x: np.clip(x, 0, 1),
}
NOT_FINITE = {
    np.isnan: "Your result is nan, *not a number*: that comes from 0 / 0, from the mean of no "
    "values at all, or from the root or the logarithm of a negative number.",
    np.isinf: "Your result is infinite: something was divided by 0, or has grown beyond all "
    "bounds.",
}


def _relations(found, wanted, inputs):
    """The sentences that hold, each made when it is asked for."""
    for is_so, sentence in NOT_FINITE.items():
        if any(is_so(v).any() for v in found) and not any(is_so(v).any() for v in wanted):
            yield sentence
    if same(found, wanted, 3e-3):
        yield "Your result is right in about its first three digits: something rounds on the way."
    have_equal_shapes = [v.shape for v in found] == [v.shape for v in wanted]
    if not have_equal_shapes:
        yield from _of_shapes(found, wanted, inputs)
    yield from _by_formula(found, wanted)
    yield from _by_order(found, wanted)
    yield from _by_factor(found, wanted, inputs)
    if have_equal_shapes:
        yield from _by_difference(found, wanted)
    yield from _without_computing(found, inputs)
    if have_equal_shapes and len(found) > 1 and same(found, found[:1] * len(found)):
        if not same(wanted, wanted[:1] * len(wanted)):
            yield "Your result is the same in all test cases: it has to depend on what comes in."


def _of_shapes(found, wanted, inputs):
    first, right = found[0], wanted[0]
    equal = same(map(np.ravel, found), map(np.ravel, wanted))
    if all(values.size == 1 for values in [*found, *wanted]):
        if equal and first.ndim:
            yield "The number is right, but it comes in a list or tensor: give the number alone."
        elif equal:
            yield "The number is right, but it is wanted in a list or tensor."
        return
    if equal:
        to_do = "use `tf.reshape`"
        if same(map(np.squeeze, found), map(np.squeeze, wanted)):
            more = "many" if first.ndim > right.ndim else "few"
            to_do = f"there is an axis of length 1 too {more}"
        shapes = f"the shape is {first.shape} where {right.shape} is wanted"
        yield f"The values are right, but {shapes}: {to_do}."
    yield from _by_formula(found, wanted)
    name, other = (_argument_shaped_as(results, inputs) for results in (found, wanted))
    if name and other:
        yield f"Your result has the shape of `{name}`; it should have that of `{other}`."


def _argument_shaped_as(results, inputs):
    for name in inputs[0]:
        shapes = [getattr(case[name], "shape", None) for case in inputs]
        if shapes == [values.shape for values in results]:
            return name
    return None


def _by_formula(found, wanted):
    for sentence, function in DONE_TO_WHAT_IS_RIGHT.items():
        if same(found, map(function, wanted)):
            yield sentence
    for sentence, function in MAKES_IT_RIGHT.items():
        if same(map(function, found), wanted):
            sizes = [values.size for values in found]
            number = next((number for number, size in enumerate(sizes) if size > 1), 0)
            yield sentence.format(size=sizes[number], number=number + 1)


def _by_order(found, wanted):
    count = min(values.ndim for values in wanted)
    for axes, least, names in ((-1, -2), 2, "its last two axes"), ((1, 2), 4, "height and width"):
        if count >= least and same(found, [np.swapaxes(values, *axes) for values in wanted]):
            yield f"Your result is transposed: {names} are exchanged."
    for axis in range(-1, -1 - count, -1):
        if same(found, [np.flip(values, axis) for values in wanted]):
            where = "" if wanted[0].ndim == 1 else f" along axis {axis}"
            yield f"The values are right, but in reversed order{where}."


def _by_factor(found, wanted, inputs):
    cases = [case for case in zip(found, wanted, inputs) if case[1].any()]
    factors = [_ratio(result, right) for result, right, _ in cases]
    if not factors or None in factors:
        return
    if np.allclose(factors, factors[0], rtol=1e-3):
        yield f"Your result is {_times(factors[0])} in all test cases.{_of_255(factors[0])}"
    powers = list(_powers([_sizes(given) for *_, given in cases]))
    for name, done, sizes in powers:
        if np.allclose(factors, sizes, rtol=1e-3):
            yield (
                f"Your result is what it should be, {done} by {name}: the factor is "
                f"{factors[0]:.4g} in the first test case and {factors[1]:.4g} in the second."
            )
    for name, done, sizes in powers:  # a whole number where a size of the input belongs
        left, undone = np.array(factors) / sizes, "multiplied"
        number = left[0]
        if done == "multiplied":
            number, undone = 1 / number, "divided"
        if np.allclose(left, left[0], rtol=1e-4) and round(number, 3) in range(2, 13):
            yield (
                f"Your result is what it should be, {done} by {name} and {undone} by {number:.3g}. "
                f"Is there a {number:.3g} where {name} belongs?"
            )


def _ratio(result, right):
    """The factor from what is right to a result, if there is a single one; None otherwise."""
    if result.shape != right.shape:
        return None
    factor = float(np.sum(result * right) / np.sum(right * right))
    return factor if factor and close(result, factor * right) else None


def _powers(given):
    """`(name, what was done, its numbers to the power of 1 or -1)` of all sizes."""
    for name in given[-1]:  # in a first case many sizes are 1
        sizes = np.array([case.get(name, np.nan) for case in given], float)
        yield name, "multiplied", sizes
        yield name, "divided", 1 / sizes


def _times(factor):
    wrong_sign, size = factor < 0, abs(factor)
    if abs(size - 1) < 1e-3:
        return "what it should be with the wrong sign" if wrong_sign else ""
    times = next((name for known, name in NAMED.items() if abs(size / known - 1) < 1e-3), None)
    larger = max(size, 1 / size)
    number = f"{size:.4g}"
    if times is None and abs(larger - round(larger)) < 1e-3 * larger:
        times, number = f"1/{round(larger)} of" if size < 1 else None, round(larger)
    times = times or f"{number} times"
    return f"{times} what it should be" + (", and has the wrong sign," if wrong_sign else "")


def _of_255(factor):
    """What to look for where a factor is 255 or its square."""
    for number, words in ((255, ""), (255**2, " That is 255 × 255.")):
        if abs(max(abs(factor), 1 / abs(factor)) / number - 1) < 1e-3:
            return f"{words} Look for a 255 that is too much, or missing."
    return ""


def _sizes(inputs):
    """`{name: number}` of what an argument can have multiplied or divided a result by."""
    sizes = {}
    for name, value in inputs.items():
        if is_number(value):
            sizes[f"`{name}`"] = float(value)
        elif isinstance(value, (list, dict)):
            sizes[f"the number of `{name}`"] = len(value)
        elif isinstance(value, np.ndarray) and value.ndim in AXES:
            axes = [(axis, size) for axis, size in zip(AXES[value.ndim], value.shape) if axis]
            for count in (1, 2, 3, 4):
                for factors in combinations_with_replacement(axes, count):
                    product = f"{' × '.join(axis for axis, _ in factors)} of `{name}`"
                    sizes.setdefault(product, float(np.prod([size for _, size in factors])))
    return sizes


def _by_difference(found, wanted):
    excess = np.concatenate([np.ravel(result - right) for result, right in zip(found, wanted)])
    if len(excess) > 1 and np.allclose(excess, excess[0], rtol=1e-3, atol=1e-6):
        direction = "large" if excess[0] > 0 else "small"
        yield f"Your result is {abs(excess[0]):.4g} too {direction}, in all test cases."


def _without_computing(found, inputs):
    for name in inputs[0]:
        values = [case[name] for case in inputs]
        if all(isinstance(value, (np.ndarray, float, int)) for value in values):
            if same(found, [np.asarray(value, float) for value in values]):
                yield f"You returned `{name}` as it came in."


def first_difference(found, wanted, inputs, place=None):
    """A sentence on where the results differ first. place: see `exercise.Exercise`."""
    pairs = zip(found, wanted)
    number, (result, right) = next(
        (number, pair) for number, pair in enumerate(pairs, 1) if not close(*pair)
    )
    given, case = inputs[number - 1], f"On test case {number}"
    if place is not None:
        return f"{case} {_first_part(place, result, right, list(given.values()))}"
    given = _described(given)
    yours = f"{case}{f', with {given},' if given else ''} your result"
    if result.ndim == right.ndim == 1 and max(result.size, right.size) <= 8:
        return f"{yours} is {_list(result)}; it should be {_list(right)}."
    if result.shape != right.shape:
        return f"{yours} has the shape {result.shape}; it should be {right.shape}."
    position = tuple(int(i) for i in np.argwhere(unlike(result, right))[0])
    where = f" at {position}" if position else ""
    return f"{yours} is {result[position]:.6g}{where}; it should be {right[position]:.6g}."


def _first_part(place, result, right, arguments):
    """How the sentence goes on where an outcome is put together from several things."""
    if result.shape != right.shape:
        return (
            f"you give {result.size} values in all, where {right.size} are wanted: count the "
            "losses, and look at the shape of the picture."
        )
    first = int(np.flatnonzero(unlike(result, right))[0])
    return (
        f"the first thing that differs is {place(first, arguments)}: {result[first]:.6g}, "
        f"and it should be {right[first]:.6g}."
    )


def _list(values):
    return f"[{', '.join(f'{value:.6g}' for value in values)}]"


def _array(value):
    """A tiny array's values, of any other its shape."""
    if value.size > TINY:
        return f"of the shape {value.shape}"
    values = _list(value.ravel())
    return values if value.ndim == 1 else f"{values} in the shape {value.shape}"


def _described(inputs):
    """The inputs of a case: numbers and short lists, and the shapes of arrays."""
    parts = []
    for name, value in inputs.items():
        if is_number(value):
            parts.append(f"`{name}` {float(value):.4g}")
        elif isinstance(value, np.ndarray):
            parts.append(f"`{name}` {_array(value)}")
        elif isinstance(value, list) and len(repr(value)) < 60:
            parts.append(f"`{name}` {value}")
    return ", ".join(parts)


def on_another_scale(outcome_of, found, inputs, tolerance):
    """A sentence on an argument that is taken 255 times too large or too small; else None.

    outcome_of: `f(position of an argument, factor, number of the case)`, what is right gives so.
    """
    for position, name in enumerate(inputs[0]):
        for factor, done in (255.0, "multiplied"), (1 / 255, "divided"):
            pairs = (  # made one by one
                (outcome, outcome_of(position, factor, number))
                for number, outcome in enumerate(found)
            )
            if all(b is not None and close_to_scale(a, b, tolerance) for a, b in pairs):
                return (
                    f"Your result is what comes out if `{name}` is {done} by 255 before anything "
                    "else: take it as it is."
                )
    return None


@cache
def scaled(function, position, factor):
    """The function, with the arrays in one of its arguments times a factor."""

    def times(part):
        return part * factor if tf.is_tensor(part) and part.shape.rank else part

    def mistaken(*arguments):
        given = tf.nest.map_structure(times, arguments[position])
        return function(*arguments[:position], given, *arguments[position + 1 :])

    return mistaken


def pictures(inputs):
    """The names of the arguments that are pictures or features: of the shape (1, ..., ..., ...)."""
    shapes = {name: [getattr(case[name], "shape", ()) for case in inputs] for name in inputs[0]}
    return [name for name in shapes if all(s[:1] == (1,) and len(s) == 4 for s in shapes[name])]
