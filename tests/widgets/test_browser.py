"""The lessons and the widgets in JupyterLab, in a real browser, by mouse and keyboard."""

import io
import json
import os
import re
from contextlib import contextmanager

import nbformat
import pytest
from lab import ask, browser, cell, image_bytes, opened, run_all, serve, wait, what_is_missing
from notebook_tools import FOLDED_OUTPUT, NOTEBOOKS, OUTCOME, blank
from PIL import Image

from nst_helpers import card, load_image, save_image
from nst_helpers.widgets import as_data

EASEL = """\
from nst_helpers import easel
live = easel("astronaut", "mosaic", size=96, full_size=128)
live"""
CHOOSER = """\
from nst_helpers import choose_painting, choose_photo, load_image
my_photo, my_painting = choose_photo(), choose_painting()
display(my_photo, my_painting)"""
PREDICTION = """\
from nst_helpers.widgets import ask
chosen = []
asked = ask("Is it *near*?", ["Yes", "No", "Both"], 2, "No: places count.", chosen.append)"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on what the lessons need for their widgets, and on small notebooks of one each."""
    missing = what_is_missing()
    if missing:
        (pytest.fail if os.environ.get("NST_BROWSER_REQUIRED") else pytest.skip)(missing)
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    folder.mkdir()
    for path in NOTEBOOKS.glob("*.ipynb"):
        nbformat.write(with_widgets_only(path), folder / path.name)
    small = nbformat.v4.new_notebook(
        metadata=nbformat.read(NOTEBOOKS / "07_studio.ipynb", 4).metadata
    )
    small.cells = [nbformat.v4.new_code_cell(EASEL), nbformat.v4.new_code_cell("1 + 1")]
    nbformat.write(small, folder / "easel.ipynb")
    small.cells = [nbformat.v4.new_code_cell(CHOOSER)]
    nbformat.write(small, folder / "chooser.ipynb")
    nbformat.write(with_a_prediction(small.metadata), folder / "prediction.ipynb")
    with serve(folder, tmp_path_factory.mktemp("server")) as served:
        yield served


@pytest.fixture(scope="module")
def chromium(lab):  # closed at the module's end: its event loop would disturb other tests
    with browser() as found:
        yield found


def test_a_lesson_is_unsaved_after_a_change_but_not_when_it_was_only_opened(lab, chromium):
    with opened(lab, chromium, "00_start_here.ipynb") as page:
        page.wait_for_timeout(1000)  # JupyterLab hears from the kernel when the page does
        model = "() => jupyterapp.shell.currentWidget.context.model"
        assert not page.evaluate(f"({model})().dirty")
        page.evaluate(f"({model})().sharedModel.cells[1].setSource('1')")
        assert page.evaluate(f"({model})().dirty")


# The lessons' widgets.


def with_widgets_only(path):
    """A lesson with its setup, its imports, and the cells that show an explorer or the easel.

    nbval runs every cell of every lesson, for minutes. A browser is needed for the widgets alone.
    """
    notebook = nbformat.read(path, as_version=4)
    code = [number for number, one in enumerate(notebook.cells) if one.cell_type == "code"]
    shown = [
        number
        for number in code
        if re.search(r"\b(explorer|easel)\(", notebook.cells[number].source)
    ]
    first = code[:2]  # setup and imports
    if path.stem == "07_studio":
        first = code[: code.index(shown[0])]  # the easel's pictures and network, too
    notebook.cells = [notebook.cells[number] for number in sorted({0, *first, *shown})]
    return notebook


@pytest.mark.parametrize(
    "lesson, explorers",
    [
        ("02_content_loss", ["content_depth"]),
        ("03_style_loss", ["texture"]),
        ("04_total_loss", ["weights", "smoothing"]),
        ("06_starts_optimizers_scales", ["start", "optimizer"]),
        ("08_control", ["blend"]),
    ],
)
def test_a_lessons_explorers_show_the_right_frames(lab, chromium, lesson, explorers):
    with opened(lab, chromium, f"{lesson}.ipynb") as page:
        run_all(page)
        for name in explorers:
            turn_every_slider(page, name)


