"""The easel without a browser: its messages, its thread, and what it says."""

import datetime
import io
import math
import threading
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_helpers import card, optimize, widgets
from nst_helpers.images import load_image, load_with_sha256, save_image


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
    now = datetime.datetime.now()
    return ({"name": name, "type": "", "size": len(content), "content": memoryview(content), "last_modified": now},)


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
        for value in (*ends, slider.value):
            slider.value = value
            paint_some(easel, 1)
            assert easel.status.value == "Paused.", (name, value)
    for name, menu in easel.menus.items():
        for option in (menu.options[-1], menu.options[1]):
            menu.value = option
            wait(lambda wanted=(name, option): wanted in (*easel._sources.items(), ("init", easel._init)))
            wait(lambda: easel._painting and easel._done >= 1)


def test_every_button_in_every_state(easel, capsys):
    press(easel, "save the film")
    wait(lambda: "no film yet" in easel.status.value)
    for name in ("save", "start again", "start again", "save", "save", "finish in full size", "finish in full size"):
        press(easel, name)
    wait(lambda: "Finished" in easel.status.value and easel._messages.empty(), 120)
    for _ in range(3):
        press(easel, "start")  # three times before the first has an effect: one start
    paint_some_more(easel)
    press(easel, "start")
    press(easel, "start")
    wait(lambda: easel._messages.empty() and not easel._painting)
    assert "Traceback" not in capsys.readouterr().err


def paint_some_more(easel):
    done = easel._done
    wait(lambda: easel._painting and easel._done > done)


def test_pressing_pause_twice_does_not_start_it(easel):
    press(easel, "start")
    wait(lambda: easel._done >= 1)
    for _ in range(2):
        easel._messages.put(("press", "pause"))
    wait(lambda: easel._messages.empty() and not easel._painting)
    done = easel._done
    time.sleep(0.3)
    assert easel._done == done and easel.status.value == "Paused."


def test_every_button_while_a_picture_is_finished(easel, tmp_path, capsys):
    press(easel, "finish in full size")
    wait(lambda: "in full size: step" in easel.status.value)
    for name in ("finish in full size", "save", "start again", "save the film"):  # all but the first wait their turn
        press(easel, name)
    press(easel, "start")  # which is Stop now
    wait(lambda: (tmp_path / "easel.png").exists() and easel._painting)
    assert card.read(tmp_path / "easel.png") == easel.result.card
    paint_some_more(easel)
    press(easel, "start")
    wait(lambda: easel.status.value.startswith("Paused."))
    assert not (tmp_path / "easel-2.png").exists()  # it was saved already
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("way", ["start", "start again", "menu"])
def test_a_finished_picture_is_saved_before_another_takes_its_place(easel, tmp_path, way):
    press(easel, "finish in full size")
    wait(lambda: "in full size: step" in easel.status.value)
    if way == "menu":
        easel.menus["style"].value = "waves"
    wait(lambda: "Finished" in easel.status.value or easel._painting, 120)
    if way != "menu":
        press(easel, way)
    paint_some_more(easel)
    assert "Saved as easel.png" in easel.status.value
    assert card.read(tmp_path / "easel.png") == easel.result.card


def test_the_sliders_start_at_the_defaults_and_have_them_among_their_steps(easel):
    for name in widgets.SLIDERS:
        slider = easel.sliders[name]
        default = optimize.DEFAULTS.get(f"{name}_weight", optimize.DEFAULTS.get(name))
        assert slider.value == default
        steps = (math.log10(default) - slider.min) / slider.step
        assert steps == pytest.approx(round(steps), abs=1e-6)


def test_the_menus_say_what_is_painted(easel, vgg, tmp_path):
    assert [easel.menus[name].value for name in ("content", "style", "init")] == ["astronaut", "mosaic", "content"]
    own = widgets.easel(load_image("red_panda", max_side=64), "mosaic", size=64, vgg=vgg)
    assert own.menus["content"].value == widgets.OWN
    save_image(load_image("red_panda", max_side=64), tmp_path / "panda.png")
    from_file = widgets.easel(tmp_path / "panda.png", "mosaic", size=64, vgg=vgg)
    assert from_file.menus["content"].value == widgets.OWN
    assert from_file.paths["content"].value == str(tmp_path / "panda.png") and from_file.paths["style"].value == ""
    from_file.close()
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


