"""The course as a site: built once, from the committed notebooks, and read in a browser without network."""

import base64
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import nbformat
import numpy as np
import pytest
from lab import browser, wait, what_a_browser_misses
from notebook_tools import NOTEBOOKS, ROOT, blank

import nst_helpers
from nst_helpers import explain_pixels
from nst_helpers.course import Prediction, by_lesson
from nst_helpers.fast import bundled_networks
from nst_helpers.widgets import curves, frames

sys.path.insert(0, str(ROOT / "docs"))

MOST_MEGABYTES = 25
MOST_OF_A_PAGE = 2.5  # MB, with all that it loads until it is read to its end
WIDTHS = (1280, 390)  # px
DARK = ["index.html", "lessons/06_starts_optimizers_scales.html", "reference.html", "gallery.html"]
DARK += ["paint.html"]
KEYS = [("End", -1), ("ArrowLeft", -2), ("Home", 0)]


def fail_or_skip(words):
    (pytest.fail if os.environ.get("NST_BROWSER_REQUIRED") else pytest.skip)(words)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site's folder."""
    if not importlib.util.find_spec("sphinx"):
        fail_or_skip("Sphinx is not installed: pip install 'nst_helpers[site]'")
    folder = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, str(ROOT / "docs" / "build.py"), str(folder)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{folder / 'index.html'}: " in run.stdout
    assert [path.name for path in folder.parent.iterdir()] == ["html"]  # and nothing beside it
    return folder


@pytest.fixture(scope="module")
def chromium():
    missing = what_a_browser_misses()
    if not importlib.util.find_spec("axe_playwright_python"):
        missing = missing or "axe is not installed: pip install 'nst_helpers[test]'"
    if missing:
        fail_or_skip(missing)
    with browser() as found:
        yield found


