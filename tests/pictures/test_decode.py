import io
import struct
import sys
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from nst_helpers import PictureError
from nst_helpers.pictures.decode import as_seen, read_file
from nst_helpers.pictures.pictures import load_image, load_with_sha256, to_uint8

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(colors, side=64):
    """A picture with a color in each quarter: top left, top right, bottom left, bottom right."""
    array = np.zeros((side, side * 2, 3), np.uint8)
    half = side // 2
    array[:half, :side], array[:half, side:], array[half:, :side], array[half:, side:] = colors
    return array


def corner(picture, row=0, column=0):
    """The color of a corner pixel, 0 to 255."""
    return tuple(int(round(float(v) * 255)) for v in picture[0, row, column])


@pytest.mark.parametrize(
    "orientation, top_left, shape",
    [
        (1, RED, (64, 128)),
        (3, WHITE, (64, 128)),
        (6, BLUE, (128, 64)),
        (8, GREEN, (128, 64)),
        (2, GREEN, (64, 128)),
        (4, BLUE, (64, 128)),
        (5, RED, (128, 64)),
        (7, WHITE, (128, 64)),
    ],
)
def test_a_phone_photo_stands_upright(tmp_path, orientation, top_left, shape):
    image = Image.fromarray(quarters([RED, GREEN, BLUE, WHITE]))
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(tmp_path / "phone.png", exif=exif)
    picture = load_image(tmp_path / "phone.png")
    assert corner(picture) == top_left
    assert tuple(picture.shape[1:3]) == shape


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_a_phone_photo_stands_upright_whatever_else_its_exif_holds(tmp_path, image_format):
    """Pillow cannot write this resolution; JPEG files with it it does not even open."""
    pixels, path = quarters([RED, GREEN, BLUE, WHITE]), tmp_path / "phone"
    exif = b"Exif\0\0" + directory((0x112, 3, 1, b"\6"), (0x11A, 2, 4, b"abc"))
    Image.fromarray(pixels).save(path, image_format, exif=exif, quality=95, subsampling=0)
    assert np.abs(to_uint8(load_image(path)) - np.rot90(pixels, -1).astype(float)).max() < 9


def test_transparency_lies_on_white(tmp_path):
    array = np.zeros((40, 40, 4), np.uint8)
    array[..., 0] = 255
    array[:20, :, 3] = 255
    array[20:, :, 3] = 51
    Image.fromarray(array).save(tmp_path / "alpha.png")
    picture = load_image(tmp_path / "alpha.png")
    assert corner(picture) == RED
    assert corner(picture, -1) == (255, 204, 204)  # a fifth red, four fifths white


def test_a_transparent_palette_entry_lies_on_white(tmp_path):
    image = Image.new("P", (40, 40), 0)
    image.putpalette([10, 20, 30, 200, 0, 0])
    image.paste(1, (0, 0, 40, 20))
    image.save(tmp_path / "palette.png", transparency=0)
    picture = load_image(tmp_path / "palette.png")
    assert corner(picture) == (200, 0, 0)
    assert corner(picture, -1) == WHITE


def test_a_transparent_color_of_an_rgb_png_lies_on_white(tmp_path):
    Image.new("RGB", (40, 40), GREEN).save(tmp_path / "keyed.png", transparency=GREEN)
    assert corner(load_image(tmp_path / "keyed.png")) == WHITE


@pytest.mark.parametrize(
    "mode, color, seen",
    [
        ("L", 100, (100,) * 3),
        ("1", 1, WHITE),
        ("LA", (100, 255), (100,) * 3),
        ("La", (100, 255), (100,) * 3),
        ("CMYK", (0, 255, 255, 0), RED),
    ],
)
def test_other_modes(tmp_path, mode, color, seen):
    path = tmp_path / ("picture.tiff" if mode == "CMYK" else "picture.png")
    image = Image.new(mode, (40, 40), color)
    assert corner(load_image(image)) == seen
    if mode != "La":  # which no file has
        image.save(path)
        assert corner(load_image(path)) == seen


