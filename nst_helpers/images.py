"""Pictures: read, resize, show, save; the sample pictures.

Everywhere in the kit a picture is a float32 tensor, RGB, values 0 to 1, shape
`(1, height, width, 3)`.
"""

import hashlib
import io
import json
import os
import tempfile
import warnings
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image, ImageCms, ImageDraw, ImageOps, PngImagePlugin

from .card import KEY as CARD_KEY

DATA = Path(__file__).parent / "data"
PHOTOS = tuple(sorted(path.stem for path in (DATA / "photos").glob("*.jpg")))
PAINTINGS = tuple(sorted(path.stem for path in (DATA / "paintings").glob("*.jpg")))
PATTERNS = ("mosaic", "stripes", "waves")
SAMPLES = PHOTOS + PAINTINGS + PATTERNS

SHORTEST_SIDE = 32  # VGG19 halves a picture four times before its fifth block


class PictureError(ValueError):
    """A picture that cannot be used; the message names it, the fault and what to do."""


def load_image(source, max_side=512):
    """A picture from a file, a sample's name, or an array.

    source: a path; the name of a sample (see `SAMPLES`), such as `"starry_night"`; a PIL image;
    or an array or tensor `(height, width, 3)` or `(1, height, width, 3)`, either uint8 or
    floats from 0 to 1.
    max_side: the longest side in pixels that is wanted. A larger picture is made smaller, with
    antialiasing; a smaller one is left as it is. None keeps every picture's own size.

    Returns a picture: float32, RGB, 0 to 1, `(1, height, width, 3)`, upright as a viewer shows
    it, transparency laid on white, colors in sRGB; of an animation, the first frame.
    Raises `PictureError` if there is no usable picture.
    """
    return load_with_sha256(source, max_side)[0]


def load_with_sha256(source, max_side=512):
    """`(picture, sha256)`: what `load_image` returns, and the sha256 of the source's pixels before any shrinking.

    Of their bytes, row by row, RGB. Raises `PictureError`.
    """
    if max_side is not None and max_side < SHORTEST_SIDE:
        raise PictureError(f"max_side is {max_side} px: ask for at least {SHORTEST_SIDE} px.")
    if isinstance(source, str) and source in PATTERNS:
        name, picture = source, Image.fromarray(draw_pattern(source))
    elif isinstance(source, str) and source in SAMPLES:
        folder = "photos" if source in PHOTOS else "paintings"
        name, picture = source, read_file(DATA / folder / f"{source}.jpg")
    elif isinstance(source, (str, os.PathLike)):
        name = Path(source).name
        picture = read_file(_existing_file(source))
    elif isinstance(source, Image.Image):
        name, picture = "this PIL image", _as_seen(source, "this PIL image")
    else:
        name, picture = "this array", _picture_from_array(source)

    if isinstance(picture, Image.Image):
        width, height = picture.size
        smaller_height, smaller_width = _fitted(height, width, max_side, name)
        sha256 = hashlib.sha256(picture.tobytes()).hexdigest()
        if (smaller_height, smaller_width) != (height, width):
            picture = picture.resize((smaller_width, smaller_height), Image.Resampling.LANCZOS)
        return tf.constant(np.asarray(picture, np.float32)[None] / 255), sha256
    height, width = picture.shape[1:3]
    smaller = _fitted(height, width, max_side, name)
    return resize(picture, *smaller), hashlib.sha256(to_uint8(picture).tobytes()).hexdigest()


def resize(picture, height, width):
    """The picture at another size: bicubic, antialiased when it shrinks, clipped to 0..1.

    picture: `(1, any height, any width, 3)`. Returns `(1, height, width, 3)`.
    """
    if tuple(picture.shape[1:3]) == (height, width):
        return tf.convert_to_tensor(picture)
    resized = tf.image.resize(picture, (height, width), method="bicubic", antialias=True)
    return tf.clip_by_value(resized, 0.0, 1.0)


def size_with_longest_side(picture, side):
    """The `(height, width)` that this picture has when its longest side is `side` pixels."""
    height, width = picture.shape[1:3]
    scale = side / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def save_image(picture, path, card=None, card_beside=False):
    """Write a picture to a file whose ending names the format (.png, .jpg, .webp, ...).

    picture: `(1, height, width, 3)`, 0 to 1; values outside are clipped.
    card: a dict of what made the picture. It is written into a PNG as text, and for every other
    format, or if card_beside is true, as JSON into a file of the same name with `.json` added.

    The files are written beside their places and renamed, so that a failed save leaves the old ones
    whole. Returns the path. Raises `PictureError` if the picture or the path cannot be used.
    """
    path, image_format = check_output_path(path, card is not None, card_beside)
    pixels = to_uint8(picture)
    options = {}
    if image_format in ("JPEG", "WEBP"):
        options["quality"] = 95
    card_text = None if card is None else json.dumps(card, indent=1)
    if card_text and image_format == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt(CARD_KEY, card_text)
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, image_format, **options)

    files, beside = {path: encoded.getvalue()}, _beside(path)
    if card_text and (card_beside or image_format != "PNG"):
        files[beside] = card_text.encode()
    write_files(files)
    if beside not in files and _holds_card(beside):
        beside.unlink()  # of the picture that stood here before
    return path


