"""Predictions: asked in a notebook, kept and counted; and what stands in their files."""

import json
import re

import pytest

from nst_helpers import KitError, check, predict, progress
from nst_helpers.course import EXERCISES, by_lesson, prediction

TWO = """
["a mirrored photo"]
question = "Is it *near* in `block5_conv1`?"
answers = ["Yes & very", "No, in `block1`"]
right = 2
outcome = "No: positions count."

["a moved photo"]
question = "And moved?"
answers = ["Yes", "No", "Both"]
right = 1
outcome = "Yes."
"""
THIRD = '["noise"]\nquestion = "?"\nanswers = ["a", "b"]\nright = 1\noutcome = "a"\n'
KEPT = "my_progress.json"
WRITTEN = [(key, one) for lesson in by_lesson().values() for key, one in lesson.items()]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two lessons with predictions, and an empty folder to keep the choices in."""
    files, own = tmp_path / "files", tmp_path / "own"
    files.mkdir()
    own.mkdir()
    (files / "lesson_03.toml").write_text(TWO)
    (files / "lesson_07.toml").write_text(THIRD)
    monkeypatch.setattr("nst_helpers.course.predictions.FOLDER", files)
    monkeypatch.chdir(own)
    return tmp_path


@pytest.fixture
def choose(folder, monkeypatch):
    """Asks for a prediction, and presses a button."""
    from nst_helpers.widgets import ask

    shown = []
    monkeypatch.setattr(
        "nst_helpers.course.predictions.asking.ask", lambda **texts: shown.append(ask(**texts))
    )

    def press(key, number):
        predict(key)
        shown[-1].buttons[number - 1].click()

    return press


def test_the_first_choice_is_kept_beside_the_exercises(choose):
    check("slope", EXERCISES["slope"].reference)
    choose("a mirrored photo", 1)
    choose("a mirrored photo", 2)  # after the outcome was seen
    check("scaled", lambda *_: 1)
    choose("a moved photo", 1)
    held = json.loads(open(KEPT).read())
    assert held["predictions"] == {"a mirrored photo": "Yes & very", "a moved photo": "Yes"}
    assert held["slope"] == "right"


def test_an_answer_that_is_no_longer_offered_is_replaced(choose, capsys):
    with open(KEPT, "w") as file:
        json.dump({"predictions": {"a moved photo": "Perhaps", "noise": ["a"], "gone": "x"}}, file)
    progress(3)
    assert "\nPredictions of lesson 03: 0 of 2 made, 0 right\n" in capsys.readouterr().out
    choose("a moved photo", 1)
    held = json.loads(open(KEPT).read())["predictions"]
    assert held == {"a moved photo": "Yes", "noise": ["a"], "gone": "x"}


def test_progress_counts_them_in_a_line_below_the_exercises(choose, capsys):
    choose("a mirrored photo", 1)
    progress(3)
    assert "lesson 03: 1 of 2 made, 0 right\n" in capsys.readouterr().out
    choose("a moved photo", 1)
    capsys.readouterr()
    progress(3)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Lesson 03: 0 of 3 right"
    assert lines[4] == "Predictions of lesson 03: 2 of 2 made, 1 right"
    assert lines[5].startswith("Other lessons: 01: 0 of 4, 02")
    progress(7)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Predictions of lesson 07: 0 of 1 made, 0 right"
    assert lines[1].startswith("Other lessons: 01: 0 of 4, 02")
    progress(2)
    assert "rediction" not in capsys.readouterr().out
    progress()
    assert capsys.readouterr().out.count("Predictions of lesson 0") == 2
    progress(12)
    assert capsys.readouterr().out == (
        "There are exercises or predictions in lessons 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 only.\n"
    )


@pytest.mark.parametrize(
    "key, hint",
    [("a mirored photo", "did you mean 'a mirrored photo'?"), (7, "give the key"), ("", "give")],
)
def test_an_unknown_key_gets_a_sentence(folder, key, hint):
    with pytest.raises(KitError, match=f"There is no prediction {key!r}; ") as error:
        predict(key)
    assert hint in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        THIRD.replace("right = 1", "right = 3"),
        THIRD.replace('"b"', '"b", "c", "d", "e"'),
        THIRD.replace("right = 1\n", ""),
        THIRD.replace("right = 1", "write = 1"),
        THIRD.replace("right = 1", 'right = "a"'),
        "noise = 3",
        "[noise",
    ],
)
def test_a_broken_file_gets_a_sentence(folder, text):
    (folder / "files" / "lesson_07.toml").write_text(text)
    with pytest.raises(KitError, match=r"lesson_07\.toml.* cannot be used \(.*\): install") as said:
        predict("a moved photo")
    assert "[noise" == text or "'noise'" in str(said.value)


# What stands in the package.


@pytest.mark.parametrize("key, found", WRITTEN, ids=[key for key, _ in WRITTEN])
def test_a_prediction_is_complete(key, found):
    assert prediction(key) == found
    assert found.question.endswith("?") and len(set(found.answers)) == len(found.answers)
    for text in (key, found.question, *found.answers, found.outcome):
        assert text.strip() == text and len(text) > 1 and "\n" not in text
        assert text.count("`") % 2 == 0 and "$" not in text and "](" not in text and "<" not in text
    assert 1 <= len(re.findall(r"[.!?](?= [A-Z`*]|$)", found.outcome)) <= 3
