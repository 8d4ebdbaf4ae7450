import csv
import os
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from notebook_tools import NOTEBOOKS, code_cells, definitions
from test_checks import exercises_of

from nst_helpers import KitError, PictureError, SettingsError
from nst_helpers.cli import main
from nst_helpers.course.checks import verdict
from nst_helpers.course.exercises import EXERCISES
from nst_helpers.course.grading import grade, guard, notebook, watched

LESSON = NOTEBOOKS / "03_style_loss.ipynb"
SOLUTION = NOTEBOOKS / "solutions" / "03_style_loss.ipynb"
GRAM = "gram matrix"
NAMES = exercises_of(LESSON)  # {exercise: function}
MINE = NAMES[GRAM]
SLEEP = "611.25"  # seconds, by which a process is known again


def cells_of(path):
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def hand_in(path, cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(
        nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells))), path
    )


def with_gram_matrix(source):
    """The solution's cells, with another function for the exercise on the Gram matrix."""
    cells = cells_of(SOLUTION)
    number = next(n for n, one in enumerate(cells) if f"def {MINE}(" in one)
    return [*cells[:number], source, *cells[number + 1 :]]


def doing(lines):
    """The same, with a function that does these lines and then returns the kit's result."""
    body = "\n".join(f"    {line}" for line in lines.splitlines())
    return with_gram_matrix(
        f"def {MINE}(features):\n{body}\n"
        "    from nst_helpers import gram_matrix as right\n    return right(features)"
    )


NOT_DIVIDED = f"""
def {MINE}(features):
    rows = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(rows, rows, transpose_a=True)
"""
HELPER = f"""
from nst_helpers import gram_matrix as right

times = 1

def helper(features):
    return times * right(features)

def {MINE}(features):
    return helper(features)
"""


def honest():
    """`{learner: (cells, outcome of each exercise, or of that on the Gram matrix alone)}`."""
    solution, stubs = cells_of(SOLUTION), cells_of(LESSON)
    space = {}
    exec(f"import tensorflow as tf\n{NOT_DIVIDED}", space)
    mistake = verdict(EXERCISES[GRAM], space[MINE]).message(2).removeprefix("Not yet. ")
    stopped = "broken: Your function stopped with ValueError in line 2, `raise ValueError(7)`: 7"
    renamed = [source.replace(MINE, "by_another_name") for source in solution]
    unchecked = [source for source in solution if "check(" not in source]
    gone = [source for source in solution if f"def {MINE}(" not in source]
    unclosed = with_gram_matrix(f"x = 1\ndef {MINE}(features:\n    return features")
    at = next(n for n, source in enumerate(unclosed, 1) if source.startswith("x = 1\ndef"))
    return {
        "h0 right": (solution, ["right"] * len(NAMES)),
        "h1 untouched": (stubs, ["not done"] * len(NAMES)),
        "h2 mistaken": (with_gram_matrix(NOT_DIVIDED), mistake),
        "h3 cells moved": (solution[::-1], "right"),
        "h4 stops": (with_gram_matrix(f"def {MINE}(f):\n    raise ValueError(7)"), stopped),
        "h5 renamed": (renamed, "right"),
        "h6 no check": (unchecked, "right"),
        "h7 deleted": (gone, "not done"),
        "h8 no Python": (
            unclosed,
            f"broken: SyntaxError in code cell {at}, line 2: '(' was never closed",
        ),
        "h9 with a helper": (with_gram_matrix(HELPER), "right"),
    }


def hostile(victim):
    stopped = "broken: Your function stopped with"
    may_not = f"{stopped} PermissionError in line {{}}, `{{}}`: a graded function may"
    spawn = f"util.spawnv_passfds(b'/bin/sleep', [b'sleep', b'{SLEEP}'], [])"
    return {
        "x0 endless": (doing("while True:\n    pass"), "broken: It did not end within 3 seconds."),
        "x1 forks": (
            doing("import os\nwhile True:\n    os.fork()"),
            may_not.format(4, "os.fork()") + " not do this (os.fork)",
        ),
        "x2 deletes": (
            doing(f"import os\nos.remove({str(victim)!r})"),
            may_not.format(3, f"os.remove({str(victim)!r})")
            + " change its own folder only (os.remove)",
        ),
        "x3 leaves": (doing("import os\nos._exit(0)"), "broken: It ended Python (exit code 0)."),
        "x4 prints 2 GB": (doing("for _ in range(2000):\n    print('x' * 10**6)"), "right"),
        "x5 takes 8 GB": (
            doing("import numpy\nkept = numpy.ones(10**9)"),
            f"{stopped} MemoryError in line 3, `kept = numpy.ones(10**9)`: Unable to allocate "
            "7.45 GiB for an array with shape (1000000000,) and data type float64",
        ),
        "x6 crashes": (
            doing("import ctypes\nctypes.string_at(0)"),
            "broken: It ended Python (SIGSEGV).",
        ),
        "x7 leaves a process": (
            doing(f"import os\nfrom multiprocessing import util\n{spawn}\nos._exit(3)"),
            f"{stopped} PermissionError in line 4, `{spawn}`: [Errno 1] Operation not permitted",
        ),
        "x8 calls home": (
            doing("import socket\nsocket.socket().connect(('192.0.2.1', 80))"),
            f"{stopped} PermissionError in line 3, `socket.socket().connect(('192.0.2.1', 80))`: "
            "[Errno 1] Operation not permitted",
        ),
    }


