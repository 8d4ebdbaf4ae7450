"""The contract of the public functions: whatever comes in, only the documented errors come out.

Hypothesis makes the input, the same at every run.
"""

import dataclasses
import io
import json

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from PIL import Image, PngImagePlugin

from nst_helpers import (
    CardError,
    KitError,
    LayerError,
    PictureError,
    Settings,
    SettingsError,
    card,
    check,
    load_image,
    paint_all,
    plan,
    save_image,
    stylize,
)
from nst_helpers.course import EXERCISES
from nst_helpers.engine import FIELDS, batch, cost, run
from nst_helpers.method import Step

often = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
DTYPES = some.sampled_from(
    [np.uint8, np.uint16, np.int16, np.int32, np.int64, np.float16, np.float32, np.float64]
    + [np.bool_, np.complex64, np.object_, np.dtype("U3"), np.dtype("M8[s]")]
)
SIDES = some.sampled_from([0, 1, 2, 3, 4, 32, 40])
SHAPES = some.one_of(
    some.lists(SIDES, max_size=5).map(tuple),
    some.tuples(some.just(1), some.just(40), some.just(40), some.just(3)),
)
VALUES = some.sampled_from([0, 1, -1, 0.5, 255, 70_000, np.nan, np.inf, 1.05, -1e30])


@some.composite
def filled_arrays(draw):
    """An array of one value, or of two."""
    with np.errstate(all="ignore"):
        try:
            array = np.full(draw(SHAPES), 0.5).astype(draw(DTYPES))
            array[: len(array) // 2] = draw(VALUES)
        except (TypeError, ValueError, OverflowError):  # not every type holds every value
            return np.zeros((0,))
    return array


JUNK = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.floats(),
    some.text(max_size=20),
    some.binary(max_size=20),
    some.complex_numbers(),
    some.lists(some.one_of(some.integers(), some.text(max_size=5), some.none()), max_size=4),
    some.dictionaries(some.text(max_size=15), some.floats(), max_size=2),
    some.sampled_from([object(), len, int, ..., 10**400, -(10**400), np.float32(3), 10**30]),
    filled_arrays(),
)
MODES = some.sampled_from(
    ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "LA", "PA"]
    + ["RGBX", "RGBa", "La", "I;16", "I;16B"]
)


@some.composite
def pil_images(draw):
    """A PIL image of any mode, with metadata of any kind."""
    image = Image.new(draw(MODES), (draw(SIDES), draw(SIDES)))
    for name in ("icc_profile", "exif", "transparency", "dpi", "XML:com.adobe.xmp"):
        if draw(some.booleans()):
            image.info[name] = draw(JUNK)
    return image


@often
@given(some.one_of(JUNK, filled_arrays(), pil_images()), some.sampled_from([None, 32, 64]))
def test_load_image(source, max_side):
    try:
        picture = load_image(source, max_side)
    except PictureError as error:
        assert "\n" not in str(error)
    else:
        assert picture.dtype == tf.float32 and picture.shape[3] == 3
        assert float(tf.reduce_min(picture)) >= 0 and float(tf.reduce_max(picture)) <= 1


def files():
    """Small files of every format, with metadata."""
    values = np.random.default_rng(0).integers(0, 255, (40, 48, 3), np.uint8)
    image = Image.fromarray(values)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    options = {"exif": exif, "icc_profile": bytes(200), "comment": "a comment"}
    for image_format in ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "ICO", "AVIF"):
        file = io.BytesIO()
        try:
            image.save(file, image_format, **options)
        except (KeyError, OSError):  # of a Pillow that cannot write it
            continue
        yield file.getvalue()


FILES = list(files())


@often
@given(
    some.sampled_from(FILES),
    some.lists(
        some.tuples(some.integers(0, 5000), some.binary(min_size=1, max_size=4)), max_size=4
    ),
    some.integers(1, 20_000),
)
def test_load_image_of_a_damaged_file(tmp_path_factory, content, changes, length):
    content = bytearray(content)
    for place, new in changes:
        place %= len(content)
        content[place : place + len(new)] = new
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(bytes(content[:length]))
    try:
        load_image(path)
    except PictureError as error:
        assert "\n" not in str(error) and str(error).startswith("damaged ")


NAMES = some.one_of(
    some.text(max_size=30),
    some.sampled_from(["a.png", "a.jpg", "b/a.png", "~/a.png", "~x/a.png", ".png", "a.tiff"]),
)


