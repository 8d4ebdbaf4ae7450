"""The easel without a browser: its messages, its thread, and what it says."""

import io
import threading
import time
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from nst_helpers import card, optimize, widgets
from nst_helpers.images import load_image


def wait(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def easel(vgg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = widgets.easel("astronaut", "mosaic", size=64, full_size=96, vgg=vgg)
    yield opened
    opened.close()


def press(easel, name):
    easel.buttons[name].click()


def paint_some(easel, steps=3):
    goal = easel._done + steps
    press(easel, "start")
    wait(lambda: easel._done >= goal)
    press(easel, "start")
    wait(lambda: not easel._painting)


def jpeg(width=60, height=40, orientation=None):
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def as_version_7(name, content):
    return {name: {"metadata": {"name": name, "type": "", "size": len(content)}, "content": content}}


def as_version_8(name, content):
    return ({"name": name, "type": "", "size": len(content), "content": memoryview(content)},)


def test_it_paints_pauses_and_goes_on(easel):
    before = easel.image.value
    paint_some(easel)
    assert easel.image.value != before and easel.image.value[:3] == b"\xff\xd8\xff"
    assert easel.status.value == "Paused." and easel.buttons["start"].description == "Start"
    done = easel._done
    time.sleep(0.3)
    assert easel._done == done
    paint_some(easel)
    assert easel._done > done and len(easel._history) == easel._done


@pytest.mark.parametrize(
    "slider, value, term, factor",
    [("style", 80.0, "style", 10), ("tv", 3.0, "tv", 10), ("content", 10.0, "content", 10)],
)
def test_a_slider_acts_on_the_next_frame(easel, slider, value, term, factor):
    paint_some(easel, 4)
    before = easel._history[-1][term]
    easel.sliders["learning_rate"].value = 0.001  # nearly the same picture
    easel.sliders[slider].value = value
    done = easel._done
    paint_some(easel, 1)
    assert easel._history[done][term] == pytest.approx(factor * before, rel=0.3)
    assert easel._changes[-1] == {"step": done, slider: value}


def test_every_control_at_its_ends(easel):
    for name, slider in easel.sliders.items():
        ends = (slider.min, slider.max) if name.startswith("block") else (10**slider.min, 10**slider.max)
        for value in ends:
            slider.value = value
            paint_some(easel, 1)
            assert easel.status.value == "Paused.", (name, value)
    for menu in easel.menus.values():
        menu.value = menu.options[-1]
        wait(lambda: easel._painting and easel._done >= 1)


def test_every_button_in_every_state(easel):
    press(easel, "save the film")
    wait(lambda: "no film yet" in easel.status.value)
    for name in ("start again", "start again", "save", "save", "start", "start", "start"):
        press(easel, name)
    wait(lambda: easel._messages.empty() and not easel._painting)
    paint_some(easel)


def test_the_menus_say_what_is_painted(easel, vgg):
    assert [easel.menus[name].value for name in ("content", "style", "init")] == ["astronaut", "mosaic", "content"]
    own = widgets.easel(load_image("red_panda", max_side=64), "mosaic", size=64, vgg=vgg)
    assert own.menus["content"].value == widgets.OWN
    own.close()


def test_every_control_has_a_label(easel):
    controls = [
        *easel.sliders.values(),
        *easel.menus.values(),
        *easel.paths.values(),
        *easel.uploads.values(),
        *easel.buttons.values(),
    ]
    labels = [control.description for control in controls]
    assert all(labels)
    assert all("10 MiB" in upload.description for upload in easel.uploads.values())


@pytest.mark.parametrize("shape", [as_version_7, as_version_8])
def test_an_upload_restarts_with_it_upright(easel, shape):
    easel._messages.put(("upload", ("content", shape("phone.jpg", jpeg(orientation=6)))))
    wait(lambda: easel._done >= 1)
    assert easel.picture.shape[1:3] == (60, 40)


@pytest.mark.parametrize(
    "files, words",
    [
        (as_version_8("paper.pdf", b"%PDF-1.4"), "paper.pdf is not a picture"),
        (as_version_7("empty.jpg", b""), "empty.jpg"),
        (as_version_8("a.jpg", jpeg()) + as_version_8("b.jpg", jpeg()), "2 files came at once"),
        (as_version_8("../../up.png", b"x"), "up.png"),
    ],
)
def test_a_bad_upload_gets_a_sentence_and_nothing_is_lost(easel, files, words):
    paint_some(easel)
    picture, done = easel.picture, easel._done
    easel._messages.put(("upload", ("content", files)))
    wait(lambda: words in easel.status.value)
    assert easel.picture is picture
    paint_some(easel, 1)
    assert easel._done > done


def test_a_missing_path_gets_a_sentence(easel):
    easel.paths["style"].value = "nowhere.png"
    wait(lambda: "nowhere.png" in easel.status.value)


def test_a_run_that_stops_shows_why_and_can_be_started_again(easel, monkeypatch):
    paint_some(easel)

    def broken():
        raise optimize.LossNotFinite("The style loss is not finite: lower style_weight.")
        yield

    picture, easel._steps = easel.picture, broken()
    press(easel, "start")
    wait(lambda: "lower style_weight" in easel.status.value)
    assert easel.picture is picture
    paint_some(easel, 1)
    assert easel._done >= 1


def test_a_mistake_of_the_kit_is_shown_and_logged(easel, capsys):
    easel._messages.put(("upload", ("content", [{"content": "text", "name": "x.png"}])))
    wait(lambda: "TypeError" in easel.status.value)
    assert "Traceback" in capsys.readouterr().err


def test_save_and_film(easel, tmp_path):
    easel.sliders["style"].value = 20.0
    easel.sliders["block3_conv1"].value = 2.5
    paint_some(easel, 4)
    press(easel, "save")
    press(easel, "save the film")
    wait(lambda: "easel.webp" in easel.status.value)
    saved = card.read(tmp_path / "easel.png")
    assert saved["settings"]["style_weight"] == pytest.approx(20)
    assert {"step": 0, "style": pytest.approx(20)} in saved["painted_live"]
    assert saved["settings"]["style_layers"]["block3_conv1"] == 2.5
    assert saved == easel.card()
    with Image.open(tmp_path / "easel.webp") as film:
        assert film.n_frames >= 3
    press(easel, "save")
    wait(lambda: "easel-2.png" in easel.status.value)  # nothing is overwritten


def test_finish_paints_in_full_size_and_its_card_describes_that_run(easel, tmp_path):
    easel.sliders["style"].value = 20.0
    easel.sliders["block1_conv1"].value = 0.0
    easel.sliders["block4_conv1"].value = 3.0
    press(easel, "finish in full size")
    wait(lambda: easel.result is not None, 120)
    wait(lambda: "Finished" in easel.status.value)
    assert max(easel.picture.shape) == 96
    factors = {"block1_conv1": 0, "block2_conv1": 1, "block3_conv1": 1, "block4_conv1": 3, "block5_conv1": 1}
    assert easel.result.settings["style_layers"] == factors
    press(easel, "save")
    wait(lambda: (tmp_path / "easel.png").exists() and "Saved" in easel.status.value)
    assert card.read(tmp_path / "easel.png")["settings"] == easel.result.settings
    np.testing.assert_allclose(load_image(tmp_path / "easel.png"), easel.picture, atol=1 / 255)


def test_a_card_saved_after_going_on_is_not_that_of_the_finished_picture(easel, tmp_path):
    press(easel, "finish in full size")
    wait(lambda: "Finished" in easel.status.value, 120)
    paint_some(easel)
    press(easel, "save")
    wait(lambda: "Saved" in easel.status.value)
    saved = card.read(tmp_path / "easel.png")
    assert saved["settings"]["size"] == max(easel.picture.shape) == 64 and "painted_live" in saved


def test_finish_can_be_stopped(easel):
    press(easel, "finish in full size")
    wait(lambda: "in full size: step" in easel.status.value)
    easel.sliders["tv"].value = 2.0  # kept for later
    press(easel, "start")
    wait(lambda: "Interrupted" in easel.status.value)
    assert easel.result is not None
    wait(lambda: easel._weights["tv"] == 2.0)


def test_it_pauses_by_itself(easel, monkeypatch):
    monkeypatch.setattr(widgets, "STEPS_BEFORE_A_PAUSE", 3)
    press(easel, "start")
    wait(lambda: "Paused by itself" in easel.status.value)
    assert easel._done == 3


def test_painting_inside_a_cell(vgg, monkeypatch):
    opened = widgets.easel("astronaut", "mosaic", size=64, background=False, vgg=vgg)
    opened.sliders["style"].value = 50.0
    opened.run(3)
    assert opened._done == 3 and opened.status.value == "Paused after step 3."
    assert opened._changes == [{"step": 0, "style": 50.0}]
    opened.run(2)
    assert opened._done == 5
    step, calls = opened._step, []

    def interrupted():
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(opened, "_step", interrupted)
    opened.run(9)
    assert opened._done == 6 and opened.status.value == "Interrupted after step 6."
    opened.menus["style"].value = "waves"
    monkeypatch.undo()
    opened.run(1)
    assert opened._done == 1  # begun anew
    opened.close()


def test_run_is_not_for_a_background_easel(easel):
    with pytest.raises(widgets.SettingsError, match="background=False"):
        easel.run()


def test_closing_ends_the_thread_and_a_second_easel_closes_the_first(vgg):
    before = threading.active_count()
    for _ in range(4):
        opened = widgets.easel("astronaut", "mosaic", size=64, vgg=vgg)
        opened.buttons["start"].click()
    assert threading.active_count() == before + 1
    opened.close()
    opened.close()
    assert threading.active_count() == before


def test_the_curve_is_drawn_from_the_losses():
    history = [{"total": 9.0 / n, "content": 1.0, "style": 8.0 / n, "tv": 1e-9} for n in range(1, 500)]
    drawing = ElementTree.fromstring(widgets.loss_curve(history))
    lines = [line.get("points").split() for line in drawing.iter("polyline")]
    assert len(lines) == 4 and all(len(points) < 300 for points in lines)
    numbers = np.array([[float(number) for number in point.split(",")] for points in lines for point in points])
    assert numbers[:, 0].min() >= 0 and numbers[:, 0].max() <= widgets.DISPLAY_WIDTH and numbers[:, 1].min() >= 0
    words = [text.text for text in drawing.iter("text")]
    assert [word.split()[0] for word in words[:4]] == ["content", "total", "style", "tv"]
    widgets.loss_curve(history[:1])