def run_grade(folder, *options):
    """`nst grade` in a fresh process, with no guard but its own."""
    path = os.environ["PYTHONPATH"].split(os.pathsep)
    environment = {"PYTHONPATH": os.pathsep.join(one for one in path if "no_network" not in one)}
    return subprocess.run(
        [sys.executable, "-m", "nst_helpers", "grade", str(folder), *options],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=180,
    )


def table_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def joined(row):
    """A row's exercises as one text each: the state, or what is wrong; and its note."""
    texts = {}
    for name in NAMES:
        mark, message = row[name], row[f"message: {name}"]
        texts[name] = {"not yet": message, "broken": f"broken: {message}"}.get(mark, mark)
    return texts | {"note": row["note"]}


@pytest.mark.skipif(sys.platform != "linux", reason="what a system does is Linux's")
def test_a_class_of_twenty_of_whom_ten_are_hostile(tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("still here")
    folder, expected = tmp_path / "class", {}
    for name, (cells, outcome) in (honest() | hostile(victim)).items():
        hand_in(folder / f"{name}.ipynb", cells)
        others = dict.fromkeys(NAMES, "right") | {GRAM: outcome}
        expected[name] = others if isinstance(outcome, str) else dict(zip(NAMES, outcome))
        expected[name] |= {"note": ""}
    for one, other in [("h0 right", "h6 no check"), ("h6 no check", "h0 right")]:
        expected[one]["note"] = f"{one}.ipynb: same new code as {other}"
    (folder / "x9 no JSON.ipynb").write_text("{'cells': " + "[" * 100_000)
    note = f"x9 no JSON.ipynb: {notebook.DAMAGED}"
    expected["x9 no JSON"] = dict.fromkeys(NAMES, "") | {"note": note}

    done = run_grade(folder, "-o", str(tmp_path / "g.csv"), "--seconds", "3", "--gigabytes", "1")
    assert done.returncode == 0, done.stderr
    rows = table_of(tmp_path / "g.csv")
    found = {row["learner"]: joined(row) for row in rows}
    assert found == expected
    for row in rows:
        right = list(row.values()).count("right")
        totals = (
            [str(right), str(len(NAMES)), str(round(100 * right / len(NAMES)))]
            if row[GRAM]
            else ["", "", ""]
        )
        assert [row["points"], row["maximum"], row["percent"]] == totals
    messages = [f"message: {name}" for name in NAMES]
    assert list(rows[0]) == [
        "learner", *NAMES, "points", "maximum", "percent", "note", *messages
    ]  # fmt: skip

    assert victim.read_text() == "still here"
    left = [one.info["cmdline"] for one in psutil.process_iter(["cmdline"])]
    assert not [one for one in left if one and SLEEP in one]
    assert "Traceback" not in done.stdout + done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith(f"{GRAM}  "))
    counts = [text.split(":")[0] for text in (row[GRAM] for row in found.values())]
    right, broken, undone = map(counts.count, ("right", "broken", "not done"))
    said = [int(word) for word in line.removeprefix(GRAM).split()]
    assert said == [right, 1, broken, undone]
    assert f"1 × {found['h2 mistaken'][GRAM]}" in done.stdout
    assert "Nothing to mark: x9 no JSON." in done.stdout


