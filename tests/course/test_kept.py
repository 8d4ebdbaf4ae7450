"""What checks keep: right functions for the next lessons, and how far a learner has come."""

import inspect
import json

import numpy as np
import pytest
import tensorflow as tf
from notebook_tools import NOTEBOOKS, code_cells, folded_answers
from test_checks import of_cell

from nst_helpers import check, content_loss, gram_matrix, progress, resize, yours
from nst_helpers.course import kept
from nst_helpers.course.exercises import EXERCISES

NAME = "gram matrix"
CORRELATION = "correlation of two channels"
LESSON_08 = NOTEBOOKS / "08_control.ipynb"


def mine(features):
    rows = tf.reshape(features, (-1, features.shape[-1]))
    return tf.einsum("pi,pj->ij", rows, rows) / np.float32(rows.shape[0])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nst_helpers.course.predictions.FOLDER", tmp_path)  # where there are none
    return tmp_path


def test_a_right_function_is_returned_and_kept_for_the_next_lesson(capsys):
    assert check(NAME, mine) is mine
    assert "goes on with yours" in capsys.readouterr().out
    function = yours(NAME)
    assert capsys.readouterr().out == "Your own: gram matrix.\n"
    assert function is not EXERCISES[NAME].reference and function.__name__ == "mine"
    compile((own_file := kept.Path(kept.FUNCTIONS)).read_text(), str(own_file), "exec")


def test_until_it_is_right_the_kits_stands_in(capsys):
    assert check(NAME, lambda features: ...) is EXERCISES[NAME].reference
    assert "with the kit's" in capsys.readouterr().out
    assert yours(NAME) is EXERCISES[NAME].reference
    assert capsys.readouterr().out == "The kit's: gram matrix.\n"


def test_functions_of_several_exercises_stand_in_one_file_and_each_is_replaced_alone(capsys):
    for name in ("style loss", NAME, "style loss"):
        assert kept.keep(name, mine)
    text = kept.Path(kept.FUNCTIONS).read_text()
    assert text.count("def mine") == 2 and text.count('"""Functions of mine') == 1
    _, gram = yours("style loss", NAME)  # the first does not pass, and is the kit's
    assert gram.__name__ == "mine"
    assert capsys.readouterr().out == "Your own: gram matrix. The kit's: style loss.\n"


@pytest.mark.parametrize("text", ["no Python (", "", "x = 1", "raise SystemExit", "\xff"])
def test_a_file_of_functions_changed_by_hand_is_no_fault(folder, text):
    (folder / kept.FUNCTIONS).write_bytes(f"# mine\n{kept.MARK}{NAME}\n{text}\n".encode("latin-1"))
    assert yours(NAME) is EXERCISES[NAME].reference
    if text != "\xff":
        assert kept.keep("style loss", mine)


def test_what_cannot_be_kept_is_only_not_kept(folder):
    (folder / kept.FUNCTIONS).mkdir()
    assert check(NAME, mine) is mine
    assert yours(NAME) is EXERCISES[NAME].reference


def test_a_function_that_needs_another_cell_is_not_taken_for_ones_own():
    kept.keep(NAME, eval("lambda f: f"))
    assert yours(NAME) is EXERCISES[NAME].reference


def test_what_the_next_lessons_will_not_have_is_said_at_once(capsys):
    cell = """
    def rows_of(features):
        return tf.reshape(features, (-1, features.shape[-1]))

    def mine(features):
        rows = rows_of(features)
        products = [row for row in [tf.matmul(rows, rows, transpose_a=True)]]
        return products[0] / len(rows)
    """
    check(NAME, of_cell(cell))
    said = capsys.readouterr().out
    assert "The next lessons will not have `rows_of`, which your function uses" in said
    assert kept.kept(NAME) is not None and yours(NAME) is EXERCISES[NAME].reference
    check(NAME, mine)
    assert "will not have" not in capsys.readouterr().out


def test_a_kept_function_may_resize(capsys):
    cell = """
    def my_enlarged(picture, smaller, larger):
        height, width = larger.shape[1:3]
        detail = larger - resize(smaller, height, width)
        return tf.clip_by_value(resize(picture, height, width) + detail, 0, 1)
    """
    function = of_cell(cell)
    function.__globals__["resize"] = resize  # as the lesson imports it
    assert check("enlarged", function) is function
    assert "will not have" not in capsys.readouterr().out
    assert yours("enlarged").__name__ == "my_enlarged"
    space = {}
    exec(kept.Path(kept.FUNCTIONS).read_text(), space)
    assert space["resize"] is resize


