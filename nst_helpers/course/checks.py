"""The exercises' checks: have the learner's function run, and say where it goes wrong, and how.

A learner's function that gives the same values as one of the exercise's mistakes has made that
mistake. It runs in a process of its own (`apart`); what it did there comes back as data.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, partial

import numpy as np
import tensorflow as tf

from ..console import wrapped
from . import apart, compare, failures, kept, reading, repair, trial
from .exercises import EXERCISES
from .kept import NOT_BEGUN, NOT_YET, RIGHT
from .plain import decoded, encoded, is_unfilled, numbers

MISTAKEN = 1e-3  # how far rounding may take a known mistake's values
STOPPED = "stopped"  # an exception, or no end
# What a slip in a line can end in. Others, such as a PermissionError, come from elsewhere.
REPAIRED = {"TypeError", "ValueError", "NameError", "AttributeError", "LookupError", "OpError"}


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a learner's function: more of it from one try to the next.

    state: `kept.RIGHT`, `NOT_YET`, `NOT_BEGUN`, or `STOPPED`. first: where to look. second: what
    is wrong. third: what to do, and the line that makes it right, where one was found.
    """

    state: str
    first: str
    second: str = ""
    third: str = ""

    def message(self, tries):
        """What is said at the first, the second or a later try."""
        messages = (self.first, self.second, self.third)[: max(tries, 1)]
        return next(filter(None, reversed(messages)))


def _not_yet(*messages):
    return Verdict(NOT_YET, *(f"Not yet. {message}" for message in messages))


NOT_DONE = Verdict(
    NOT_BEGUN,
    "Not done yet: put your own code in place of each `...` in the cell above, and run both cells.",
)
EMPTY = Verdict(
    NOT_BEGUN,
    "Not done yet: write your own code below the `def` line in the cell above, and run both cells.",
)


def check(name, function):
    """Print what is right or wrong with the learner's function for the exercise `name`.

    The first time that it is wrong, this is where to look; the second time, what is wrong; from
    the third time on, what makes it right. For an exercise whose function the lesson goes on with,
    it returns that function: the learner's own once it is right (it is kept for the next lessons,
    too), and until then the kit's.
    """
    if callable(name) and isinstance(function, str):
        called = getattr(name, "__name__", "your_function")
        print(f"The exercise comes first: `check({function!r}, {called})`.")
        return None
    if not isinstance(name, str) or name not in EXERCISES:
        close = get_close_matches(str(name), EXERCISES, n=1, cutoff=0.3)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are {', '.join(EXERCISES)}."
        print(wrapped(f"There is no exercise {name!r}. {hint}"))
        return None
    exercise = EXERCISES[name]
    tries = kept.tries(name) + 1
    found = verdict(exercise, function, tries)
    print(wrapped(found.message(tries)))
    kept.note(name, NOT_YET if found.state == STOPPED else found.state)
    if not exercise.goes_on:
        return None
    if found.state != RIGHT:
        print("Until it is right, the lesson goes on with the kit's.")
        return exercise.reference
    kept.keep(name, function)
    print("The lesson goes on with yours.")
    others = reading.from_other_cells(function, kept.KNOWN)
    if others and exercise.asked_later:
        missing = ", ".join(f"`{other}`" for other in others)
        uses = f"The next lessons will not have {missing}, which your function uses, and go on with"
        to_do = f"define {missing} inside your function, and run both cells again."
        print(wrapped(f"{uses} the kit's: {to_do}"))
    return function


def yours(*names):
    """The learner's own functions for these exercises, from lessons before, or the kit's.

    One function for one name, else a list. One line says which are whose.
    """
    functions, groups = [], {"Your own": [], "The kit's": []}
    for name in names:
        function, whose = kept.kept(name), "Your own"
        if function is None or verdict(EXERCISES[name], function).state != RIGHT:
            function, whose = EXERCISES[name].reference, "The kit's"
        functions.append(function)
        groups[whose].append(name)
    said = (f"{whose}: {', '.join(group)}." for whose, group in groups.items() if group)
    print(wrapped(" ".join(said)))
    return functions[0] if len(functions) == 1 else functions


