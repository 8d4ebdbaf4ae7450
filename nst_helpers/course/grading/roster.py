"""A class's list: whose the downloads are, and points as Moodle and Canvas import them.

Both name a download by the learner and a number, by which they know the learner again. The columns
are those that Moodle's `assignfeedback_offline` and Canvas' `gradebook_importer.rb` look for.
"""

import csv
import re
import unicodedata
from collections import namedtuple

from ...errors import SettingsError, as_path
from .table import MAXIMUM, POINTS, Table, as_text, by_name, message_of, parsed, plain

Person = namedtuple("Person", "id name email")
# Who handed something in; prefix: what the platform put before the file's own name.
Sender = namedtuple("Sender", "name platform number prefix", defaults=("", "", ""))
PLATFORMS = {  # from Moodle 4.1 on, folders end without a `_`
    "Moodle": re.compile(
        r"(?P<prefix>(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+)(_.*)?"
    ),
    "Canvas": re.compile(r"(?P<prefix>(?P<name>[^_]+)_(?:LATE_)?(?P<number>\d{3,})_\d{3,})_.+"),
}
MOODLE = "Identifier,Full name,Email address,ID number,Grade,Maximum Grade,Last modified (grade),"
MOODLE = f"{MOODLE}Feedback comments".split(",")
CANVAS = "Student", "ID", "SIS User ID", "SIS Login ID", "Section"
COLUMNS = {  # of a list, in small letters: a teacher's own, Moodle's worksheet, Canvas' gradebook
    "id": ("id", "identifier"),
    "name": ("name", "full name", "student"),
    "email": ("email", "email address", "sis login id"),
}


def sender_of(part):
    """Who handed in what a platform gave this name; None for another name."""
    for platform, pattern in PLATFORMS.items():
        if found := pattern.fullmatch(part):
            return Sender(found["name"].strip(), platform, found["number"], f"{found['prefix']}_")
    return None


def read_people(path):
    """The `Person`s in a CSV file with the `COLUMNS`; the ids are added to namesakes.

    Raises `SettingsError` for another file.
    """
    path, remedy = as_path(path), "give a CSV file with columns id, name, email, "
    remedy += "or what Moodle (grading worksheet) or Canvas (gradebook) exports."
    try:
        (header, *lines), _ = parsed(path.read_bytes())
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: there is no such file; {remedy}") from error
    except (OSError, ValueError, csv.Error) as error:
        raise SettingsError(f"{path} cannot be read as a list: {remedy}") from error
    header = [cell.strip().lower().replace("-", "") for cell in header]
    columns = {field: next(filter(header.__contains__, COLUMNS[field]), "") for field in COLUMNS}
    if missing := [field for field in COLUMNS if not columns[field]]:
        missing, there = " or ".join(missing), ", ".join(header)
        raise SettingsError(f"{path} has no column {missing} (it has {there:.80}): {remedy}")
    lines = [[unicodedata.normalize("NFC", plain(cell)) for cell in line] for line in lines]
    rows = [dict(zip(header, line)) for line in lines]
    people = [Person(*(row.get(columns[field], "") for field in COLUMNS)) for row in rows]
    people = [one for one in people if one.name not in ("", "Points Possible")]  # a line of Canvas'
    names = [one.name for one in people]
    if not names:
        raise SettingsError(f"{path} names nobody: {remedy}")
    return [
        one._replace(name=f"{one.name} ({one.id})") if names.count(one.name) > 1 else one
        for one in people
    ]


def spellings(name):
    """The letters of a name, from each of its words on: `Ann Able` is `Able, Ann` and `ableann`."""
    text = unicodedata.normalize("NFKD", re.sub(r" \(.*\)$", "", name)).casefold()
    words = re.findall(r"\w+", "".join(char for char in text if not unicodedata.combining(char)))
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}


def person_of(sender, people):
    """The one in the list who is the sender: by name, else by number or address; or None."""
    own = {"Moodle": f"Participant {sender.number}", "Canvas": sender.number}
    own, letters = own.get(sender.platform, sender.name), spellings(sender.name)
    called = [one for one in people if letters & spellings(one.name)]
    known = [one for one in called or people if own in (one.id, one.email, one.email.split("@")[0])]
    return next((found[0] for found in (called, known) if len(found) == 1), None)


def imports(table, learners, known, title):
    """The texts of the CSV files that the `PLATFORMS` import, of those who have points.

    learners: `{name: its Learner}`, see `grade`. title: of the assignment, for Canvas.
    """
    rows = {name: row for name, row in by_name(table).items() if row[POINTS]}
    most = f"{max([float(row[MAXIMUM]) for row in rows.values()], default=0):g}"
    moodle, canvas = [], [["Points Possible", "", "", "", "", most]]
    pairs = [(one.sender, one.person) for one in learners.values() if one.sender and one.person]
    is_canvas = any(sender.number == person.id for sender, person in pairs)  # that the list is of
    for name, learner in learners.items():
        if row := rows.get(plain(name)):
            sender, person = learner.sender or Sender(name), learner.person or Person("", name, "")
            number = {sender.platform: sender.number}
            own = person.id if person.id.startswith("Participant ") else ""  # Moodle's own list
            participant = f"Participant {number['Moodle']}" if "Moodle" in number else own
            told = {one: row.get(message_of(one), "") for one in known if row.get(one)}
            said = [f"{one}: {row[one]}. {message}".strip() for one, message in told.items()]
            said = [text if text[-1] in ".!?" else f"{text}." for text in said]
            points = row[POINTS], row[MAXIMUM], "", " ".join(said)
            moodle.append([participant, person.name, person.email, person.id, *points])
            ids = number.get("Canvas", person.id * is_canvas), person.id * (not is_canvas)
            canvas.append([person.name, *ids, person.email, "", row[POINTS]])
    tables = Table(MOODLE, moodle, ",", None), Table([*CANVAS, title], canvas, ",", None)
    return [as_text(table) for table in tables]
