"""A question with a button for each answer, whose outcome waits until one of them is chosen."""

import html
import re

import ipywidgets as widgets
from IPython.display import display

LOOKS = """<style>
.nst-answer.widget-button {
    width: auto; height: auto; min-height: 2.2em; padding: 0.3em 1em; line-height: 1.4;
    text-align: left; white-space: normal; }
.nst-question .widget-html-content { line-height: 1.5; }
</style>"""


def ask(question, answers, right, outcome, chosen):
    """Show a question in a notebook. Its texts are Markdown of one line. Returns the `Question`.

    right: the number of the right answer, from 1. chosen: called with the answer that is chosen.
    """
    asked = Question(question, answers, right, outcome, chosen)
    view = {"version_major": 2, "version_minor": 0, "model_id": asked.model_id}
    data = as_data(question, answers, right, outcome)
    display(data | {"application/vnd.jupyter.widget-view+json": view}, raw=True)
    return asked


def as_data(question, answers, right, outcome):
    """The question by MIME type for where there are no widgets: as HTML its outcome is folded."""
    items = "".join(f"<li>{as_html(answer)}</li>\n" for answer in answers)
    return {
        "text/html": f"<p><strong>Predict.</strong> {as_html(question)}</p>\n"
        f"<ol>\n{items}</ol>\n<details><summary>The outcome</summary>\n"
        f"<p><strong>Answer {right}.</strong> {as_html(outcome)}</p>\n</details>",
        "text/plain": "\n".join(
            [f"Predict. {plain(question)}"]
            + [f"{number}. {plain(answer)}" for number, answer in enumerate(answers, 1)]
        ),
    }


def as_html(text):
    """Markdown of one line, of which only code and emphasis are marked, as HTML."""
    parts = html.escape(text, quote=False).split("`")
    for number, part in enumerate(parts):
        if number % 2:
            parts[number] = f"<code>{part}</code>"
        else:
            part = re.sub(r"\*\*(\S.*?)\*\*", r"<strong>\1</strong>", part)
            parts[number] = re.sub(r"\*(\S.*?)\*", r"<em>\1</em>", part)
    return "".join(parts)


def plain(text):
    """The same without its marks, as on a button."""
    return html.unescape(re.sub(r"</?(code|strong|em)>", "", as_html(text)))


class Question(widgets.VBox):
    """What `ask` shows. `buttons` are the answers, in their order."""

    def __init__(self, question, answers, right, outcome, chosen):
        self._right, self._outcome, self._chosen = right, outcome, chosen
        self._answers = answers
        words = f"{LOOKS}<strong>Predict.</strong> {as_html(question)}"
        self.buttons = [widgets.Button(description=plain(answer)) for answer in answers]
        for button in self.buttons:
            button.add_class("nst-answer")
            button.on_click(self._choose)
        self.outcome = widgets.HTML()
        texts = [widgets.HTML(words), self.outcome]
        for text in texts:
            text.add_class("nst-question")
        super().__init__([texts[0], *self.buttons, texts[1]])

    def _choose(self, button):
        """The button that was pressed keeps the focus; the others can no longer be pressed."""
        number = self.buttons.index(button)
        for other in self.buttons:
            other.disabled = other is not button
        button.style.font_weight = "bold"
        button.icon = "times"
        self.buttons[self._right - 1].icon = "check"
        verdict = "Right." if number + 1 == self._right else "Not this time."
        # An alert is read out although it was not in the page before.
        words = f"<strong>{verdict}</strong> {as_html(self._outcome)}"
        self.outcome.value = f'<div role="alert">{words}</div>'
        self._chosen(self._answers[number])
