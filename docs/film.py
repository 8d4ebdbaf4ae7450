"""Record the easel's film and its still again, after a change of its looks:

    python docs/film.py

It opens the easel in JupyterLab in Chromium, paints, and moves sliders with the mouse. It writes
docs/static/easel.webp (the film) and nst_helpers/data/easel.jpg. Takes two minutes and needs what
the browser's tests need.
"""

import io
import sys
import tempfile
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from lab import browser, cell, opened, run_all, serve, wait, what_is_missing  # noqa: E402

FILM = ROOT / "docs" / "static" / "easel.webp"
STILL = ROOT / "nst_helpers" / "data" / "easel.jpg"
CELL = """\
from nst_helpers import easel
live = easel("neuschwanstein", "starry_night", size=192)
live"""
WIDTH = 760  # px, of the film
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


def main():
    missing = what_is_missing()
    if missing:
        sys.exit(missing)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "notebooks")
        folder.mkdir()
        kernel = {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        }
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(CELL)], metadata=kernel
        )
        nbformat.write(notebook, folder / "easel.ipynb")
        with serve(folder, Path(scratch, "server")) as lab, browser() as chromium:
            with opened(lab, chromium, "easel.ipynb", width=1500, height=1150) as page:
                run_all(page)
                write(*record(page, cell(page, "easel(")))
    for path in (FILM, STILL):
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
