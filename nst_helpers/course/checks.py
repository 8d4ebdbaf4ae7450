"""The exercises' checks: have the learner's function run, and say where it goes wrong, and how.

An exercise (see `exercises/`) is a reference function, a few cases to run it on, and known
mistakes, each a function that makes it. A learner's function that gives the same values as a
mistake has made that mistake. It runs in a process of its own (`apart`); what it did there comes
back as data, and is judged here.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import numpy as np

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

    def told(self, tries):
        """The words for the first, the second or a later try."""
        told = (self.first, self.second, self.third)[: max(tries, 1)]
        return next(words for words in reversed(told) if words)


NOT_DONE = Verdict(
    NOT_BEGUN,
    "Not done yet: put your own code in place of each `...` in the cell above, and run both cells.",
)
NO_FUNCTION = Verdict(
    NOT_YET,
    "Not yet. Give the function itself, without calling it: its name alone, with no brackets.",
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
        print(f"There is no exercise {name!r}. {hint}")
        return None
    exercise = EXERCISES[name]
    tries = kept.tries(name) + 1
    found = verdict(exercise, function, tries)
    print(found.told(tries))
    kept.note(name, NOT_YET if found.state == STOPPED else found.state)
    if not exercise.goes_on:
        return None
    if found.state != RIGHT:
        print("Until it is right, the lesson goes on with the kit's.")
        return exercise.reference
    kept.keep(name, function)
    print("The lesson goes on with yours.")
    return function


def yours(*names):
    """The learner's own functions for these exercises, from lessons before, or the kit's.

    One function for one name, else a list. One line says which are whose.
    """
    functions, of_the_kit = [], []
    for name in names:
        function = kept.kept(name)
        if function is None or verdict(EXERCISES[name], function).state != RIGHT:
            function = EXERCISES[name].reference
            of_the_kit.append(name)
        functions.append(function)
    mine = [name for name in names if name not in of_the_kit]
    lines = {"Your own": mine, "The kit's": of_the_kit}
    print(" ".join(f"{whose}: {', '.join(those)}." for whose, those in lines.items() if those))
    return functions[0] if len(functions) == 1 else functions


def verdict(exercise, function, tries=1):
    """The `Verdict` on a function. Never raises, whatever it does, nor lets it end this process.

    tries: how often it was checked, with this time: a change that makes it right is looked for
    from the third time on.
    """
    if not callable(function):
        return NO_FUNCTION
    tree = reading.tree_of(function)
    if reading.is_stub(tree):
        return NOT_DONE
    try:
        learner = apart.learner(function, exercise.cases)
        told = learner.ask("run", trial.SECONDS, seconds=trial.SECONDS)
        print(told["printed"], end="")
        found = judged(exercise, tree, told, learner, tries)
        if tree and not learner.ask("computes_only"):
            apart.leave()  # it may have changed the process
        return found
    except apart.Ended as error:
        return _ended(error)


def judged(exercise, tree, told, learner, tries=2, in_graph=(False, True)):
    """The verdict on what a function did. tree: its `ast.FunctionDef` or `ast.Lambda`, or None.

    told: from `trial.run`. in_graph: how the tape is asked for a right function's gradient; the
    first graph of a process takes a second. learner: is asked for more (`apart.learner`). Nothing
    that comes from it is more than data.
    """
    cases = [list(map(decoded, case)) for case in _encoded_cases(exercise.cases)]
    if not told["fits"]:
        return Verdict(NOT_YET, f"Not yet. {reading.misfit(told['parameters'], len(cases[0]))}")
    inputs = [reading.inputs(told["parameters"], case) for case in cases]
    failure = next((case["failure"] for case in told["cases"] if "failure" in case), None)
    ran = [case for case in told["cases"] if "value" in case]
    runs = [(decoded(case["value"]), list(map(decoded, case["after"]))) for case in ran]
    if failure:
        before = [_outcome(exercise, *run)[0] for run in runs]
        known = _known_mistake(exercise, before)
        if known and not _same(before, _wanted(exercise)[: len(before)]):
            return _mistaken(exercise, before, inputs, known)
        return _failed(exercise, tree, failure, learner, tries)
    if any(is_unfilled(value) for value, _ in runs):
        return NOT_DONE
    found = []
    for number, (value, after) in enumerate(runs):
        outcome, fault = _outcome(exercise, value, after)
        if fault:
            why = value is None and reading.why_none(
                tree, lambda number=number: _again(learner, "last_line", number)
            )
            return Verdict(NOT_YET, f"Not yet. {why or fault}")
        found.append(outcome)
    said = _compared(exercise, tree, found, told, inputs, learner, tries)
    if said.state == RIGHT:
        said = _usable(exercise, tree, learner, in_graph) or said
    return NOT_DONE if reading.is_unfinished(tree) and said.state != RIGHT else said


def _again(learner, name, *arguments):
    """Ask for what calls the function once more, if it is one that only computes."""
    return learner.ask(name, *arguments) if learner.ask("computes_only") else None


def _outcome(exercise, value, after):
    """What is compared, as an array, and None; or None and what to say of a value without it."""
    try:
        outcome = exercise.outcome(value, after)
    except (TypeError, ValueError, LookupError, AttributeError):  # made for the right form only
        outcome = None
    if outcome is None:
        return None, exercise.nothing
    try:
        return numbers(outcome), None
    except ValueError as error:
        return None, str(error)


@cache
def _encoded_cases(cases):
    return [list(map(encoded, case)) for case in apart.fresh(cases)]


@cache
def _run_of(cases, function, number):
    """What a function of the kit's own, the reference or a mistake, does in one case."""
    return trial.run(function, [apart.fresh(cases)[number]], trial.SECONDS)["cases"][0]