def verdict(exercise, function, tries=1):
    """The `Verdict` on a function. Never raises, whatever it does, nor lets it end this process.

    tries: how often it was checked, with this time: a change that makes it right is looked for
    from the third time on.
    """
    if not callable(function):
        message = "Give the function itself, without calling it: its name alone, with no brackets."
        return _not_yet(message)
    tree = reading.tree_of(function)
    if reading.is_empty(tree):
        return EMPTY
    if reading.is_stub(tree):
        return NOT_DONE
    try:
        learner = apart.learner(function, exercise.cases)
        report = learner.ask("run", trial.SECONDS, seconds=trial.SECONDS)
        print(report["printed"], end="")
        found = judged(exercise, tree, report, learner, tries)
        if tree and not learner.ask("computes_only"):
            apart.leave()  # it may have changed the process
        return found
    except apart.Ended as error:
        return _ended(error)


def judged(exercise, tree, report, learner, tries=2):
    """The verdict on what a function did. tree: its `ast.FunctionDef` or `ast.Lambda`, or None.

    report: from `trial.run`. learner: is asked for more (`apart.learner`). Nothing that comes from
    it is more than data.
    """
    cases = [list(map(decoded, case)) for case in _encoded_cases(exercise)]
    names = report["parameters"]
    if not report["fits"]:
        return _not_yet(reading.misfit(names, len(cases[0])))
    inputs = [reading.inputs(names, case) for case in cases]
    failure = next((case["failure"] for case in report["cases"] if "failure" in case), None)
    ran = [case for case in report["cases"] if "value" in case]
    outcomes = [_outcome(exercise, case) for case in ran]
    found, faults = [outcome for outcome, _ in outcomes], [fault for _, fault in outcomes]
    if failure:
        known = None if any(faults) else _known_mistake(exercise, found)
        wanted = _wanted(exercise)[: len(found)]  # of the cases that it came to the end of
        if known and not compare.same(found, wanted):
            evidence = compare.first_difference(found, wanted, inputs, exercise.place)
            return _mistaken(evidence, known)
        return _failed(exercise, tree, failure, compare.pictures(inputs), learner, tries)
    if any(is_unfilled(decoded(case["value"])) for case in ran):
        return NOT_DONE
    if any(faults):
        number, fault = next(pair for pair in enumerate(faults) if pair[1])
        why = ran[number]["value"] is None and reading.why_none(
            tree, lambda: learner.ask("computes_only") and learner.ask("last_line", number)
        )
        return _not_yet(why or fault)
    result = _compared(exercise, tree, found, report, inputs, learner, tries)
    if result.state == RIGHT:
        result = _usable(exercise, tree, learner) or result
    return NOT_DONE if reading.is_unfinished(tree) and result.state != RIGHT else result


def _outcome(exercise, case):
    """What is compared of a case, as an array, and None; or None and what to say of a value
    without it."""
    try:
        outcome = exercise.outcome(decoded(case["value"]), list(map(decoded, case["after"])))
    except (TypeError, ValueError, LookupError, AttributeError):  # made for the right form only
        outcome = None
    if outcome is None:
        return None, exercise.nothing
    try:
        return numbers(outcome), None
    except ValueError as error:
        return None, str(error)


@cache
def _encoded_cases(exercise):
    return [list(map(encoded, case)) for case in apart.fresh(exercise.cases)]


@cache
def _run_of(exercise, function, number):
    """What a function of the kit's own, the reference or a mistake, does in one case."""
    return trial.run(function, [apart.fresh(exercise.cases)[number]], trial.SECONDS)["cases"][0]


@cache
def _outcome_of(exercise, function, number):
    """What is compared of it; None where it stops."""
    case = _run_of(exercise, function, number)
    return _outcome(exercise, case)[0] if "value" in case else None


def _wanted(exercise):
    """What the reference gives in each case."""
    count = len(_encoded_cases(exercise))
    return [_outcome_of(exercise, exercise.reference, number) for number in range(count)]


