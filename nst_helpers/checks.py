"""The exercises' checks: run the learner's function, and say which mistake it makes.

An exercise (see `exercises/`) is a reference function, a few cases to run it on, and known
mistakes, each a function that makes it. A learner's function that gives the same values as a
mistake has made that mistake.
"""

import traceback
from difflib import get_close_matches

import numpy as np

from . import own, record
from .exercises import EXERCISES

NOT_DONE = (
    "Not done yet: put your own code in place of each `...` in the cell above, and run both cells."
)


def check(name, function):
    """Print what is right or wrong with the learner's function for the exercise `name`.

    For an exercise whose function the lesson goes on with, it returns that function: the learner's
    own once it is right (it is kept for the next lessons, too), and until then the kit's.
    """
    if name not in EXERCISES:
        close = get_close_matches(str(name), EXERCISES, n=1, cutoff=0.3)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are {', '.join(EXERCISES)}."
        print(f"There is no exercise {name!r}. {hint}")
        return None
    exercise = EXERCISES[name]
    if not callable(function):
        said = "Give the function itself, without calling it: its name alone, with no brackets."
    else:
        said = verdict(exercise, function)
    print(said)
    state = record.RIGHT if said.startswith("Right.") else record.NOT_YET
    record.note(name, record.NOT_BEGUN if said == NOT_DONE else state)
    if not exercise.goes_on:
        return None
    if not said.startswith("Right."):
        print("Until it is right, the lesson goes on with the kit's.")
        return exercise.reference
    own.keep(name, function)
    print("The lesson goes on with yours.")
    return function


def yours(*names):
    """The learner's own functions for these exercises, from lessons before, or the kit's.

    One function for one name, else a list. One line says which are whose.
    """
    functions, of_the_kit = [], []
    for name in names:
        function = own.kept(name)
        if function is None or not verdict(EXERCISES[name], function).startswith("Right."):
            function = EXERCISES[name].reference
            of_the_kit.append(name)
        functions.append(function)
    mine = [name for name in names if name not in of_the_kit]
    lines = {"Your own": mine, "The kit's": of_the_kit}
    print(" ".join(f"{whose}: {', '.join(those)}." for whose, those in lines.items() if those))
    return functions[0] if len(functions) == 1 else functions


def verdict(exercise, function):
    """One or two sentences on the learner's function. Never raises, whatever the function does."""
    try:
        found = _outcomes(exercise, function)
    except (Exception, SystemExit) as error:  # whatever it raises is for the learner to read
        if "ellipsis" in str(error).lower():
            return NOT_DONE
        known = (said for words, said in exercise.errors.items() if words in str(error))
        return next((f"Not yet. {said}" for said in known), _where_it_stopped(function, error))
    if any(value is Ellipsis for value in found):
        return NOT_DONE
    if any(value is None for value in found):
        return exercise.nothing
    wanted = _outcomes(exercise, exercise.reference)
    if _same(found, wanted):
        return f"Right. {exercise.right}"
    for mistake, message in exercise.mistakes:
        if _same(found, _outcomes(exercise, mistake)):
            return f"Not yet. {message}"
    return _first_difference(found, wanted)


def _outcomes(exercise, function):
    cases = exercise.cases()
    return [_array(exercise.outcome(function(*arguments), arguments)) for arguments in cases]


def _array(value):
    """The value as an array of floats; `...` as it is; None for what is neither."""
    if value is Ellipsis or value is None:
        return value
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        return Ellipsis if "ellipsis" in str(error).lower() else None


def _where_it_stopped(function, error):
    lines = traceback.extract_tb(error.__traceback__)
    own = [line for line in lines if line.name == getattr(function, "__name__", "")]
    where = f" in line {own[-1].lineno}, `{own[-1].line}`" if own else ""
    return f"Your function stopped with {type(error).__name__}{where}: {error}"


def _close(one, other):
    return np.isclose(one, other, rtol=1e-4, atol=1e-6)


def _same(found, wanted):
    return all(
        one.shape == other.shape and _close(one, other).all()
        for one, other in zip(found, wanted, strict=True)
    )


def _first_difference(found, wanted):
    for number, (one, other) in enumerate(zip(found, wanted, strict=True), 1):
        result = f"Not yet. On test case {number} your result"
        if one.shape != other.shape:
            return f"{result} has the shape {one.shape}; it should be {other.shape}."
        if not _close(one, other).all():
            position = tuple(int(i) for i in np.argwhere(~_close(one, other))[0])
            where = f" at {position}" if position else ""
            return f"{result} is {one[position]:.6g}{where}; it should be {other[position]:.6g}."
    raise AssertionError("called with equal values")
