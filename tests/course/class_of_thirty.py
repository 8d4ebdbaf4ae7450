"""Thirty made-up hand-ins of lesson 03, as Moodle and Canvas name them; six of them hostile.

`python tests/course/class_of_thirty.py FOLDER` builds them there, marks them, and reads the tables
back by the rules of both imports.
"""

import csv
import io
import json
import sys
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "03_style_loss.ipynb"
SOLUTION = ROOT / "notebooks" / "solutions" / LESSON.name
MINE = "my_gram_matrix"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/p2cWyQAAAABJRU5ErkJggg=="
NOT_DIVIDED = f"""def {MINE}(features):
    rows = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(rows, rows, transpose_a=True)
"""
HOSTILE = {
    "endless": "while True:\n        pass",
    "takes all": "kept = b'x' * 10**12",
    "leaves": "import os; os._exit(0)",
    "forks": "import os\n    while True:\n        os.fork()",
    "reads answers": "from nst_helpers.course.exercises import EXERCISES as E\n"
    "    return E['gram matrix'].reference(features)",
}
FIRST = "Ann Bo Cleo Dan Eve Finn Gia Hal Ida Jo Kim Lou Mia Ned Ola Pia Quin Rae Sam Tess".split()
LAST = (
    "Able Bell Cole Dunn Egan Ford Gray Hill Ives Jung Kerr Lamb Moss Nash Owen Park Quill".split()
)
ODD = ["Zoë O'Brien-Núñez", "de la Cruz, María José", "-=Max Power=-", "李小龙"]


