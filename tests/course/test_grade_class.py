"""A class from its downloads to the tables that Moodle and Canvas import, and what it gets back."""

import json
import re
import shutil

import nbformat
import pytest
from class_of_thirty import (
    ODD,
    PIXEL,
    build,
    build_sample,
    doing,
    names,
    notebook_with,
    opened,
    read_as_canvas,
    read_as_moodle,
    works,
)
from notebook_tools import NOTEBOOKS, ROOT, repository
from test_grade import GRAM, NAMES, run_grade, table_of
from test_grade_cells import COLUMN

from nst_helpers import SettingsError
from nst_helpers.cli import main
from nst_helpers.course.grading import grade, handback, notebook, places, roster, table

MARKS = {  # what marking gives for each kind of hand-in
    "right": {},
    "open": {},
    "mistaken": {GRAM: ("not yet", "=It is not divided.")},
    "untouched": dict.fromkeys(NAMES, ("not done", "")),
}
BROKEN = {GRAM: ("broken", "It stopped; <b>it</b> did.")}


@pytest.fixture
def marked(monkeypatch):
    """The marking itself is left out: a notebook is known by its text."""
    kinds = {text: kind for kind, text in works()}

    def mark(path, *others):
        kind = kinds.get(path.read_text(encoding="utf-8"), "right")
        if kind in ("damaged", "no JSON"):
            return {}, notebook.DAMAGED, True
        return dict.fromkeys(NAMES, ("right", "")) | MARKS.get(kind, BROKEN), "", True

    monkeypatch.setattr(grade, "grade_notebook", mark)
    monkeypatch.setattr(grade, "exercises", lambda: None)
    monkeypatch.setattr(grade.watched, "context", lambda: None)


@pytest.mark.parametrize("platform", ["Moodle", "Canvas"])
def test_a_class_of_thirty_goes_to_its_platform_and_back(tmp_path, marked, platform, capsys):
    build(tmp_path, platform)
    options = ["--roster", str(tmp_path / "names.csv"), "--feedback", str(tmp_path / "back")]
    options += ["--reading", str(tmp_path / "open.html"), "--points", "2", f"{GRAM}=4"]
    output = tmp_path / "Lesson 03.csv"
    assert main(["grade", str(tmp_path / "class"), "-o", str(output), *options]) == 0
    rows = {row["email"]: row for row in table_of(output)}
    assert len(rows) == 31 and "Not in names.csv: nobody." in capsys.readouterr().out

    expected = {}
    for n, ((name, _, mail), (kind, _)) in enumerate(zip(names(), works(), strict=False)):
        row, points = rows[mail], {"right": 8, "open": 8, "untouched": 0}.get(kind, 4)
        if kind in ("damaged", "no JSON"):
            assert notebook.DAMAGED in row["note"] and row["points"] == row["percent"] == ""
        else:
            assert (row["points"], row["maximum"]) == (str(points), "8")
            assert row["percent"] == str(100 * points // 8)
            expected[n] = points
        assert row["learner"].lstrip("'").startswith(name)  # a number is added to namesakes
    absent = rows[names()[30][2]]
    assert (absent["note"], absent["points"]) == (table.ABSENT, "")

    path = tmp_path / f"Lesson 03 for {platform}.csv"
    if platform == "Moodle":
        found = read_as_moodle(path)
        assert {n - 1000: points for n, (points, _) in found.items()} == expected
        assert f"{GRAM}: not yet. =It is not divided." not in found[1008][1]  # no formula
        assert f"{GRAM}: not yet. '=It is not divided." in found[1008][1]
    else:
        title, possible, found = read_as_canvas(path)
        assert (title, possible) == ("Lesson 03", 8)
        assert {n - 70000: points for n, points in found.items()} == expected

    back = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "back").iterdir()}
    assert len(back) == 30 and "Absent Abby.md" not in back
    prefix = {"Moodle": "Eve Egan_1008_assignsubmission_file_", "Canvas": "eganeve_70008_880008_"}
    text = back[f"{prefix[platform]}feedback.md"]
    assert text.startswith("# Eve Egan: 4 of 8 points, 50 %\n\n## [Lesson 03: the style loss](http")
    assert f"- **{GRAM}**: not yet (0 of 4). '=It is not divided.\n" in text
    assert "- **style loss**: right (2 of 2)\n" in text
    assert table.SAME not in "".join(back.values())  # of somebody else, so for teachers only
    assert table.SAME in "".join(row["note"] for row in rows.values())
    assert notebook.DAMAGED in "".join(back.values())