@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_sixteen_bits_are_scaled_not_cut(tmp_path, ending):
    values = np.full((40, 40), 65535 // 2, np.uint16)
    Image.fromarray(values).save(tmp_path / f"deep.{ending}")
    assert (
        corner(load_image(tmp_path / f"deep.{ending}")) == (127,) * 3
        or corner(load_image(tmp_path / f"deep.{ending}")) == (128,) * 3
    )


def test_floats_are_read_as_0_to_1(tmp_path):
    Image.fromarray(np.full((40, 40), 0.2, np.float32)).save(tmp_path / "float.tiff")
    assert corner(load_image(tmp_path / "float.tiff")) == (51,) * 3


def test_what_overshoots_is_clipped_and_another_range_gets_a_sentence(tmp_path):
    """Nothing is guessed from one maximum: not 0 to 255 from 1.0001, nor 0 to 1 from a speck."""
    values = np.full((40, 40), 0.2, np.float32)
    values[0, :2] = -0.05, 3.0
    array = np.repeat(values[:, :, None], 3, axis=2)
    Image.fromarray(values).save(tmp_path / "float.tiff")
    for picture in (load_image(tmp_path / "float.tiff"), load_image(array)):
        assert corner(picture) == (0, 0, 0) and corner(picture, 0, 1) == WHITE
        assert corner(picture, 1) == (51,) * 3
    Image.fromarray(values * 255).save(tmp_path / "bytes.tiff")
    in_bytes, turned = "values from -12.* to 765: floats", "values from -3 to 0.05: floats"
    for source, words in (
        (tmp_path / "bytes.tiff", in_bytes),
        (array * 255, in_bytes),
        (-array, turned),
    ):
        with pytest.raises(PictureError, match=words):
            load_image(source)


def test_sixteen_bits_that_look_black_are_named_and_a_range_beyond_is_refused(tmp_path):
    values = np.full((40, 40), 1023, np.uint16)  # white, if it came from ten bits
    Image.fromarray(values).save(tmp_path / "dark.png")
    array = np.repeat(values[:, :, None], 3, axis=2)
    for source in (tmp_path / "dark.png", array):
        with pytest.warns(UserWarning, match="nearly black: its values end at 1023"):
            assert corner(load_image(source)) == (4,) * 3
    assert corner(load_image(array * 64)) == (255,) * 3
    for lowest, highest in ((0, 70_000), (-1, 9)):
        values = np.full((40, 40), lowest, np.int32)
        values[0, 0] = highest
        Image.fromarray(values).save(tmp_path / "beyond.tiff")
        with pytest.raises(PictureError, match=f"integers from {lowest} to {highest}"):
            load_image(tmp_path / "beyond.tiff")


@pytest.mark.parametrize("white, bytes_a_pixel", [(np.uint16(65535), 8), (np.float32(1), 11)])
def test_a_large_deep_picture_takes_little_memory(white, bytes_a_pixel):
    """Found by a fuzzer: Pillow's largest picture, of 89 million pixels, took 1.7 GB."""
    image = Image.fromarray(np.full((1000, 1000), white))
    tracemalloc.start()
    read = as_seen(image, "deep")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read.size == (1000, 1000) and peak < bytes_a_pixel * 10**6


@pytest.mark.parametrize("value, seen", [(1.09, 255), (-0.09, 0), (1.11, None), (-0.11, None)])
def test_floats_may_overshoot_by_a_tenth(value, seen):
    array = np.full((40, 40, 3), value, np.float32)
    if seen is None:
        with pytest.raises(PictureError, match="between 0 and 1"):
            load_image(array)
    else:
        assert corner(load_image(array)) == (seen,) * 3


@pytest.mark.parametrize("highest, warned", [(0, 0), (1, 1), (4095, 1), (4096, 0), (65535, 0)])
def test_of_16_bits_black_and_white_are_as_said_and_between_them_it_warns(recwarn, highest, warned):
    array = np.zeros((40, 40, 3), np.uint16)
    array[0, 0] = highest
    assert corner(load_image(array)) == (round(highest / 257),) * 3
    assert len(recwarn) == warned
    image = Image.fromarray(np.full((40, 40), 65536, np.int32))
    with pytest.raises(PictureError, match="from 65536"):
        load_image(image)


def test_a_float_file_with_nan_gets_a_sentence(tmp_path):
    values = np.full((40, 40), np.nan, np.float32)
    Image.fromarray(values).save(tmp_path / "holes.tiff")
    with pytest.raises(PictureError, match=r"holes\.tiff.*not finite"):
        load_image(tmp_path / "holes.tiff")


def test_the_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("RGB", (40, 40), color) for color in (RED, BLUE)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert corner(load_image(tmp_path / "moving.gif")) == RED


def linear_profile(space=b"RGB "):
    """A minimal profile of linear light: gray, or RGB with Adobe RGB's primaries (as in D50)."""

    def number(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(map(number, values))

    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)  # no entries: the identity
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + b"\0" * 79,
        b"cprt": b"text\0\0\0\0CC0\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
    }
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        tags[b"rXYZ"] = xyz(0.60974, 0.31111, 0.01947)
        tags[b"gXYZ"] = xyz(0.20528, 0.62567, 0.06087)
        tags[b"bXYZ"] = xyz(0.14919, 0.06322, 0.74457)
        tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    offset, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for tag, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        table += tag + struct.pack(">II", offset + len(data), len(content))
        data += content
    head = struct.pack(
        ">I4s4s4s4s4s12s4s",
        offset + len(data),
        b"\0" * 4,
        b"\x02\x10\0\0",
        b"mntr",
        space,
        b"XYZ ",
        b"\0" * 12,
        b"acsp",
    )
    head = head.ljust(68, b"\0") + b"".join(map(number, (0.9642, 1.0, 0.8249)))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


