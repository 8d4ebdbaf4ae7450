"""The run card: all that made a picture, written into its file and read back.

A PNG file holds it as an international text named `nst_helpers`; a JPEG file as comments; WebP and
TIFF as the image description of their EXIF. In these three `MARK` stands before it.
"""

import json
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PIL import ExifTags, Image, PngImagePlugin

from ..errors import CardError, as_path
from .values import GIVEN_PICTURE, STARTING_POINTS

FORMAT = 1  # grows when an older kit could no longer use a newer card
KEY = "nst_helpers"
MARK = "nst_helpers run card: "
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF")  # whose files hold a card
LONGEST_COMMENT = 65533  # bytes, of a JPEG file; a longer card takes several
PACKAGES = ("nst_helpers", "tensorflow", "keras", "numpy", "pillow")


def make(settings, **facts):
    """The card of a run: a dict fit for JSON, with the settings, the facts and the versions in use.

    settings: `Result.settings`. facts: what else is known of the run, such as `losses`.
    """
    versions = {name: _version(name) for name in PACKAGES}
    return {"format": FORMAT, "settings": settings, **facts, "versions": versions}


def save_options(card, image_format):
    """What Pillow's `Image.save` needs to write a card into a file of one of `FORMATS`: a dict."""
    text = json.dumps(card, indent=1)  # in ASCII
    if image_format == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt(KEY, text)
        return {"pnginfo": texts}
    text = MARK + text
    if image_format == "JPEG":
        starts = range(0, len(text), LONGEST_COMMENT)
        parts = [text[start : start + LONGEST_COMMENT].encode() for start in starts]
        heads = [b"\xff\xfe" + (len(part) + 2).to_bytes(2, "big") for part in parts]
        return {"extra": b"".join(head + part for head, part in zip(heads, parts))}
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = text
    return {"exif": exif}


def read(path):
    """The card in a picture, or in a JSON file (which older kits wrote beside a picture).

    Returns the dict that `make` made. Raises `CardError`, also for a card that names a file to
    start from: none is made so, and whoever made it up wants one of this machine's opened.
    """
    path = as_path(path, CardError)
    remedy = "give a picture as this kit saved it, or a card's .json file."
    try:
        is_json = path.suffix.lower() == ".json"
        text = path.read_text(encoding="utf-8") if is_json else _text_within(path)
    except FileNotFoundError as error:
        raise CardError(f"{path}: there is no such file; {remedy}") from error
    except Exception as error:  # a damaged file can raise almost anything inside Pillow
        fault = str(error).partition("\n")[0][:200]
        raise CardError(f"{path.name} cannot be read ({fault}); {remedy}") from error
    if text is None:
        raise CardError(f"{path.name} carries no run card: {remedy}")
    return _checked(text, path.name)


def settings_from(path, known):
    """The settings of the card at `path`. Raises `CardError`, also for names not in `known`."""
    settings = read(path)["settings"]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        fault = f"has settings that are not known here: {', '.join(unknown)[:200]}."
        raise CardError(f"The run card of {Path(path).name} {fault}")
    return settings


def _text_within(path):
    """The card's text in a picture, whose pixels are not decoded for it; None if there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken metadata, or of many pixels
            with Image.open(path) as image:
                if image.format == "PNG":
                    return image.info.get(KEY) or image.text.get(KEY)  # `text`: also after pixels
                if image.format in ("JPEG", "MPO"):
                    comments = [part for kind, part in image.applist if kind == "COM"]
                    text = b"".join(comments).decode("latin-1")
                else:
                    text = str(image.getexif().get(ExifTags.Base.ImageDescription))
    except Image.UnidentifiedImageError:
        return None
    return text.partition(MARK)[2] or None


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
        raise _broken(name, "its settings are not names with values")
    if card["settings"].get("init") not in (None, *STARTING_POINTS, GIVEN_PICTURE):
        raise CardError(
            f"The run card of {name} names a picture to start from, "
            f"{card['settings']['init']!r:.80}, which was not opened: a card holds no files. "
            "Give the picture yourself, as init."
        )
    if not all(isinstance(number, int) for number in steps):
        raise _broken(name, "its numbers of steps are not whole numbers")
    return card


def _broken(name, fault):
    return CardError(f"The run card of {name} is broken ({fault}): use another picture's card.")


def _version(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
