"""Saving: a picture and its run card, both or neither.

They take the places of older files only once all of them are written.
"""

import contextlib
import io
import json
import math
import os
import secrets
import shutil
import stat
import struct
import tempfile
import time
from pathlib import Path

from PIL import Image, PngImagePlugin

from .card import KEY as CARD_KEY
from .card import beside
from .errors import PictureError
from .machine import interrupts_ignored
from .paths import as_path
from .pictures import to_uint8

LONGEST = {"JPEG": 65500, "WEBP": 16383}  # px on a side, of a file of these formats


def save_image(picture, path, card=None, card_beside=False):
    """Write a picture to a file whose ending names the format (.png, .jpg, .webp, ...).

    picture: `(1, height, width, 3)`, 0 to 1; values outside are clipped.
    card: a dict of what made the picture. It is written into a PNG as text, and for every other
    format, or if card_beside is true, as JSON into a file of the same name with `.json` added.

    The files are written beside their places and renamed, so that a failed save leaves the old
    ones whole; a link is kept, and so is the mode of a file that is written over. An interrupt has
    to wait until all is written. Returns the path. Raises `PictureError` if the picture or the path
    cannot be used.
    """
    with interrupts_ignored():
        path, image_format = check_output_path(path, card is not None, card_beside)
        pixels = to_uint8(picture)
        check_size(path, image_format, max(pixels.shape[:2]))
        card_text = None if card is None else json.dumps(card, indent=1)
        files = {path: _encoded(pixels, image_format, card_text)}
        card_file = beside(path)
        if card_text and _has_card_file(image_format, card_beside):
            files[card_file] = card_text.encode()
        elif _holds_card(card_file):
            files[card_file] = None  # of the picture that stood here before
        write_files(files)
    return path


def _encoded(pixels, image_format, card_text):
    options = {}
    if image_format in ("JPEG", "WEBP"):
        options["quality"] = 95
    if card_text and image_format == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt(CARD_KEY, card_text)
    file = io.BytesIO()
    try:
        Image.fromarray(pixels).save(file, image_format, **options)
    except (OSError, ValueError, struct.error, OverflowError, MemoryError) as error:
        raise PictureError(
            f"Pillow cannot make a {image_format} file of this picture ({error}): save it as .png."
        ) from error
    return file.getvalue()


def check_size(path, image_format, side):
    """Raise `PictureError` if the format holds no picture whose longest side is so many pixels."""
    longest = LONGEST.get(image_format, side)
    if side > longest:
        raise PictureError(
            f"{Path(path).name}: a {image_format} file holds at most {longest} px on a side, and "
            f"the picture has {side}: save it as .png."
        )


UNFINISHED_SECONDS = 60  # from one saving of an unfinished picture to the next


def saver_of_unfinished(path):
    """`(on_step, clear)`: what saves a run's picture once a minute beside path, and removes it.

    For `stylize`, so that a long run leaves something to go on from even if the machine stops. Once
    a save fails, no more are tried: the run is worth more.
    """
    file = path.with_name(f"{path.stem}.unfinished.png")
    due, saved = time.monotonic() + UNFINISHED_SECONDS, False

    def on_step(step):
        nonlocal due, saved
        if time.monotonic() < due:
            return
        try:
            save_image(step.picture, file)
            due, saved = time.monotonic() + UNFINISHED_SECONDS, True
        except PictureError:
            due = math.inf

    def clear():
        if saved:
            with contextlib.suppress(OSError):  # the picture that was asked for is there
                file.unlink()

    return on_step, clear


def rescue_image(picture, path, card=None):
    """Save a picture that could not be saved where it should have been: in a new folder elsewhere.

    Under its name, or as `picture` if that was the fault, or as a PNG. Returns its path. Raises
    `PictureError` if there is no place for it.
    """
    for place in (tempfile.gettempdir, Path.home):
        try:
            folder = Path(tempfile.mkdtemp(dir=place(), prefix="nst_"))
        except (OSError, RuntimeError) as error:  # RuntimeError: whoever runs this has no home
            fault = error
            continue
        for name in (Path(path).name, f"picture{Path(path).suffix}", "picture.png"):
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
    path = as_path(path)
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
        temporary = _temporary_beside(beside(_linked(path)))  # the longest name that is needed
        temporary.open("xb").close()
        temporary.unlink()
    except PictureError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        fault = getattr(error, "strerror", None) or error
        raise PictureError(f"{path} cannot be written ({fault}): save it elsewhere.") from error
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
    except (OSError, ValueError, RecursionError):  # RecursionError: nested too deep
        return False
    return isinstance(held, dict) and {"format", "settings"} <= held.keys()


def write_files(contents):
    """Write `{path: bytes}`, all or nothing; a path whose content is None is removed.

    Each is written into a temporary file beside its place, and once all are, they are renamed. The
    first path's file is replaced while those after it are away: wherever this is cut off, each file
    is the old one, the new one or missing, and none stands beside one of another time.
    Raises `PictureError`; files that were there before are then as they were.
    """
    contents = {_linked(path): content for path, content in contents.items()}
    temporaries = {}
    with interrupts_ignored():
        try:
            for path, content in contents.items():
                if content is not None:
                    temporaries[path] = _temporary_beside(path)
                    _write_temporary(temporaries[path], content, path)
            _take_places(list(contents), temporaries)
        except OSError as error:
            raise PictureError(
                f"{path} cannot be written ({error.strerror}), and nothing was changed: "
                "save it elsewhere."
            ) from error
        finally:
            _remove(temporaries.values())


def _write_temporary(temporary, content, path):
    """Write a new file that is to take the place of `path`, and give it the mode of that."""
    with temporary.open("xb") as file:  # a new file, so the system applies the umask
        file.write(content)
    if path.exists():
        with contextlib.suppress(OSError):  # some shares have no modes
            os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))


def _take_places(paths, temporaries):
    """Rename the temporary files, see `write_files`; raises `OSError` after undoing what it did."""
    if len(paths) == 1:
        os.replace(temporaries[paths[0]], paths[0])
        return
    kept = {}
    try:
        for path in paths:
            with contextlib.suppress(FileNotFoundError):  # or another run has just taken it away
                kept[path] = _kept_beside(path)
        try:
            for path in paths[1:]:
                path.unlink(missing_ok=True)
            for path, temporary in temporaries.items():
                os.replace(temporary, path)
        except OSError:
            _put_back(paths, kept)
            raise
    finally:
        _remove(kept.values())


def _kept_beside(path):
    """A second name for a file or, where there is no such thing, a copy."""
    second = _temporary_beside(path)
    try:
        os.link(path, second)
    except OSError:
        try:
            shutil.copy2(path, second)
        except OSError:
            _remove([second])
            raise
    return second


def _put_back(paths, kept):
    """Give each path what it had before; renaming takes no room on a full disk."""
    for path in paths:
        try:
            if path in kept:
                os.replace(kept[path], path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            copy = kept.pop(path, path)
            raise PictureError(
                f"{path} could be neither written nor put back ({error.strerror}): "
                f"what it was is in {copy} now."
            ) from error


def _remove(paths):
    for path in paths:
        with contextlib.suppress(OSError):  # also where it is gone already
            path.unlink()


def _linked(path):
    """The file that a link leads to, so that the link stays; any other path as it is."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _temporary_beside(path):
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")
