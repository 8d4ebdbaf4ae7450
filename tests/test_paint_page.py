"""The page that paints a photo in the browser, on a page of its own and without network."""

import base64
import io
import shutil

import numpy as np
import pytest
import tensorflow as tf
from lab import wait
from notebook_tools import ROOT
from PIL import Image
from test_site import Reader, chromium  # noqa: F401  (a fixture)

from nst_helpers.fast import Network, fresh_weights, in_one_pass, load_network, save_network
from nst_helpers.fast import network as module

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Paint</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="_static/course.css">"""
PAINTINGS = ("starry_night", "great_wave")
GIVE = """([type, transfer, base64]) => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
    const given = new DataTransfer();
    given.items.add(new File([bytes], 'given.png'));
    const options = {[transfer]: given, cancelable: true, bubbles: true};
    const Kind = type == 'paste' ? ClipboardEvent : DragEvent;
    document.querySelector('h1').dispatchEvent(new Kind(type, options));
}"""
MOST = 2  # of 255: as far as a value may be from Python's
SOON = 60  # seconds, on a machine that does much else


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The file of a network that has learned nothing and knows two paintings, which differ."""
    weights, random = fresh_weights(2), np.random.default_rng(1)
    for name in weights:
        if not name.endswith("/kernel"):
            weights[name] += random.normal(0, 0.3, weights[name].shape).astype("float32")
    path = tmp_path_factory.mktemp("network") / "two.safetensors"
    return save_network(Network(weights, PAINTINGS, {}), path)


@pytest.fixture(scope="module")
def alone(tmp_path_factory, network):
    """A network of one painting, in a file of its own."""
    path = tmp_path_factory.mktemp("network") / "alone.safetensors"
    return save_network(Network(fresh_weights(1), ("night_cafe",), {}), path)


def page_of(folder, *networks):
    """Write the page into a folder, as the site would have it. Returns the folder that it is in."""
    from parts import Parts

    controls = Parts(folder).fill(f"<!-- painter {' '.join(map(str, networks))} -->")
    static = folder / "_extra" / "_static"
    for name in ("course.css", "paint.js"):
        shutil.copy(ROOT / "docs" / "static" / name, static)
    page = f"{HEAD}<main><h1>Paint</h1>{controls}</main>"
    (folder / "_extra" / "page.html").write_text(page, encoding="utf-8")
    return folder / "_extra"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, network, alone):
    return page_of(tmp_path_factory.mktemp("page"), network, alone)


class Painter:
    """The page, opened, with what a reader does there and sees."""

    def __init__(self, reader):
        self.reader, self.page = reader, reader.page
        reader.open("page.html")
        self.told = self.page.get_by_role("status")
        self.save = self.page.get_by_role("link", name="Save as PNG")

    def choose(self, content, name="mine.png"):
        """A file, by the file field."""
        file = {"name": name, "mimeType": "image/png", "buffer": content}
        self.page.get_by_label("Choose a photo").set_input_files(file)

    def pick(self, words):
        """A painting or a size, by a click."""
        self.page.locator("label").filter(has_text=words).click()

    def give(self, event, transfer, content):
        """A file by an event of the page. transfer: the event's attribute that holds files."""
        self.page.evaluate(GIVE, [event, transfer, base64.b64encode(content).decode()])

    def painted(self):
        """The photo and the painted picture, as arrays of bytes, once that is done."""
        wait(self.page, self.save.is_visible, seconds=SOON, words=self.told.inner_text)
        return self.shown("photo"), self.shown("painted")

    def shown(self, part):
        canvas = self.page.locator(f"canvas[data-part={part}]")
        return pixels(canvas.evaluate("canvas => canvas.toDataURL()"))


