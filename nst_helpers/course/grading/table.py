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

LEARNER, NOTE = "learner", "note"  # the columns beside the exercises
PERSON = ID, EMAIL = "id", "email"
TOTALS = POINTS, MAXIMUM, PERCENT = "points", "maximum", "percent"
ABSENT, SAME = "nothing was handed in", "same new code as"  # notes
OURS = r"it (is|holds|cannot|did|took|started|ended)\b|this is not a|" + SAME
OURS = rf".+\.ipynb(\.\w+)?: ({OURS}).*"
OURS = re.compile(f"{OURS}|{ABSENT}", re.I)
# delimiter: the one that it has. before: its bytes, or None for a new one.
Table = namedtuple("Table", "header lines delimiter before")


class Marks:
    """The table in a file. It is written after each notebook, so that nothing is lost later on.

    worth: `{exercise: points}`, in the course's order. Raises `SettingsError` for another file.
    """

    def __init__(self, path, worth):
        self.path, self.worth, self.rows = path, worth, []
        self.old, self.changed, self.fault = read(path), 0, None
        places = (path.with_stem(f"{path.stem}.before{end}") for end in chain([""], count(2)))
        self.beside = next(place for place in places if not place.exists())

    def keep(self, learners):
        """Write what was marked until now, beside what the file held before.

        learners: `{name: its Learner}`, see `grade`.
        """
        from ...pictures import write_files  # with TensorFlow, which reading a table needs not

        self.rows = [as_row(name, learner, self.worth) for name, learner in learners.items()]
        self.new, self.changed = merged(self.old, self.rows, self.worth)
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
        if self.rows:
            changed = f"{self.changed} of its marks changed; as it was, it is {self.beside.name}"
            changed = changed if self.changed else "no earlier marks changed"
            name = self.path.name
            say(f"Added to {name}; {changed}." if self.old.before else f"Written: {name}.")


def as_row(name, learner, known):
    """A learner's row, by the names of its columns; see `grade.Learner`."""
    row = {LEARNER: plain(name)}
    if learner.person:
        row |= {ID: plain(learner.person.id), EMAIL: plain(learner.person.email)}
    for exercise in known:
        if exercise in learner.cells:
            state, message = learner.cells[exercise]
            row |= {exercise: state, message_of(exercise): plain(message)}
    return row | {NOTE: plain("; ".join(note.replace(";", ",") for note in learner.notes))}


def message_of(exercise):
    """The column that says what is wrong in an exercise."""
    return f"message: {exercise}"


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
        (header, *lines), delimiter = parsed(data)
    except (ValueError, csv.Error):
        header = []
    if LEARNER not in header:
        raise SettingsError(
            f"{path} holds something else than a table of `nst grade`: give another file after -o."
        )
    width = max(len(line) for line in [header, *lines])
    header, *lines = (line + [""] * (width - len(line)) for line in [header, *lines])
    return Table(header, lines, delimiter, data)


def parsed(data):
    """`(lines, delimiter)` of a CSV file as any spreadsheet wrote it."""
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # of a spreadsheet on Windows
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), delimiter


def merged(table, rows, worth):
    """`(table, number of marks that changed)`: the rows put into those that were there.

    worth: `{exercise: points}` of all. Marks of other exercises, numbers in place of marks, rows
    of learners who have none now, columns and notes of a teacher's own stay as they were.
    """
    header, lines = _with_columns(table, rows, worth)
    found = {_same(line[header.index(LEARNER)]): line for line in reversed(lines)}
    changed = 0
    for row in rows:
        line = found.get(_same(row[LEARNER]))
        if line is None:
            line = found[_same(row[LEARNER])] = [""] * len(header)
            lines.append(line)
        elif row[NOTE] == ABSENT:  # of this run only
            del row[NOTE]
        cells = dict(zip(header, line))
        by_hand = {name: cells[name] for name in row if number_in(cells[name]) is not None}
        row |= {name: by_hand[name] for name in by_hand if name in worth}
        changed += sum(name in worth and cells[name] not in ("", row[name]) for name in row)
        if NOTE in row:
            notes = [note for note in cells[NOTE].split("; ") if not OURS.fullmatch(note)]
            row[NOTE] = "; ".join(filter(None, [*notes, row[NOTE]]))
        for name in row:
            line[header.index(name)] = row[name]
    for line in lines:
        for name, total in totals(dict(zip(header, line)), worth).items():
            line[header.index(name)] = total
    return table._replace(header=header, lines=lines), changed


def _with_columns(table, rows, worth):
    """`(header, lines)` of a table, with all columns that the rows need."""
    needed = [name for name in worth if any(name in row for row in rows)]
    person = [name for name in PERSON if any(name in row for row in rows)]
    header = list(table.header) or [LEARNER, *person, *TOTALS, NOTE]
    new = [name for name in needed if name not in header]
    at = header.index(POINTS) if POINTS in header else len(header)
    header[at:at] = new
    needed = [*person, *TOTALS, NOTE, *map(message_of, needed)]
    header += [name for name in needed if name not in header]
    lines = [line[:at] + [""] * len(new) + line[at:] for line in table.lines]
    return header, [line + [""] * (len(header) - len(line)) for line in lines]


def number_in(mark):
    """The number that somebody wrote in place of a mark, or None."""
    return float(mark.replace(",", ".")) if re.fullmatch(r"\d+([.,]\d+)?", mark) else None


def points_of(mark, most):
    """The points for a mark: all for a right exercise, or those that somebody wrote."""
    return most * (mark == "right") if number_in(mark) is None else number_in(mark)


def totals(cells, worth):
    """A row's points, their maximum and the percentage; empty where nothing is marked."""
    marks = {name: cells[name] for name in worth if name in cells}
    points = sum(points_of(marks[name], worth[name]) for name in marks)
    most = sum(map(worth.get, marks))
    found = [f"{points:g}", f"{most:g}", f"{100 * points / (most or 1):.0f}"]
    return dict(zip(TOTALS, found if any(marks.values()) else ["", "", ""]))


def by_name(table):
    """`{learner: {column: cell}}` of a table's rows."""
    rows = [dict(zip(table.header, line)) for line in reversed(table.lines)]
    return {_same(row[LEARNER]): row for row in rows}


def _same(name):
    return unicodedata.normalize("NFC", name).strip()


def as_text(table):
    """The text of a table's CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=table.delimiter).writerows([table.header, *table.lines])
    return text.getvalue()