@pytest.mark.parametrize(
    "mode, color, space",
    [
        ("RGB", (128, 128, 128), b"RGB "),
        ("RGBA", (128, 128, 128, 255), b"RGB "),
        ("L", 128, b"GRAY"),
        ("LA", (128, 255), b"GRAY"),
    ],
)
def test_a_profile_of_linear_light_is_converted(tmp_path, mode, color, space):
    # A pure gray of half the light is 188 in sRGB; as plain numbers it would be read as 128.
    image = Image.new(mode, (40, 40), color)
    image.save(tmp_path / "linear.png", icc_profile=linear_profile(space))
    assert all(abs(value - 188) <= 1 for value in corner(load_image(tmp_path / "linear.png")))


def test_a_broken_profile_is_ignored(tmp_path):
    Image.new("RGB", (40, 40), RED).save(tmp_path / "odd.png", icc_profile=b"no profile")
    assert corner(load_image(tmp_path / "odd.png")) == RED
    for profile in ("text", b"", 7):
        image = Image.new("RGB", (40, 40), RED)
        image.info["icc_profile"] = profile
        assert corner(load_image(image)) == RED


def test_an_srgb_profile_changes_nothing(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (40, 40), (10, 120, 230)).save(tmp_path / "plain.png", icc_profile=profile)
    assert all(
        abs(a - b) <= 1
        for a, b in zip(corner(load_image(tmp_path / "plain.png")), (10, 120, 230), strict=True)
    )


