"""A class's marks as a table, in a CSV file that each run adds to: what was there is kept."""

import csv
import io
import json
import re
import unicodedata
from collections import namedtuple
from itertools import chain, count

from ...console import say
from ...errors import PictureError, SettingsError

LEARNER, RIGHT, NOTE = "learner", "right", "note"  # the columns beside the exercises
OURS = re.compile(r".+\.ipynb(\.\w+)?: it (is|holds|cannot|did|took|started|ended)\b.*", re.I)
# delimiter: the one that it has. before: its bytes, or None for a new one.
Table = namedtuple("Table", "header lines delimiter before")


class Marks:
    """The table in a file. It is written after each notebook, so that nothing is lost later on.

    known: all exercises, in the course's order. Raises `SettingsError` for another file.
    """

    def __init__(self, path, known):
        self.path, self.known, self.rows = path, known, []
        self.old, self.changed, self.fault = read(path), 0, None
        places = (path.with_stem(f"{path.stem}.before{end}") for end in chain([""], count(2)))
        self.beside = next(place for place in places if not place.exists())

    def keep(self, learners):
        """Write what was marked until now, beside what the file held before.

        learners: `{name: its Learner}`, see `grade`.
        """
        from ...pictures import write_files  # with TensorFlow, which reading a table needs not

        self.rows = [as_row(name, learner, self.known) for name, learner in learners.items()]
        self.new, self.changed = merged(self.old, self.rows, self.known)
        files = {self.path: as_text(self.new).encode("utf-8-sig")}  # spreadsheets know it by that
        if self.changed:
            files[self.beside] = self.old.before
        try:
            write_files(files)
            self.fault = None
        except PictureError as error:
            self.fault = error

    def close(self):
        """Say what became of the older table; print the new one where it could not be written."""
        if self.fault:
            say(as_text(self.new))
            raise PictureError(f"{self.fault} The table is printed above.") from self.fault
        if self.rows and self.old.before:
            kept = f"; what it held before is in {self.beside.name}" if self.changed else ""
            say(f"{self.path.name} was added to: {self.changed} older marks changed{kept}.")


def as_row(name, learner, known):
    """A learner's row, by the names of its columns: a state, or which mistake it is."""
    row = {LEARNER: plain(name)}
    for exercise in known:
        if exercise in learner.cells:
            state, message = learner.cells[exercise]
            texts = {"not yet": message, "broken": f"broken: {message}"}
            row[exercise] = plain(texts.get(state, state))
    return row | {NOTE: plain("; ".join(learner.notes))}


def plain(text):
    """Text as one line that no spreadsheet takes for a formula."""
    text = " ".join(text.encode(errors="replace").decode().split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def read(path):
    """The table in a file, as a spreadsheet may have written it again; an empty one without a file.

    Raises `SettingsError` for a file that holds something else.
    """
    data = path.read_bytes() if path.exists() else b""
    if not data:
        return Table([], [], ",", None)
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # of a spreadsheet on Windows
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except (ValueError, csv.Error):
        header = []
    if LEARNER not in header:
        raise SettingsError(
            f"{path} holds something else than a table of `nst grade`: give another file after -o."
        )
    width = max(len(line) for line in [header, *lines])
    header, *lines = (line + [""] * (width - len(line)) for line in [header, *lines])
    return Table(header, lines, delimiter, data)


def merged(table, rows, known):
    """`(table, number of marks that changed)`: the rows put into those that were there.

    known: all exercises, of which a row's `right` marks are counted. Marks of other exercises,
    rows of learners who have none now, columns and notes of a teacher's own stay as they were.
    """
    header = table.header or [LEARNER, RIGHT, NOTE]
    new = [name for name in known if name not in header and any(name in row for row in rows)]
    at = header.index(RIGHT) if RIGHT in header else len(header)
    header = header[:at] + new + header[at:]
    header += [name for name in (RIGHT, NOTE) if name not in header]
    lines = [line[:at] + [""] * len(new) + line[at:] for line in table.lines]
    lines = [line + [""] * (len(header) - len(line)) for line in lines]
    found = {_same(line[header.index(LEARNER)]): line for line in reversed(lines)}
    changed = 0
    for row in rows:
        name = _same(row[LEARNER])
        if name not in found:
            found[name] = [""] * len(header)
            lines.append(found[name])
        line = found[name]
        cells = dict(zip(header, line))
        changed += sum(name in known and cells[name] not in ("", row[name]) for name in row)
        notes = [note for note in cells[NOTE].split("; ") if not OURS.fullmatch(note)]
        cells |= row | {NOTE: "; ".join(filter(None, [*notes, row[NOTE]]))}
        cells[RIGHT] = str(sum(cells[name] == "right" for name in header if name in known))
        for name in [*row, RIGHT]:
            line[header.index(name)] = cells[name]
    return table._replace(header=header, lines=lines), changed


def _same(name):
    return unicodedata.normalize("NFC", name).strip()


def as_text(table):
    """The text of a table's CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=table.delimiter).writerows([table.header, *table.lines])
    return text.getvalue()
