"""Saving: a file is written beside its place and then takes it, so that it is always whole."""

import contextlib
import io
import math
import os
import secrets
import shutil
import struct
import tempfile
import time
from pathlib import Path

from PIL import Image

from ..errors import PictureError, as_path
from ..machine import interrupts_ignored
from .card import FORMATS, save_options
from .pictures import to_uint8
from .samples import find_sample

JPEG_QUALITY = 88  # of pictures on the way
LONGEST = {"JPEG": 65500, "WEBP": 16383}  # px on a side, of a file of these formats


def save_image(picture, path, card=None):
    """Write a picture to a file whose ending names the format: .png, .jpg, .webp or .tiff.

    picture: `(1, height, width, 3)`, 0 to 1; values outside are clipped. card: a dict of what made
    the picture, written into the same file. Without one, .bmp is possible as well.

    A failed save leaves the old file whole; a link is kept, and so is the mode of a file that is
    written over. An interrupt has to wait until all is written. Returns the path. Raises
    `PictureError` if the picture or the path cannot be used.
    """
    with interrupts_ignored():
        path, image_format = check_output_path(path, card is not None)
        pixels = to_uint8(picture)
        check_size(path, image_format, max(pixels.shape[:2]))
        write_files({path: _encoded(pixels, image_format, card)})
    return path


def _encoded(pixels, image_format, card=None, quality=95):
    options = {} if card is None else save_options(card, image_format)
    if image_format in ("JPEG", "WEBP"):
        options["quality"] = quality
    file = io.BytesIO()
    try:
        Image.fromarray(pixels).save(file, image_format, **options)
    except (OSError, ValueError, struct.error, OverflowError, MemoryError) as error:
        raise PictureError(
            f"Pillow cannot make a {image_format} file of this picture ({error}): save it as .png."
        ) from error
    return file.getvalue()


def as_jpeg(picture):
    """The bytes of a JPEG file. picture: `(1, height, width, 3)`."""
    return _encoded(to_uint8(picture), "JPEG", quality=JPEG_QUALITY)


def as_png(picture):
    """The same of a PNG file."""
    return _encoded(to_uint8(picture), "PNG")


def check_no_source(path, sources):
    """Raise `PictureError` if what is saved there would take the place of what it is painted from.

    sources: what `load_image` takes. A picture to go on from is none of them: it may be written
    over.
    """
    for source in sources:
        try:
            same = find_sample(source) is None and path.samefile(as_path(source))
        except OSError:  # at least one of them is not there
            same = False
        if same:
            raise PictureError(
                f"{path} is {source}, one of the pictures to paint from: choose another name."
            )


def check_size(path, image_format, side):
    """Raise `PictureError` if the format holds no picture whose longest side is so many pixels."""
    longest = LONGEST.get(image_format, side)
    if side > longest:
        raise PictureError(
            f"{Path(path).name}: a {image_format} file holds at most {longest} px on a side, and "
            f"the picture has {side}: save it as .png."
        )


def saver_of_unfinished(file, seconds):
    """`(on_step, clear)`: what saves a run's picture every so many seconds, and removes the file.

    For `stylize`, so that a long run leaves something to go on from even if the machine stops. Once
    a save fails, no more are tried: the run is worth more.
    """
    due, saved = time.monotonic() + seconds, False

    def on_step(step):
        nonlocal due, saved
        if time.monotonic() < due:
            return
        try:
            save_image(step.picture, file)
            due, saved = time.monotonic() + seconds, True
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
        f"The picture could not be saved anywhere ({fault}): free some space and paint it again."
    )


def check_output_path(path, card=True):
    """`(path, Pillow's name of the format)`, or `PictureError` if no picture can be saved there."""
    path = as_path(path)
    Image.init()
    image_format = Image.EXTENSION.get(path.suffix.lower())
    if image_format not in FORMATS and (card or image_format != "BMP"):
        raise PictureError(
            f"{path.name}: pictures are saved as .png, .jpg, .webp or .tiff; "
            "give it one of these endings."
        )
    check_place(path, "picture.png")
    return path, image_format


def check_place(path, example):
    """Raise `PictureError` if no file can be written there. example: a name, if it is a folder."""
    try:
        has_folder, is_folder = path.parent.is_dir(), path.is_dir()
        if has_folder and not is_folder:
            temporary = _temporary_beside(Path(os.path.realpath(path)))
            temporary.open("xb").close()
            temporary.unlink()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        fault = getattr(error, "strerror", None) or error
        raise PictureError(f"{path} cannot be written ({fault}): save it elsewhere.") from error
    if not has_folder:
        raise PictureError(
            f"{path}: there is no folder {path.parent}; make it first, or save elsewhere."
        )
    if is_folder:
        raise PictureError(f"{path} is a folder; add a file name, such as {path.name}/{example}.")


def make_folder(folder):
    """Make it, with those around it, if it is not there. Raises `PictureError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        fault = getattr(error, "strerror", None) or error
        raise PictureError(
            f"{folder} cannot be the folder of the pictures ({fault}): give another one."
        ) from error


def write_files(contents):
    """Write `{path: bytes}`; at any time each file is the old one or the new one, and whole.

    All are first written into temporary files beside their places, so that a full disk changes
    nothing. These are then renamed, the first one last, since it may speak of the others. Files
    whose content is None are removed in the end. Raises `PictureError`.
    """
    temporaries = {}
    with interrupts_ignored():
        try:
            for path, content in contents.items():
                if content is not None:
                    target = Path(os.path.realpath(path))  # of a link, so that the link stays
                    temporaries[target] = _temporary_beside(target)
                    _write_temporary(temporaries[target], content, target)
            for path in reversed(temporaries):
                os.replace(temporaries[path], path)
            _remove(path for path, content in contents.items() if content is None)
        except OSError as error:
            raise PictureError(
                f"{path} cannot be written ({error.strerror}): save it elsewhere."
            ) from error
        finally:
            _remove(temporaries.values())


def _write_temporary(temporary, content, path):
    """Write a new file that is to take the place of `path`, and give it the mode of that."""
    with temporary.open("xb") as file:  # a new file, so the system applies the umask
        file.write(content)
    with contextlib.suppress(OSError):  # there is no old file, or a share has no modes
        shutil.copymode(path, temporary)


def _remove(paths):
    for path in paths:
        with contextlib.suppress(OSError):  # also where it is gone already
            path.unlink()


def _temporary_beside(path):
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")