def saved(image, kind="PNG", **options):
    """The bytes of a PIL image's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pixels(address):
    content = base64.b64decode(address.partition("base64,")[2])
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def noise(width, height, seed=0):
    """A photo of large soft spots."""
    random = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), np.uint8)
    return Image.fromarray(random).resize((width, height), Image.Resampling.BICUBIC)


def by_python(path, photo, shares):
    picture = tf.constant(photo[None] / 255, tf.float32)
    painted = in_one_pass(load_network(path).weights, picture, tf.constant(shares))
    return np.asarray(painted[0] * 255)


@pytest.fixture
def opened(chromium, folder):  # noqa: F811
    """A function that opens the page, or one in another folder."""
    readers = []

    def opened(folder=folder, **options):
        readers.append(Reader(chromium, folder, **options))
        return Painter(readers[-1])

    yield opened
    for reader in readers:
        reader.context.close()
        assert not reader.troubles


@pytest.mark.parametrize("width, height", [(96, 64), (171, 256), (33, 70)])
def test_the_browser_paints_as_python_does(opened, network, width, height):
    one = opened()
    one.choose(saved(noise(width, height)))
    photo, painted = one.painted()
    np.testing.assert_array_equal(photo, noise(width, height))
    assert np.abs(painted - by_python(network, photo, [1.0, 0.0])).max() <= MOST
    assert np.abs(painted - by_python(network, photo, [0.0, 1.0])).max() > 20


def test_a_larger_photo_is_made_smaller_and_painted_again_at_another_size(opened, network):
    one = opened()
    one.choose(saved(noise(401, 600)))
    assert one.painted()[0].shape == (256, 171, 3)
    one.pick("384 px")
    photo, painted = one.painted()
    assert photo.shape == (384, 257, 3)
    assert np.abs(painted - by_python(network, photo, [1.0, 0.0])).max() <= MOST
    assert "257 × 384 px" in one.told.inner_text()


def test_two_paintings_are_mixed_by_the_slider(opened, network):
    one = opened()
    one.choose(saved(noise(70, 50)))
    one.painted()
    slider, second = one.page.get_by_label("Share, in percent"), one.page.get_by_label("Mix in")
    slider.fill("25")
    photo, painted = one.painted()
    assert np.abs(painted - by_python(network, photo, [0.75, 0.25])).max() <= MOST
    one.pick("great wave")
    assert second.locator("option").all_inner_texts() == ["The Starry Night"]
    photo, painted = one.painted()
    assert np.abs(painted - by_python(network, photo, [0.25, 0.75])).max() <= MOST


def test_a_network_of_one_painting_has_nothing_to_mix(opened, network, alone):
    one = opened()
    one.choose(saved(noise(70, 50)))
    one.page.get_by_label("Share, in percent").fill("25")
    one.pick("The Night Café")
    assert not one.page.get_by_label("Mix in").is_visible()
    photo, painted = one.painted()
    assert np.abs(painted - by_python(alone, photo, [1.0])).max() <= MOST


def test_blocks_and_channels_are_those_of_the_file(opened, tmp_path, monkeypatch):
    narrow = {16: 8, 32: 12, 48: 20}
    convolutions = {
        name: (side, narrow.get(channels_in, channels_in), narrow.get(channels, channels))
        for name, (side, channels_in, channels) in module.CONVOLUTIONS.items()
        if "residual" not in name or name.startswith("residual1")
    }
    monkeypatch.setattr(module, "CONVOLUTIONS", convolutions)
    monkeypatch.setattr(module, "DILATIONS", module.DILATIONS[:1])
    small = Network(fresh_weights(1), PAINTINGS[:1], {})
    path = save_network(small, tmp_path / "small.safetensors")
    one = opened(page_of(tmp_path, path))
    one.choose(saved(noise(70, 50)))
    photo, painted = one.painted()
    assert np.abs(painted - by_python(path, photo, [1.0])).max() <= MOST


def test_a_photo_is_upright_and_what_is_transparent_is_white(opened):
    one = opened()
    turned, exif = noise(64, 96), Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    one.choose(saved(turned, "JPEG", exif=exif, quality=95))
    photo, _ = one.painted()
    upright = np.asarray(turned.transpose(Image.Transpose.ROTATE_270))
    assert photo.shape == upright.shape and np.abs(photo - upright.astype(int)).mean() < 5
    one.choose(saved(Image.new("RGBA", (40, 40), (200, 0, 0, 0))))
    wait(one.page, lambda: one.shown("photo").shape == (40, 40, 3))
    assert one.shown("photo").min() == 255


@pytest.mark.parametrize("event, transfer", [("drop", "dataTransfer"), ("paste", "clipboardData")])
def test_a_photo_can_be_dropped_or_pasted(opened, event, transfer):
    one = opened()
    one.give(event, transfer, saved(noise(70, 50)))
    np.testing.assert_array_equal(one.painted()[0], noise(70, 50))


def test_a_photo_of_the_kit_is_painted_and_saved_by_keyboard(opened):
    one = opened()
    one.reader.check_access()
    assert not one.page.locator("canvas").first.is_visible()
    for _ in range(3):  # past the file field and the first of the photos
        one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    photo, painted = one.painted()
    assert photo.shape == painted.shape and max(photo.shape) == 256
    assert one.told.inner_text().startswith("Painted at 256 × ")
    with one.page.expect_download() as download:
        one.save.press("Enter")
    assert download.value.suggested_filename == "red_panda_painted.png"
    saved_picture = np.asarray(Image.open(download.value.path()).convert("RGB"))
    np.testing.assert_array_equal(saved_picture, painted)
    one.page.get_by_label("starry night").press("ArrowRight")
    assert one.page.get_by_role("radio", name="great wave").is_checked()
    assert np.abs(one.painted()[1] - painted.astype(int)).max() > 20
    one.reader.check_access()


@pytest.mark.parametrize(
    "content, words",
    [
        (b"%PDF-1.7 but no picture", "cannot read this file as a picture"),
        (saved(Image.new("RGB", (200, 31))), "too small or too narrow"),
        (saved(Image.new("RGB", (400, 49))), "too small or too narrow"),
    ],
)
def test_what_cannot_be_painted_is_said_and_the_picture_before_stays(opened, content, words):
    one = opened()
    one.choose(saved(noise(70, 50)))
    _, painted = one.painted()
    one.choose(content)
    wait(one.page, lambda: words in one.told.inner_text(), seconds=SOON)
    np.testing.assert_array_equal(one.painted()[1], painted)
    one.choose(saved(noise(256, 32)))  # the smallest of this width
    wait(one.page, lambda: "256 × 32 px" in one.told.inner_text(), seconds=SOON)


def test_what_cannot_be_loaded_is_said_and_may_be_there_later(opened, tmp_path, network):
    folder = page_of(tmp_path, network)
    scripts = folder / "_static" / "paint"
    gone = scripts.rename(folder / "gone")
    one = opened(folder)
    one.choose(saved(noise(70, 50)))
    wait(one.page, lambda: "could not be loaded" in one.told.inner_text(), seconds=SOON)
    one.page.get_by_role("button", name="Horses").click()
    wait(one.page, lambda: "could not be loaded" in one.told.inner_text(), seconds=SOON)
    gone.rename(scripts)
    one.page.get_by_role("button", name="Horses").click()
    one.painted()
    for trouble in one.reader.troubles:
        assert "ERR_FILE_NOT_FOUND" in trouble or "failed: file:" in trouble
    one.reader.troubles.clear()


def test_once_it_is_open_the_page_needs_no_connection(opened, tmp_path, network):
    folder = page_of(tmp_path, network)
    one = opened(folder)
    one.page.wait_for_load_state("networkidle")
    shutil.rmtree(folder / "_static" / "paint")
    one.page.get_by_role("button", name="Horses").click()
    one.painted()


def test_a_new_choice_ends_what_is_being_painted(opened):
    one = opened()
    one.pick("512 px")
    one.choose(saved(noise(512, 512)))
    wait(one.page, lambda: one.page.get_by_role("progressbar").is_visible())
    assert one.told.inner_text() == "Painting …" and not one.save.is_visible()
    assert len(one.page.workers) == 1
    one.choose(saved(noise(70, 50)))
    assert one.painted()[1].shape == (50, 70, 3)
    wait(one.page, lambda: not one.page.workers, seconds=SOON)
    assert "70 × 50 px" in one.told.inner_text()
    assert not one.page.get_by_role("progressbar").is_visible()


def test_a_phone_is_wide_enough(opened):
    one = opened(viewport={"width": 360, "height": 740})
    one.choose(saved(noise(70, 50)))
    one.painted()
    assert one.page.evaluate("() => document.documentElement.scrollWidth") <= 360
