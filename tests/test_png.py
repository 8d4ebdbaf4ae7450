"""The chunks of a PNG file: which there are, those of the pixels, and a text among them."""

import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from nst_helpers import png


@pytest.fixture
def content():
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("other", "of another program")
    texts.add_itxt("packed", "päcked", lang="de", tkey="gepackt", zip=True)
    texts.add_itxt("plain", "pläin\nof two lines", lang="de", tkey="schlicht")
    image, file = Image.new("P", (40, 40), 1), io.BytesIO()
    image.putpalette([10, 20, 30, 200, 0, 0])
    image.save(file, "PNG", pnginfo=texts, transparency=0)
    return file.getvalue()


def test_every_whole_chunk_is_found(content):
    found = list(png.chunks(content))
    kinds = [kind for kind, _, _ in found]
    assert sorted(kinds) == sorted([b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", *[b"iTXt"] * 3])
    assert b"".join([png.SIGNATURE, *(whole for _, _, whole in found)]) == content
    for kind, data, whole in found:
        assert whole[4:-4] == kind + data and len(data) == int.from_bytes(whole[:4], "big")
    for left in (1, 11, 12, 13):  # cut off within the last one, before it, and in the one before
        cut = len(found) - (2 if left > 12 else 1)
        assert list(png.chunks(content[:-left])) == found[:cut]
    assert list(png.chunks(b"GIF89a" + content)) == []


def test_what_is_no_png_has_no_chunks():
    assert list(png.chunks(b"no PNG, but long enough for a chunk of one: " + bytes(40))) == []


def test_what_is_not_of_the_pixels_goes(content):
    bare = png.pixels_only(content)
    kinds = [kind for kind, _, _ in png.chunks(bare)]
    assert kinds == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    pictures = (np.asarray(Image.open(io.BytesIO(one)).convert("RGBA")) for one in (content, bare))
    np.testing.assert_array_equal(*pictures)


@pytest.mark.parametrize(
    "key, text",
    [("packed", "päcked"), ("plain", "pläin\nof two lines"), ("missing", None)],
)
def test_a_text_is_found_by_its_name(content, key, text):
    assert png.text(content, key) == text
