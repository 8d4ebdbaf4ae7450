"""Any source of a picture, decoded: an upright RGB image in sRGB, or a checked array.

Sizes are left alone here; `pictures` shrinks what this module has decoded.
"""

import contextlib
import os
import re
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image, ImageCms, ImageOps

from ..errors import PictureError, as_path, readable, suggestion
from .samples import SAMPLES, find_sample
from .values import short

OVERSHOOT, SHARE_OUTSIDE = 0.1, 0.01  # of floats, beyond 0 and 1; of how many more than that
WHITE_OF_16_BITS = 65535
NEARLY_BLACK = 4096  # of 16 bits: a camera's 12, taken for 16, would show next to nothing
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")  # bytes 8 to 12 of such a file
READ_BY_TENSORFLOW = re.compile(rb"\x89PNG|\xff\xd8|RIFF....WEBP", re.DOTALL)  # first bytes
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)
EXIF = re.compile(rb"(Exif\0\0|eXIf)(?=II\*\0|MM\0\*)")  # what EXIF begins with, in JPEG, in PNG


def open_source(source, called="this array"):
    """`(name, image)` of any source that `pictures.load_image` takes.

    called: what to call an array. name: what to call the source in a message. image: an RGB PIL
    image as `as_seen` returns it; of an array or tensor that is not uint8 a float32 numpy array
    `(1, height, width, 3)`, 0 to 1. Raises `PictureError`.
    """
    sample = find_sample(source) if isinstance(source, str) else None
    if isinstance(sample, Path):
        return source, read_file(sample)
    if sample is not None:
        return source, Image.fromarray(sample)
    if isinstance(source, Image.Image):
        file = os.fsdecode(getattr(source, "filename", ""))  # none of what was made by a program
        return Path(file).name or "this PIL image", _of_pil(source)
    if not isinstance(source, (str, os.PathLike)):
        return called, _from_array(source, called)
    path = _existing_file(source)
    return path.name, read_file(path)


def _of_pil(image):
    try:
        return as_seen(image, "this PIL image")
    except PictureError:
        raise
    except Exception as error:  # it may be read from its file only now, see `read_file`
        raise PictureError(
            f"this PIL image cannot be read ({_first_line(error)}): "
            "open its file again, or another one."
        ) from error


def _existing_file(source):
    text = os.fsdecode(source)
    if not text.strip():
        raise PictureError("The picture has no name: give the path of a file.")
    if "://" in text:
        raise PictureError(
            f"{text} is an address: download the picture first and give the file's path."
        )
    path = as_path(text)
    try:
        is_folder, exists, is_file = path.is_dir(), path.exists(), path.is_file()
    except OSError as error:
        raise PictureError(
            f"{text[:40]}… is not a file that can be opened ({error.strerror}): check the path."
        ) from error
    if is_folder:
        raise PictureError(f"{path} is a folder: give the path of one picture in it.")
    if not exists:
        hint = f"check the path, or use a sample: {', '.join(SAMPLES)}."
        hint = suggestion(text, SAMPLES, "check the path." if path.suffix else hint)
        raise PictureError(f"{path}: there is no such file; {hint}")
    if not is_file:
        raise PictureError(f"{path} is not an ordinary file: save the picture to one first.")
    return path


def read_file(path, name=None):
    """The file's first frame as a person sees it: an upright RGB PIL image in sRGB.

    What does not belong to its pixels (texts, a profile, EXIF) never costs them: if that is broken
    it is left out. name: what a message calls it, if not by its own. Raises `PictureError`.
    """
    name = name or path.name
    head = _first_bytes(path, name)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="PIL")  # of broken metadata, that cost nothing
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with _opened(path, head) as image:
                if not isinstance(image.info.get("xmp"), bytes):
                    image.info.pop("xmp", None)  # of a broken TIFF, at which Pillow's `load` stops
                image.load()
                return as_seen(image, name)
    except PictureError:
        raise  # from `as_seen`, which names the fault itself
    except Exception as error:  # a damaged file can raise almost anything inside a decoder
        try:
            return as_seen(_without_metadata(path, head, error), name)
        except Exception:
            raise PictureError(f"{name} {_fault(error, head)}") from error


