"""What a class gets back, a file a learner; and what its teacher reads, all open exercises."""

import html
import re
from contextlib import suppress

from .table import LEARNER, SAME, TOTALS, by_name, message_of, number_in, plain, points_of

BADGE = re.compile(r"colab\.research\.google\.com/github/([^)\s]+\.ipynb)")
PAGE = '<!DOCTYPE html>\n<meta charset="utf-8"><title>Open exercises</title>\n<style>{}</style>\n{}'
STYLE = "img { max-width: 100% } pre { white-space: pre-wrap; background: #eee; padding: .5em }"


def heading_of(cells):
    """A lesson's title, as a link if its badge has an address."""
    text = cells[0][1]
    title, link = text.partition("\n")[0].lstrip("# "), BADGE.search(text)
    return f"[{title}](https://github.com/{link[1]})" if link else title


def feedback(table, learners, lessons, headings, worth):
    """`{file's name: Markdown}`: what each who handed something in is told, by exercise.

    learners: `{name: its Learner}`. lessons: see `notebook.read_lessons`. headings: of these. The
    file is named as a platform named the learner's own, so that it knows whose it is.
    """
    files, rows = {}, by_name(table)
    for name, learner in learners.items():
        if not learner.sender:
            continue
        row = rows[plain(name)]
        points, most, percent = (row[total] for total in TOTALS)
        lines = [
            f"# {row[LEARNER]}" + (f": {points} of {most} points, {percent} %" if points else "")
        ]
        for lesson, exercises in lessons.items():
            done = [exercise for exercise in exercises if row.get(exercise)]
            lines += ["", f"## {headings[lesson]}", ""] if done else []
            for one in done:
                mark, message = row[one], row.get(message_of(one))
                mark = mark if number_in(mark) is None else "marked by hand"
                told = f". {message}" if message else ""
                got = f"{points_of(row[one], worth[one]):g} of {worth[one]:g}"
                lines.append(f"- **{one}**: {mark} ({got}){told}")
        notes = [f"- {note}." for note in learner.notes if f": {SAME}" not in note]  # the teacher's
        lines += ["", *notes] if notes else []
        prefix = learner.sender.prefix
        file = f"{prefix}feedback.md" if prefix else re.sub(r"[^\w .,()@+-]", "_", name) + ".md"
        while file in files:
            file = f"_{file}"
        files[file] = "\n".join([*lines, ""])
    return files


def open_exercises(works):
    """A page of what was handed in for the open exercises, one after the other; nothing is run.

    works: what `grade.mark` yields.
    """
    parts = ["<h1>Open exercises</h1>"]
    for title in dict.fromkeys(title for _, work, _ in works for title in work):
        parts.append(f"<h2>{html.escape(title)}</h2>")
        for learner, work, _ in works:
            parts += [f"<h3>{html.escape(learner)}</h3>"] * (title in work)
            parts += [part for cell in work.get(title, []) for part in _shown(*cell)]
    return PAGE.format(STYLE, "\n".join(parts))


def _shown(kind, source, outputs):
    """A cell's source and what it printed and showed, as HTML."""
    with suppress(TypeError, AttributeError, LookupError):  # outputs may hold anything
        yield f"<pre>{html.escape(source)}</pre>"
        for output in outputs:
            data = output.get("data", {})
            if "image/png" in data:
                coded = html.escape("".join(data["image/png"]))
                yield f'<img alt="" src="data:image/png;base64,{coded}">'
            elif text := "".join(output.get("text", data.get("text/plain", ""))):
                yield f"<pre>{html.escape(text)}</pre>"


def write(files):
    """Write the texts of `{path: text}`. Raises `PictureError`."""
    from ...pictures import write_files  # with TensorFlow

    write_files({path: text.encode("utf-8", "replace") for path, text in files.items()})