def test_an_upload_has_the_checksum_of_all_its_pixels(easel, tmp_path):
    large = tmp_path / "large.png"
    save_image(load_image("red_panda", max_side=300), large)
    easel._messages.put(("upload", ("content", as_version_8("large.png", large.read_bytes()))))
    wait(lambda: easel._done >= 1)
    assert easel.card()["content_sha256"] == load_with_sha256(large)[1]


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


def test_the_menus_and_fields_say_what_is_painted_after_own_pictures(easel):
    def painted(source):
        return isinstance(easel._sources["content"], str) and easel._sources["content"] == source

    Path("own.jpg").write_bytes(jpeg())
    easel._messages.put(("upload", ("content", as_version_8("phone.jpg", jpeg()))))
    wait(lambda: easel._painting and easel.menus["content"].value == widgets.OWN)
    easel.menus["content"].value = "astronaut"  # the sample from before the upload
    wait(lambda: painted("astronaut"))
    easel.paths["content"].value = "own.jpg"
    wait(lambda: painted("own.jpg") and easel.menus["content"].value == widgets.OWN)
    easel.menus["content"].value = "astronaut"
    wait(lambda: painted("astronaut") and easel.paths["content"].value == "")
    easel.paths["content"].value = "own.jpg"
    wait(lambda: painted("own.jpg"))


def test_a_missing_path_gets_a_sentence(easel):
    easel.paths["style"].value = "nowhere.png"
    wait(lambda: "nowhere.png" in easel.status.value)


def break_the_next_step(monkeypatch, error):
    """Let the engine raise this, once, in the midst of a step."""
    made, calls = optimize.make_loss_and_gradient, []

    def engine(vgg, content_layer, style_layers, shape):
        extract = optimize.feature_extractor(vgg, [content_layer, *style_layers])
        step = made(extract, content_layer, style_layers)

        def loss_and_gradient(*arguments):
            calls.append(1)
            if len(calls) == 3:
                raise error
            return step(*arguments)

        return extract, loss_and_gradient

    monkeypatch.setattr(optimize, "_engine", engine)


def test_a_run_that_stops_shows_why_and_can_be_gone_on_with(easel, monkeypatch):
    break_the_next_step(monkeypatch, optimize.LossNotFinite("The style loss is not finite: lower style_weight."))
    press(easel, "start again")
    wait(lambda: "lower style_weight" in easel.status.value)
    assert easel._done == 2 and not easel._painting
    picture, total = easel.picture, easel._history[-1]["total"]
    paint_some(easel, 1)
    assert easel._done >= 3 and len(easel._history) == easel._done
    assert easel._history[2]["total"] == pytest.approx(total, rel=0.01)  # it begins with that very picture
    assert easel.picture is not picture


def test_a_mistake_of_the_kit_is_shown_and_logged(easel, caplog):
    easel._messages.put(("upload", ("content", [{"content": "text", "name": "x.png"}])))
    wait(lambda: "TypeError" in easel.status.value)
    assert "Traceback" in caplog.text


def test_save_and_film(easel, tmp_path):
    easel.sliders["style"].value = 20.0
    easel.sliders["block3_conv1"].value = 2.5
    paint_some(easel, 4)
    press(easel, "save")
    press(easel, "save the film")
    wait(lambda: "easel.webp" in easel.status.value)
    saved = card.read(tmp_path / "easel.png")
    assert saved["settings"]["style_weight"] == pytest.approx(20)
    assert {"step": 0, "style": 20.0} in saved["painted_live"] and saved["begun_with"]["style"] == 8
    assert saved["content_sha256"] == load_with_sha256("astronaut")[1] != load_with_sha256("red_panda")[1]
    assert saved["losses"]["total"] > 0 and saved["losses"]["block3_conv1"] > 0 and "seconds" in saved
    assert saved["painted"]["steps"] == [saved["steps_done"]] and len(saved["weights_sha256"]) == 64
    assert saved["settings"]["style_layers"]["block3_conv1"] == 2.5
    assert saved == easel.card()
    with Image.open(tmp_path / "easel.webp") as film:
        assert film.n_frames >= 3
    assert card.read(tmp_path / "easel.webp")["painted_live"] == saved["painted_live"]
    press(easel, "save")
    wait(lambda: "easel-2.png" in easel.status.value)  # nothing is overwritten


