"""Predictions hold what their lessons show; answers for teachers are on no public page."""

import re
import sys

import pytest
from notebook_tools import NOTEBOOKS, ROOT, cells, text

from nst_helpers.course import by_lesson

sys.path.insert(0, str(ROOT / "docs"))

ANSWERS = (ROOT / "teaching" / "answers.md").read_text(encoding="utf-8")
every_lesson = pytest.mark.parametrize(
    "path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem
)


def said_in(path):
    """All that a lesson writes and prints."""
    said = []
    for cell in cells(path):
        said += cell["source"]
        for output in cell.get("outputs", []):
            said += output.get("text", [])
    return "".join(said)


@every_lesson
def test_what_is_to_be_predicted_is_asked_with_answers_to_choose_from(path):
    assert "**Predict" not in text(path)
    assert 3 <= len(by_lesson()[int(path.stem[:2])]) <= 4


@every_lesson
def test_the_outcomes_numbers_are_the_lessons(path):
    said = said_in(path)
    for prediction in by_lesson().get(int(path.stem[:2]), {}).values():
        for number in re.findall(r"\d+[.,]\d+(?:,\d+)?", prediction.outcome):
            assert number in said, prediction.outcome


@every_lesson
def test_the_times_are_the_lessons(path):
    row = re.search(rf"^\| {path.stem[:2]} .*", (ROOT / "TEACHING.md").read_text("utf-8"), re.M)[0]
    [promised] = re.findall(r"The cells take (.* minutes?) to run", text(path))
    assert row.endswith(f"| {promised} |")


def test_the_answers_are_on_no_page_of_the_site():
    from pages import PAGES, place

    assert place("teaching/answers.md") is None
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / name for name in PAGES)]
    shown = "".join(page.read_text(encoding="utf-8") for page in pages)
    answered = [
        line.strip() for line in ANSWERS.splitlines() if len(line) > 80 and "`teaching" not in line
    ]
    assert len(answered) > 5 and not [line for line in answered if line in shown]
    assert "`teaching/answers.md`" in shown  # teachers find them
