"""Record the films of the site and the README again, after a change of what they show:

    python docs/film.py [easel | studio | check]

Both are recorded in JupyterLab in Chromium. *easel* paints while the mouse moves sliders: it writes
docs/static/easel.webp and its still, nst_helpers/data/easel.jpg, and takes two minutes. *studio*
writes the still that lesson 07 has of its own easel, nst_helpers/data/easel_studio.jpg. *check*
writes a wrong function, reads what its check says, and mends it: docs/static/check.webp. Both need
what the browser's tests need.
"""

import io
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from lab import browser, cell, opened, run_all, serve, wait, what_is_missing  # noqa: E402

FILM = ROOT / "docs" / "static" / "easel.webp"
STILL = ROOT / "nst_helpers" / "data" / "easel.jpg"
EASEL = """\
from nst_helpers import easel
live = easel("neuschwanstein", "starry_night", size=192)
live"""
STUDIO_STILL = ROOT / "nst_helpers" / "data" / "easel_studio.jpg"
STUDIO = EASEL.replace("neuschwanstein", "red_panda")
IMPORTS = """\
import tensorflow as tf
from nst_helpers import check"""
BEGUN = "    blue_green_red = "
WRONG = f"""\
def my_preprocess(picture):
{BEGUN}picture[..., ::-1]
    return blue_green_red - tf.constant([103.939, 116.779, 123.68])

preprocess = check("preprocess", my_preprocess)"""
HIDDEN = ".jp-cell-toolbar, .jp-Notebook-footer { display: none !important; }"
MENDED = "255 * "  # typed before `picture`
CHECK = ROOT / "docs" / "static" / "check.webp"
CHECK_SIZE = 760, 190  # px of the page; recorded at twice the resolution, so that it is sharp
WIDTH = 760  # px, of the easel's film
FRAME = 280  # ms; a frame is taken once a new picture has been painted
POINTER = """() => {
    const arrow = document.createElement('div');
    arrow.innerHTML = '<svg width="22" height="28">' +
        '<path d="M1 1v20l5-5 4 9 4-2-4-9h7z" fill="#fff" stroke="#000"/></svg>';
    arrow.style.cssText = 'position:fixed;z-index:99999;pointer-events:none;left:-50px;top:0';
    document.body.append(arrow);
    addEventListener('mousemove', event => {
        arrow.style.left = event.clientX + 'px';
        arrow.style.top = event.clientY + 'px';
    }, true);
}"""


