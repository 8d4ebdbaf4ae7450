"""Saving: a picture and its run card, both or neither.

They take the places of older files only once all of them are written.
"""

import io
import json
import os
import secrets
import tempfile
from pathlib import Path

from PIL import Image, PngImagePlugin

from .card import KEY as CARD_KEY
from .card import beside
from .errors import PictureError
from .pictures import to_uint8


def save_image(picture, path, card=None, card_beside=False):
    """Write a picture to a file whose ending names the format (.png, .jpg, .webp, ...).

    picture: `(1, height, width, 3)`, 0 to 1; values outside are clipped.
    card: a dict of what made the picture. It is written into a PNG as text, and for every other
    format, or if card_beside is true, as JSON into a file of the same name with `.json` added.

    The files are written beside their places and renamed, so that a failed save leaves the old
    ones whole. Returns the path. Raises `PictureError` if the picture or the path cannot be used.
    """
    path, image_format = check_output_path(path, card is not None, card_beside)
    pixels = to_uint8(picture)
    card_text = None if card is None else json.dumps(card, indent=1)
    files = {path: _encoded(pixels, image_format, card_text)}
    card_file = beside(path)
    if card_text and _has_card_file(image_format, card_beside):
        files[card_file] = card_text.encode()
    write_files(files)
    if card_file not in files and _holds_card(card_file):
        card_file.unlink()  # of the picture that stood here before
    return path


def _encoded(pixels, image_format, card_text):
    options = {}
    if image_format in ("JPEG", "WEBP"):
        options["quality"] = 95
    if card_text and image_format == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt(CARD_KEY, card_text)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, image_format, **options)
    return file.getvalue()


def rescue_image(picture, path, card=None):
    """Save a picture that could not be saved where it should have been: in a new folder elsewhere.

    Under its name, or as `picture` if that was the fault. Returns its path. Raises `PictureError`
    if there is no place for it.
    """
    for place in (tempfile.gettempdir, Path.home):
        try:
            folder = Path(tempfile.mkdtemp(dir=place(), prefix="nst_"))
        except (OSError, RuntimeError) as error:  # RuntimeError: whoever runs this has no home
            fault = error
            continue
        for name in (Path(path).name, f"picture{Path(path).suffix}"):
            try:
                return save_image(picture, folder / name, card)
            except PictureError as error:
                fault = error
        folder.rmdir()
    raise PictureError(
        f"The picture could be saved nowhere ({fault}): make room on a disk and paint it again."
    )


def check_output_path(path, card=True, card_beside=False):
    """`(path, Pillow's name of the format)` if a picture can be saved there, with a card or not.

    card, card_beside: as for `save_image`. Raises `PictureError` if it cannot.
    """
    path = Path(path).expanduser()
    Image.init()
    image_format = Image.EXTENSION.get(path.suffix.lower())
    if image_format not in ("PNG", "JPEG", "WEBP", "TIFF", "BMP"):
        raise PictureError(
            f"{path.name}: pictures are saved as .png, .jpg, .webp or .tiff; "
            "give it such an ending."
        )
    try:
        _check_place(path)
        if card and _has_card_file(image_format, card_beside):
            _check_card_file(beside(path))
        temporary = _temporary_beside(beside(path))  # the longest name that is needed
        temporary.open("xb").close()
        temporary.unlink()
    except OSError as error:
        raise PictureError(
            f"{path} cannot be written ({error.strerror}): save it elsewhere."
        ) from error
    return path, image_format


def _check_place(path):
    if not path.parent.is_dir():
        raise PictureError(
            f"{path}: there is no folder {path.parent}; make it first, or save elsewhere."
        )
    if path.is_dir():
        raise PictureError(f"{path} is a folder; add a file name, such as {path.name}/picture.png.")


def _check_card_file(card_file):
    if card_file.exists() and not _holds_card(card_file):
        raise PictureError(
            f"{card_file} would be written over, and is no run card: give the picture another name."
        )


def _has_card_file(image_format, card_beside):
    return card_beside or image_format != "PNG"


def _holds_card(path):
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and {"format", "settings"} <= held.keys()


def write_files(contents):
    """Write `{path: bytes}`: each into a temporary file beside its place, then all are renamed.

    Raises `PictureError`; files that were there before are then as they were.
    """
    temporaries, replaced = {}, {}
    try:
        for path, content in contents.items():
            temporary = _temporary_beside(path)
            with temporary.open("xb") as file:  # a new file, so the system applies the umask
                temporaries[temporary] = path
                file.write(content)
        for temporary, path in temporaries.items():
            before = path.read_bytes() if path.exists() else None
            os.replace(temporary, path)
            replaced[path] = before
    except OSError as error:
        for changed, before in replaced.items():
            changed.unlink() if before is None else changed.write_bytes(before)
        raise PictureError(
            f"{path} cannot be written ({error.strerror}), and nothing was changed: "
            "save it elsewhere."
        ) from error
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def _temporary_beside(path):
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")