def _compared(exercise, tree, found, report, inputs, learner, tries):
    """The verdict on a function that ran to its end in all cases."""
    wanted = _wanted(exercise)
    spoiled = _spoiled(exercise, report, inputs)
    if compare.same(found, wanted):
        return _not_yet(spoiled) if spoiled else Verdict(RIGHT, f"Right. {exercise.right}")
    given = reading.parameters(exercise.reference)
    in_another_order = reading.other_order(report["parameters"], given)
    if in_another_order:  # so that no value bears the right name
        return _not_yet(in_another_order)
    change = _change(exercise, tree, learner, tries)
    evidence = compare.first_difference(found, wanted, inputs, exercise.place)
    slip = _joined(reading.always_true(tree), reading.not_kept(tree))
    if slip:  # of Python's: what should be there may be, and have no effect
        return _not_yet(evidence, slip, _joined(slip, change))
    arrays = [name for name, value in inputs[0].items() if isinstance(value, np.ndarray)]
    written = _joined(reading.power(tree), reading.lengths(tree, arrays))
    known = _known_mistake(exercise, found)
    if known:
        return _mistaken(evidence, known, written, change)
    if spoiled:
        return _not_yet(spoiled)
    related = reading.of_the_batch(tree, compare.pictures(inputs))
    if not related and not exercise.place:
        scaled = partial(_with_scaled, exercise)
        related = compare.on_another_scale(scaled, found, inputs, MISTAKEN)
        related = related or compare.named(found, wanted, inputs)
    second = _joined(written, related, reading.unused(tree)) or evidence
    return _not_yet(evidence, second, _joined(second, change))


def _known_mistake(exercise, found):
    """Where to look and what to say of the mistake that gives these values; None for no such."""
    stops = [None] * (len(found) < len(_wanted(exercise)))  # after those, in the same case

    def gives_these(mistake):
        pairs = (  # made one by one: most differ in the first case already
            (outcome, _outcome_of(exercise, mistake, number))
            for number, outcome in enumerate([*found, *stops])
        )
        return all(
            a is b if a is None or b is None else compare.close(a, b, MISTAKEN) for a, b in pairs
        )

    return next((known for mistake, *known in exercise.mistakes if gives_these(mistake)), None)


def _with_scaled(exercise, position, factor, number):
    """What the reference gives in a case with one of its arguments times a factor."""
    return _outcome_of(exercise, compare.scaled(exercise.reference, position, factor), number)


def _mistaken(evidence, known, written="", change=None):
    where, message = known
    first = f"{evidence} Look at {where}."
    wrong, _, to_do = message.partition(": ")
    if written:  # what stands in the source says more exactly what is wrong
        return _not_yet(first, written, _joined(written, to_do[:1].upper() + to_do[1:], change))
    return _not_yet(first, f"{wrong.rstrip('.')}.", _joined(message, change))


def _joined(*sentences):
    return " ".join(filter(None, sentences))


def _change(exercise, tree, learner, tries, limits=(repair.TRIES, repair.LINES)):
    """A sentence on the change with which the function is right: from the third time on."""
    if tries < 3 or tree is None or not learner.ask("computes_only"):
        return None

    def is_right(source):
        for number, right in enumerate(_wanted(exercise)):  # most are wrong in the first already
            report = learner.ask("changed", source, number, limits[1], seconds=apart.EACH)
            case = report["cases"][-1] if report else {}
            if case.get("failure", {}).get("type") == "TooLong":  # by the clock, not by its lines
                raise apart.Ended("the time was over")
            if "value" not in case:
                return False
            outcome, _ = _outcome(exercise, case)
            if outcome is None or not compare.close(outcome, right):
                return False
        return True

    return repair.repaired(tree, is_right, limits[0])


def _spoiled(exercise, report, inputs):
    """A sentence on an argument that the learner's function changed, and the reference does not."""
    for number, before in enumerate(_encoded_cases(exercise)):
        after = report["cases"][number]["after"]
        rightly = _run_of(exercise, exercise.reference, number)["after"]
        for name, *values in zip(inputs[number], before, after, rightly):
            if values[0] == values[2] != values[1]:
                return (
                    f"Your function changes its argument `{name}`, which whoever calls it still "
                    "needs: make a copy, and change that."
                )
    return None