def test_the_film_has_the_card_of_what_it_shows(easel, tmp_path):
    (tmp_path / "easel.webp.json").write_text("somebody's notes")
    paint_some(easel, 3)
    press(easel, "finish in full size")
    wait(lambda: "Finished" in easel.status.value, 120)
    press(easel, "save the film")
    wait(lambda: "easel-2.webp" in easel.status.value)
    told = card.read(tmp_path / "easel-2.webp")
    assert "painted_live" in told and told["settings"]["size"] == 64 and told["settings"]["optimizer"] == "adam"
    assert (tmp_path / "easel.webp.json").read_text() == "somebody's notes"


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
    wait(lambda: "easel-2.png" in easel.status.value)
    saved = card.read(tmp_path / "easel-2.png")
    assert saved["settings"]["size"] == max(easel.picture.shape) == 64 and "painted_live" in saved


def test_finish_can_be_stopped(easel):
    press(easel, "finish in full size")
    wait(lambda: "in full size: step" in easel.status.value)
    easel.sliders["tv"].value = 2.0  # kept for later
    press(easel, "start")
    wait(lambda: "Interrupted" in easel.status.value)
    assert easel.result is not None and max(easel.picture.shape) == 96
    wait(lambda: easel._weights["tv"] == 2.0)


def test_it_pauses_by_itself(easel, monkeypatch):
    monkeypatch.setattr(widgets, "STEPS_BEFORE_A_PAUSE", 3)
    press(easel, "start")
    wait(lambda: "Paused by itself" in easel.status.value)
    assert easel._done == 3


def test_painting_inside_a_cell(vgg):
    opened = widgets.easel("astronaut", "mosaic", size=64, background=False, vgg=vgg)
    opened.sliders["style"].value = 50.0
    opened.run(3)
    assert opened._done == 3 and opened.status.value == "Paused after step 3."
    assert opened._changes == [{"step": 0, "style": 50.0}]
    opened.run(2)
    assert opened._done == 5
    opened.menus["style"].value = "waves"
    opened.run(1)
    assert opened._done == 1  # begun anew
    opened.close()


def test_an_interrupt_inside_a_cell_can_be_gone_on_with(vgg, monkeypatch):
    opened = widgets.easel("astronaut", "mosaic", size=64, background=False, vgg=vgg)
    break_the_next_step(monkeypatch, KeyboardInterrupt())
    opened.menus["init"].value = "style"  # which begins anew
    opened.run(9)
    assert opened._done == 2 and opened.status.value == "Interrupted after step 2."
    opened.run(2)
    assert opened._done == 4 and opened.status.value == "Paused after step 4."
    opened.close()