def _opened(path, head):
    """As `Image.open`, and a HEIC photo too where pillow-heif is installed."""
    try:
        return Image.open(path)
    except Image.UnidentifiedImageError:
        if not _is_heic(head):
            raise
    import pillow_heif

    photo = pillow_heif.open_heif(path)  # which turns it upright itself
    width, height = photo.size
    if width * height > Image.MAX_IMAGE_PIXELS:
        raise Image.DecompressionBombError
    return photo.to_pillow()


def _is_heic(head):
    return head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS


def _without_metadata(path, head, error):
    """What a file's pixels alone show, whose metadata Pillow cannot read: TensorFlow skips it.

    error: Pillow's, raised again if there is no more to try; what TensorFlow raises otherwise.
    """
    if isinstance(error, TOO_LARGE) or not READ_BY_TENSORFLOW.match(head):
        raise error
    content = path.read_bytes()
    pixels = tf.io.decode_image(content, expand_animations=False).numpy()
    image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    if exif := EXIF.search(content):  # which may tell, all the same, how the camera was held
        image.info["exif"] = content[exif.end() :]
    return image


def _first_bytes(path, name):
    try:
        with path.open("rb") as file:
            head = file.read(32)
    except OSError as error:
        raise PictureError(
            f"{name} cannot be opened ({error.strerror}); check its permissions."
        ) from error
    if not head:
        raise PictureError(f"{name} is empty (0 bytes): copy or download it again.")
    return head


def _fault(error, head):
    """What an error of Pillow says about a file that begins with these bytes."""
    if isinstance(error, TOO_LARGE):
        fault = f"holds more than {Image.MAX_IMAGE_PIXELS // 10**6} million pixels"
        if isinstance(error, MemoryError):
            fault = "does not fit in this machine's memory"
        return f"{fault}: make it smaller in an image editor first."
    if _is_heic(head) and isinstance(error, ImportError):
        return (
            "is a HEIC phone photo, which needs pillow-heif: "
            'run pip install "nst_helpers[heic]" and start again, or export it as JPEG.'
        )
    if isinstance(error, Image.UnidentifiedImageError):
        return (
            "is not a picture that Pillow can read, whatever its file extension says: "
            "export it as PNG or JPEG."
        )
    return f"is damaged or cut off ({_first_line(error)}): copy or download it again."


