"""Going through a run's steps: the bar, the history, and what is said if they end early."""

import sys
from types import SimpleNamespace

import pytest
import tensorflow as tf

from nst_helpers import RunStopped
from nst_helpers.engine.run import to_the_end


def steps(number, end=None, seconds_left=61.0):
    """So many of five steps, and then an error to end them."""
    for step in range(1, number + 1):
        yield SimpleNamespace(
            number=step,
            total=5,
            side=64,
            losses={"total": 12.345 / step, "style": 1.0},
            seconds=step / 7,
            seconds_left=seconds_left,
        )
    if end is not None:
        raise end


def test_the_history_has_a_row_a_step_and_who_watches_sees_each(capsys):
    seen = []
    history, last, message, interrupted = to_the_end(steps(5), 5, False, seen.append)
    assert history[1] == {"step": 2, "side": 64, "total": 6.1725, "style": 1.0, "seconds": 0.286}
    assert [row["step"] for row in history] == [step.number for step in seen] == [1, 2, 3, 4, 5]
    assert last is seen[-1] and message == "" and not interrupted
    assert capsys.readouterr() == ("", "")


def test_the_bar_says_where_the_run_is(capsys):
    to_the_end(steps(5), 5, True, None)
    line = capsys.readouterr().out.split("\r")[-1]
    assert line.startswith("64 px: 100%|") and "| 5/5 steps, 00:0" in line
    assert line.endswith(", 01:01 left, loss 2.47\n")
    to_the_end(steps(5, seconds_left=None), 5, True, None)
    assert "left" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "end, words",
    [
        (KeyboardInterrupt(), "Interrupted after 3 of 5 steps"),
        (RunStopped("No memory is left."), "No memory is left."),
        (tf.errors.InternalError(None, None, "cuDNN"), "after 3 of 5 steps (cuDNN)"),
    ],
)
def test_what_ends_a_run_early_is_said_unless_there_is_no_picture(end, words):
    history, last, message, interrupted = to_the_end(steps(3, end), 5, False, None)
    assert len(history) == last.number == 3 and words in message
    assert interrupted == isinstance(end, KeyboardInterrupt)
    expected = RunStopped if isinstance(end, tf.errors.OpError) else type(end)
    with pytest.raises(expected):
        to_the_end(steps(0, end), 5, False, None)


def test_the_bar_ends_its_line_whatever_ends_the_run(capsys):
    with pytest.raises(ZeroDivisionError) as kept:  # whose traceback would keep the bar alive
        to_the_end(steps(2, ZeroDivisionError()), 5, True, None)
    assert capsys.readouterr().out.endswith("\n") and kept


def test_without_a_standard_output_there_is_no_bar(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert len(to_the_end(steps(5), 5, True, None)[0]) == 5