def rescue_image(picture, path, card=None):
    """Save a picture that could not be saved where it should have been: in a new folder elsewhere.

    Under its name, or as `picture` if that was the fault. Returns its path. Raises `PictureError` if there is no
    place for it.
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
    raise PictureError(f"The picture could be saved nowhere ({fault}): make room on a disk and paint it again.")


def _beside(path):
    return path.with_name(path.name + ".json")


def _holds_card(path):
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and {"format", "settings"} <= held.keys()


def check_output_path(path, card=True, card_beside=False):
    """`(path, Pillow's name of the format)` if a picture can be saved there, with a card or not; else raises `PictureError`."""
    path = Path(path).expanduser()
    Image.init()
    image_format = Image.EXTENSION.get(path.suffix.lower())
    if image_format not in ("PNG", "JPEG", "WEBP", "TIFF", "BMP"):
        raise PictureError(f"{path.name}: pictures are saved as .png, .jpg, .webp or .tiff; give it such an ending.")
    beside = _beside(path)
    try:
        if not path.parent.is_dir():
            raise PictureError(f"{path}: there is no folder {path.parent}; make it first, or save elsewhere.")
        if path.is_dir():
            raise PictureError(f"{path} is a folder; add a file name, such as {path.name}/picture.png.")
        if card and (card_beside or image_format != "PNG") and beside.exists() and not _holds_card(beside):
            raise PictureError(f"{beside} would be written over, and is no run card: give the picture another name.")
        tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{beside.name}."
        ).close()  # the longest name that is needed
    except OSError as error:
        raise PictureError(f"{path} cannot be written ({error.strerror}): save it elsewhere.") from error
    return path, image_format


def show(*pictures, titles=None, height=3.2):
    """Show pictures side by side under their titles.

    pictures: each `(1, height, width, 3)`, or a numpy array that matplotlib can show.
    titles: one a picture. height: of the row, in inches.
    """
    import matplotlib.pyplot as plt

    shapes = [np.shape(np.squeeze(picture)) for picture in pictures]
    ratios = [shape[1] / shape[0] for shape in shapes]
    total = sum(ratios) * height
    height = min(height, height * 14 / total)
    figure, axes = plt.subplots(
        1,
        len(pictures),
        figsize=(sum(ratios) * height, height + 0.3),
        width_ratios=ratios,
        squeeze=False,
        layout="constrained",
    )
    for axis, picture, title in zip(axes[0], pictures, titles or [None] * len(pictures), strict=True):
        axis.imshow(np.clip(np.squeeze(picture), 0, 1), cmap="gray", vmin=0, vmax=1)
        axis.set_title(title, fontsize=10)
        axis.axis("off")
    plt.show()


def to_uint8(picture):
    """The picture as a numpy array `(height, width, 3)` of bytes, 0 to 255.

    Raises `PictureError` unless it is finite and of shape `(1, height, width, 3)`.
    """
    values = _checked_values(picture, "this picture")
    return np.round(np.clip(values[0], 0, 1) * 255).astype(np.uint8)


def draw_pattern(name, seed=0, side=1024):
    """One of the patterns in `PATTERNS`, drawn from a seed.

    Returns uint8 `(side, side, 3)`. The same seed always draws the same picture.
    mosaic: small squares in a few colors; stripes: parallel diagonals; waves: rows of sine waves.
    """
    random = np.random.default_rng([PATTERNS.index(name), seed])
    big = 2 * side  # drawn at twice the size and shrunk, so that edges are smooth
    image = Image.new("RGB", (big, big), (250, 244, 230))
    brush = ImageDraw.Draw(image)
    palette = [(24, 60, 110), (214, 73, 51), (244, 187, 68), (62, 140, 126), (250, 244, 230)]
    if name == "mosaic":
        tile = big // 32
        gap = tile // 16
        for row in range(32):
            for column in range(32):
                left, top = column * tile, row * tile
                color = palette[random.integers(len(palette))]
                brush.rectangle([left + gap, top + gap, left + tile - gap - 1, top + tile - gap - 1], fill=color)
    elif name == "stripes":
        width = big // 24
        for number, offset in enumerate(range(-big, 2 * big, width)):
            color = palette[(number + int(random.integers(2))) % len(palette)]
            corners = [(offset, 0), (offset + width, 0), (offset + width - big // 2, big), (offset - big // 2, big)]
            brush.polygon(corners, fill=color)
    elif name == "waves":
        x = np.arange(0, big + 16, 16)
        spacing = big // 20
        for row in range(-1, 23):
            phase = random.uniform(0, 2 * np.pi)
            y = row * spacing + spacing * 0.6 * np.sin(x * 2 * np.pi * 4 / big + phase)
            outline = list(zip(x.tolist(), y.tolist())) + [(big, big), (0, big)]
            brush.polygon(outline, fill=palette[row % len(palette)])
    else:
        raise PictureError(f"There is no pattern {name!r}; the patterns are {', '.join(PATTERNS)}.")
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS))


def _existing_file(source):
    text = os.fspath(source)
    if "://" in text:
        raise PictureError(f"{text} is an address: download the picture first and give the file's path.")
    path = Path(text).expanduser()
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except OSError as error:
        raise PictureError(f"{text[:40]}… is no file that can be opened ({error.strerror}): check the path.") from error
    if is_folder:
        raise PictureError(f"{path} is a folder: give the path of one picture in it.")
    if not exists:
        close = get_close_matches(text, SAMPLES, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"check the path, or use a sample: {', '.join(SAMPLES)}."
        raise PictureError(f"{path}: there is no such file; {hint}")
    return path


def read_file(path):
    """The file's first frame as a person sees it: an upright RGB PIL image in sRGB."""
    try:
        head = path.open("rb").read(32)
    except OSError as error:
        raise PictureError(f"{path.name} cannot be opened ({error.strerror}); check its permissions.") from error
    if not head:
        raise PictureError(f"{path.name} is empty (0 bytes): copy or download it again.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                image.load()
                return _as_seen(image, path.name)
    except PictureError:
        raise  # from `_as_seen`, which names the fault itself
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        millions = Image.MAX_IMAGE_PIXELS // 10**6
        raise PictureError(
            f"{path.name} holds more than {millions} million pixels: make it smaller in an image editor first."
        ) from error
    except Image.UnidentifiedImageError as error:
        if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
            raise PictureError(
                f"{path.name} is a HEIC phone photo, which Pillow cannot read: export it as JPEG and use that."
            ) from error
        raise PictureError(
            f"{path.name} is not a picture that Pillow can read, whatever its ending says: export it as PNG or JPEG."
        ) from error
    except Exception as error:  # a damaged file can raise almost anything inside a decoder
        raise PictureError(f"{path.name} is damaged or cut off ({error}): copy or download it again.") from error


def _as_seen(image, name):
    """What a viewer shows of a PIL image, as RGB in sRGB."""
    image = ImageOps.exif_transpose(image)
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
    return image


def _eight_bits(image, name):
    """16- and 32-bit grey scaled to 8 bits; every other mode as it is."""
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64) / 65535
    elif image.mode == "F":
        values = np.asarray(image).astype(np.float64)
        if not np.isfinite(values).all():
            raise PictureError(
                f"{name} holds values that are not finite (NaN or infinity): repair or replace them first."
            )
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
            return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # viewers, too, ignore a profile that is broken or made for another color space
    return image.convert("RGB")