def pages(site):
    """The names of all pages, from the site's folder."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


class Page(HTMLParser):
    """What a page links to, what it loads, and what can be linked to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.anchors, self.tags = [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and "href" in found:
            self.loaded.append(found["href"])
        for name in ("src", "srcset"):
            if name in found:
                self.loaded.append(found[name])


@pytest.fixture(scope="module")
def parsed(site):
    return {name: Page(site / name) for name in pages(site)}


# What stands in the files.


def test_the_site_is_small_and_has_every_page(site, parsed):
    files = [path for path in site.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_MEGABYTES * 1e6
    notebooks = [path.relative_to(NOTEBOOKS) for path in NOTEBOOKS.glob("*.ipynb")]
    notebooks += [path.relative_to(NOTEBOOKS) for path in NOTEBOOKS.glob("solutions/*.ipynb")]
    names = {f"lessons/{path.with_suffix('.html').as_posix()}" for path in notebooks}
    others = ["index", "troubles", "solutions", "gallery", "benchmark", "reference"]
    others += ["teachers", "credits", "paint"]
    assert {*names, *(f"{name}.html" for name in others), "search.html"} <= set(parsed)
    in_menu = {link for link in parsed["index.html"].links if link.startswith("lessons/")}
    assert {name for name in names if "/solutions/" not in name} <= in_menu


def test_every_page_says_what_it_is_to_those_who_link_to_it(site, parsed):
    said = {}
    for name, page in parsed.items():
        metas = [found for tag, found in page.tags if tag == "meta"]
        found = {meta.get("name") or meta.get("property"): meta.get("content") for meta in metas}
        if name in ("search.html", "genindex.html", "py-modindex.html"):
            continue
        assert 20 < len(found["description"]) <= 200, name
        assert found["og:description"] == found["description"]
        assert found["og:title"] and "<" not in found["og:title"]
        address, _, file = found["og:image"].partition(".github.io/")
        assert address.startswith("https://") and (site / file.partition("/")[2]).is_file()
        said[name] = found["description"]
    lessons = [name for name in said if "/solutions/" not in name]
    assert len({said[name] for name in lessons}) == len(lessons)


def test_every_link_and_anchor_resolves_and_nothing_is_loaded_from_elsewhere(site, parsed):
    wrong = []
    for name, page in parsed.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(urljoin(f"file:///{name}", link))
            if parts.scheme == "data" or (parts.scheme != "file" and link in page.links):
                continue  # a link out, which loads nothing
            target = unquote(parts.path).lstrip("/")
            anchor = unquote(parts.fragment)
            found = parts.scheme == "file" and not parts.netloc and (site / target).is_file()
            if not found or (target in parsed and anchor and anchor not in parsed[target].anchors):
                wrong.append(f"{name}: {link}")
    assert not wrong
    for style in site.rglob("*.css"):
        for address in re.findall(r"url\(\s*[\"']?([^)\"']+)", style.read_text(encoding="utf-8")):
            assert not re.match(r"(https?:)?//", address), (style, address)


def test_every_picture_has_words(parsed):
    for name, page in parsed.items():
        for tag, found in page.tags:
            if tag == "img":
                assert "alt" in found, (name, found)
                decorates = "thumbnails" in found["src"]  # beside its lesson's name
                assert decorates or len(found["alt"]) > 5, (name, found)


def test_every_public_name_is_in_the_reference(parsed):
    for name in nst_helpers.__all__:
        assert f"nst_helpers.{name}" in parsed["reference.html"].anchors, name


def test_a_solution_is_folded(site, parsed):
    for name, page in parsed.items():
        text = (site / name).read_text(encoding="utf-8")
        assert ("Show the solution" in text) == ("/solutions/" in name), name
        folded = [found for tag, found in page.tags if tag == "details"]
        opened = [found for found in folded if "open" in found and found.get("class") != "film"]
        assert not opened, name


def test_formulas_are_mathml(site, parsed):
    page = (site / "lessons" / "03_style_loss.html").read_text(encoding="utf-8")
    assert "<math" in page and not any("MathJax" in file for file in parsed["index.html"].loaded)
    assert not re.search(r"<p>[^<]*\$[^<]*\\", page)  # none left as TeX


def test_a_folder_that_is_no_site_is_left_alone(tmp_path):
    import build

    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit, match="something else than a site"):
        build.build(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_links_in_text_are_made_fit_for_the_site():
    from pages import Text, repository, site

    text = Text("notebooks/solutions/02_content_loss.ipynb")
    github = f"{repository()}/blob/main"
    for source, fitted in {
        "[a](../03_style_loss.ipynb#recap)": "[a](../03_style_loss.ipynb#recap)",
        "[a](../../TEACHING.md)": "[a](../../teachers.md)",
        "[a](../../docs/install.md#systems)": "[a](../../install.md#systems)",
        "[a](../../README.md)": "[a](../../index.md)",
        "[a](../../CONTRIBUTING.md#conventions)": f"[a]({github}/CONTRIBUTING.md#conventions)",
        f"[a]({site()}/paint.html)": "[a](../../paint.md)",  # which does nothing on GitHub
        f"[a]({site()}/)": f"[a]({site()}/)",
        "`values[layer](picture)`": "`values[layer](picture)`",
        "[![Open in Colab](../b.svg)](https://c/d)": "[Open in Colab](https://c/d){.colab}",
        "*Figure 2.1. A photo.*": "{.caption}\n*Figure 2.1. A photo.*",
    }.items():
        assert text.fit(source) == fitted
    assert text.fit("![a](../drawings/gram.svg)") == (
        "![a](../../pictures/notebooks/drawings/gram.svg)"
    )
    assert [str(one) for one in text.pictures] == ["notebooks/drawings/gram.svg"]


@pytest.mark.parametrize(
    "path", sorted((NOTEBOOKS / "drawings").glob("*.svg")), ids=lambda path: path.stem
)
def test_a_drawing_says_what_it_shows_and_has_a_dark_mode(path):
    drawing = ElementTree.parse(path).getroot()
    name = "{http://www.w3.org/2000/svg}"
    assert len(drawing.find(f"{name}title").text) > 10
    assert len(drawing.find(f"{name}desc").text) > 100
    text = path.read_text(encoding="utf-8")
    assert "prefers-color-scheme:dark" in text and 'class="plate"' in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "") and len(text) < 20_000


# In the browser.


UNSEEN = """() => [...document.querySelectorAll("figcaption")]
    .filter(one => !one.offsetHeight && !one.closest("details:not([open])"))
    .map(one => one.textContent)"""


class Reader:
    """A page in the browser, without network, that notes what goes wrong."""

    def __init__(self, chromium, site, **options):
        options = {"viewport": {"width": WIDTHS[0], "height": 900}} | options
        self.context = chromium.new_context(offline=True, **options)
        self.site, self.troubles, self.name, self.files = site, [], None, set()
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.note(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.page.on("requestfailed", lambda request: self.note(f"failed: {request.url}"))

    def note(self, words):
        self.troubles.append(f"{self.name}: {words}")

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.note(f"console: {message.text}")

    def _asked(self, request):
        inside = request.url.startswith((self.site.as_uri(), "data:", "blob:"))
        if not inside:
            self.note(f"request: {request.url}")
        elif request.url.startswith("file:"):
            self.files.add(Path(unquote(urlsplit(request.url).path)))

    def open(self, name):
        self.name = name
        self.files.clear()
        self.page.goto(f"{self.site.as_uri()}/{name}")

    def check_access(self):
        """By axe, its rules of serious and critical impact."""
        from axe_playwright_python.sync_playwright import Axe

        options = {"resultTypes": ["violations"], "preload": False}
        for found in Axe().run(self.page, options=options).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                places = [node["html"][:120] for node in found["nodes"][:3]]
                self.note(f"axe: {found['help']}: {places}")


def test_every_page_loads_fits_and_can_be_read_by_all(site, chromium):
    reader = Reader(chromium, site)
    for name in pages(site):
        reader.open(name)
        if "/solutions/" not in name:  # they are made as the lessons are
            reader.check_access()
        for caption in reader.page.evaluate(UNSEEN):
            reader.note(f"does not show the caption {caption!r}")
        for width in WIDTHS[::-1]:
            reader.page.set_viewport_size({"width": width, "height": 900})
            wide = reader.page.evaluate("() => document.documentElement.scrollWidth")
            if wide > width:
                reader.note(f"is {wide} px wide in a window of {width} px")
    reader.context.close()
    assert not reader.troubles


@pytest.mark.parametrize("scheme, other", [("light", "dark"), ("dark", "light")])
def test_no_page_is_heavy(site, chromium, scheme, other):
    reader, weights = Reader(chromium, site, color_scheme=scheme), {}
    for name in pages(site) if scheme == "light" else DARK:
        reader.open(name)
        reader.page.evaluate(
            """async other => {  // as if read to its end, with all folds open
                const images = [...document.querySelectorAll(`img:not(.only-${other})`)];
                for (const image of images) image.loading = 'eager';
                await document.fonts.ready;
                await Promise.allSettled(images.map(image => image.decode()));
                localStorage.clear();  // the next one is again the first that somebody opens
            }""",
            other,
        )
        assert {".html", ".css", ".js", ".woff2"} <= {path.suffix for path in reader.files}
        weights[name] = sum(path.stat().st_size for path in reader.files)
    reader.context.close()
    assert not {name: size for name, size in weights.items() if size > MOST_OF_A_PAGE * 1e6}


def test_menus_search_and_dark_mode_work_by_mouse_and_keyboard_and_show_icons(site, chromium):
    reader = Reader(chromium, site, viewport={"width": WIDTHS[1], "height": 900})
    page = reader.page
    reader.open("reference.html")
    opened = page.locator("dialog[open]")
    for name in ("Toggle primary sidebar", "Search", "Toggle secondary sidebar"):
        button = page.get_by_role("button", name=name, exact=True)
        for key in (None, "Enter"):
            button.press(key) if key else button.click()
            wait(page, opened.is_visible)
            page.keyboard.press("Escape")
            wait(page, lambda: not opened.count())
    switch = page.get_by_role("button", name="Color mode")
    switch.click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    switch.press("Enter")
    page.keyboard.press("Tab")  # to the system's mode
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("html").get_attribute("data-theme") == "light"
    icons = page.locator("[class*='fa-']:visible").evaluate_all(
        "icons => icons.map(icon => getComputedStyle(icon, '::before').content)"
    )
    assert len(icons) > 5 and "none" not in icons
    fonts = page.evaluate("[...document.fonts].filter(font => font.status == 'loaded').length")
    assert fonts >= 2  # of which one has GitHub's sign
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    sidebar = page.locator("#pst-primary-sidebar")
    for inside in (False, True):
        page.get_by_role("button", name="Toggle primary sidebar").press("Enter")
        wait(page, lambda inside=inside: (sidebar.bounding_box()["x"] >= 0) == inside)
    reader.context.close()
    assert not reader.troubles


def test_dark_pages_can_be_read_by_all(site, chromium):
    reader = Reader(
        chromium, site, color_scheme="dark", viewport={"width": WIDTHS[1], "height": 900}
    )
    for name in DARK:
        reader.open(name)
        assert reader.page.evaluate("() => document.documentElement.dataset.theme") == "dark"
        reader.check_access()
    reader.context.close()
    assert not reader.troubles


def test_the_search_finds_a_lesson_and_shows_the_words_around(site, chromium):
    reader = Reader(chromium, site)
    reader.open("search.html?q=gram+matrix")
    found = reader.page.locator("#search-results li:has(a[href*='03_style_loss'])")
    found.first.wait_for()
    assert "Gram matrix" in found.first.locator("p.context").inner_text()
    assert found.first.locator("p.context strong").count() >= 2
    results = reader.page.locator("#search-results li > a")
    names = results.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert not [name for name in names if "/solutions/" in name]
    assert [name for name in names if "teachers" in name] and "teachers" not in names[0]
    for words in ("black+picture", "troubles"):
        reader.open(f"search.html?q={words}")
        wait(reader.page, lambda: "troubles" in (results.first.get_attribute("href") or ""))
    reader.context.close()
    assert not reader.troubles


def test_code_is_not_cut_and_words_in_tables_are_whole(site, chromium):
    reader = Reader(chromium, site)
    for name in [name for name in pages(site) if "/solutions/" not in name]:
        reader.open(name)
        cut = reader.page.evaluate(
            """() => [...document.querySelectorAll('.bd-article div.highlight pre')]
                .filter(pre => pre.scrollWidth > pre.clientWidth + 1).length"""
        )
        assert not cut, name
    reader.page.set_viewport_size({"width": 375, "height": 800})
    reader.open("benchmark.html")
    names = reader.page.locator("td:first-child code")
    heights = names.evaluate_all("nodes => nodes.map(node => node.getClientRects().length)")
    reader.context.close()
    assert len(heights) > 5 and set(heights) == {1}


def test_the_first_pages_pictures_come_up_with_the_slider(site, chromium):
    reader = Reader(chromium, site)
    reader.open("index.html#growing=1,0")
    element = reader.page.locator("nst-explorer[name=growing]")
    image, slider = element.locator("img"), element.get_by_label("step", exact=True)
    wait(reader.page, lambda: "2_00" in image.get_attribute("src"))
    slider.press("End")
    wait(reader.page, lambda: "2_20" in image.get_attribute("src"))
    assert "Step 89 of 89" in element.locator(".numbers").inner_text()
    element.get_by_text("Roebling Bridge × Café Terrace at Night").click()
    wait(reader.page, lambda: "3_20" in image.get_attribute("src"))
    assert reader.page.url.endswith("#growing=2,20")
    wait(reader.page, lambda: image.evaluate("image => image.complete && image.naturalWidth"))
    shown = image.evaluate("image => image.clientWidth / image.naturalWidth")
    assert 0.9 < shown <= 1  # not enlarged
    box = element.bounding_box()
    assert box["y"] + box["height"] < 800  # on the first screen
    reader.context.close()
    assert not reader.troubles


def test_in_dark_mode_a_figure_has_no_white_plate(site, chromium):
    import dark
    import numpy as np
    from PIL import Image, ImageDraw

    figure = Image.new("RGB", (300, 200), "white")
    draw = ImageDraw.Draw(figure)
    draw.rectangle((40, 40, 180, 160), fill=(200, 90, 40))  # a picture
    draw.rectangle((60, 80, 90, 100), fill="white")  # with white in it
    draw.line((220, 20, 220, 180), fill="black", width=2)
    found = np.asarray(dark.darkened(figure))
    assert found[5, 5].max() == dark.PAGE and found[100, 220].min() > 240
    assert tuple(found[60, 120]) == (200, 90, 40) and tuple(found[90, 75]) == (255, 255, 255)
    assert dark.darkened(Image.new("RGB", (300, 200), "green")) is None

    reader = Reader(chromium, site, color_scheme="dark")
    reader.open("lessons/06_starts_optimizers_scales.html")
    assert reader.page.locator("img.only-dark").count() > 5
    assert reader.page.locator("img.only-dark").first.is_visible()
    assert not reader.page.locator("img.only-light").first.is_visible()
    reader.context.close()
    assert not reader.troubles


def page_with(parsed, name):
    """The lesson that shows an explorer."""
    for page, one in parsed.items():
        if "/solutions/" not in page and page != "index.html":
            if ("nst-explorer", {"name": name}) in one.tags:
                return page
    raise AssertionError(f"no lesson shows {name}")


@pytest.mark.parametrize("name", frames.names())
def test_an_explorer_answers_each_key_as_its_frames_say(site, parsed, chromium, name):
    reader = Reader(chromium, site)
    reader.open(page_with(parsed, name))
    explorer = Explorer(reader.page, name)
    explorer.check()
    for number, options in enumerate(explorer.options):
        ways = [(key, position % len(options)) for key, position in KEYS]
        ways += [("ArrowRight", position) for position in range(1, len(options))]
        for key, position in ways:
            explorer.press(number, key, position)
    assert len(explorer.seen) > sum(map(len, explorer.options)) - len(explorer.options)
    live = explorer.element.get_by_role("status")
    wait(reader.page, lambda: live.inner_text() == explorer.numbers())  # for a screen reader
    assert reader.page.url.endswith(f"#{name}={','.join(map(str, explorer.at))}")
    reader.context.close()
    assert not reader.troubles


def test_an_address_opens_with_the_sliders_in_their_places(site, chromium):
    reader = Reader(chromium, site)
    reader.open("index.html#weights=3,1")
    explorer = Explorer(reader.page, "weights")
    explorer.at = [3, 1]
    explorer.check()
    reader.page.evaluate("() => { location.hash = '#weights=0' }")  # a link on the page
    explorer.at = [0, 1]
    wait(reader.page, lambda: explorer.sliders[0].input_value() == "0")
    explorer.check()
    reader.page.evaluate("() => { location.hash = '#weights=' }")  # typed by somebody
    reader.page.evaluate("() => { location.hash = '#weights=99,-1' }")
    explorer.at = [len(explorer.options[0]) - 1, 0]
    wait(reader.page, lambda: explorer.sliders[1].input_value() == "0")
    explorer.check()
    reader.context.close()
    assert not reader.troubles


class Explorer:
    """One explorer on a page, beside the frames that it should show."""

    def __init__(self, page, name):
        self.page, self.stored = page, frames.load(name)
        self.element = page.locator(f"nst-explorer[name='{name}']")
        self.element.scroll_into_view_if_needed()
        self.options = [axis.options for axis in self.stored.axes]
        self.sliders = [
            self.element.get_by_label(axis.label, exact=True) for axis in self.stored.axes
        ]
        self.at = [axis.first for axis in self.stored.axes]
        self.seen = set()

    def press(self, number, key, position):
        self.sliders[number].press(key)
        self.at[number] = position
        self.check()

    def numbers(self):
        return self.element.locator(".numbers").inner_text()

    def check(self):
        frame = self.stored.frames[tuple(self.at)]
        words = [options[position] for options, position in zip(self.options, self.at)]
        shown = [slider.get_attribute("aria-valuetext") for slider in self.sliders]
        assert shown == words == self.element.locator(".option").all_inner_texts()

        image = self.element.locator("img")
        wait(self.page, lambda: image.evaluate("image => image.complete && image.naturalWidth"))
        path = Path(unquote(urlsplit(image.get_attribute("src")).path))
        assert path.read_bytes() == frame.image
        alt = image.get_attribute("alt")
        for axis, option in zip(self.stored.axes, words):
            assert f"{axis.label}: {option}" in alt
        assert self.numbers() == curves.weighted_sum(frame.losses, frame.settings)
        self.seen.add(frame.image)
        self.check_curves(frame)

    def check_curves(self, frame):
        drawn = self.element.locator("svg")
        if not self.stored.through_steps:
            assert not drawn.count()
            return
        names = self.options[0]
        wanted = ElementTree.fromstring(
            curves.run_curves(self.stored.totals(), names[self.at[0]], frame.step)
        )
        for tag, attribute in (("circle", "cx"), ("circle", "cy"), ("polyline", "stroke-width")):
            there = drawn.locator(tag).evaluate_all(
                "(nodes, name) => nodes.map(node => node.getAttribute(name))", attribute
            )
            assert there == [node.get(attribute) for node in wanted.iter(tag)], attribute
        assert drawn.locator("text").all_text_contents() == [
            node.text for node in wanted.iter("text")
        ]


def test_an_explorer_is_there_without_its_script(site, chromium):
    reader = Reader(chromium, site, java_script_enabled=False)
    reader.open("index.html")
    boxes = [image.bounding_box() for image in reader.page.locator("nst-explorer img").all()]
    reader.context.close()
    assert boxes and all(box["width"] > 300 and box["height"] > 150 for box in boxes)


# Predictions, on a page of their own.

ASKED = Prediction("Is it *near*?", ["Yes", "No, in `block1`", "Both"], 2, "No: places count.")
BELOW = """<div class="cell"><details class="hide"><summary>Show the output</summary>
<p id="output">1.12</p></details></div>"""


@pytest.fixture
def asked(tmp_path, chromium):
    """A function that opens a page with a prediction above the output that decides it."""
    import lessons

    script = '<script src="prediction.js"></script>'
    head = f'<!doctype html><html lang="en"><title>A prediction</title>{script}'
    page = f"{head}<main><h1>A prediction</h1>{lessons.question(ASKED)}{BELOW}</main>"
    (tmp_path / "page.html").write_text(page)
    shutil.copy(ROOT / "docs" / "static" / "prediction.js", tmp_path)
    readers = []

    def opened(**options):
        readers.append(Reader(chromium, tmp_path, **options))
        readers[-1].open("page.html")
        return readers[-1]

    yield opened
    for reader in readers:
        reader.context.close()
        assert not reader.troubles


def test_a_click_on_a_pixel_shows_what_each_part_of_the_loss_wants(tmp_path, chromium):
    random = np.random.default_rng(0)
    picture = random.uniform(size=(1, 40, 60, 3))
    wanted = {part: s * random.normal(size=picture.shape) for part, s in [("a", 0.1), ("b", 2)]}
    wanted["nothing"] = np.zeros_like(picture)
    head = '<!doctype html><html lang="en"><title>Pixels</title><main><h1>Pixels</h1>'
    page = f"{head}{explain_pixels(picture, wanted).data}</main>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    reader = Reader(chromium, tmp_path)
    reader.open("page.html")
    canvas, zoom = reader.page.locator("canvas"), 480 // 60
    canvas.click(position={"x": 12.5 * zoom, "y": 30.5 * zoom})
    for key in ("ArrowUp", "ArrowRight", "ArrowRight", "ArrowLeft"):
        canvas.press(key)
    assert reader.page.locator("caption").inner_text() == "row 29, column 13"
    together = sum(wanted.values())
    for name, values in [*wanted.items(), ("together", together)]:
        cells = reader.page.get_by_role("row", name=name).locator("td").all_inner_texts()
        found = [float(cell.replace("−", "-")) for cell in cells[1:]]
        # Of 127 steps to the largest root; and two decimals are shown.
        asked = values[0, 29, 13] / max(part.std() for part in (*wanted.values(), together))
        np.testing.assert_allclose(found, asked, atol=0.05)
    for _ in range(60):
        canvas.press("ArrowLeft")
    assert reader.page.locator("caption").inner_text() == "row 29, column 0"
    reader.context.close()
    assert not reader.troubles


@pytest.mark.parametrize("key, verdict", [("Enter", "Not this time."), ("Space", "Right.")])
def test_a_prediction_waits_for_a_choice_by_keyboard(asked, key, verdict):
    reader = asked()
    page = reader.page
    reader.check_access()
    told = page.get_by_role("status")
    output, words = page.locator("#output"), page.get_by_text("places count")
    assert not output.is_visible() and not words.is_visible() and told.inner_text() == ""
    assert page.get_by_role("group", name="Predict. Is it near?").get_by_role("button").count() == 3
    page.keyboard.press("Tab")
    if verdict == "Right.":
        page.keyboard.press("Tab")
    page.keyboard.press(key)
    assert told.inner_text() == f"{verdict} Answer 2. No: places count."
    assert output.is_visible()
    chosen = page.locator("button:focus")  # which the choice does not lose
    assert chosen.get_attribute("aria-pressed") == "true" and chosen.is_enabled()
    assert page.get_by_role("button", disabled=True).count() == 2
    page.keyboard.press(key)
    assert told.inner_text().count("places count") == 1
    reader.check_access()


def test_whoever_does_not_choose_unfolds_outcome_and_output(asked):
    page = asked().page
    page.get_by_text("The outcome").press("Enter")
    wait(page, page.locator("#output").is_visible)
    assert page.get_by_text("places count").is_visible()


def test_a_prediction_without_its_script_is_a_list_with_folds(asked):
    page = asked(java_script_enabled=False).page
    assert page.get_by_role("listitem").count() == 3 and not page.get_by_role("button").count()
    assert not page.get_by_text("places count").is_visible()
    page.get_by_text("The outcome").click()
    assert page.get_by_text("places count").is_visible()
    assert not page.locator("#output").is_visible()


def test_a_lessons_prediction_is_its_pages_and_what_decides_it_is_folded(monkeypatch):
    import lessons

    cells = [nbformat.v4.new_code_cell('predict("near")'), nbformat.v4.new_code_cell("1 + 1")]
    cells[1].metadata["tags"] = ["nbval-check-output", "outcome"]
    cells[1].outputs = [blank(), nbformat.v4.new_output("stream", text="2\n")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    monkeypatch.setattr(lessons, "read", lambda path: notebook)
    monkeypatch.setattr(lessons, "prediction", lambda key: {"near": ASKED}[key])
    staged, _ = lessons.staged("notebooks/00_start_here.ipynb")
    question, below = nbformat.reads(staged, 4).cells
    assert question.cell_type == "markdown" and question.source == lessons.question(ASKED)
    assert '<nst-prediction right="2">' in question.source
    assert below.metadata.tags == ["hide-output"]
    assert [output.text for output in below.outputs] == ["2\n"]
    assert below.metadata.mystnb["code_prompt_show"] == "Show the output"


def test_every_prediction_is_on_its_lessons_page(site):
    for number, predictions in by_lesson().items():
        (page,) = (site / "lessons").glob(f"{number:02}_*.html")
        text = page.read_text(encoding="utf-8")
        assert text.count("<nst-prediction ") == len(predictions)
        # Each with the output that decides it directly below it.
        folded = r'</nst-prediction>\s*<div class="cell[^"]*tag_hide-output'
        assert len(re.findall(folded, text)) == len(predictions)


def test_every_network_of_the_kit_is_on_the_site_and_paints_there(site, chromium):
    reader = Reader(chromium, site)
    reader.open("index.html")
    reader.page.get_by_role("link", name="paint a photo of your own").click()
    reader.page.wait_for_url("**/paint.html")
    offered = reader.page.locator("[name=painting]")
    values = offered.evaluate_all("buttons => buttons.map(button => button.value.split(' ')[0])")
    assert len(values) == len(bundled_networks())
    files = [*(ROOT / "nst_helpers" / "data" / "networks").glob("*.safetensors")]
    assert set(values) == {file.stem for file in files}
    for file in files:
        script = (site / "_static" / "paint" / f"{file.stem}.js").read_text(encoding="utf-8")
        assert base64.b64decode(script.split('"')[3]) == file.read_bytes()
    reader.page.get_by_role("button", name="horses").click()
    reader.page.get_by_role("link", name="Save as PNG").wait_for(timeout=120_000)
    assert reader.page.get_by_role("status").inner_text().startswith("Painted at 256 × ")
    reader.context.close()
    assert not reader.troubles


def test_every_frame_is_on_the_site(site):
    for name in frames.names():
        for frame in frames.load(name).frames.values():
            path = site / "_static" / "explorers" / name / frame.file
            assert path.read_bytes() == frame.image