@cache
def _outcome_of(cases, outcome, function, number):
    """What is compared of it; None where it stops."""
    case = _run_of(cases, function, number)
    if "value" not in case:
        return None
    return numbers(outcome(decoded(case["value"]), list(map(decoded, case["after"]))))


def _wanted(exercise):
    """What the reference gives in each case."""
    known = exercise.cases, exercise.outcome, exercise.reference
    return [_outcome_of(*known, number) for number in range(len(_encoded_cases(exercise.cases)))]


def _compared(exercise, tree, found, told, inputs, learner, tries):
    """The verdict on a function that ran to its end in all cases."""
    wanted = _wanted(exercise)
    spoiled = _spoiled(exercise, told, inputs)
    if _same(found, wanted):
        if spoiled:
            return Verdict(NOT_YET, f"Not yet. {spoiled}")
        return Verdict(RIGHT, f"Right. {exercise.right}")
    change = _change(exercise, tree, learner, tries)
    arrays = [name for name, value in inputs[0].items() if isinstance(value, np.ndarray)]
    given = reading.parameters(exercise.reference)
    written = [
        reading.other_order(told["parameters"], given),
        reading.power(tree),
        reading.lengths(tree, arrays),
    ]
    known = _known_mistake(exercise, found)
    if known:
        return _mistaken(exercise, found, inputs, known, written, change)
    if spoiled:
        return Verdict(NOT_YET, f"Not yet. {spoiled}")
    related = None if exercise.place else compare.named(found, wanted, inputs)
    second = [related, *written, reading.unused(tree)]
    evidence = _evidence(exercise, found, inputs)
    if not any(second):
        second = [evidence]
    return _not_yet([evidence], second, [*second, change])


def _known_mistake(exercise, found):
    """Where to look and what to say of the mistake that gives these values; None for no such."""
    stops = [None] * (len(found) < len(_wanted(exercise)))  # after those, in the same case

    def gives_these(mistake):
        for number, mine in enumerate([*found, *stops]):  # most differ in the first case already
            its = _outcome_of(exercise.cases, exercise.outcome, mistake, number)
            if mine is None or its is None:
                if mine is not its:
                    return False
            elif not compare.close(mine, its, MISTAKEN):
                return False
        return True

    return next((known for mistake, *known in exercise.mistakes if gives_these(mistake)), None)


def _mistaken(exercise, found, inputs, known, written=(), change=None):
    where, message = known
    first = [_evidence(exercise, found, inputs), f"Look at {where}."]
    wrong, _, to_do = message.partition(": ")
    if any(written):  # what stands in the source says more exactly what is wrong
        return _not_yet(first, written, [*written, to_do[:1].upper() + to_do[1:], change])
    return _not_yet(first, [f"{wrong.rstrip('.')}."], [message, change])


def _evidence(exercise, found, inputs):
    """The first difference, among the cases that the function came to the end of."""
    wanted = _wanted(exercise)[: len(found)]
    if exercise.place:
        return compare.first_part(exercise.place, found, wanted, inputs[: len(found)])
    return compare.first_difference(found, wanted, inputs)


def _not_yet(first, second, third):
    parts = [" ".join(filter(None, part)) for part in (first, second, third)]
    return Verdict(NOT_YET, *(f"Not yet. {part}" for part in parts))


def _change(exercise, tree, learner, tries, each=repair.EACH):
    """A sentence on the change with which the function is right: from the third time on."""
    if tries < 3 or tree is None or not learner.ask("computes_only"):
        return None
    wanted = _wanted(exercise)

    def is_right(source):
        for number in range(len(wanted)):  # most are wrong in the first case already
            told = learner.ask("changed", source, number, each, seconds=each)
            if not told or "value" not in told["cases"][-1]:
                return False
            value, after = told["cases"][-1]["value"], told["cases"][-1]["after"]
            outcome, _ = _outcome(exercise, decoded(value), list(map(decoded, after)))
            if outcome is None or not _same([outcome], [wanted[number]]):
                return False
        return True

    return repair.repaired(tree, is_right)