def test_nothing_is_said_of_it_where_no_later_lesson_asks_for_the_function(capsys):
    """Lesson 08 itself defines `color_map`, and tells learners to use it."""
    [answer] = [code for code in folded_answers(LESSON_08) if "def match_colors" in code]
    helper = next(code for code in code_cells(LESSON_08) if code.startswith("def color_map"))
    check("match colors", of_cell(f"{helper}\n\n\n{answer}"))
    said = capsys.readouterr().out
    assert said.startswith("Right.") and said.endswith("The lesson goes on with yours.\n")


def test_a_kept_functions_source_is_its_own():
    """`tf.function` reads it, and warns where it finds that of the whole file."""
    for name, function in (("gram matrix", gram_matrix), ("content loss", content_loss)):
        assert kept.keep(name, function)
        assert inspect.getsource(kept.kept(name)).strip() == inspect.getsource(function).strip()


def test_every_exercise_is_in_one_lesson():
    named = [exercise for exercises in kept.LESSONS.values() for exercise in exercises]
    assert sorted(named) == sorted(EXERCISES)


def test_what_the_checks_said_last_is_shown(capsys):
    check(NAME, lambda features: features * 0)
    check(CORRELATION, EXERCISES[CORRELATION].reference)
    check("style loss", lambda *_: ...)
    check("slope", EXERCISES["slope"].reference)
    capsys.readouterr()
    progress(3)
    assert capsys.readouterr().out == (
        "Lesson 03: 1 of 3 right\n"
        "  right      correlation of two channels\n"
        "  not yet    gram matrix\n"
        "  not begun  style loss\n"
        "Other lessons: 01: 0 of 4, 02: 0 of 3, 04: 0 of 4, 05: 1 of 3, 06: 0 of 2, 08: 0 of 4, "
        "09: 0 of 2, 10: 0 of 4\n"
    )
    check(NAME, EXERCISES[NAME].reference)
    check(CORRELATION, lambda *_: 1)
    capsys.readouterr()
    progress()
    said = capsys.readouterr().out
    assert (
        "  right      gram matrix\n" in said and "  not yet    correlation of two channels" in said
    )
    assert "Other" not in said
    assert {line[13:] for line in said.splitlines() if line.startswith(" ")} == set(EXERCISES)


def test_what_moved_to_another_lesson_still_counts_and_what_is_gone_stays_in_the_file(
    folder, capsys
):
    of_before = {"momentum": "right", "scales": "right"}
    (folder / kept.PROGRESS).write_text(json.dumps(of_before))
    progress(6)
    assert capsys.readouterr().out.startswith("Lesson 06: 1 of 2 right\n  right      momentum\n")
    check("slope", EXERCISES["slope"].reference)
    assert json.loads((folder / kept.PROGRESS).read_text()) == of_before | {"slope": "right"}


@pytest.mark.parametrize("lesson", [5, "05", "5"])
def test_a_lesson_is_named_by_its_number(capsys, lesson):
    progress(lesson)
    assert capsys.readouterr().out.startswith("Lesson 05: 0 of 3 right\n")


@pytest.mark.parametrize("lesson", [0, 12, "three", ""])
def test_a_lesson_without_exercises_is_said(capsys, lesson):
    progress(lesson)
    assert capsys.readouterr().out == (
        "There are exercises or predictions in lessons 1, 2, 3, 4, 5, 6, 8, 9, 10 only.\n"
    )


@pytest.mark.parametrize(
    "text",
    ["", "[1]", "7", "{", '{"slope": ["right"]}', '{"slope": "splendid"}', "\xff", "[" * 10**6],
)
def test_a_file_of_progress_changed_by_hand_is_no_fault(folder, capsys, text):
    (folder / kept.PROGRESS).write_bytes(text.encode("latin-1"))
    progress(5)
    assert "0 of 3 right" in capsys.readouterr().out
    check("slope", EXERCISES["slope"].reference)
    assert json.loads((folder / kept.PROGRESS).read_text()) == {"slope": "right"}


def test_a_folder_that_cannot_be_written_does_not_matter(folder, capsys):
    (folder / kept.PROGRESS).mkdir()
    check("slope", EXERCISES["slope"].reference)
    assert capsys.readouterr().out.startswith("Right. ")
    progress(5)
    assert "0 of 3 right" in capsys.readouterr().out
