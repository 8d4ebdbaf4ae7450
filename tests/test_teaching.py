"""The teachers' page answers what the lessons ask, in their order and with their numbers."""

import re

import pytest
from notebook_tools import NOTEBOOKS, ROOT, cells, text

from nst_helpers.course import by_lesson

TEACHING = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
every_lesson = pytest.mark.parametrize(
    "path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem
)


def questions(path):
    """The *Predict* questions of a lesson's text, in order; predictions have their own outcomes."""
    return re.findall(r"^> \*\*Predict\.\*\*(.*(?:\n>.*)*)", text(path), re.M)


def answers(path):
    """`(question recalled, answer)` pairs that the teachers' page has for a lesson, in order."""
    section = re.search(rf"^### {path.stem[:2]} .*\n((?:(?!#).*\n)*)", TEACHING, re.M)
    items = re.findall(r"^\d+\. (.*(?:\n   .*)*)", section[1], re.M) if section else []
    return [re.fullmatch(r"\*(.*?[.?])\* ((?:.|\n)*)", item).groups() for item in items]


def words(text):
    return set(re.findall(r"[\w.]*\w", text.lower()))


def said_in(path):
    """All that a lesson writes and prints."""
    said = []
    for cell in cells(path):
        said += cell["source"]
        for output in cell.get("outputs", []):
            said += output.get("text", [])
    return "".join(said)


@every_lesson
def test_each_predict_has_its_answer_in_its_place(path):
    assert len(answers(path)) == len(questions(path))
    for (recalled, answer), question in zip(answers(path), questions(path), strict=True):
        # Little words may differ, so that a question can be shortened to good English.
        strange = {word for word in words(recalled) - words(question) if len(word) > 5}
        assert not strange, f"{recalled!r} is not {question!r}"
        assert len(words(recalled) & words(question)) >= 3
        assert len(answer.split()) >= 3


@every_lesson
def test_the_answers_numbers_are_the_lessons(path):
    said = said_in(path)
    for _, answer in answers(path):
        for number in re.findall(r"\d+[.,]\d+(?:,\d+)?", answer):
            assert number in said, answer


@every_lesson
def test_the_outcomes_numbers_are_the_lessons(path):
    said = said_in(path)
    for prediction in by_lesson().get(int(path.stem[:2]), {}).values():
        for number in re.findall(r"\d+[.,]\d+(?:,\d+)?", prediction.outcome):
            assert number in said, prediction.outcome