def _spoiled(exercise, told, inputs):
    """A sentence on an argument that the learner's function changed, and the reference does not."""
    cases = range(len(inputs))
    by_reference = [_run_of(exercise.cases, exercise.reference, number) for number in cases]
    before = _encoded_cases(exercise.cases)
    for one, right, given, names in zip(told["cases"], by_reference, before, inputs):
        for after, rightly, at_first, name in zip(one["after"], right["after"], given, names):
            if after != at_first == rightly:
                return (
                    f"Your function changes its argument `{name}`, which whoever calls it still "
                    "needs: make a copy, and change that."
                )
    return None


def _usable(exercise, tree, learner, in_graph):
    """What keeps a right function from being used as the lessons use it; None if nothing does.

    They ask the tape for its gradient, by itself and inside of `tf.function`.
    """
    number = (
        len(_encoded_cases(exercise.cases)) - 1
    )  # the first one may be too small to tell gradients apart
    for graph in in_graph if exercise.tape_over else ():
        arguments = number, exercise.tape_over, graph
        told = learner.ask("differentiated", *arguments, trial.SECONDS, seconds=trial.SECONDS)
        right = _gradient_of(exercise.reference, exercise.cases, number, exercise.tape_over)
        fault = failures.of_the_tape(tree, told, graph)
        if not fault and not _alike(told["value"], right["value"]):
            fault = (
                "inside of `tf.function`, as the lesson calls it, your function gives something "
                "else: it may compute a part of it in Python, only once."
            )
        if not fault and not _alike(told["gradients"], right["gradients"]):
            fault = (
                "the gradient that the tape finds is not: something in your function is rounded, "
                "cut off, or taken for a constant."
            )
        if fault:
            return Verdict(NOT_YET, f"Not yet. The values are right, but {fault}")
    return None


@cache
def _gradient_of(reference, cases, number, over):
    return trial.differentiated(reference, apart.fresh(cases)[number], over, False)


def _alike(one, other):
    """Whether two encoded values hold the same numbers, up to rounding."""
    one, other = decoded(one), decoded(other)
    if isinstance(other, dict):
        keys = isinstance(one, dict) and one.keys() == other.keys()
        return keys and all(_alike(encoded(one[key]), encoded(other[key])) for key in other)
    if isinstance(other, list):
        pairs = isinstance(one, list) and len(one) == len(other)
        return pairs and all(_alike(encoded(a), encoded(b)) for a, b in zip(one, other))
    try:
        return compare.close(numbers(one), numbers(other), MISTAKEN)
    except ValueError:
        return False


def _failed(exercise, tree, failure, learner, tries):
    """The verdict on a function that stopped with an exception."""
    if "TooLong" in failure["bases"]:
        first = failures.too_long(failure["line"], failure["code"], trial.SECONDS)
        change = _change(exercise, tree, learner, tries, repair.EACH_OF_ENDLESS)
        return Verdict(STOPPED, first, "", f"{first} {change}" if change else "")
    if reading.is_unfinished(tree):
        return NOT_DONE
    first, second = failures.told(failure)
    known = (said for words, said in exercise.errors.items() if words in failure["text"])
    second = " ".join(filter(None, [next(known, second), reading.power(tree)]))
    can_help = REPAIRED & set(failure["bases"]) and not failures.is_of_operands(failure)
    change = _change(exercise, tree, learner, tries) if can_help else None
    second = f"{failures.sentence(first)} {second}" if second else ""
    third = f"{failures.sentence(second or first)} {change}" if change else ""
    return Verdict(STOPPED, first, second, third)


def _ended(error):
    """The verdict on a function that ended the process that it ran in."""
    if error.too_long:
        return Verdict(STOPPED, failures.too_long(error.line, "", trial.SECONDS))
    of_tensorflow = any(words in str(error) for words in ("Check failed", "signal 6"))
    shapes = " TensorFlow does so where a tensor has too few or too many axes for an operation: "
    return Verdict(
        STOPPED,
        f"Your function stopped, and ended Python ({error}). It ran in a process of its own, so "
        f"nothing is lost here.{f'{shapes}print the shapes on the way.' if of_tensorflow else ''}",
    )


def _same(found, wanted, rounding=compare.ROUNDING):
    pairs = zip(found, wanted)
    return len(found) == len(wanted) and all(compare.close(*pair, rounding) for pair in pairs)
