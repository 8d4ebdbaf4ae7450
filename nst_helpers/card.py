"""The run card: all that made a picture, written into its file and read back.

`save_image` writes a card into a PNG as text, and as JSON beside any other format.
"""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import png
from .errors import CardError
from .paths import as_path
from .settings import GIVEN_PICTURE, STARTING_POINTS

FORMAT = 1  # grows when an older kit could no longer use a newer card
KEY = "nst_helpers"  # of the PNG text chunk
PACKAGES = ("nst_helpers", "tensorflow", "keras", "numpy", "pillow")


def make(settings, **facts):
    """The card of a run: a dict fit for JSON, with the settings, the facts and the versions in use.

    settings: `Result.settings`. facts: what else is known of the run, such as `losses`.
    """
    versions = {name: _version(name) for name in PACKAGES}
    return {"format": FORMAT, "settings": settings, **facts, "versions": versions}


def beside(path):
    """Where the card of a picture stands that cannot hold it.

    That is the file of the same name with `.json` added. path: a `Path`.
    """
    return path.with_name(path.name + ".json")


def read(path):
    """The card in a PNG, in a JSON file, or in the JSON file beside a picture of another format.

    Returns the dict that `make` made. Raises `CardError`, also for a card that names a file to
    start from: none is made so, and whoever made it up wants one of this machine's opened.
    """
    path = as_path(path, CardError)
    try:
        text = _text(path)
    except (OSError, ValueError) as error:  # ValueError: text that is no UTF-8
        fault = f"{path.name} cannot be read ({error})"
        if isinstance(error, FileNotFoundError):
            fault = f"{path}: there is no such file"
        raise CardError(f"{fault}; give a picture that this kit saved, or its .json.") from error
    if text is None:
        remedy = "give a picture that this kit saved and no program changed since."
        raise CardError(f"{path.name} carries no run card: {remedy}")
    return _checked(text, path.name)


def settings_from(path, known):
    """The settings of the card at `path`, all of whose names must be in `known`.

    Raises `CardError`.
    """
    settings = read(path)["settings"]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        fault = f"has settings that are not known here: {', '.join(unknown)[:200]}."
        raise CardError(f"The run card of {Path(path).name} {fault}")
    return settings


def _text(path):
    if path.suffix.lower() == ".json":
        return path.read_text(encoding="utf-8")
    text = png.text(path.read_bytes(), KEY)
    if text is None and beside(path).is_file():
        return beside(path).read_text(encoding="utf-8")
    return text


def _checked(text, name):
    try:
        card = json.loads(text)
        newer = card["format"] > FORMAT
        usable = isinstance(card["settings"], dict)
        painted = card.get("painted") or {}
        steps = [card.get("steps_done", 0), *painted.get("steps", [])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _broken(name, str(error)[:200]) from error
    if newer:
        fault = "comes from a newer version of the kit: update the kit to use it."
        raise CardError(f"The run card of {name} {fault}")
    if not usable:
        raise _broken(name, "its settings are no list of names and values")
    if card["settings"].get("init") not in (None, *STARTING_POINTS, GIVEN_PICTURE):
        raise CardError(
            f"The run card of {name} names what to start from, {card['settings']['init']!r:.80}, "
            "and was not opened for it: a card holds no files. Give the picture yourself, as init."
        )
    if not all(isinstance(number, int) for number in steps):
        raise _broken(name, "its numbers of steps are no whole numbers")
    return card


def _broken(name, fault):
    return CardError(f"The run card of {name} is broken ({fault}): use another picture's card.")


def _version(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