def test_the_studios_easel_paints_and_its_explorers_show_the_right_frames(lab, chromium):
    with opened(lab, chromium, "07_studio.ipynb") as page:
        run_all(page)
        for name in ("steps", "style_scale"):
            turn_every_slider(page, name)
        live = cell(page, "easel(")
        button(live, "Start").click()
        wait_for_frames(page, live, 3)
        button(live, "Pause").click()
        wait(page, lambda: "Paused" in live.inner_text())


def turn_every_slider(page, name):
    from nst_helpers.widgets import frames

    stored, shown = frames.load(name), cell(page, f'explorer("{name}"')
    image, sliders = shown.locator("img.widget-image"), shown.locator(".widget-slider")
    image.scroll_into_view_if_needed()
    options = [axis.options for axis in stored.axes]
    assert sliders.count() == len(options)
    seen = set()

    def readouts():
        return [
            sliders.nth(number).locator(".widget-readout").inner_text()
            for number in range(len(options))
        ]

    def check():
        labels = [words[position] for words, position in zip(options, at)]
        frame = stored.frames[tuple(at)].image
        wait(
            page,
            lambda: readouts() == labels,
            words=lambda: f"{name}: {readouts()} where {labels} should be",
        )
        wait(
            page,
            lambda: image_bytes(image) == frame,
            words=f"{name}: another picture is shown than that of {labels}",
        )
        seen.add(frame)

    at = [words.index(label) for words, label in zip(options, readouts())]
    check()
    for number, words in enumerate(options):
        handle, last = sliders.nth(number).locator(".noUi-handle"), len(words) - 1
        ways = [("End", last), ("ArrowLeft", last - 1), ("Home", 0)]
        ways += [("ArrowRight", position) for position in range(1, len(words))]
        for key, position in ways:
            handle.press(key)
            at[number] = position
            check()
    assert len(seen) > sum(map(len, options)) - len(
        options
    )  # each position has a picture of its own


# Predictions.


def with_a_prediction(metadata):
    """A notebook with one, as it is committed."""
    data = as_data("Is it *near*?", ["Yes", "No", "Both"], 2, "No: places count.")
    said = nbformat.v4.new_output("stream", text="of before\n")
    cells = [
        nbformat.v4.new_code_cell(
            PREDICTION, outputs=[nbformat.v4.new_output("display_data", data)]
        ),
        nbformat.v4.new_code_cell(
            "print(1 + 1)", metadata={"tags": [OUTCOME]}, outputs=[blank(), said]
        ),
    ]
    cells[1].metadata |= FOLDED_OUTPUT
    return nbformat.v4.new_notebook(metadata=metadata, cells=cells)


def test_a_prediction_waits_by_keyboard_and_what_decides_it_until_its_cell_is_run(lab, chromium):
    with opened(lab, chromium, "prediction.ipynb") as page:
        asked, decides = cell(page, "ask(").locator(".jp-OutputArea"), cell(page, "1 + 1")
        words = asked.get_by_text("places count")
        assert asked.get_by_role("listitem").count() == 3 and not words.is_visible()
        assert "of before" not in decides.inner_text()
        page.evaluate("() => jupyterapp.commands.execute('notebook:run-cell')")
        button(asked, "Yes").wait_for()
        assert not words.count()
        button(asked, "Yes").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        wait(page, lambda: words.count() and words.is_visible())
        assert asked.get_by_role("alert").inner_text() == "Right. No: places count."
        assert page.locator("button:focus").inner_text().strip() == "No"
        assert button(asked, "Both").is_disabled()
        assert ask(page, "print(chosen)") == "['No']\n"
        assert "of before" not in decides.inner_text()
        run_all(page)
        wait(page, lambda: decides.locator(".jp-OutputArea-output").inner_text().strip() == "2")
        button(asked, "Both").click()
        wait(page, lambda: "Not this time." in asked.inner_text())