def _checked_values(array, name):
    values = np.asarray(array)
    if values.ndim == 3:
        values = values[None]
    if values.ndim != 4 or values.shape[0] != 1 or values.shape[3] != 3:
        raise PictureError(f"{name} has the shape {np.shape(array)}: a picture has the shape (1, height, width, 3).")
    if not np.isfinite(values).all():
        raise PictureError(f"{name} holds values that are not finite (NaN or infinity): repair or replace them first.")
    return values


def _picture_from_array(array):
    values = _checked_values(array, "this array")
    if values.dtype == np.uint8:
        return tf.constant(values.astype(np.float32) / 255)
    if values.min() < 0 or values.max() > 1:
        raise PictureError(
            f"this array has values from {values.min():.3g} to {values.max():.3g}: "
            "floats must lie between 0 and 1 (divide by 255?), or be uint8."
        )
    return tf.constant(values.astype(np.float32))


def _fitted(height, width, max_side, name):
    """Height and width after shrinking to `max_side`, if they then still make a usable picture."""
    scale = min(1, (max_side or max(height, width)) / max(height, width))
    smaller = max(1, round(height * scale)), max(1, round(width * scale))
    if min(smaller) < SHORTEST_SIDE:
        shrunk = "" if scale == 1 else f" shrunk to {smaller[1]} × {smaller[0]} px;"
        raise PictureError(
            f"{name} is {width} × {height} px,{shrunk} VGG19 needs {SHORTEST_SIDE} px on the shorter side: "
            "use a larger picture, or crop it nearer to a square."
        )
    return smaller


def write_files(contents):
    """Write `{path: bytes}`: each into a temporary file beside its place, then all are renamed into place.

    Raises `PictureError`; files that were there before are then as they were.
    """
    temporaries, replaced = {}, {}
    try:
        for path, content in contents.items():
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            temporaries[temporary] = path
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(temporary, 0o666 & ~_umask())
        for temporary, path in temporaries.items():
            before = path.read_bytes() if path.exists() else None
            os.replace(temporary, path)
            replaced[path] = before
    except OSError as error:
        for changed, before in replaced.items():
            changed.unlink() if before is None else changed.write_bytes(before)
        raise PictureError(
            f"{path} cannot be written ({error.strerror}), and nothing was changed: save it elsewhere."
        ) from error
    finally:
        for temporary in temporaries:
            Path(temporary).unlink(missing_ok=True)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