class Camera:
    """Takes frames of the easel in the page while the mouse moves."""

    def __init__(self, page, live):
        self.page, self.live, self.frames = page, live, []
        self.image = live.locator("img.widget-image")
        self.at = (0, 0)

    def shoot(self, count=1):
        """So many frames, each with a picture that is new."""
        for _ in range(count):
            before = self.image.get_attribute("src")
            for _ in range(60):
                if self.image.get_attribute("src") != before:
                    break
                self.page.wait_for_timeout(25)
            self.snap()

    def snap(self):
        place = self.live.locator(".jp-OutputArea-output").first.bounding_box()
        clip = {"x": place["x"], "y": place["y"], "width": 985, "height": place["height"]}
        self.frames.append(Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB"))

    def move(self, x, y, count=3, shoot=True):
        """Move the mouse there in a straight line."""
        x0, y0 = self.at
        for number in range(1, count + 1):
            share = number / count
            self.page.mouse.move(x0 + share * (x - x0), y0 + share * (y - y0))
            if shoot:
                self.shoot()
        self.at = (x, y)

    def click(self, words):
        x, y = middle(self.live.get_by_role("button", name=words, exact=True))
        self.move(x, y, 1, shoot=False)
        self.snap()
        self.page.mouse.click(x, y)

    def drag(self, words, share, count=5):
        """Take a slider's handle to this share of its track."""
        slider = self.live.locator(".widget-slider").filter(has_text=words)
        x, y = middle(slider.locator(".noUi-handle"))
        track = slider.locator(".noUi-target").bounding_box()
        self.move(x, y, 2)
        self.page.mouse.down()
        self.move(track["x"] + share * track["width"], y, count)
        self.page.mouse.up()


def middle(place):
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def record(page, live):
    """The frames of the film, and the one that is the still."""
    live.locator("img.widget-image").scroll_into_view_if_needed()
    page.evaluate(POINTER)
    camera = Camera(page, live)
    camera.click("Start")
    wait(page, lambda: live.locator("svg text").count() > 3)
    camera.shoot(8)
    camera.drag("style weight", 0.85)
    camera.shoot(8)
    still = camera.frames[-1]
    for block in ("style, block 4", "style, block 5"):
        camera.drag(block, 0.0, 3)
    camera.shoot(5)
    camera.drag("style weight", 0.25)
    camera.shoot(7)
    return camera.frames, still


def write(frames, still):
    still.save(STILL, "JPEG", quality=85, optimize=True)
    height = round(WIDTH * frames[0].height / frames[0].width)
    small = [frame.resize((WIDTH, height), Image.Resampling.LANCZOS) for frame in frames]
    times = [FRAME] * (len(small) - 1) + [2000]
    options = {"save_all": True, "append_images": small[1:], "duration": times, "loop": 0}
    small[0].save(FILM, "WEBP", quality=55, method=6, minimize_size=False, **options)


def record_check(page, checked):
    """`(frames, how long each is shown, in ms)` of a mistake that is made, named and mended."""
    width, height = CHECK_SIZE
    frames, times = [], []
    page.add_style_tag(content=f".jp-Cell {{ max-width: {width}px; }} {HIDDEN}")

    def snap(shown):
        place = checked.bounding_box()
        clip = {"x": place["x"], "y": place["y"], "width": width, "height": height}
        frames.append(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"))
        times.append(shown)

    def run(words):
        page.keyboard.press("Control+Enter")
        wait(page, lambda: words in checked.locator(".jp-OutputArea").inner_text())
        page.mouse.move(0, 0)
        page.wait_for_timeout(300)

    line = checked.locator(".cm-line").nth(1)
    line.click()
    page.keyboard.press("Escape")
    snap(1600)
    run("Look at the scale")
    snap(1700)
    run("still run from 0 to 1")
    snap(1500)
    line.click()
    page.keyboard.press("Home")
    for _ in BEGUN.strip() + " ":
        page.keyboard.press("ArrowRight")
    for letter in MENDED:
        page.keyboard.type(letter)
        snap(120)
    run("Right.")
    snap(2400)
    return frames, times


def write_check(frames, times):
    options = {"save_all": True, "append_images": frames[1:], "duration": times, "loop": 0}
    frames[0].save(CHECK, "WEBP", lossless=True, method=6, **options)


@contextmanager
def notebook(*sources, **window):
    """The page of a notebook with these cells, in JupyterLab."""
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "notebooks")
        folder.mkdir()
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "film.ipynb"
        )
        with serve(folder, Path(scratch, "server")) as lab, browser() as chromium:
            with opened(lab, chromium, "film.ipynb", **window) as page:
                yield page


def film_easel():
    with notebook(EASEL, width=1500, height=1150) as page:
        run_all(page)
        write(*record(page, cell(page, "easel(")))
    return FILM, STILL


def still_of_studio():
    """Strokes first, and then what lesson 07 asks for: no neighbors, the last three blocks at 0."""
    with notebook(STUDIO, width=1500, height=1150) as page:
        run_all(page)
        live = cell(page, "easel(")
        live.locator("img.widget-image").scroll_into_view_if_needed()
        page.evaluate(POINTER)
        camera = Camera(page, live)
        camera.click("Start")
        wait(page, lambda: live.locator("svg text").count() > 3)
        camera.shoot(40)
        for words in ("neighbor weight", *(f"style, block {block}" for block in (3, 4, 5))):
            camera.drag(words, 0.0, 2)
        camera.shoot(40)
        camera.frames[-1].save(STUDIO_STILL, "JPEG", quality=85, optimize=True)
    return (STUDIO_STILL,)


def film_check():
    with notebook(IMPORTS, WRONG, width=1280, height=800, scale=2) as page:
        cell(page, "import tensorflow").locator(".cm-line").first.click()
        page.keyboard.press("Shift+Enter")
        write_check(*record_check(page, cell(page, "my_preprocess")))
    return (CHECK,)


FILMS = {"easel": film_easel, "studio": still_of_studio, "check": film_check}


def main(names):
    missing = what_is_missing()
    if missing or not set(names) <= set(FILMS):
        sys.exit(missing or __doc__)
    for name in names or FILMS:
        for path in FILMS[name]():
            print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
