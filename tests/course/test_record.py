import json

import pytest

from nst_helpers import check, progress
from nst_helpers.course import kept
from nst_helpers.course.exercises import EXERCISES

GRAM, EINSUM = "gram matrix", "gram matrix by einsum"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_exercise_is_in_one_lesson():
    named = [exercise for exercises in kept.LESSONS.values() for exercise in exercises]
    assert sorted(named) == sorted(EXERCISES)


def test_what_the_checks_said_last_is_shown(capsys):
    check(GRAM, lambda features: features * 0)
    check(EINSUM, EXERCISES[EINSUM].reference)
    check("style loss", lambda *_: ...)
    check("slope", EXERCISES["slope"].reference)
    capsys.readouterr()
    progress(3)
    assert capsys.readouterr().out == (
        "Lesson 03: 1 of 4 right\n"
        "  not begun  correlation of two channels\n"
        "  not yet    gram matrix\n"
        "  right      gram matrix by einsum\n"
        "  not begun  style loss\n"
        "Other lessons: 01: 0 of 4, 02: 0 of 4, 04: 0 of 4, 05: 1 of 5, 07: 0 of 4\n"
    )
    check(GRAM, EXERCISES[GRAM].reference)
    check(EINSUM, lambda *_: 1)
    capsys.readouterr()
    progress()
    said = capsys.readouterr().out
    assert "  right      gram matrix\n" in said and "  not yet    gram matrix by einsum" in said
    assert "Other" not in said
    assert {line[13:] for line in said.splitlines() if line.startswith(" ")} == set(EXERCISES)


@pytest.mark.parametrize("lesson", [5, "05", "5"])
def test_a_lesson_is_named_by_its_number(capsys, lesson):
    progress(lesson)
    assert capsys.readouterr().out.startswith("Lesson 05: 0 of 5 right\n")


@pytest.mark.parametrize("lesson", [0, 9, "three", ""])
def test_a_lesson_without_exercises_is_said(capsys, lesson):
    progress(lesson)
    assert capsys.readouterr().out == "There are exercises in lessons 1, 2, 3, 4, 5, 7 only.\n"


@pytest.mark.parametrize(
    "text",
    ["", "[1]", "7", "{", '{"slope": ["right"]}', '{"slope": "splendid"}', "\xff", "[" * 10**6],
)
def test_a_file_changed_by_hand_is_no_fault(folder, capsys, text):
    (folder / kept.PROGRESS).write_bytes(text.encode("latin-1"))
    progress(5)
    assert "0 of 5 right" in capsys.readouterr().out
    check("slope", EXERCISES["slope"].reference)
    assert json.loads((folder / kept.PROGRESS).read_text()) == {"slope": "right"}


def test_a_folder_that_cannot_be_written_does_not_matter(folder, capsys):
    (folder / kept.PROGRESS).mkdir()
    check("slope", EXERCISES["slope"].reference)
    assert capsys.readouterr().out.startswith("Right. ")
    progress(5)
    assert "0 of 5 right" in capsys.readouterr().out
