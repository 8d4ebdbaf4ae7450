import inspect

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import check, content_loss, gram_matrix, yours
from nst_helpers.course import kept
from nst_helpers.course.exercises import EXERCISES

NAME = "gram matrix"


def mine(features):
    rows = tf.reshape(features, (-1, features.shape[-1]))
    return tf.einsum("pi,pj->ij", rows, rows) / np.float32(rows.shape[0])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
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
def test_a_file_changed_by_hand_is_no_fault(folder, text):
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


def test_a_kept_functions_source_is_its_own():
    """`tf.function` reads it, and warns where it finds that of the whole file."""
    for name, function in (("gram matrix", gram_matrix), ("content loss", content_loss)):
        assert kept.keep(name, function)
        assert inspect.getsource(kept.kept(name)).strip() == inspect.getsource(function).strip()
