import itertools
import re

import pytest
import tensorflow as tf
from notebook_tools import NOTEBOOKS, all_notebooks, code_cells, definitions

from nst_helpers.checks import NOT_DONE, check, verdict
from nst_helpers.exercises import EXERCISES

CORE = {"preprocess", "content loss", "gram matrix", "style loss", "total loss", "gradient step"}
CHECK = re.compile(r'^(?:\w+ = )?check\("(?P<name>[^"]+)", (?P<function>\w+)\)$', re.MULTILINE)


def exercises_of(path):
    """`{exercise's name: learner's function's name}`, from the lesson's `check(...)` lines."""
    return {
        found["name"]: found["function"]
        for source in code_cells(path)
        for found in CHECK.finditer(source)
    }


LESSONS_WITH_EXERCISES = [
    path for path in all_notebooks() if path.parent == NOTEBOOKS and exercises_of(path)
]


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_is_right(name):
    assert verdict(EXERCISES[name], EXERCISES[name].reference) == f"Right. {EXERCISES[name].right}"


MISTAKES = [
    pytest.param(name, mistake, message, id=f"{name}-{message}")
    for name in EXERCISES
    for mistake, message in EXERCISES[name].mistakes
]


@pytest.mark.parametrize("name, mistake, message", MISTAKES)
def test_every_mistake_gets_its_own_message(name, mistake, message):
    assert verdict(EXERCISES[name], mistake) == f"Not yet. {message}"


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_enough_mistakes(name):
    assert len(EXERCISES[name].mistakes) >= (5 if name in CORE else 2)


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize(
    "function", [lambda *_: ..., lambda *_: [..., 1], lambda *_: tf.square(...), lambda *_: 1 + ...]
)
def test_a_stub_is_not_done(name, function):
    if name != "gradient step":  # it returns nothing; its stubs fail in `assign`
        assert verdict(EXERCISES[name], function) == NOT_DONE


@pytest.mark.parametrize("value, said", [(None, EXERCISES["gram matrix"].nothing), (..., NOT_DONE)])
def test_what_is_missing_in_one_case_only_is_missing(value, said):
    exercise = EXERCISES["gram matrix"]
    for right in (0, 1):
        calls = itertools.count()

        def half_done(*arguments, calls=calls, right=right):
            return exercise.reference(*arguments) if next(calls) == right else value

        assert verdict(exercise, half_done) == said


@pytest.mark.parametrize("name", sorted(set(EXERCISES) - {"gradient step"}))
@pytest.mark.parametrize(
    "function, words",
    [
        (lambda *_: None, "return"),
        (lambda *_: "a word", "return"),
        (lambda: 1, "TypeError"),
        (lambda *_: 1 / 0, "ZeroDivisionError.*division by zero"),
        (lambda *_: exit(), "SystemExit"),
        (lambda *arguments: arguments[99], "IndexError"),
        (lambda *_: tf.zeros((2, 3, 4)), "shape|two things"),
        (lambda *_: float("nan"), "nan|shape|two things"),
        (None, "TypeError"),
    ],
)
def test_nothing_crashes_a_check(name, function, words):
    assert re.search(words, verdict(EXERCISES[name], function))


def test_an_unknown_mistake_is_located():
    found = verdict(EXERCISES["content loss of the paper"], lambda f, t: tf.reduce_sum(f) * 0 + 7.5)
    wanted = EXERCISES["content loss of the paper"]
    right = float(wanted.reference(*wanted.cases()[0]))
    assert all(part in found for part in ("Not yet", "case 1", "is 7.5;", f"be {right:.6g}."))


def test_an_unknown_mistake_is_located_in_an_array():
    def mistaken(features):
        gram = EXERCISES["gram matrix"].reference(features).numpy()
        gram[0, 1], gram[1, 0] = 77, 88
        return gram

    assert "is 77 at (0, 1); it should be " in verdict(EXERCISES["gram matrix"], mistaken)


def test_check_prints(capsys):
    check("gradient step", EXERCISES["gradient step"].reference)
    assert capsys.readouterr().out.startswith("Right. ")


@pytest.mark.parametrize(
    "name, function, words",
    [
        ("gram", len, "There is no exercise 'gram'. Did you mean 'gram matrix'?"),
        ("cooking", len, "There is no exercise 'cooking'"),
        (7, len, "There is no exercise 7"),
        ("gradient step", None, "Give the function itself"),
        ("gradient step", lambda: 1, "stopped with TypeError: "),
    ],
)
def test_a_check_that_cannot_begin_says_why(capsys, name, function, words):
    check(name, function)
    said = capsys.readouterr().out
    assert said.startswith(words) or words in said
    assert "checks.py" not in said and "exercise.outcome" not in said


@pytest.mark.parametrize("path", LESSONS_WITH_EXERCISES, ids=lambda path: path.stem)
def test_stubs_are_not_done_and_solutions_are_right(path):
    exercises = exercises_of(path)
    assert exercises
    stubs, solutions = definitions(path), definitions(NOTEBOOKS / "solutions" / path.name)
    for name, function in exercises.items():
        assert verdict(EXERCISES[name], stubs[function]) == NOT_DONE
        assert verdict(EXERCISES[name], solutions[function]).startswith("Right.")


def test_every_exercise_is_in_a_lesson():
    in_lessons = {name for path in LESSONS_WITH_EXERCISES for name in exercises_of(path)}
    assert in_lessons == set(EXERCISES)