def test_what_is_not_linux_has_processes_that_import_tensorflow_anew(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert watched.context().get_start_method() == "spawn"


def test_the_notebooks_of_a_learners_folder_are_one_row_and_the_better_one_counts(
    tmp_path, monkeypatch, capsys
):
    """The marking itself is left out."""
    marked = {
        "a.ipynb": {GRAM: ("broken", "It stopped."), "style loss": ("right", "")},
        "b.ipynb": {GRAM: ("not yet", "=1+1\n twice"), "style loss": ("not done", "")},
        "c.ipynb": {"content loss": ("right", "")},
        "d.ipynb": {},
        "-e.ipynb": {},
    }  # fmt: skip
    notes = {"d.ipynb": notebook.NOTHING, "-e.ipynb": "it is larger than 50 MB"}

    def note(path, lessons, limits, hidden):
        assert limits == (5, 2**29)
        return marked[path.name], notes.get(path.name, ""), True

    monkeypatch.setattr(grade, "grade_notebook", note)
    folder = tmp_path / "class"
    for name in ("anna/a.ipynb", "anna/b.ipynb", "anna/c.ipynb", "d.ipynb", "-e.ipynb"):
        hand_in(folder / name, [])
    hand_in(folder / "anna" / ".ipynb_checkpoints" / "a.ipynb", [])
    table = tmp_path / "t.csv"
    options = ["--seconds", "5", "--gigabytes", "0.5"]
    assert main(["grade", str(folder), "-o", str(table), *options]) == 0
    assert "anna/c.ipynb: 1 of 1 right" in capsys.readouterr().out
    rows = {row["learner"]: row for row in table_of(table)}
    assert set(rows) == {"anna", "d", "'-e"}
    anna = rows["anna"]
    assert [anna[name] for name in (GRAM, "style loss", "content loss")] == [
        "not yet", "right", "right"
    ]  # fmt: skip
    assert anna[f"message: {GRAM}"] == "'=1+1 twice"
    assert (anna["points"], anna["maximum"], anna["percent"]) == ("2", "3", "67")
    assert "slope" not in anna and anna["note"] == ""
    assert rows["d"][GRAM] == "" and rows["d"]["note"] == f"d.ipynb: {notebook.NOTHING}"
    assert rows["'-e"][GRAM] == "" and "larger than" in rows["'-e"]["note"]
    columns = [name for name in anna if name in EXERCISES]
    assert columns.index("content loss") < columns.index(GRAM)  # in the course's order


def test_ctrl_c_keeps_what_was_graded(tmp_path, monkeypatch, capsys):
    for name in "abc":
        hand_in(tmp_path / "class" / f"{name}.ipynb", [])

    def until_b(path, *others):
        if path.stem == "b":
            raise KeyboardInterrupt
        return {GRAM: ("right", "")}, "", True

    monkeypatch.setattr(grade, "grade_notebook", until_b)
    assert main(["grade", str(tmp_path / "class"), "-o", str(tmp_path / "t.csv")]) == 130
    assert [row["learner"] for row in table_of(tmp_path / "t.csv")] == ["a"]
    assert "Interrupted: what was marked until now" in capsys.readouterr().err


def test_what_cannot_begin_says_why(tmp_path, monkeypatch, capsys):
    (tmp_path / "empty").mkdir()
    hand_in(tmp_path / "class" / "a.ipynb", [])
    for folder, output, error, words in [
        ("none", "t.csv", SettingsError, "is no folder"),
        ("empty", "t.csv", SettingsError, "holds no notebook"),
        ("class", "class/a.ipynb/t.csv", PictureError, "another file after -o"),
    ]:
        with pytest.raises(error, match=words):
            grade.grade(tmp_path / folder, tmp_path / output)
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.write(tmp_path / "class" / "a.ipynb")
    with pytest.raises(SettingsError, match="class.zip is an archive: unzip it"):
        grade.grade(tmp_path / "class.zip", tmp_path / "t.csv")
    monkeypatch.setattr(grade.places, "lessons", lambda: [])
    assert main(["grade", str(tmp_path / "class"), "-o", str(tmp_path / "t.csv")]) == 1
    assert "The lessons are not here" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"{}", b'{"cells": 7}', b'{"cells": [7]}', b'{"cells": [{}]}',
     b'{"cells": [{"cell_type": "code", "source": 7}]}', b"[" * 10**6,
     b'{"nbformat": 3, "worksheets": [{"cells": []}]}'],
)  # fmt: skip
def test_what_is_no_notebook_is_a_value_error(tmp_path, content):
    (tmp_path / "a.ipynb").write_bytes(content)
    with pytest.raises(ValueError, match="not a notebook"):
        notebook.read_cells(tmp_path / "a.ipynb")


def test_a_function_takes_with_it_what_it_needs_and_no_painting():
    cells = [
        "def mine(x):\n    picture = x\n    return half(picture) + tf.reduce_sum(x)",
        "half = check('half', my_half)",
        "picture = stylize('a', 'b')",
        "def my_half(x):\n    return x * weight",
        "weight = 0.5",
        "import tensorflow as tf",
        "from nst_helpers import *",
        "print(mine(3))",
        "this is no Python",
        "weight += 1",
    ]
    parts, faults = notebook.split(cells)
    found = [part.code.co_filename for part in notebook.needed(parts, "mine")]
    order = [6, 7, 1, 2, 4, 5, 10]
    assert found == [f"<code cell {number}>" for number in order]
    assert list(faults) == [9] and faults[9].startswith("SyntaxError in code cell 9, line 1: ")