def _first_line(error):
    """The first line of an error's text, or its kind if it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def as_seen(image, name):
    """What a viewer shows of a PIL image: upright, on white, as RGB in sRGB.

    Nothing but pixels is left: to decode the result again changes nothing.
    name: of the image in the message of the `PictureError` that is raised if it cannot be used.
    """
    image = image.copy()
    with contextlib.suppress(Exception):  # of broken EXIF, that Pillow writes anew after the turn
        ImageOps.exif_transpose(image, in_place=True)
    profile = image.info.get("icc_profile")
    image, alpha = _eight_bits(image, name), None
    if image.mode == "La":
        image = image.convert("LA")  # the only way from there
    if image.has_transparency_data:
        image = image.convert("LA" if image.mode in ("L", "LA") else "RGBA")
        alpha = image.getchannel("A")
        image = image.convert(image.mode[:-1])  # gray stays gray, for a profile of gray
    elif image.mode == "P":
        image = image.convert("RGB")
    image = _in_srgb(image, profile)
    if alpha is not None:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), alpha)
    image.info = {}  # the color profile, the orientation and the like hold no longer
    return image


def _eight_bits(image, name):
    """16- and 32-bit gray as 8 bits; every other mode as it is."""
    if image.mode.startswith("I"):
        values = _from_16_bits(np.asarray(image), name)
    elif image.mode == "F":
        values = _from_floats(_finite(np.asarray(image), name), name)
    else:
        return image
    values *= 255  # in place, like what follows: of the largest picture it is 350 MB
    return Image.fromarray(np.round(values, out=values).astype(np.uint8))


def _from_16_bits(values, name):
    """Integers as floats from 0 to 1: white is 65535, whichever type they have."""
    lowest, highest = values.min(), values.max()
    if lowest < 0 or highest > WHITE_OF_16_BITS:
        raise PictureError(
            f"{name} has integers from {lowest} to {highest}, but nothing says which one is white: "
            "save it with 8 or 16 bits."
        )
    if 1 <= highest < NEARLY_BLACK:
        warnings.warn(
            f"{readable(name)} is nearly black: its values end at {highest}, and "
            f"{WHITE_OF_16_BITS} is taken for white. If it was made with fewer bits, stretch it "
            "to 16 first.",
            stacklevel=2,
        )
    values = values.astype(np.float32)
    values /= WHITE_OF_16_BITS
    return values


def _from_floats(values, name):
    """Finite floats clipped to 0 to 1, if all but a few of them lie there."""
    outside = (values < -OVERSHOOT) | (values > 1 + OVERSHOOT)
    if outside.mean() > SHARE_OUTSIDE:
        raise PictureError(
            f"{name} has values from {values.min():.3g} to {values.max():.3g}: "
            "floats must lie between 0 and 1 (divide by 255?), or be uint8."
        )
    return np.clip(values, 0, 1).astype(np.float32, copy=False)


def _in_srgb(image, profile):
    """The image as RGB, its colors converted from the embedded profile to sRGB."""
    if isinstance(profile, bytes):
        # Viewers, too, ignore a profile that is broken or made for another color space.
        with contextlib.suppress(ImageCms.PyCMSError):
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, BytesIO(profile), srgb, outputMode="RGB")
    return image.convert("RGB")


def checked_values(array, name):
    """An array or tensor of numbers as a numpy array `(1, height, width, 3)` of its own type.

    Raises `PictureError`, with that name, if its shape is another or a value is not finite.
    """
    values = as_numbers(array, name)
    if values.dtype.name == "bfloat16":  # TensorFlow's, of which numpy knows little
        values = values.astype(np.float32)
    if values.ndim == 3:
        values = values[None]
    if values.ndim != 4 or values.shape[0] != 1 or values.shape[3] != 3 or 0 in values.shape:
        raise PictureError(
            f"{name} has the shape {np.shape(array)}: "
            "a picture has the shape (1, height, width, 3)."
        )
    if values.dtype.kind not in "fiu":
        raise PictureError(
            f"{name} holds {values.dtype.name} values: give uint8, or floats between 0 and 1."
        )
    return _finite(values, name)


def as_numbers(array, name):
    """What is neither a path nor a PIL image as an array. Raises `PictureError` with that name."""
    try:
        values = np.asarray(array)
    except (ValueError, TypeError, RuntimeError) as error:  # rows of different lengths
        raise PictureError(
            f"{name} is not an array of numbers ({_first_line(error)}): "
            "a picture has the shape (1, height, width, 3)."
        ) from error
    if values.ndim == 0 or values.ndim < 3 and values.dtype.kind in "OSU":  # as a list of paths
        raise PictureError(
            f"{name} is {short(array)}, which is no picture: give one path, one PIL image, or an "
            "array of the shape (1, height, width, 3)."
        )
    return values


def _finite(values, name):
    if not np.isfinite(values).all():
        raise PictureError(
            f"{name} holds values that are not finite (NaN or infinity): "
            "repair or replace them first."
        )
    return values


def _from_array(array, name):
    """An array as `open_source` returns it: bytes as an image, all else as floats from 0 to 1."""
    values = checked_values(array, name)
    if values.dtype == np.uint8:
        return Image.fromarray(np.ascontiguousarray(values[0]))
    if values.dtype == np.uint16:
        return _from_16_bits(values, name)
    if values.dtype.kind in "iu":
        raise PictureError(
            f"{name} holds {values.dtype.name} values from {values.min()} to {values.max()}: "
            "convert it to uint8 (0 to 255), or to floats between 0 and 1."
        )
    return _from_floats(values, name)