@often
@given(filled_arrays(), NAMES)
def test_save_image(tmp_path_factory, picture, name):
    folder = tmp_path_factory.getbasetemp() / "saved"
    folder.mkdir(exist_ok=True)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    try:
        path = save_image(picture, f"{folder}/{name}", {"format": 1, "settings": {}})
    except PictureError:
        assert before == {path: path.read_bytes() for path in before}
        assert {path for path in folder.rglob("*") if path.is_file()} == set(before)
    else:
        assert path.stat().st_size > 0
        path.unlink()


@often
@given(some.sampled_from(sorted(FIELDS)), JUNK)
def test_settings(name, value):
    try:
        made = Settings(**{name: value})
    except SettingsError as error:
        assert "\n" not in str(error)
    else:
        assert json.loads(json.dumps(dataclasses.asdict(made))) == dataclasses.asdict(made)


JSON = some.recursive(
    some.one_of(
        some.none(), some.booleans(), some.integers(), some.floats(), some.text(max_size=9)
    ),
    lambda inner: some.one_of(
        some.lists(inner, max_size=3), some.dictionaries(some.text(max_size=9), inner, max_size=3)
    ),
)
CARDS = some.one_of(
    JSON, some.fixed_dictionaries({"format": JSON, "settings": JSON, "painted": JSON})
)


@often
@given(
    some.one_of(some.binary(max_size=60), CARDS.map(lambda value: json.dumps(value).encode())),
    some.sampled_from(["json", "png", "packed png", "jpg", "webp", "tiff", "file"]),
)
def test_card_read(tmp_path_factory, content, place):
    kind = place.removeprefix("packed ")
    path = tmp_path_factory.getbasetemp() / ("card.json" if kind == "json" else f"picture.{kind}")
    if kind not in ("json", "file"):
        texts, exif, file = PngImagePlugin.PngInfo(), Image.Exif(), io.BytesIO()
        texts.add_itxt(card.KEY, content, zip=place == "packed png")
        marked = exif[0x010E] = card.MARK.encode() + content
        options = {"png": {"pnginfo": texts}, "jpg": {"comment": marked}}.get(kind, {"exif": exif})
        Image.new("RGB", (4, 4)).save(file, Image.registered_extensions()[path.suffix], **options)
        content = file.getvalue()
    path.write_bytes(content)
    try:
        assert isinstance(card.read(path)["settings"], dict)
        card.settings_from(path, FIELDS)
    except CardError as error:
        assert "\n" not in str(error)


@often
@given(JUNK, JUNK, JUNK, JUNK)
def test_plan(vgg, size, steps, aspect, precision):
    given = {"size": size, "steps": steps, "aspect": aspect, "precision": precision}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost, "_seconds_a_step", lambda *_: 1.0)
        for name, value in given.items():
            try:
                planned = plan(**{"size": 256, name: value}, vgg=vgg)
            except SettingsError as error:
                assert "\n" not in str(error)
            else:
                assert planned["seconds"] > 0


@often
@given(some.one_of(some.sampled_from(sorted(EXERCISES)), JUNK), JUNK, some.booleans())
def test_check(name, value, calls):
    try:
        hash(name)
    except TypeError:
        name = str(name)
    check(name, (lambda *_: value) if calls else value)


def one_step(vgg, content, paintings, used, start=None):
    """In the place of `paint`: what a run yields, without the run."""
    losses = {"content": 1.0, "style": 1.0, "tv": 1.0, "total": 3.0}
    yield Step(1, sum(used.steps), used.scales[-1], losses, content, {})


SOURCES = some.one_of(some.sampled_from(["astronaut", "mosaic"]), JUNK, pil_images())


@often
@given(SOURCES, SOURCES, some.sampled_from(sorted(FIELDS)), JUNK)
def test_stylize(vgg, content, style, name, value):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "paint", one_step)
        try:
            result = stylize(content, style, vgg=vgg, progress=False, **{"size": 64, name: value})
        except (PictureError, SettingsError, LayerError) as error:
            assert "\n" not in str(error)
        else:
            assert max(result.picture.shape[1:3]) <= max(64, result.settings["size"])


@often
@given(
    some.one_of(JUNK, some.lists(some.one_of(NAMES, some.just("astronaut")), max_size=2)),
    NAMES,
)
@example([], "\0")
def test_paint_all(tmp_path_factory, vgg, photos, folder):
    place = tmp_path_factory.getbasetemp() / "batch"
    place.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "paint", one_step)
        patch.chdir(place)
        try:
            done = paint_all(photos, ["mosaic"], f"{place}/{folder}", size=64, vgg=vgg)
        except KitError as error:
            assert "\n" not in str(error)
        else:
            assert all(path.exists() for path in done.values())
            assert all(batch.card.read(path) for path in done.values())