@pytest.mark.parametrize(
    "path", sorted((NOTEBOOKS / "solutions").glob("*.ipynb")), ids=lambda p: p.stem
)
def test_every_solution_is_found_to_be_its_lesson(path):
    lessons = notebook.read_lessons(sorted(NOTEBOOKS.glob("*.ipynb")))
    cells = code_cells(path)
    parts, faults = notebook.split(cells)
    checked = notebook.checked_in(cells, parts, faults)
    assert notebook.exercises_of(checked, parts, lessons) == lessons[path.stem] and not faults
    for function, stub in lessons[path.stem].values():
        assert stub and notebook.written_out(parts, function) not in (stub, None)
        # No painting, no training, nothing that the function does not use: it would take minutes.
        run = [name for part in notebook.needed(parts, function) for name in part.calls]
        assert not {"stylize", "paint", "train", "explorer", "predict"} & {*run}, function
    assert {name: found for name, (found, _) in lessons[path.stem].items()} == exercises_of(path)


CONFINED = """
import os, sys
from nst_helpers.course.grading import guard
guard.confine(sys.argv[1], 10**9)
os.chdir(sys.argv[1])
for attempt in sys.argv[2:]:
    try:
        exec(attempt)
        print("done")
    except PermissionError as error:
        print("refused")
    except OSError as error:
        print(type(error).__name__)
"""


def test_the_guard_lets_a_process_change_its_own_folder_only(tmp_path):
    inside, outside = tmp_path / "work", tmp_path / "outside.txt"
    inside.mkdir()
    outside.write_text("here")
    (inside / "link").symlink_to(outside)
    attempts = {
        "open('own.txt', 'w').write('x')": "done",
        f"open({str(outside)!r}).read()": "refused" if sys.platform == "linux" else "done",
        "os.rename('own.txt', 'other.txt'); os.remove('other.txt')": "done",
        "import tempfile; tempfile.TemporaryDirectory(dir='.').cleanup()": "done",
        f"open({str(outside)!r}, 'w')": "refused",
        "open('../outside.txt', 'a')": "refused",
        "open('link', 'w')": "refused",
        f"os.open({str(outside)!r}, os.O_RDWR)": "refused",
        f"os.rename({str(outside)!r}, 'mine')": "refused",
        f"import pathlib; pathlib.Path({str(outside)!r}).unlink()": "refused",
        f"import shutil; shutil.rmtree({str(tmp_path)!r})": "refused",
        "os.chdir('..'); os.remove('outside.txt')": "refused",
        "import subprocess; subprocess.run(['true'])": "refused",
        "os.system('true')": "refused",
        "os.kill(os.getppid(), 9)": "refused",
        "import socket; socket.getaddrinfo('example.org', 80)": "refused",
        "import socket; socket.socket().bind(('127.0.0.1', 0))": "refused",
    }
    command = [sys.executable, "-S", "-c", CONFINED, str(inside), *attempts]
    run = subprocess.run(command, capture_output=True, text=True)
    assert dict(zip(attempts, run.stdout.split())) == attempts, run.stderr
    assert outside.read_text() == "here"


def test_a_file_that_grows_without_end_is_cut_off(tmp_path):
    attempt = "open('big', 'wb').write(b'x' * (10 * guard.FILE_BYTES))"
    command = [sys.executable, "-S", "-c", CONFINED, str(tmp_path), attempt]
    run = subprocess.run(command, capture_output=True, text=True)
    if sys.platform != "win32":
        assert (tmp_path / "big").stat().st_size <= guard.FILE_BYTES
        assert run.stdout == "OSError\n"


@pytest.mark.parametrize("limit", ["memory", "processes"])
def test_what_the_system_does_not_limit_is_watched(monkeypatch, limit):
    """As on macOS and Windows."""
    size = {"memory": (2**31, 1), "processes": (1, 21)}[limit]
    monkeypatch.setattr(watched, "size_of", lambda pid: size)
    process = object.__new__(watched.Watched)
    process.process, process.limits = SimpleNamespace(pid=0), watched.Limits(9, 2**30)
    process.at_first = 1
    process.begin()
    with pytest.raises(watched.Ended, match="1 GB" if limit == "memory" else "too many"):
        process._check()


def test_the_messages_are_the_kits():
    assert issubclass(SettingsError, KitError) and issubclass(PictureError, KitError)
    assert set(definitions(SOLUTION)) >= set(NAMES.values())