UNLIKE = {  # of a function under a tape, and what is said if it is not what the reference gives
    "value": "inside of `tf.function`, as the lesson calls it, your function gives something else: "
    "it may compute a part of it in Python, only once.",
    "gradients": "the gradient that the tape finds is not: something in your function is rounded, "
    "cut off, or taken for a constant.",
}


def _usable(exercise, tree, learner):
    """What keeps a right function from being used as the lessons use it; None if nothing does.

    They ask the tape for its gradient, by itself and inside of `tf.function`.
    """
    if not exercise.tape_over:
        return None
    number = len(_encoded_cases(exercise)) - 1  # the first may be too small for a gradient
    right = _gradient_of(exercise, number)
    for in_graph in (False, True):
        arguments = number, exercise.tape_over, in_graph, trial.SECONDS
        answer = learner.ask("differentiated", *arguments, seconds=trial.SECONDS)
        fault = failures.of_the_tape(tree, answer, in_graph) or next(
            (UNLIKE[key] for key in UNLIKE if not _alike(answer[key], right[key])), None
        )
        if fault:
            return _not_yet(f"The values are right, but {fault}")
    return None


@cache
def _gradient_of(exercise, number):
    arguments = apart.fresh(exercise.cases)[number]
    return trial.differentiated(
        exercise.reference, arguments, exercise.tape_over, False, trial.SECONDS
    )


def _alike(found, right):
    """Whether two encoded values hold the same numbers, up to rounding."""
    found, right = decoded(found), decoded(right)
    try:
        tf.nest.assert_same_structure(found, right)
        pairs = zip(tf.nest.flatten(found), tf.nest.flatten(right))
        return all(compare.close(numbers(a), numbers(b), MISTAKEN) for a, b in pairs)
    except (TypeError, ValueError):
        return False


def _failed(exercise, tree, failure, pictures, learner, tries):
    """The verdict on a function that stopped with an exception."""
    if "TooLong" in failure["bases"]:
        first = failures.too_long(failure["line"], failure["code"], trial.SECONDS)
        change = _change(exercise, tree, learner, tries, repair.OF_ENDLESS)
        return Verdict(STOPPED, first, "", f"{first} {change}" if change else "")
    if reading.is_unfinished(tree):
        return NOT_DONE
    first, second = failures.described(failure)
    known = (message for part, message in exercise.errors.items() if part in failure["text"])
    in_place = "NoneType" in failure["text"] and reading.changed_in_place(tree)
    shapes = not second and {"OpError", "ValueError"} & set(failure["bases"])
    axes = reading.second_is_axis(tree, failure["line"]) or (
        reading.of_the_batch(tree, pictures) if shapes else None
    )
    second = _joined(next(known, second), reading.power(tree), in_place, axes)
    is_of_operands = failures.OPERANDS.search(failure["text"])  # a list or dict for a number
    can_help = REPAIRED & set(failure["bases"]) and not is_of_operands
    change = _change(exercise, tree, learner, tries) if can_help else None
    second = f"{failures.sentence(first)} {second}" if second else ""
    third = f"{failures.sentence(second or first)} {change}" if change else ""
    return Verdict(STOPPED, first, second, third)


def _ended(error):
    """The verdict on a function that ended the process that it ran in."""
    if error.too_long:
        return Verdict(STOPPED, failures.too_long(error.line, "", trial.SECONDS))
    of_tensorflow = any(sign in str(error) for sign in ("Check failed", "signal 6"))
    shapes = " TensorFlow does so where a tensor has too few or too many axes for an operation: "
    return Verdict(
        STOPPED,
        f"Your function stopped, and ended Python ({error}). It ran in a process of its own, so "
        f"nothing is lost here.{f'{shapes}print the shapes on the way.' if of_tensorflow else ''}",
    )
