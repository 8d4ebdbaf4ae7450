"""Whatever is legal in a notebook is legal in one handed in; nothing of a class's table is lost."""

import json
import os
from pathlib import Path

import pytest
from test_grade import run_grade, table_of

from nst_helpers import PictureError
from nst_helpers.cli import main
from nst_helpers.course.grading import grade, table
from nst_helpers.pictures import saving

PRODUCT = (
    "def correlation(features, i, j):\n"
    "    return tf.reduce_mean(features[..., i] * features[..., j])\n"
)
BODY = "    return tf.reduce_mean(features[..., i] * features[..., j]"
CHECK = 'check("correlation of two channels", correlation)'
IMPORTS = "import numpy as np\nimport tensorflow as tf\nfrom nst_helpers import check\n"
COLUMN = "correlation of two channels"
RIGHT = {  # a cell before the exercise's, and the function
    "help": ("tf.reshape?", PRODUCT),
    "a shell's lines": ("files = !ls\n!pip install numpy\n%matplotlib inline", PRODUCT),
    "an indented shell line": ("try:\n    import numpy\nexcept ImportError:\n    !pip x", PRODUCT),
    "await": ("import asyncio\nawait asyncio.sleep(0)", PRODUCT),
    "a cell magic": ("%%time\nx = 1", PRODUCT),
    "appended": ("AXES = []\nfor k in range(3):\n    AXES.append(k)", f"{BODY}, axis=AXES)"),
    "a key": ("C = {}\nC['axis'] = (0, 1, 2)", f"{BODY}, axis=C['axis'])"),
    "an attribute": ("class C: pass\nC.axis = (0, 1, 2)", f"{BODY}, axis=C.axis)"),
    "an addition": ("N = 0.0\nN += 1", f"{BODY}) * N"),
    "display": ("", f"    display(features.shape)\n{BODY})"),
    "a module beside": ("from helper import AXES", f"{BODY}, axis=AXES)"),
}


def document(*cells):
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made = [code | {"source": cell.splitlines(True)} for cell in cells if cell]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}


def hand_in(path, before="", function=PRODUCT, encoding="utf-8"):
    if not function.startswith("def"):
        function = f"def correlation(features, i, j):\n{function}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(IMPORTS, before, function, CHECK), ensure_ascii=False)
    path.write_bytes(text.encode(encoding))


def test_what_is_legal_in_a_notebook_is_marked_right(tmp_path):
    folder = tmp_path / "class"
    for name, (before, function) in RIGHT.items():
        hand_in(folder / name / "03.ipynb", before, function)
    (folder / "a module beside" / "helper.py").write_text("AXES = (0, 1, 2)\n")
    names = {
        "Alice Able_1001_assignsubmission_file_/03.ipynb": "Alice Able",
        "Bo Bell_1002_assignsubmission_file_03.ipynb": "Bo Bell",
        "cleo/03.ipynb.txt": "cleo",
        "dan/03.IPYNB": "dan",
        "eve/03 (1).ipynb.json": "eve",
    }
    for name in names:
        hand_in(folder / name)
    hand_in(folder / "latin" / "03.ipynb", "x = 'é'", encoding="latin-1")
    hand_in(folder / "marked" / "03.ipynb", encoding="utf-8-sig")
    done = run_grade(folder, "-o", str(tmp_path / "t.csv"))
    assert done.returncode == 0, done.stderr
    found = {row["learner"]: row for row in table_of(tmp_path / "t.csv")}
    assert set(found) == {*RIGHT, *names.values(), "latin", "marked"}
    assert {name: row[COLUMN] for name, row in found.items() if row[COLUMN] != "right"} == {}