def notebook_with(function=None, solved=True, more=()):
    """The lesson, solved or not, with another function for the Gram matrix and more cells."""
    notebook = nbformat.read(SOLUTION if solved else LESSON, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            if function and f"def {MINE}(" in cell.source:
                cell.source = function
    at = next(n for n, cell in enumerate(notebook.cells) if "### Open exercise" in cell.source)
    notebook.cells[at + 1 : at + 1] = more
    return json.dumps(notebook)


def doing(lines):
    return f"def {MINE}(features):\n    {lines}\n    return features\n"


def opened():
    """Cells that answer the open exercise, one of them with a picture."""
    made = nbformat.v4.new_code_cell("upside_down = photo[:, ::-1]\nshow(upside_down)")
    made.outputs = [nbformat.v4.new_output("display_data", {"image/png": PIXEL})]
    return [made, nbformat.v4.new_markdown_cell("Upside down <b>it</b> has the same matrix.")]


def works():
    """`[(kind, text of the notebook)]` of the thirty."""
    kinds = [("right", notebook_with())] * 8
    kinds += [("mistaken", notebook_with(NOT_DIVIDED))] * 5  # of whom nobody wrote it alone
    kinds += [("untouched", notebook_with(solved=False))] * 4
    kinds += [("stops", notebook_with(f"def {MINE}(f):\n    raise ValueError(7)"))] * 2
    kinds += [("no Python", notebook_with(f"def {MINE}(features:\n    return 1"))] * 2
    kinds += [("open", notebook_with(more=opened()))] * 2
    kinds += [("damaged", notebook_with()[:20_000])]
    kinds += [(name, notebook_with(doing(lines))) for name, lines in HOSTILE.items()]
    return [*kinds, ("no JSON", "[" * 100_000)]


def names():
    """`[(name, id, e-mail)]` of the thirty, four of whom have odd names, and of one more."""
    usual = [f"{first} {LAST[n % len(LAST)]}" for n, first in enumerate(FIRST * 2)][:26]
    usual[25] = usual[0]  # two of one name
    every = [*usual[:4], *ODD, *usual[4:], "Absent Abby"]
    return [(name, f"S{n:04}", f"s{n}@example.org") for n, name in enumerate(every)]


def download(n, name, platform):
    """How the platform names what the n-th of the class handed in."""
    if platform == "Canvas":
        words = name.split() if "," in name else reversed(name.split())  # the last name first
        letters = "".join(filter(str.isalnum, "".join(words))).lower()
        return f"{letters}_{'LATE_' * (n % 5 == 0)}{70000 + n}_{880000 + n}_03_style_loss.ipynb"
    end = ["_assignsubmission_file/03.ipynb", "_assignsubmission_file_/03.ipynb"]
    return f"{name}_{1000 + n}" + [*end, "_assignsubmission_file_03.ipynb"][n % 3]


def build(folder, platform):
    """Write the class and its list; returns `{name: kind}`."""
    people = names()
    for n, ((name, _, _), (_, text)) in enumerate(zip(people, works(), strict=False)):
        path = folder / "class" / download(n, name, platform)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    number = "Participant {}" if platform == "Moodle" else "{}"
    start = 1000 if platform == "Moodle" else 70000
    with (folder / "names.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("ID", "Name", "E-mail")]
            + [(number.format(start + n), name, mail) for n, (name, _, mail) in enumerate(people)]
        )
    return {name: kind for (name, _, _), (kind, _) in zip(people, works(), strict=False)}


def build_sample(folder):
    """The class of four that TEACHING.md shows, one of whom handed in nothing."""
    for name, text in {
        "ableann_70001_880001_03_style_loss.ipynb": notebook_with(),
        "bellbo_LATE_70002_880002_03_style_loss.ipynb": notebook_with(NOT_DIVIDED),
        "colecleo_70003_880003_03_style_loss.ipynb": notebook_with(NOT_DIVIDED, solved=False),
    }.items():
        (folder / "class").mkdir(parents=True, exist_ok=True)
        (folder / "class" / name).write_text(text, encoding="utf-8")
    people = [
        "70001,Ann Able,ann",
        "70002,Bo Bell,bo",
        "70003,Cleo Cole,cleo",
        "70004,Dan Dunn,dan",
    ]
    lines = ["id,name,email", *(f"{person}@example.org" for person in people)]
    (folder / "names.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_as_moodle(path):
    """`{participant's number: (grade, comment)}`, as `assignfeedback_offline` reads a worksheet."""
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    columns = {name: at for at, name in enumerate(lines[0])}
    needed = ["Identifier", "Grade", "Last modified (grade)"]
    assert all(name in columns for name in needed), lines[0]
    found = {}
    for line in lines[1:]:
        assert len(line) == len(lines[0])
        number = line[columns["Identifier"]][len("Participant ") :]
        grade, most = float(line[columns["Grade"]]), float(line[columns["Maximum Grade"]])
        assert 0 <= grade <= most
        found[int(number)] = grade, line[columns["Feedback comments"]]
    return found


def read_as_canvas(path):
    """`(assignment, points possible, {ID: grade})`, as `gradebook_importer.rb` reads a gradebook."""
    head, possible, *lines = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    assert "Student" in head[0] and "ID" in head[1] and len(head) > 3
    assert head[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    assert len(head) == 6, "each further column is an assignment"
    assert "Points Possible" in possible[0]
    assert all(len(line) == len(head) for line in [possible, *lines])
    return head[5], float(possible[5]), {int(line[1]): float(line[5]) for line in lines}


def main(folder):
    from nst_helpers.cli import main as nst

    for platform in ("Moodle", "Canvas"):
        place = Path(folder) / platform
        kinds, since = build(place, platform), time.monotonic()
        output = place / "Lesson 03.csv"
        arguments = ["--roster", str(place / "names.csv"), "--feedback", str(place / "back")]
        arguments += ["--reading", str(place / "open.html"), "--seconds", "5"]
        assert nst(["grade", str(place / "class"), "-o", str(output), *arguments]) == 0
        print(f"{platform}: {len(kinds)} names, {time.monotonic() - since:.0f} s")
        read = {"Moodle": read_as_moodle, "Canvas": read_as_canvas}[platform]
        print(read(place / f"Lesson 03 for {platform}.csv"))


if __name__ == "__main__":
    main(sys.argv[1])
