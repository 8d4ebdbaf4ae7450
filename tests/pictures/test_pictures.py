import hashlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from nst_helpers import PictureError, SettingsError
from nst_helpers.pictures.pictures import load_image, load_with_sha256, resize, to_uint8


def test_max_side_shrinks_and_never_enlarges():
    small = np.zeros((50, 100, 3), np.uint8)
    assert load_image(small, max_side=400).shape == (1, 50, 100, 3)
    assert load_image("neuschwanstein", max_side=300).shape == (1, 200, 300, 3)
    assert load_image("neuschwanstein", max_side=None).shape == (1, 683, 1024, 3)
    assert load_image("neuschwanstein").shape == (1, 342, 512, 3)
    assert load_image(small[:32, :32], max_side=32).shape == (1, 32, 32, 3)


def test_shrinking_is_antialiased(tmp_path):
    fine = np.zeros((512, 512, 3), np.uint8)
    fine[:, ::2] = 255  # one-pixel stripes: without antialiasing they turn black or white
    Image.fromarray(fine).save(tmp_path / "fine.png")
    from_file = load_image(tmp_path / "fine.png", max_side=64)
    stripes = tf.constant(fine[None] / 255, tf.float32)
    for picture in (from_file, resize(stripes, 64, 64), resize(stripes, 57, 57)):
        inner = picture[:, 4:-4, 4:-4]
        assert float(tf.reduce_max(tf.abs(inner - 0.5))) < 0.05


def test_white_stays_white_where_a_picture_is_made_smaller():
    white = Image.new("RGB", (200, 100), "white")
    assert float(tf.reduce_min(load_image(white, max_side=80))) == 1


def test_what_bicubic_overshoots_is_clipped():
    half = np.zeros((1, 8, 8, 3), np.float32)
    half[:, :, 4:] = 1
    resized = resize(half, 32, 32).numpy()
    assert (resized.min(), resized.max()) == (0, 1)


def test_bytes_of_a_picture():
    picture = np.reshape(np.float32([-1, 0, 0.1, 0.5, 1, 2]), (1, 1, 2, 3))
    np.testing.assert_array_equal(to_uint8(picture), [[[0, 0, 26], [128, 255, 255]]])


def test_too_small_a_max_side():
    with pytest.raises(SettingsError, match="at least 32"):
        load_image("astronaut", max_side=8)


@pytest.mark.parametrize(
    "size, words",
    [
        ((1, 5000), "is 1 × 5000 px, shrunk to 1 × 512 px; VGG19"),
        ((5000, 1), "is 5000 × 1 px, shrunk to 512 × 1 px; VGG19"),
        ((50, 5000), "shrunk to 5 × 512 px; VGG19"),
        ((31, 500), "is 31 × 500 px, VGG19"),
    ],
)
def test_a_picture_too_narrow_for_the_network_gets_one_sentence(tmp_path, size, words):
    name = "narrow.png"
    Image.new("RGB", size).save(tmp_path / name)
    array = np.zeros((*size[::-1], 3), np.uint8)
    for source, called in ((tmp_path / name, name), (array, "this array")):
        with pytest.raises(PictureError, match=f"{words} .* crop") as raised:
            load_image(source)
        assert str(raised.value).startswith(f"{called} is ") and "\n" not in str(raised.value)


@pytest.mark.parametrize("max_side", [64, None])
def test_the_sha256_is_that_of_all_pixels_from_any_source(tmp_path, max_side):
    pixels = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    image, path = Image.fromarray(pixels), tmp_path / "photo.png"
    image.save(path)
    tensor = tf.constant(pixels[None] / 255, tf.float32)
    expected = hashlib.sha256(pixels.tobytes()).hexdigest()
    from_file = load_image(path, max_side)
    for source in (path, str(path), image, pixels, pixels / 255, tensor):
        picture, sha256 = load_with_sha256(source, max_side)
        assert sha256 == expected and max(picture.shape[1:3]) == (max_side or 90)
        np.testing.assert_allclose(picture, from_file, atol=1e-6)  # there is one way to shrink
