"""The exercises' checks: run the learner's function, and say which mistake it makes.

An exercise (see `exercises/`) is a reference function, a few cases to run it on, and known
mistakes, each a function that makes it. A learner's function that gives the same values as a
mistake has made that mistake.
"""

from difflib import get_close_matches

import numpy as np
import tensorflow as tf

from . import attempt, differences, failures, own, reading, record, relations, repair
from .exercises import EXERCISES

NOT_DONE = (
    "Not done yet: put your own code in place of each `...` in the cell above, and run both cells."
)
MISTAKEN = 1e-3  # how far rounding may take a known mistake's values
# What a slip in a line can end in. Others, such as a PermissionError, come from elsewhere.
REPAIRED = TypeError, ValueError, NameError, AttributeError, LookupError, tf.errors.OpError
NO_FUNCTION = (
    "Not yet. Give the function itself, without calling it: its name alone, with no brackets."
)


def check(name, function):
    """Print what is right or wrong with the learner's function for the exercise `name`.

    For an exercise whose function the lesson goes on with, it returns that function: the learner's
    own once it is right (it is kept for the next lessons, too), and until then the kit's.
    """
    if callable(name) and isinstance(function, str):
        called = getattr(name, "__name__", "your_function")
        print(f"The exercise comes first: `check({function!r}, {called})`.")
        return None
    if not isinstance(name, str) or name not in EXERCISES:
        close = get_close_matches(str(name), EXERCISES, n=1, cutoff=0.3)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are {', '.join(EXERCISES)}."
        print(f"There is no exercise {name!r}. {hint}")
        return None
    exercise = EXERCISES[name]
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
    if not callable(function):
        return NO_FUNCTION
    cases = exercise.cases()
    misfit = reading.misfit(function, len(cases[0]))
    if misfit:
        return f"Not yet. {misfit}"
    tree = reading.tree_of(function)
    try:
        with attempt.limited():
            runs = attempt.runs_of(function, cases)
    except attempt.TooLong as error:
        said = failures.too_long(function, error, attempt.SECONDS)
        return _with_change(said, exercise, function, tree, repair.EACH_OF_ENDLESS)
    except (Exception, SystemExit) as error:  # whatever it raises is for the learner to read
        if reading.is_unfinished(tree):
            return NOT_DONE
        known = (said for words, said in exercise.errors.items() if words in str(error))
        return next((f"Not yet. {said}" for said in known), None) or _stopped(
            exercise, function, tree, error
        )
    if any(attempt.is_unfilled(run.value) for run in runs):
        return NOT_DONE
    said = _judged(exercise, function, tree, cases, runs)
    return NOT_DONE if reading.is_unfinished(tree) and not said.startswith("Right.") else said


def _stopped(exercise, function, tree, error):
    said = " ".join(filter(None, [failures.told(function, error), reading.power(tree)]))
    if not isinstance(error, REPAIRED) or failures.is_of_operands(error):
        return said
    return _with_change(said, exercise, function, tree)


def _with_change(said, exercise, function, tree, each=repair.EACH):
    """What is said of a function that did not end by itself, and the change that would help."""
    wanted = _outcomes_of(exercise, exercise.reference)
    change = _repaired(exercise, function, tree, wanted, each)
    return f"{said.rstrip('.')}. {change}".replace("?.", "?") if change else said


def _judged(exercise, function, tree, cases, runs):
    """The verdict on a function that ran to its end in all cases."""
    found = []
    for number, (run, arguments) in enumerate(zip(runs, cases, strict=True)):
        try:
            value = exercise.outcome(run.value, arguments)
        except (Exception, SystemExit):  # it is made for what has the right form
            value = None
        if value is None:
            why = run.value is None and reading.why_none(function, tree, exercise.cases()[number])
            return f"Not yet. {why or exercise.nothing}"
        try:
            found.append(attempt.numbers(value))
        except ValueError as error:
            return f"Not yet. {error}"
    by_reference = attempt.runs_of(exercise.reference, again := exercise.cases())
    wanted = _outcomes(exercise, by_reference, again)
    spoiled = _spoiled(function, runs, by_reference)
    if _same(found, wanted):
        return f"Not yet. {spoiled}" if spoiled else f"Right. {exercise.right}"
    inputs = [reading.inputs(function, run.before) for run in runs]
    tensors = [name for name, value in inputs[0].items() if isinstance(value, np.ndarray)]
    for mistake, _, message in exercise.mistakes:
        if _same(found, _outcomes_of(exercise, mistake), MISTAKEN):
            return " ".join(filter(None, ["Not yet.", message, reading.lengths(tree, tensors)]))
    if spoiled:
        return f"Not yet. {spoiled}"
    change = _repaired(exercise, function, tree, wanted)
    if exercise.place:
        said = [differences.first_part(exercise.place, found, wanted, runs), change]
    else:
        said = [
            relations.named(found, wanted, inputs),
            reading.power(tree),
            reading.lengths(tree, tensors),
            reading.unused(tree),
            differences.first_difference(found, wanted, inputs),
            change,
        ]
    return f"Not yet. {' '.join(filter(None, said))}"


def _repaired(exercise, function, tree, wanted, each=repair.EACH):
    """A sentence on the change with which the function is right, if one is found."""

    def is_right(other):
        cases = exercise.cases()
        for number, arguments in enumerate(cases):  # most are wrong in the first case already
            found = _outcomes(exercise, attempt.runs_of(other, [arguments]), [arguments])
            if not _same(found, [wanted[number]]):
                return False
        return True

    return repair.repaired(function, tree, is_right, each)


def _spoiled(function, runs, by_reference):
    """A sentence on an argument that the learner's function changed, and the reference does not."""
    for run, right in zip(runs, by_reference, strict=True):
        for number in sorted(attempt.changed(run) - attempt.changed(right)):
            name = f" `{list(reading.inputs(function, run.before))[number]}`"
            return (
                f"Your function changes its argument{name}, which whoever calls it still needs: "
                "make a copy, and change that."
            )
    return None


def _outcomes_of(exercise, function):
    cases = exercise.cases()
    return _outcomes(exercise, attempt.runs_of(function, cases), cases)


def _outcomes(exercise, runs, cases):
    pairs = zip(runs, cases, strict=True)
    return [attempt.numbers(exercise.outcome(run.value, arguments)) for run, arguments in pairs]


def _same(found, wanted, rounding=relations.ROUNDING):
    pairs = zip(found, wanted, strict=True)
    return all(relations.close(one, other, rounding) for one, other in pairs)
