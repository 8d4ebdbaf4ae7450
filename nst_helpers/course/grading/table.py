"""A class's marks as a table, in a CSV file that each run adds to: what was there is kept."""

import csv
import io
import re
import unicodedata
from collections import namedtuple

from ...errors import SettingsError

LEARNER, RIGHT, NOTE = "learner", "right", "note"  # the columns beside the exercises
OURS = re.compile(r".+\.ipynb(\.\w+)?: it (is|holds|cannot|did|took|started|ended)\b.*", re.I)
# delimiter: the one that it has. before: its bytes, or None for a new one.
Table = namedtuple("Table", "header lines delimiter before")


def read(path):
    """The table in a file, as a spreadsheet may have written it again; an empty one without a file.

    Raises `SettingsError` for a file that holds something else.
    """
    if not path.exists() or path.stat().st_size == 0:
        return Table([], [], ",", None)
    data = path.read_bytes()
    text = data.decode(_encoding(data), errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except (ValueError, csv.Error):
        header = []
    if LEARNER not in header:
        raise SettingsError(
            f"{path} holds something else than a table of `nst grade`: give another file after -o."
        )
    width = max(len(line) for line in [header, *lines])
    padded = [line + [""] * (width - len(line)) for line in [header, *lines]]
    return Table(padded[0], padded[1:], delimiter, data)


def _encoding(data):
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"  # of a spreadsheet on Windows
    return "utf-8-sig"


def merged(table, exercises, rows, known):
    """`(table, number of marks that changed)`: the rows put into those that were there.

    exercises: the columns of `rows`, in their order. known: all exercises, of which a row's `right`
    marks are counted. Marks of other exercises, rows of learners
    who have none now, columns and notes of a teacher's own stay as they were.
    """
    header = table.header or [LEARNER, RIGHT, NOTE]
    new = [name for name in exercises if name not in header]
    at = header.index(RIGHT) if RIGHT in header else len(header)
    header = header[:at] + new + header[at:]
    header += [name for name in (RIGHT, NOTE) if name not in header]
    lines, changed = [], 0
    for line in table.lines:
        line = line[:at] + [""] * len(new) + line[at:]
        lines.append(line + [""] * (len(header) - len(line)))
    places = {}
    for number, line in enumerate(lines):
        places.setdefault(_same(line[header.index(LEARNER)]), number)
    for row in rows:
        number = places.setdefault(_same(row[LEARNER]), len(lines))
        if number == len(lines):
            lines.append([""] * len(header))
        cells = dict(zip(header, lines[number]))
        changed += sum(cells[name] not in ("", row[name]) for name in exercises if name in row)
        note = [one for one in cells[NOTE].split("; ") if one and not OURS.fullmatch(one)]
        note += [row[NOTE]] * bool(row[NOTE])
        cells |= row | {NOTE: "; ".join(note)}
        cells[RIGHT] = sum(cells[name] == "right" for name in header if name in known)
        for name in [*row, RIGHT, NOTE]:
            lines[number][header.index(name)] = str(cells[name])
    return table._replace(header=header, lines=lines), changed


def _same(name):
    return unicodedata.normalize("NFC", name).strip()


def as_text(columns, rows, delimiter=","):
    """The text of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([columns, *rows])
    return text.getvalue()


def write(path, columns, rows, delimiter=",", others=()):
    """Write a table, whole or not at all, and with it `others`, pairs of a path and its bytes.

    It begins with the mark by which spreadsheets know UTF-8. Raises `PictureError`.
    """
    from ...pictures import write_files  # with TensorFlow, which reading a table needs not

    write_files({path: as_text(columns, rows, delimiter).encode("utf-8-sig"), **dict(others)})