def chunk(name, data):
    """Of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


METADATA = {
    "a text of 2 MB": chunk(b"zTXt", b"notes\0\0" + zlib.compress(bytes(2_000_000))),
    "a profile of 2 MB": chunk(b"iCCP", b"odd\0\0" + zlib.compress(bytes(2_000_000))),
    "an EXIF text that is none": chunk(b"tEXt", b"Raw profile type exif\0exif\n 4\nxyz"),
    "EXIF that is none": chunk(b"eXIf", b"II*\0\xff\xff\xff\xff"),
    "an orientation that is a text": chunk(
        b"eXIf", b"MM\0*\0\0\0\10\0\1\1\22\0\2\0\0\0\4abc\0\0\0\0\0"
    ),
}


@pytest.mark.parametrize("metadata", METADATA)
def test_metadata_never_costs_the_pixels(tmp_path, metadata):
    pixels = quarters([RED, GREEN, BLUE, WHITE])
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    content = file.getvalue()
    after_head = 8 + 25
    path = tmp_path / "photo.png"
    path.write_bytes(content[:after_head] + METADATA[metadata] + content[after_head:])
    np.testing.assert_array_equal(to_uint8(load_image(path)), pixels)
    damaged = path.read_bytes().replace(b"IDAT", b"IDAT" + bytes(9))
    path.write_bytes(damaged)
    with pytest.raises(PictureError, match="damaged|not a picture"):
        load_image(path)


def segment(kind, data):
    """Of a JPEG file."""
    return bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data


def directory(*entries):
    """EXIF with these entries: tag, type, number of values, at most four bytes of them."""
    entries = [struct.pack("<HHI4s", *entry) for entry in entries]
    return b"II*\0\10\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)


BROKEN_SEGMENTS = {
    "resolution that is a byte": (0xE1, directory((0x11A, 1, 1, b"\1"), (0x128, 3, 1, b"\3"))),
    "orientation that is a text": (0xE1, directory((0x112, 2, 4, b"abc"))),
    "directory without an end": (0xE1, directory((0x112, 3, 1, b"\1"))[:14]),
    "GPS that is elsewhere": (0xE1, directory((0x8825, 4, 1, b"\xff\xff\xff\x7f"))),
    "profile of no bytes": (0xE2, b"ICC_PROFILE\0"),
    "profile of five parts": (0xE2, b"ICC_PROFILE\0\1\5part"),
    "short JFIF": (0xE0, b"JFIF\0\1"),
    "short Adobe": (0xEE, b"Adobe"),
    "Photoshop": (0xED, b"Photoshop 3.0\x008BIM\3\xed\0\0\xff\xff\xff\xff"),
    "other pictures": (0xE2, b"MPF\0" + directory((0xB001, 4, 1, b"\xff\xff\xff\xff"))),
    "comment": (0xFE, b"\xff\xfe\0"),
}


@pytest.mark.parametrize("metadata", BROKEN_SEGMENTS)
def test_metadata_never_costs_the_pixels_of_a_jpeg(tmp_path, metadata, recwarn):
    photo = Image.fromarray(quarters([RED, GREEN, BLUE, WHITE]))
    file, path = io.BytesIO(), tmp_path / "photo.jpg"
    photo.save(file, "JPEG", quality=95, subsampling=0)
    content = file.getvalue()
    path.write_bytes(content)
    pixels = to_uint8(load_image(path))
    kind, data = BROKEN_SEGMENTS[metadata]
    broken = segment(kind, b"Exif\0\0" + data if kind == 0xE1 else data)
    turned = segment(0xE1, b"Exif\0\0" + directory((0x112, 3, 1, b"\6")))
    for start in (content[:2], content[:20]):  # the second with a good JFIF before it
        path.write_bytes(start + broken + content[len(start) :])
        np.testing.assert_array_equal(to_uint8(load_image(path)), pixels)
    if kind != 0xE1:
        path.write_bytes(content[:20] + turned + broken + content[20:])
        np.testing.assert_array_equal(to_uint8(load_image(path)), np.rot90(pixels, -1))
    assert not recwarn.list
    path.write_bytes(content[:20] + broken + content[20:400])
    with pytest.raises(PictureError, match="damaged|not a picture"):
        load_image(path)


def test_an_oversized_text_does_not_cost_a_png_its_orientation(tmp_path):
    pixels, file = quarters([RED, GREEN, BLUE, WHITE]), io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    exif = chunk(b"eXIf", directory((0x112, 3, 1, b"\6")))
    content = file.getvalue().replace(b"\0\0\0\0IEND", exif + b"\0\0\0\0IEND")
    for text in (b"", METADATA["a text of 2 MB"]):
        (tmp_path / "photo.png").write_bytes(content[:33] + text + content[33:])
        picture = load_image(tmp_path / "photo.png")
        np.testing.assert_array_equal(to_uint8(picture), np.rot90(pixels, -1))


def test_metadata_never_costs_the_pixels_of_a_webp(tmp_path):
    pixels, file = quarters([RED, GREEN, BLUE, WHITE]), io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, exif=b"Exif\0\0" + directory())
    content = file.getvalue() + b"XMP \xff\xff\xff\x7fcut off"
    content = content[:4] + struct.pack("<I", len(content) - 8) + content[8:]
    (tmp_path / "photo.webp").write_bytes(content)
    np.testing.assert_array_equal(to_uint8(load_image(tmp_path / "photo.webp")), pixels)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
@pytest.mark.parametrize("broken", [(0x2BC, 2, 4, b"text"), (0x2BC, 3, 1, b"ab")])
def test_metadata_never_costs_the_pixels_of_a_tiff(tmp_path, compression, broken):
    pixels, file = quarters([RED, GREEN, BLUE, WHITE]), io.BytesIO()
    Image.fromarray(pixels).save(file, "TIFF", compression=compression, software="here")
    content = bytearray(file.getvalue())
    (place,) = struct.unpack_from("<I", content, 4)
    entry = content.index(struct.pack("<HH", 0x131, 2), place)
    content[entry : entry + 12] = struct.pack("<HHI4s", *broken)
    (tmp_path / "photo.tiff").write_bytes(content)
    np.testing.assert_array_equal(to_uint8(load_image(tmp_path / "photo.tiff")), pixels)


def test_a_picture_without_room_in_memory_is_not_called_damaged(tmp_path, monkeypatch):
    def full(*_):
        raise MemoryError

    (tmp_path / "photo.png").write_bytes(encoded("PNG"))
    monkeypatch.setattr(Image, "open", full)
    with pytest.raises(PictureError, match="photo.png does not fit in this machine's memory"):
        load_image(tmp_path / "photo.png")


def test_a_pil_image_that_cannot_be_read_gets_a_sentence(tmp_path):
    path = tmp_path / "cut.png"
    path.write_bytes(encoded("PNG")[:3000])
    with Image.open(path) as image, pytest.raises(PictureError, match="this PIL image cannot"):
        load_image(image)
    with pytest.raises(PictureError, match="this PIL image cannot"):
        load_image(image)  # closed


def heic():
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200


def huge_png():
    """A small PNG file that claims to be 60000 × 60000 pixels."""
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def encoded(image_format, size=(200, 200)):
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, image_format)
    return file.getvalue()


BAD_FILES = {
    "text.jpg": (b"this is no picture", "not a picture"),
    "empty.png": (b"", "0 bytes"),
    "cut.jpg": (encoded("JPEG")[:3000], "damaged or cut off"),
    "cut.png": (encoded("PNG")[:3000], "damaged or cut off"),
    "cut.webp": (encoded("WEBP")[:300], "damaged or cut off|not a picture"),
    "huge.png": (huge_png(), f"than {Image.MAX_IMAGE_PIXELS / 1e6:.0f} million pixels"),
    "film.mov": (b"\0\0\0\x14ftypqt  \0\0\0\0" + bytes(40), "not a picture"),
    "IMG_1.heic": (heic(), r"HEIC.*nst_helpers\[heic\].*JPEG"),
    "paper.pdf": (b"%PDF-1.4 nothing", "not a picture"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_sentence(tmp_path, monkeypatch, name):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # not installed
    content, words = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PictureError, match=words) as raised:
        load_image(tmp_path / name)
    assert str(raised.value).startswith(name)
    assert "\n" not in str(raised.value)


@pytest.fixture
def heif():
    return pytest.importorskip("pillow_heif", reason="pip install 'nst_helpers[heic]'")


def phone_photo(heif, path, size=(128, 64)):
    """A HEIC file, as large, with a color in each quarter, which its camera held upside down."""
    image = Image.fromarray(quarters([RED, GREEN, BLUE, WHITE])).resize(size)
    exif = image.getexif()
    exif[0x0112] = 3
    heif.encode("RGB", size, image.tobytes(), path, exif=exif.tobytes(), quality=95)
    assert path.read_bytes()[4:12] in (b"ftypheic", b"ftypmif1")


def test_a_heic_photo_is_read_and_stands_upright(heif, tmp_path):
    path = tmp_path / "IMG_1.HEIC"
    phone_photo(heif, path)
    picture = load_image(path)
    assert picture.shape == (1, 64, 128, 3)
    assert np.allclose(corner(picture), WHITE, atol=3)
    assert np.allclose(corner(picture, 63, 0), GREEN, atol=3)
    with pytest.raises(Image.UnidentifiedImageError):  # Pillow itself is left as it was
        Image.open(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(PictureError, match="IMG_1.HEIC is damaged or cut off"):
        load_image(path)


def test_a_heic_photo_may_not_be_huge(heif, tmp_path, monkeypatch):
    phone_photo(heif, tmp_path / "IMG_1.heic")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 128 * 64 - 1)
    with pytest.raises(PictureError, match="more than 0 million pixels"):
        load_image(tmp_path / "IMG_1.heic")


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_damage_anywhere_raises_nothing_but_a_picture_error(tmp_path, image_format):
    content = encoded(image_format, (64, 48))
    random = np.random.default_rng(1)
    path = tmp_path / "damaged"
    for _ in range(40):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), 3):
            damaged[place] ^= 0x55
        path.write_bytes(bytes(damaged[: random.integers(1, len(content) + 1)]))
        try:
            picture = load_image(path)
        except PictureError as error:
            assert "damaged" in str(error)
        else:
            assert np.isfinite(picture).all()


@pytest.mark.parametrize(
    "source, words",
    [
        ("no/such/file.png", "no such file; check the path.$"),
        ("horse.png", "no such file; did you mean 'horses'"),
        ("picture of mine", "no such file; check the path, or use a sample: astronaut, "),
        ("a photo of a castle " * 20, "is not a file that can be opened"),
        ("stary_night", "did you mean 'starry_night'"),
        (".", "folder"),
        ("https://example.org/a.png", "download"),
        (np.full((40, 40, 3), np.nan), "not finite"),
        (np.full((40, 40, 3), 200.0), "divide by 255"),
        (np.zeros((40, 40)), r"shape \(40, 40\)"),
        (np.zeros((2, 40, 40, 3)), "shape"),
        (np.zeros((0, 64, 3), np.uint8), "shape"),
        ([[1, 2], [3]], "not an array of numbers"),
        (np.full((40, 40, 3), 1, object), "holds object values"),
        (np.full((40, 40, 3), "red"), "holds str"),
        (np.arange(4800).reshape(40, 40, 3), "from 0 to 4799: convert it to uint8"),
        (None, "shape"),
        ("nul\0.png", "there is no such file"),
        ("/dev/null", "is not an ordinary file"),
    ],
)
def test_a_bad_source_gets_one_sentence(source, words):
    with pytest.raises(PictureError, match=words) as raised:
        load_image(source)
    assert "\n" not in str(raised.value)


def noise(mode):
    values = np.random.default_rng(0).integers(0, 256, (40, 60, 4), np.uint8)
    return Image.fromarray(values).convert("RGB").convert(mode)


@pytest.mark.parametrize(
    "mode, extras",
    [
        ("RGB", {"icc_profile": linear_profile()}),
        ("L", {"icc_profile": linear_profile()}),
        ("RGB", {"transparency": WHITE}),
        ("P", {"transparency": 0}),
        ("RGB", {"exif": b"Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\6\0\0\0\0\0\0"}),
    ],
)
def test_to_decode_a_picture_twice_is_to_decode_it_once(tmp_path, mode, extras):
    """An upload is decoded as a file, and then passed on as a PIL image."""
    path = tmp_path / "picture.png"
    noise(mode).save(path, **extras)
    once = read_file(path)
    assert once.info == {}
    picture, sha256 = load_with_sha256(path)
    again, sha256_again = load_with_sha256(once)
    np.testing.assert_array_equal(again, picture)
    assert sha256_again == sha256


def test_a_pil_image_is_called_by_its_files_name(tmp_path):
    noise("RGB").resize((40, 20)).save(tmp_path / "small.png")
    with Image.open(tmp_path / "small.png") as image, pytest.raises(PictureError, match="^small"):
        load_image(image)
    with pytest.raises(PictureError, match="^this PIL image is"):
        load_image(noise("RGB").resize((40, 20)))


def test_to_decode_a_pil_image_leaves_it_as_it_was():
    image = noise("RGB")
    image.info = {"icc_profile": linear_profile(), "transparency": WHITE}
    before, info = image.tobytes(), dict(image.info)
    load_image(image)
    assert image.tobytes() == before and image.info == info