# The pictures to choose.


def a_phones_photo(path):
    """A JPEG that lies on its side, as its Exif says; upright it is 80 × 120 px, red above."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (120, 80), "teal")
    image.paste("red", (0, 0, 60, 80))
    image.save(path, exif=exif)


def test_a_picture_is_chosen_by_upload_click_and_path_and_by_keyboard_too(lab, chromium, tmp_path):
    a_phones_photo(tmp_path / "my phone.jpg")
    (tmp_path / "text.jpg").write_text("no picture")
    Image.new("RGB", (2000, 2000)).save(tmp_path / "12 MB.bmp")  # more than Jupyter's own limit
    with opened(lab, chromium, "chooser.ipynb") as page:
        run_all(page)
        place = cell(page, "choose_photo")
        field, notice = place.get_by_label("or its path").first, "text.jpg is not a picture"

        def chosen(name):
            wait(page, lambda: f"Chosen: {name}\n" in place.inner_text(), 10, f"{name}: not chosen")

        chosen("red_panda")
        upload(page, place, 0, tmp_path / "my phone.jpg", "Enter")
        chosen("my phone.jpg")
        seen = Image.open(io.BytesIO(place.locator("img").first.screenshot())).convert("RGB")
        assert seen.getpixel((60, 50))[0] > 200 and seen.getpixel((60, 130))[0] < 50
        assert ask(page, "print(load_image(my_photo.source).shape)") == "(1, 120, 80, 3)\n"
        button(place, "horses").click()
        chosen("horses")
        upload(page, place, 0, tmp_path / "my phone.jpg")  # the same once more
        chosen("my phone.jpg")
        ask(page, "taken = my_photo.source")
        upload(page, place, 0, tmp_path / "text.jpg", "Space")
        wait(page, lambda: place.inner_text().count(notice) == 1, 10)
        chosen("my phone.jpg")
        assert ask(page, "print(my_photo.source is taken)") == "True\n"
        upload(page, place, 0, tmp_path / "12 MB.bmp")
        chosen("12 MB.bmp")
        assert notice not in place.inner_text()

        button(place, "horses").click()
        chosen("horses")
        for keys, name in (("Tab Enter", "neuschwanstein"), ("Tab Space", "red_panda")):
            for key in keys.split():
                page.keyboard.press(key)
            chosen(name)
        for _ in range(3):  # past the last sample and the upload
            page.keyboard.press("Tab")
        for path in (tmp_path / "my phone.jpg", tmp_path / "my phone.jpg"):
            page.keyboard.type(str(path))
            page.keyboard.press("Enter")
            chosen(path)
            assert ask(page, "print(my_photo.source)") == f"{path}\n"
            button(place, "honey bee").click()
            chosen("honey_bee")
            wait(page, lambda: field.input_value() == "", 10)
            field.focus()
        assert ask(page, "print(my_painting.source)") == "cafe_terrace\n"


# The easel.


def button(place, words):
    return place.get_by_role("button", name=words, exact=True)


def slider(place, words):
    return place.locator(".widget-slider").filter(has_text=words)


def source(place):
    return place.locator("img.widget-image").get_attribute("src")


def wait_for_frames(page, place, count):
    sources = set()
    wait(
        page,
        lambda: sources.add(source(place)) or len(sources) > count,
        words="the picture does not change",
    )


def losses(place):
    """What the curve's legend says: {"total": ..., "style": ...}."""
    found = re.findall(
        r"(total|content|style|tv) ([\d.e+-]+)",
        " ".join(place.locator("svg text").all_text_contents()),
    )
    return {term: float(loss) for term, loss in found}


@contextmanager
def easel(lab, chromium):  # a fixture would not see the error that leaves a screenshot
    with opened(lab, chromium, "easel.ipynb") as page:
        run_all(page)
        yield page, cell(page, "easel(")


def start(page, live):
    button(live, "Start").click()
    wait(page, lambda: losses(live))


def unfold(live, group):
    live.locator("[class*='Collapse-header']").filter(has_text=group).click()