def test_the_sample_in_teaching_is_what_the_command_writes(tmp_path):
    build_sample(tmp_path)
    options = ["--roster", str(tmp_path / "names.csv"), "--points", "2", f"{GRAM}=4"]
    options += ["--feedback", str(tmp_path / "back")]
    done = run_grade(tmp_path / "class", "-o", str(tmp_path / "t.csv"), *options)
    assert done.returncode == 0, done.stderr
    teaching = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
    for row in table_of(tmp_path / "t.csv"):
        cells = [cell for name, cell in row.items() if not name.startswith("message: ")]
        assert f"\n| {' | '.join(cells)} |\n" in teaching
    told = (tmp_path / "back" / "bellbo_LATE_70002_880002_feedback.md").read_text(encoding="utf-8")
    shown = re.sub(r"\(https://github.com/.*/", "(https://…/", told)
    assert f"```markdown\n{shown}```\n" in teaching


def test_odd_names_are_found_in_the_list():
    people = [roster.Person(f"S{n}", name, f"s{n}@x.org") for n, name in enumerate(ODD)]
    people += [
        roster.Person("S8", "Ann Able", "a1@x.org"),
        roster.Person("S9", "Ann Able", "a2@x.org"),
    ]
    for sender, found in {
        roster.sender_of("obriennúñezzoë_70001_880001_a.ipynb"): 0,
        roster.sender_of("delacruzmariajose_70001_880001_a.ipynb"): 1,
        roster.sender_of("María José de la Cruz_1001_assignsubmission_file"): 1,
        roster.sender_of("李小龙_LATE_70001_880001_a.ipynb"): 3,
        roster.Sender("S2"): 2,
        roster.Sender("s3"): 3,
        roster.Sender("Ann Able"): None,
        roster.Sender("Nobody Else"): None,
    }.items():
        assert roster.person_of(sender, people) == (None if found is None else people[found])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "names.csv: there is no such file; "),
        ("", "cannot be read as a list: "),
        ("id,name,email\n1,,\n", "names nobody: "),
        ("Name;Mail\nAnn;a@x.org\n", r"no column id or email \(it has name, mail\): "),
        ("who,what\n1,2\n", "no column id or name or email"),
        ("\0", "no column id or name or email"),
        ("id;nom;email\n1;A;b\n", "no column name "),
    ],
)
def test_what_is_no_list_is_a_sentence(tmp_path, text, words):
    if text is not None:
        (tmp_path / "names.csv").write_text(text)
    with pytest.raises(SettingsError, match=f"{words}.*columns id, name, email"):
        roster.read_people(tmp_path / "names.csv")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-o", "{}/grades.xlsx"], "grades.xlsx: -o writes a .csv file; give it this ending."),
        (["--reading", "{}/x.txt"], "x.txt: --reading writes a .html file"),
        (["--feedback", "{}/names.csv"], "(it is a file): give another folder after --feedback."),
        (["--feedback", "{}/names.csv/back"], "give another folder after --feedback."),
        (["--reading", "{}/page.html"], "give another file after --reading."),
        (["--roster", "{}/names.csv", "-o", "{}/u.csv"], "u for Canvas.csv cannot be written"),
        (["--lesson", "07"], "without exercises: choose from 01, 02, 03, 04, 05, 06, 08, 09, 10."),
    ],
)
def test_what_cannot_be_written_is_said_before_the_marking(
    tmp_path, marked, monkeypatch, capsys, options, words
):
    hand_in(tmp_path, "ann.ipynb", notebook_with())
    (tmp_path / "names.csv").write_text("id,name,email\n1,ann,a@x.org\n")
    for name in ("page.html", "u for Canvas.csv"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(grade, "mark", None)
    assert run(tmp_path, *(option.format(tmp_path) for option in options)) == 1
    assert words in capsys.readouterr().err


def test_a_worksheet_of_moodle_is_a_list_as_it_is(tmp_path):
    (tmp_path / "names.csv").write_text(
        "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be "
        "changed,Last modified (submission),Last modified (grade),Feedback comments\n"
        "Participant 1001,Ann Able,S1,ann@x.org,Submitted for grading,,10.00,Yes,-,-,\n"
    )
    (ann,) = roster.read_people(tmp_path / "names.csv")
    assert ann == ("Participant 1001", "Ann Able", "ann@x.org")
    assert roster.person_of(roster.sender_of("A A_1001_assignsubmission_file"), [ann]) is ann


def test_a_gradebook_of_canvas_is_a_list_as_it_is(tmp_path):
    head = "Student,ID,SIS User ID,SIS Login ID,Section,Lesson 03 (4711)\n"
    lines = (
        '    Points Possible,,,,,10\n"Able, Ann",70001,S1,ann,One,\n"Student, Test",9,,9a8b,One,\n'
    )
    (tmp_path / "names.csv").write_text(head + ",,,,,Manual Posting\n" + lines)
    ann, test = roster.read_people(tmp_path / "names.csv")
    assert ann == ("70001", "Able, Ann", "ann") and test.name == "Student, Test"
    assert roster.person_of(roster.sender_of("ableann_70001_88001_03.ipynb"), [ann, test]) is ann


def run(tmp_path, *options):
    return main(["grade", str(tmp_path / "class"), "-o", str(tmp_path / "t.csv"), *options])


def hand_in(tmp_path, name, text):
    path = tmp_path / "class" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_marks_and_notes_made_by_hand_stay(tmp_path, marked):
    hand_in(tmp_path, "ann.ipynb", dict(works())["mistaken"])
    assert run(tmp_path) == 0
    text = (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    assert ",not yet," in text
    old = table.read(tmp_path / "t.csv")
    for name, cell in {GRAM: "0,5", "note": "was ill", "points": "9"}.items():
        old.lines[0][old.header.index(name)] = cell
    (tmp_path / "t.csv").write_text(table.as_text(old), encoding="utf-8")
    assert run(tmp_path, "--feedback", str(tmp_path / "back")) == 0
    (row,) = table_of(tmp_path / "t.csv")
    assert (row[GRAM], row["note"]) == ("0,5", "was ill")
    assert (row["points"], row["maximum"], row["percent"]) == ("2.5", "3", "83")
    told = (tmp_path / "back" / "ann.md").read_text(encoding="utf-8")
    assert f"- **{GRAM}**: marked by hand (0.5 of 1). " in told


def test_late_hand_ins_alone_leave_the_others_as_they_were(tmp_path, marked, capsys):
    kinds = dict(works())
    people = ["id,name,email", *(f"7000{n},{name},{name}@x.org" for n, name in enumerate("abcd"))]
    (tmp_path / "names.csv").write_text("\n".join(people))
    options = ["--roster", str(tmp_path / "names.csv"), "--feedback", str(tmp_path / "back")]
    hand_in(tmp_path, "a_70000_880000_03.ipynb", kinds["right"])
    hand_in(tmp_path, "b_70001_880001_03.ipynb", kinds["damaged"])
    assert run(tmp_path, *options) == 0
    assert "2 learners" in (said := capsys.readouterr().out) and "Nothing handed in: c, d." in said
    shutil.rmtree(tmp_path / "class")
    hand_in(tmp_path, "c_LATE_70002_880002_03.ipynb", kinds["mistaken"])
    assert run(tmp_path, *options) == 0
    (line,) = re.findall("Nothing handed in: (.*)", capsys.readouterr().out)
    assert "a" not in line and "d." in line  # a has marks of the first run
    found = {row["learner"]: (row["points"], row["note"]) for row in table_of(tmp_path / "t.csv")}
    damaged = f"b_70001_880001_03.ipynb: {notebook.DAMAGED}"
    assert found == {"a": ("3", ""), "b": ("", damaged), "c": ("2", ""), "d": ("", table.ABSENT)}
    _, _, grades = read_as_canvas(tmp_path / "t for Canvas.csv")
    assert grades == {70000: 3, 70002: 2}
    assert sorted(path.name[0] for path in (tmp_path / "back").iterdir()) == ["a", "b", "c"]


def test_a_table_from_before_and_a_list_of_another_spelling_go_together(tmp_path, marked):
    """Such as a list from macOS, with each accent after its letter."""
    hand_in(tmp_path, "Zoë Able_1001_assignsubmission_file_03.ipynb", notebook_with())
    (tmp_path / "t.csv").write_text(
        "learner;paint;talk\nZoë Able;right;on Monday\n", encoding="utf-8"
    )
    (tmp_path / "names.csv").write_text(
        "name;E-Mail;id\nZoe\u0308 Able;z@x.org;-7\n", encoding="utf-8"
    )
    options = ["--feedback", str(tmp_path / "back"), "--roster", str(tmp_path / "names.csv")]
    assert run(tmp_path, *options) == 0
    (line,) = table.read(tmp_path / "t.csv").lines
    row = table.by_name(table.read(tmp_path / "t.csv"))["Zoë Able"]
    assert (row["talk"], row["points"], row["id"], row["email"]) == (
        "on Monday",
        "4",
        "'-7",
        "z@x.org",
    )
    (told,) = (tmp_path / "back").iterdir()
    assert "- **paint**: right (1 of 1)\n" in told.read_text(encoding="utf-8")
    assert read_as_moodle(tmp_path / "t for Moodle.csv")[1001][0] == 4


def test_a_stray_hand_in_is_named_and_one_lesson_can_be_marked_alone(
    tmp_path, marked, monkeypatch, capsys
):
    """Such as one of lesson 02, by which everybody's maximum grows."""
    for name in ("ann", "bo", "cleo", "hal"):
        hand_in(tmp_path, f"{name}.ipynb", notebook_with(doing(f"x = {name!r}")))
    mark = grade.grade_notebook

    def with_stray(path, lessons, *others):
        cells, note, held = mark(path, *others)
        if path.stem == "hal":
            cells = {name: ("right", "") for name in lessons.get("02_content_loss", [])}
        return cells, note, held

    monkeypatch.setattr(grade, "grade_notebook", with_stray)
    assert run(tmp_path, "--points", "2") == 0
    said = capsys.readouterr().out
    assert "Written: t.csv.\n" in said and "4 learners" in said
    stray = "Lesson 02 was handed in by hal only, and counts in everybody's maximum: to leave it "
    assert f"{stray}out, run this again with --lesson 03.\n" in said
    assert [row["maximum"] for row in table_of(tmp_path / "t.csv")] == ["12"] * 4
    (tmp_path / "class" / "hal.ipynb").unlink()
    assert run(tmp_path, "--points", "2") == 0
    said = capsys.readouterr().out
    assert stray in said and "Added to t.csv; no earlier marks changed.\n" in said
    assert run(tmp_path, "--points", "2", "--lesson", "3", "--feedback", str(tmp_path / "b")) == 0
    assert "Lesson 02" not in capsys.readouterr().out
    found = [(row["points"], row["maximum"]) for row in table_of(tmp_path / "t.csv")]
    assert found == [("6", "6")] * 3 + [("", "")]
    assert (tmp_path / "b" / "ann.md").read_text("utf-8").startswith("# ann: 6 of 6 points, 100 %")


def test_the_summary_shows_several_mistakes_and_a_platform_gets_whole_sentences(
    tmp_path, marked, monkeypatch, capsys
):
    messages = iter(["It is not divided.", "Not squared", "Transposed.", "Too large.", "Odd."])
    cells = {COLUMN: ("right", ""), "style loss": ("not done", "")}
    monkeypatch.setattr(
        grade, "grade_notebook", lambda *_: ({GRAM: ("not yet", next(messages))} | cells, "", True)
    )
    for number in range(5):
        hand_in(tmp_path, f"ann{number}_7000{number}_880000_3.ipynb", notebook_with(doing("7")))
    (tmp_path / "names.csv").write_text("id,name,email\n1,ann1,a@x.org\n")
    assert run(tmp_path, "--roster", str(tmp_path / "names.csv")) == 0
    said = capsys.readouterr().out
    assert "    1 × Transposed.\n    and 2 more\n" in said
    assert "Same new code: ann0, ann1, ann2, ann3, ann4.\n" in said
    told = f"{COLUMN}: right. {GRAM}: not yet. Not squared. style loss: not done."
    assert told in (tmp_path / "t for Moodle.csv").read_text("utf-8")


def test_points_are_those_that_were_given_or_a_sentence(tmp_path, marked, capsys):
    known = list(NAMES)
    assert grade.worth_of([f"{GRAM}=3", "2"], known) == dict.fromkeys(known, 2) | {GRAM: 3}
    hand_in(tmp_path, "ann.ipynb", notebook_with())
    for text, words in {
        "gram matrx=3": f"to give points for; did you mean {GRAM!r}?",
        "gram=3": f"There is no exercise 'gram' to give points for; choose from {GRAM}",
        "paint=3": (words_of_paint := f"choose from {', '.join(NAMES)}."),
        **dict.fromkeys([f"{GRAM}=0", f"{GRAM}=x", "nan", "-1", "=", ""], "above 0"),
    }.items():
        with pytest.raises(SettingsError, match=re.escape(words)):
            grade.worth_of([text], known)
    assert run(tmp_path, "--points", "paint=3", "--lesson", "03") == 1
    assert words_of_paint in capsys.readouterr().err


def test_one_damaged_file_costs_its_own_exercises_only(tmp_path, marked, capsys):
    kinds = dict(works())
    hand_in(tmp_path, "ann/03.ipynb", kinds["right"])
    hand_in(tmp_path, "ann/04.ipynb", kinds["damaged"])
    hand_in(tmp_path, "bo/03.ipynb", kinds["right"])
    assert run(tmp_path, "--reading", str(tmp_path / "page" / "open.html")) == 0
    ann, bo = table_of(tmp_path / "t.csv")
    same = "03.ipynb: same new code as bo"  # said of both, so that neither looks guilty
    assert ann["points"] == "3" and ann["note"] == f"04.ipynb: {notebook.DAMAGED}; {same}"
    assert bo["note"] == "03.ipynb: same new code as ann"


def test_a_damaged_lesson_is_a_sentence(tmp_path, marked, monkeypatch, capsys):
    hand_in(tmp_path, "ann.ipynb", notebook_with())
    (tmp_path / "03.ipynb").write_text("{")
    monkeypatch.setattr(grade.places, "lessons", lambda: [tmp_path / "03.ipynb"])
    assert run(tmp_path) == 1 and "is damaged: restore it." in capsys.readouterr().err


def test_open_exercises_are_collected_with_their_pictures(tmp_path):
    text = json.loads(notebook_with(more=opened()))
    text["cells"][-1]["outputs"] = 7  # of a cell that is not the lesson's
    text["cells"] += [{"cell_type": "code", "source": "x = 1", "outputs": [7, {"data": 7}]}]
    hand_in(tmp_path, "ann.ipynb", json.dumps(text))
    hand_in(tmp_path, "bo.ipynb", notebook_with(solved=False))
    course = notebook.all_cells(NOTEBOOKS / "03_style_loss.ipynb")
    ann, bo = (
        notebook.own_work(tmp_path / "class" / f"{name}.ipynb", course) for name in ("ann", "bo")
    )
    assert bo == ("", {})
    page = handback.open_exercises([("<i>ann", ann[1], True), ("bo", bo[1], True)])
    assert "<h2>Open exercise: make the Gram matrix fail</h2>\n<h3>&lt;i&gt;ann</h3>" in page
    assert "upside_down = photo" in page and f"base64,{PIXEL}" in page
    assert "&lt;b&gt;it&lt;/b&gt;" in page and "<b>" not in page and "bo</h3>" not in page
    assert "Recap" not in page  # which is another one in the solution's notebook


ASKED = r"def (?!my_)(?:content_loss|gram_matrix|style_loss|total_loss|residual)\("


@pytest.mark.parametrize("options", [[], ["--with-answers"]])
def test_a_class_gets_lessons_without_solutions_and_answers(tmp_path, capsys, options):
    assert main(["handout", str(tmp_path / "class"), *options]) == 0
    handed = sorted((tmp_path / "class").glob("*.ipynb"))
    assert [path.name for path in handed] == sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    course = [cell for path in NOTEBOOKS.glob("*.ipynb") for cell in notebook.all_cells(path)]
    texts = "".join(path.read_text(encoding="utf-8") for path in handed)
    for path in handed:
        given = nbformat.read(path, 4)
        nbformat.validate(given)
        assert not any(cell.get("outputs") for cell in given.cells)
        assert notebook.own_work(path, course) == ("", {})  # nothing of it is a learner's
    assert "solutions/" not in texts and not list((tmp_path / "class").rglob("*answers*"))
    told = "One way to write it", "nst_in_one_file", "The program so far", "The whole program"
    assert [bool(options)] * 4 == [words in texts for words in told]
    assert bool(options) == bool(re.search(ASKED, texts))
    assert bool(options) == (tmp_path / "class" / "nst_in_one_file.py").exists()
    assert texts.count("Your latest results in this lesson's checks:") == 9
    assert "START.md says how" in capsys.readouterr().out
    assert main(["handout", str(tmp_path / "class")]) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_handout_says_how_to_install_and_open_it(tmp_path):
    """With the course's address, the extra, the wheel's Python versions and commands there are."""
    assert main(["handout", str(tmp_path / "class")]) == 0
    start = (tmp_path / "class" / "START.md").read_text(encoding="utf-8")
    package = f'"nst_helpers[lab] @ {repository()}/archive/refs/heads/main.zip"'
    for place in (".venv/bin/", ".venv\\Scripts\\"):
        for command in (f"pip install {package}", "nst doctor", "nst lab"):
            assert f"\n{place}{command}\n" in start
    assert "REPOSITORY" not in start and start.count(repository()) == 3
    assert all(words in start for words in ("Python 3.11 to 3.13", "700 MB", "2.6 GB of disk"))


def test_a_first_lesson_without_its_setup_cell_is_a_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "00.ipynb").write_text("{}")
    monkeypatch.setattr(places, "lessons", lambda: [tmp_path / "00.ipynb"])
    assert main(["handout", str(tmp_path / "class")]) == 1
    assert "00.ipynb has no setup cell anymore" in capsys.readouterr().err
    assert not (tmp_path / "class").exists()
