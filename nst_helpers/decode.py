"""Any source of a picture, decoded: an upright RGB image in sRGB, or a checked array.

Sizes are left alone here; `pictures` shrinks what this module has decoded.
"""

import io
import os
import warnings
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from .errors import PictureError
from .samples import SAMPLES, find_sample

HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")  # bytes 8 to 12 of such a file


def open_source(source):
    """`(name, image)` of any source that `pictures.load_image` takes.

    name: what to call the source in a message. image: for a path, a sample's name or a PIL image
    an RGB PIL image as `as_seen` returns it; for an array or tensor a float32 numpy array
    `(1, height, width, 3)`, 0 to 1. Raises `PictureError`.
    """
    sample = find_sample(source) if isinstance(source, str) else None
    if isinstance(sample, Path):
        return source, read_file(sample)
    if sample is not None:
        return source, Image.fromarray(sample)
    if isinstance(source, Image.Image):
        return "this PIL image", as_seen(source, "this PIL image")
    if not isinstance(source, (str, os.PathLike)):
        return "this array", _values_from_0_to_1(source)
    return Path(source).name, read_file(_existing_file(source))


def _existing_file(source):
    text = os.fspath(source)
    if "://" in text:
        raise PictureError(
            f"{text} is an address: download the picture first and give the file's path."
        )
    path = Path(text).expanduser()
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except OSError as error:
        raise PictureError(
            f"{text[:40]}… is no file that can be opened ({error.strerror}): check the path."
        ) from error
    if is_folder:
        raise PictureError(f"{path} is a folder: give the path of one picture in it.")
    if not exists:
        close = get_close_matches(text, SAMPLES, n=1)
        samples = f"check the path, or use a sample: {', '.join(SAMPLES)}."
        hint = f"did you mean {close[0]!r}?" if close else samples
        raise PictureError(f"{path}: there is no such file; {hint}")
    return path


def read_file(path):
    """The file's first frame as a person sees it: an upright RGB PIL image in sRGB.

    Raises `PictureError`.
    """
    head = _first_bytes(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                image.load()
                return as_seen(image, path.name)
    except PictureError:
        raise  # from `as_seen`, which names the fault itself
    except Exception as error:  # a damaged file can raise almost anything inside a decoder
        raise PictureError(f"{path.name} {_fault(error, head)}") from error


def _first_bytes(path):
    try:
        with path.open("rb") as file:
            head = file.read(32)
    except OSError as error:
        raise PictureError(
            f"{path.name} cannot be opened ({error.strerror}); check its permissions."
        ) from error
    if not head:
        raise PictureError(f"{path.name} is empty (0 bytes): copy or download it again.")
    return head


def _fault(error, head):
    """What an error of Pillow says about a file that begins with these bytes."""
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        millions = Image.MAX_IMAGE_PIXELS // 10**6
        return (
            f"holds more than {millions} million pixels: make it smaller in an image editor first."
        )
    if not isinstance(error, Image.UnidentifiedImageError):
        return f"is damaged or cut off ({error}): copy or download it again."
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return "is a HEIC phone photo, which Pillow cannot read: export it as JPEG and use that."
    return (
        "is not a picture that Pillow can read, whatever its ending says: export it as PNG or JPEG."
    )


def as_seen(image, name):
    """What a viewer shows of a PIL image: upright, on white, as RGB in sRGB.

    Nothing but pixels is left: to decode the result again changes nothing.
    name: of the image in the message of the `PictureError` that is raised if it cannot be used.
    """
    image = ImageOps.exif_transpose(image)  # always a copy
    profile = image.info.get("icc_profile")
    image = _eight_bits(image, name)
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    if alpha is not None:
        image = image.convert("RGB")
    image = _in_srgb(image, profile)
    if alpha is not None:
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=alpha)
        image = white
    image.info = {}  # the color profile, the orientation and the like hold no longer
    return image


def _eight_bits(image, name):
    """16- and 32-bit gray scaled to 8 bits; every other mode as it is."""
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64) / 65535
    elif image.mode == "F":
        values = np.asarray(image).astype(np.float64)
        _check_finite(values, name)
        if values.max() > 1:
            values = values / (255 if values.max() <= 255 else 65535)
    else:
        return image
    return Image.fromarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))


def _in_srgb(image, profile):
    """The image as RGB, its colors converted from the embedded profile to sRGB."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # viewers, too, ignore a profile that is broken or made for another color space
    return image.convert("RGB")


def checked_values(array, name):
    """An array or tensor as a numpy array `(1, height, width, 3)` of its own type.

    Raises `PictureError`, with that name, if its shape is another or a value is not finite.
    """
    values = np.asarray(array)
    if values.ndim == 3:
        values = values[None]
    if values.ndim != 4 or values.shape[0] != 1 or values.shape[3] != 3:
        raise PictureError(
            f"{name} has the shape {np.shape(array)}: "
            "a picture has the shape (1, height, width, 3)."
        )
    _check_finite(values, name)
    return values


def _check_finite(values, name):
    if not np.isfinite(values).all():
        raise PictureError(
            f"{name} holds values that are not finite (NaN or infinity): "
            "repair or replace them first."
        )


def _values_from_0_to_1(array):
    values = checked_values(array, "this array")
    if values.dtype == np.uint8:
        return values.astype(np.float32) / 255
    if values.min() < 0 or values.max() > 1:
        raise PictureError(
            f"this array has values from {values.min():.3g} to {values.max():.3g}: "
            "floats must lie between 0 and 1 (divide by 255?), or be uint8."
        )
    return values.astype(np.float32)