def upload(page, live, number, path, key=None):
    button = live.get_by_role("button", name="Upload").nth(number)
    with page.expect_file_chooser() as chooser:
        button.press(key) if key else button.click()
    chooser.value.set_files(path)


LOSS_AT_THE_CHANGE = """\
at = live.painter.live.changes[0]["step"]
print([step["style"] for step in live.painter.live.history[at - 1 : at + 1]])"""


def test_the_style_weight_acts_while_it_paints_and_pause_and_save_keep_it(lab, chromium):
    with easel(lab, chromium) as (page, live):
        start(page, live)
        wait_for_frames(page, live, 5)
        slider(live, "style weight").locator(".noUi-handle").press("End")
        wait_for_frames(page, live, 5)

        button(live, "Pause").click()
        wait(page, lambda: "Paused." in live.inner_text())
        still = source(live)
        page.wait_for_timeout(1500)
        assert source(live) == still
        # A fast machine takes the loss down again before the page has shown it.
        before, after = json.loads(ask(page, LOSS_AT_THE_CHANGE))
        assert after > 5 * before

        button(live, "Save").click()
        wait(page, lambda: "Saved as easel.png" in live.inner_text())
        made_by = card.read(lab.folder / "easel.png")
        shown = float(slider(live, "style weight").locator(".widget-readout").inner_text())
        assert made_by["settings"]["style_weight"] == pytest.approx(shown) and shown == 2000
        assert made_by["painted_live"][-1]["style"] == pytest.approx(shown)


def menu(live, words):
    """The menu with this label that is not in a folded group."""
    return live.get_by_label(words, exact=True).locator("visible=true")


def test_regions_by_keyboard_each_with_its_painting_in_picture_card_and_code(lab, chromium):
    with easel(lab, chromium) as (page, live):
        start(page, live)
        unfold(live, "Control")
        assert menu(live, "second painting").count() == 1 and not menu(live, "painting").count()
        menu(live, "regions").press("2")
        preview = live.get_by_role("img", name="upper region, lower region")
        wait(page, lambda: preview.is_visible())
        assert menu(live, "upper region").input_value() == "mosaic"
        assert not menu(live, "middle region").count() and not menu(live, "second painting").count()
        wait(page, lambda: slider(live, "its share (off)").count() == 1)
        assert slider(live, "its share").locator(".noUi-target").get_attribute("disabled") == "true"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("End")  # letters and arrows are JupyterLab's own
        wait(page, lambda: menu(live, "lower region").input_value() == "waves")
        wait_for_frames(page, live, 5)

        button(live, "Pause").click()
        wait(page, lambda: "Paused." in live.inner_text())
        button(live, "Save").click()
        wait(page, lambda: "Saved as" in live.inner_text())
        saved = re.search(r"Saved as (\S+\.png)", live.inner_text())[1]
        assert card.read(lab.folder / saved)["regions"] == {"count": 2, "painted": [1, 2]}
        unfold(live, "Code")
        wait(page, lambda: '["mosaic", "waves"]' in live.locator("pre:visible").inner_text())

        unfold(live, "Control")
        menu(live, "regions").press("Home")
        wait(page, lambda: menu(live, "second painting").count() == 1)
        share = slider(live, "its share").locator(".noUi-target")
        wait(page, lambda: share.get_attribute("disabled") is None)


