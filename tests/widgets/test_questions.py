"""A question without a browser: its buttons, and what stands for it where there are none."""

import re

import pytest

from nst_helpers.widgets import as_data, ask

TEXTS = {
    "question": "Which is *nearer* in `block4_conv2`, a < b or `2 * 3 * 4`?",
    "answers": ["the **moved** one & no other", "the `blurred` one", "neither"],
    "right": 2,
    "outcome": "The blurred one: *nothing* moved.",
}
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, by MIME type."""
    found = {}
    monkeypatch.setattr(
        "nst_helpers.widgets.questions.display", lambda data, raw: found.update(data)
    )
    return found


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_outcome_waits_for_a_choice(shown, number):
    chosen = []
    question = ask(**TEXTS, chosen=chosen.append)
    assert not chosen and not question.outcome.value
    assert [button.description for button in question.buttons] == [
        "the moved one & no other",
        "the blurred one",
        "neither",
    ]
    button = question.buttons[number - 1]
    button.click()
    assert chosen == [TEXTS["answers"][number - 1]]
    said = question.outcome.value
    assert ("Right." in said, "Not this time." in said) == (number == 2, number != 2)
    assert "The blurred one: <em>nothing</em> moved." in said and 'role="alert"' in said
    assert [one.disabled for one in question.buttons] == [one != button for one in question.buttons]
    icons = ["check" if one == 2 else "times" if one == number else "" for one in (1, 2, 3)]
    assert [one.icon for one in question.buttons] == icons


def test_where_there_are_no_widgets_the_outcome_is_folded(shown):
    question = ask(**TEXTS, chosen=print)
    assert shown.pop(VIEW)["model_id"] == question.model_id
    assert shown == as_data(**TEXTS)
    page = shown["text/html"]
    asked, folded = re.fullmatch(
        r"(.*)<details><summary>.*?</summary>(.*)</details>", page, re.S
    ).groups()
    assert "Which is <em>nearer</em> in <code>block4_conv2</code>, a &lt; b" in asked
    assert "<code>2 * 3 * 4</code>" in asked
    assert asked.count("<li>") == 3 and "the <strong>moved</strong> one &amp; no other" in asked
    assert "nothing" not in asked and "Answer 2." in folded and "<em>nothing</em>" in folded
    assert shown["text/plain"].splitlines() == [
        "Predict. Which is nearer in block4_conv2, a < b or 2 * 3 * 4?",
        "1. the moved one & no other",
        "2. the blurred one",
        "3. neither",
    ]
