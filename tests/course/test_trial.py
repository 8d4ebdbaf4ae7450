"""A learner's function as it is run and differentiated, here without a process of its own."""

import os

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers.course import apart, trial
from nst_helpers.course.plain import decoded, numbers

F, T = tf.constant([1.0, 2.0]), tf.constant([0.0, 0.5])


def differentiated(function, in_graph, over=(0,)):
    return trial.differentiated(function, [F, T], over, in_graph, 10.0)


@pytest.mark.parametrize("in_graph", [False, True])
def test_the_gradient_is_that_of_the_sum_of_squares(in_graph):
    """Of f · t: of the sum of (f t)² by f it is 2 f t², (0, 1), and by t it is 2 t f², (0, 4)."""
    found = differentiated(lambda f, t: f * t, in_graph, (0, 1))
    np.testing.assert_allclose(numbers(decoded(found["value"])), [0, 1])
    by_f, by_t = (numbers(values) for values in decoded(found["gradients"]))
    np.testing.assert_allclose(by_f, [0, 1])
    np.testing.assert_allclose(by_t, [0, 4])


def test_in_a_graph_is_in_a_graph():
    def in_which(f, t):
        return tf.constant(0.0 if tf.executing_eagerly() else 1.0)

    assert [float(decoded(differentiated(in_which, g)["value"])) for g in (False, True)] == [0, 1]


@pytest.mark.parametrize("in_graph", [False, True])
def test_what_is_no_tensor_has_no_gradient(in_graph):
    assert differentiated(lambda f, t: 0.5, in_graph).keys() == {"value"}
    failure = differentiated(lambda f, t: f["a"], in_graph)["failure"]
    assert "Error" in failure["type"]


def test_after_a_failure_no_other_case_is_run():
    def once(number):
        return 1 / number

    report = trial.run(once, [[1.0], [0.0], [2.0]], 10.0)
    assert [set(case) for case in report["cases"]] == [{"value", "after"}, {"failure"}]
    assert report["cases"][1]["failure"]["type"] == "ZeroDivisionError"


def test_what_is_printed_is_cut_at_a_length():
    report = trial.run(lambda: [print("a" * 12_000) for _ in range(3)] and 1.0, [[]] * 2, 10.0)
    assert len(report["printed"]) == trial.PRINTED


def test_a_change_is_ended_after_so_many_lines_on_any_machine():
    source = "def mine(n):\n    while n:\n        n = n - 1\n    return n"
    function = trial.changed(lambda n: n, source)
    assert trial.counted(function, 8)(3) == 0
    failure = trial.run(trial.counted(function, 7), [[3]], 600.0)["cases"][0]["failure"]
    assert failure["type"] == "TooManyLines"


class OfTheLearner:
    pass


@pytest.mark.parametrize(
    ("value", "harmless"),
    [
        (np, True), (tf.nn, True), (pytest, False), (np.float32, True), (tf.Variable, True),
        (dict, True), (OfTheLearner, False), (OfTheLearner(), False), (np.square, True),
        (tf.square, True), ([].append, False), (3, True), ("text", True), ([1], True),
        (np.ones(2), True), (F, True), (open, False),
    ],
)  # fmt: skip
def test_what_a_function_may_reach_for(value, harmless):
    assert trial._is_harmless(value, set()) == harmless


@pytest.mark.skipif(apart.INSIDE in os.environ, reason="in such a process")
def test_a_process_that_is_left_has_ended():
    learner = apart.Apart(lambda f: f, lambda: [])
    process = apart._running[0].process
    apart.leave()
    assert process.poll() is not None and apart._running[0].process is not process
    assert learner
