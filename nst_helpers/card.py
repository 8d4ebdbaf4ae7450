"""The run card: all that made a picture, written into its file and read back.

`save_image` writes a card into a PNG as text, and as JSON beside any other format.
"""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PIL import Image

FORMAT = 1  # grows when an older kit could no longer use a newer card
KEY = "nst_helpers"  # of the PNG text chunk


class CardError(ValueError):
    """A card that cannot be read or used; the message names the file and says what to do."""


def make(settings, **facts):
    """The card of a run: a dict fit for JSON, with the settings, the facts and the versions in use.

    settings: `Result.settings`. facts: what else is known of the run, such as `losses`.
    """
    return {
        "format": FORMAT,
        "settings": settings,
        **facts,
        "versions": {name: _version(name) for name in ("nst_helpers", "tensorflow", "keras", "numpy", "pillow")},
    }


def read(path):
    """The card in a PNG, in a JSON file, or in the JSON file beside a picture of another format.

    Returns the dict that `make` made. Raises `CardError`.
    """
    path = Path(path).expanduser()
    beside = path.with_name(path.name + ".json")
    try:
        if path.suffix.lower() == ".json":
            text = path.read_text(encoding="utf-8")
        else:
            with Image.open(path) as image:
                text = getattr(image, "text", {}).get(KEY)
            if text is None and beside.is_file():
                text = beside.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CardError(f"{path}: there is no such file; give a picture that this kit saved, or its .json.") from error
    except (OSError, UnicodeDecodeError, SyntaxError) as error:  # SyntaxError is Pillow's word for a broken PNG
        raise CardError(
            f"{path.name} cannot be read ({error}); give a picture that this kit saved, or its .json."
        ) from error
    if text is None:
        raise CardError(
            f"{path.name} carries no run card: give a picture that this kit saved and no program changed since."
        )
    return _checked(text, path.name)


def settings_from(path, known):
    """The settings of the card at `path`, all of whose names must be in `known`. Raises `CardError`."""
    settings = read(path)["settings"]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        names = ", ".join(unknown)
        raise CardError(f"The run card of {Path(path).name} has settings that are not known here: {names}.")
    return settings


def _checked(text, name):
    try:
        card = json.loads(text)
        newer = card["format"] > FORMAT
        usable = isinstance(card["settings"], dict)
        painted = card.get("painted") or {}
        whole = all(isinstance(number, int) for number in (card.get("steps_done", 0), *painted.get("steps", [])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CardError(f"The run card of {name} is broken ({error}): use another picture's card.") from error
    if newer:
        raise CardError(f"The run card of {name} comes from a newer version of the kit: update the kit to use it.")
    if not usable or not whole:
        fault = (
            "its numbers of steps are no whole numbers" if usable else "its settings are no list of names and values"
        )
        raise CardError(f"The run card of {name} is broken ({fault}): use another picture's card.")
    return card


def _version(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