def test_finish_inside_a_cell_keeps_its_picture(vgg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = widgets.easel("astronaut", "mosaic", size=64, full_size=96, background=False, vgg=vgg)
    opened.buttons["finish in full size"].click()
    opened.run(3)
    assert "Finished" in opened.status.value and max(opened.picture.shape) == 96 and opened._done == 0
    opened.buttons["save"].click()
    opened.run(1)
    assert card.read("easel.png") == opened.result.card and opened._done == 1
    opened.paths["content"].value = "nowhere.png"
    with pytest.raises(widgets.PictureError):
        opened.run(1)
    assert "nowhere.png" in opened.status.value and opened.buttons["start"].description == "Start"
    opened.close()
    with pytest.raises(widgets.SettingsError, match="closed"):
        opened.run(1)


def test_what_was_answered_stays_while_it_paints(easel):
    press(easel, "start")
    wait(lambda: easel._done >= 1)
    press(easel, "save")
    wait(lambda: "Saved as easel.png" in easel.status.value)
    done = easel._done
    wait(lambda: easel._done > done + 12)
    assert "Painting: step" in easel.status.value and "Saved as easel.png" in easel.status.value


def test_a_slider_on_its_way_is_one_change(easel):
    for value in (9.0, 12.0, 15.0):
        easel.sliders["style"].value = value
    easel.sliders["tv"].value = 1.0
    wait(lambda: len(easel._changes) == 2)
    assert easel._changes == [{"step": 0, "style": 15.0}, {"step": 0, "tv": 1.0}]


def test_the_film_is_even_in_time(easel, monkeypatch):
    monkeypatch.setattr(widgets, "FRAMES_OF_FILM", 3)
    monkeypatch.setattr(easel, "_encoded", lambda picture=None: str(easel._done).encode())
    paint_some(easel, 30)
    steps = [int(frame) for frame in easel._film]
    assert 3 <= len(steps) <= 6 and len({after - before for before, after in zip(steps, steps[1:])}) == 1


def test_two_choices_at_once_end_with_the_second(vgg):
    opened = widgets.easel("astronaut", "mosaic", size=64, background=False, vgg=vgg)
    opened.menus["style"].value = "waves"
    opened.menus["style"].value = "stripes"
    opened.run(2)
    assert opened._sources["style"] == opened.menus["style"].value == "stripes" and opened._done == 2
    opened.menus["style"].value = widgets.OWN
    opened.run(1)
    assert opened.menus["style"].value == "stripes" and "upload it" in opened.status.value
    opened.close()


def test_the_answer_to_a_bad_upload_stays_and_it_can_be_sent_again(easel):
    files = as_version_8("paper.pdf", b"%PDF-1.4")
    if isinstance(easel.uploads["content"].value, dict):
        files = as_version_7("paper.pdf", b"%PDF-1.4")
    press(easel, "start")
    for _ in range(2):
        easel.uploads["content"].set_trait("value", files)
        wait(lambda: "paper.pdf" in easel.status.value)
        assert not easel.uploads["content"].value
        wait(lambda goal=easel._done + 10: easel._done > goal)
        assert "paper.pdf" in easel.status.value
        press(easel, "save")
        wait(lambda: "Saved" in easel.status.value)


def test_what_is_saved_carries_its_own_card(vgg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = widgets.easel("astronaut", "mosaic", size=64, full_size=96, background=False, vgg=vgg)
    for name in ("finish in full size", "start", "save"):
        opened.buttons[name].click()
    opened.close()
    assert card.read("easel.png") == opened.result.card  # put away when the live one took its place
    live = card.read("easel-2.png")
    assert live["settings"]["size"] == 64 == max(load_image("easel-2.png").shape)


def test_a_finished_picture_is_saved_when_its_easel_is_closed_and_a_stopped_one_is_not(easel, tmp_path):
    press(easel, "finish in full size")
    wait(lambda: "in full size: step" in easel.status.value)
    press(easel, "start")
    wait(lambda: "Interrupted" in easel.status.value)
    press(easel, "finish in full size")
    wait(lambda: "Finished" in easel.status.value, 120)
    assert not (tmp_path / "easel.png").exists()
    easel.close()
    assert card.read(tmp_path / "easel.png") == easel.result.card


def test_a_save_that_fails_does_not_block_it(easel, monkeypatch):
    press(easel, "finish in full size")
    wait(lambda: "Finished" in easel.status.value, 120)

    def full_disk(*arguments, **keywords):
        raise OSError("No space left on device")

    monkeypatch.setattr(widgets, "save_image", full_disk)
    press(easel, "start")
    paint_some_more(easel)
    assert "No space left on device The finished picture is still" in easel.status.value
    assert max(easel.result.picture.shape) == 96


def test_what_is_asked_while_it_stops_keeps_its_order(easel, monkeypatch):
    def stopped(*arguments, on_step, **settings):
        easel._messages.put(("weight", ("style", 10.0)))
        easel._messages.put(("press", "stop"))
        easel._messages.put(("weight", ("style", 20.0)))
        on_step(optimize.Step(1, 9, 96, {}, 1.0, None, easel.picture, {}))

    monkeypatch.setattr(widgets, "stylize", stopped)
    with pytest.raises(KeyboardInterrupt):
        easel.close()
        easel._finish()
    waiting = [easel._messages.get() for _ in range(easel._messages.qsize())]
    assert [value for action, value in waiting if action == "weight"] == [("style", 10.0), ("style", 20.0)]


def test_inside_a_cell_it_paints_as_many_steps_as_it_is_told(vgg, monkeypatch):
    monkeypatch.setattr(widgets, "STEPS_BEFORE_A_PAUSE", 3)
    opened = widgets.easel("astronaut", "mosaic", size=64, background=False, vgg=vgg)
    opened.run(32)  # more than the 30 of one generator, too
    assert opened.status.value.startswith("Paused after step 3") and opened._done >= 31
    opened.close()


def test_an_easel_that_cannot_be_opened_leaves_the_old_one_painting(easel, vgg):
    press(easel, "start")
    with pytest.raises(widgets.PictureError):
        widgets.easel("astronauts", "mosaic", size=64, vgg=vgg)
    paint_some_more(easel)


def test_a_closed_easel_says_so(easel):
    easel.close()
    assert "Closed" in easel.status.value
    assert all(control.disabled for control in (*easel.buttons.values(), *easel.sliders.values()))


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