def test_what_goes_around_the_checks_is_not_right(tmp_path):
    start = "def correlation(features, i, j):\n"
    victim = tmp_path / "victim"
    (victim / "keep").mkdir(parents=True)
    tries = {
        "patches": f"{start}    import nst_helpers.course.checks as c\n    c._compared = lambda *a: True\n    return 0.0",
        "reads": f"{start}    from nst_helpers.course.exercises import EXERCISES as E\n"
        f"    return E[{COLUMN!r}].reference(features, i, j)",
        "deletes": f"{start}    tf.io.gfile.rmtree({str(victim / 'keep')!r})\n{BODY})",
        "writes": f"{start}    tf.io.write_file({str(victim / 'new')!r}, 'x')\n{BODY})",
        "asks": f"{start}    import sqlite3\n    sqlite3.connect({str(victim / 'a.db')!r})"
        f".execute('create table t (a)')\n{BODY})",
    }
    for name, function in tries.items():
        hand_in(tmp_path / "class" / f"{name}.ipynb", "", function)
    run_grade(tmp_path / "class", "-o", str(tmp_path / "t.csv"))
    rows = table_of(tmp_path / "t.csv")
    assert len(rows) == len(tries) and "right" not in [row[COLUMN] for row in rows]
    assert os.listdir(victim) == ["keep"]


@pytest.fixture
def marked(monkeypatch):
    """The marking itself is left out."""
    monkeypatch.setattr(
        grade, "grade_notebook", lambda path, *_: ({COLUMN: ("right", "")}, "", True)
    )


def test_a_second_run_keeps_what_the_table_held(tmp_path, marked):
    hand_in(tmp_path / "class" / "ann.ipynb")
    output = tmp_path / "t.csv"
    output.write_text(f"learner,{COLUMN},talk\nann,not yet,on Monday\nzoe,right,was ill\n")
    assert main(["grade", str(tmp_path / "class"), "-o", str(output)]) == 0
    found = {row["learner"]: row for row in table_of(output)}
    assert found["ann"]["talk"] == "on Monday" and found["ann"][COLUMN] == "right"
    assert found["zoe"]["talk"] == "was ill" and found["zoe"][COLUMN] == "right"


def test_a_table_that_cannot_be_written_leaves_the_old_one_and_is_printed(
    tmp_path, marked, monkeypatch, capsys
):
    hand_in(tmp_path / "class" / "ann.ipynb")
    (output := tmp_path / "t.csv").write_text("learner\nzoe\n")

    def full(*_):
        raise PictureError("t.csv cannot be written (No space left on device).")

    monkeypatch.setattr(saving, "write_files", full)
    assert main(["grade", str(tmp_path / "class"), "-o", str(output)]) == 1
    assert output.read_text() == "learner\nzoe\n"
    assert "ann,right" in capsys.readouterr().out


def test_the_table_replaces_no_notebook(tmp_path, marked, capsys):
    hand_in(tmp_path / "class" / "ann.ipynb")
    before = (tmp_path / "class" / "ann.ipynb").read_bytes()
    (tmp_path / "link.csv").symlink_to(tmp_path / "class" / "ann.ipynb")
    for name, words in {
        "class/ann.ipynb": "writes a .csv file",
        "link.csv": "holds something else than a table",
    }.items():
        assert main(["grade", str(tmp_path / "class"), "-o", str(tmp_path / name)]) == 1
        assert words in capsys.readouterr().err
    assert (tmp_path / "class" / "ann.ipynb").read_bytes() == before


@pytest.mark.parametrize("option", ["--seconds", "--gigabytes"])
@pytest.mark.parametrize("value", ["nan", "inf", "-5", "0"])
def test_limits_are_numbers_above_0(tmp_path, marked, capsys, option, value):
    hand_in(tmp_path / "class" / "ann.ipynb")
    assert main(["grade", str(tmp_path / "class"), "-o", str(tmp_path / "t.csv"), option, value])
    assert "give a number above 0" in capsys.readouterr().err
    assert not Path(tmp_path, "t.csv").exists()


def test_a_table_is_text_that_a_spreadsheet_reads():
    written = table.Table(["learner", "note"], [["a;b", 'x "y", z']], ",", None)
    assert table.as_text(written) == 'learner,note\r\na;b,"x ""y"", z"\r\n'