def test_on_a_narrow_page_the_controls_stand_below_the_picture(lab, chromium):
    with easel(lab, chromium) as (page, live):
        image, groups = live.locator("img.widget-image"), live.locator(".widget-accordion")
        start(page, live)
        unfold(live, "Control")
        menu(live, "regions").press("3")
        wait(page, lambda: live.get_by_role("img", name="middle region").is_visible())
        for width in (1500, 800):
            page.set_viewport_size({"width": width, "height": 1000})
            page.wait_for_timeout(1000)
            picture, controls = image.bounding_box(), groups.bounding_box()
            sides = image.evaluate("image => image.naturalWidth / image.naturalHeight")
            assert picture["width"] / picture["height"] == pytest.approx(sides, rel=0.02)
            assert picture["width"] > 250 and controls["width"] > 250
            curve = live.locator("svg[aria-label='loss curves']").bounding_box()
            assert curve["width"] <= picture["width"] + 1  # with its legend
            if width == 800:
                assert controls["y"] >= picture["y"] + picture["height"]
            else:
                assert controls["x"] >= picture["x"] + picture["width"]
            rows = [
                menu(live, words).bounding_box()
                for words in ("regions", "upper region", "middle region", "lower region")
            ]
            starts, ends = [row["x"] for row in rows], [row["x"] + row["width"] for row in rows]
            assert max(starts) - min(starts) < 2 and max(ends) - min(ends) < 2
            assert max(ends) <= controls["x"] + controls["width"]
            for above, below in zip(rows, rows[1:]):
                assert above["y"] + above["height"] <= below["y"]


@pytest.mark.parametrize("width, height", [(1366, 820), (1280, 720)])
def test_all_controls_are_in_view_with_the_easels_code(lab, chromium, width, height):
    with easel(lab, chromium) as (page, live):
        page.set_viewport_size({"width": width, "height": height})
        last = live.locator("[class*='Collapse-header']").last  # below the sliders
        wait(page, last.count)
        live.evaluate("cell => cell.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(500)
        notebook, shown = page.locator(".jp-Notebook").bounding_box(), last.bounding_box()
        sliders = slider(live, "style, block 5").bounding_box()
        assert sliders["y"] + sliders["height"] <= shown["y"]
        assert shown["y"] + shown["height"] <= notebook["y"] + notebook["height"]


NOTE_PICTURES_AHEAD = """\
from nst_helpers.widgets import easels as easel_widget
easel_widget.SECONDS_BETWEEN_THEM = 1000
ahead, show_picture = [], live.show_picture
def noted(jpeg, in_passing=False):
    show_picture(jpeg, in_passing)
    ahead.append(live._sent.value - live._arrived.value)
live.show_picture = noted"""


def test_a_page_that_cannot_follow_is_sent_few_pictures(lab, chromium):
    with easel(lab, chromium) as (page, live):
        start(page, live)
        wait_for_frames(page, live, 5)
        ask(page, NOTE_PICTURES_AHEAD)
        page.evaluate("() => { const end = Date.now() + 5000; while (Date.now() < end); }")
        wait_for_frames(page, live, 5)  # it has told that it shows them again
        most, times = ask(page, "print(max(ahead), ahead.count(2))").split()
        assert int(most) == 2 and int(times) >= 2  # the second one was sent, and others left out


def test_a_photo_is_uploaded_and_a_pdf_gets_a_sentence(lab, chromium, tmp_path):
    with easel(lab, chromium) as (page, live):
        save_image(load_image("red_panda", max_side=120), tmp_path / "panda.jpg")
        unfold(live, "Pictures")
        upload(page, live, 0, tmp_path / "panda.jpg")
        wait_for_frames(page, live, 3)
        width = live.locator("img.widget-image").bounding_box()["width"]
        (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4\n")
        upload(page, live, 0, tmp_path / "paper.pdf")
        wait(page, lambda: "paper.pdf is not a picture" in live.inner_text())
        assert (
            live.locator("img.widget-image").bounding_box()["width"] == width > 300
        )  # whatever the words' length
        size = live.locator("img.widget-image").evaluate(
            "image => [image.naturalWidth, image.naturalHeight]"
        )
        with_panda = load_image("red_panda", max_side=96).shape
        assert size == [with_panda[2], with_panda[1]]


def test_the_kernel_answers_and_restarts_while_it_paints(lab, chromium):
    with easel(lab, chromium) as (page, live):
        start(page, live)
        assert ask(page, "print(1 + 1)") == "2\n"
        page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
        assert ask(page, "print('live' in globals())") == "False\n"
        run_all(page)
        start(page, live)
        wait_for_frames(page, live, 3)
