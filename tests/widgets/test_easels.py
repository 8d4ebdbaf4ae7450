"""The easel without a browser: what its controls ask for, and what they show."""

import base64
import datetime
import html
import io
import math
import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from easel_tools import finish_in_few_steps, image_file, wait, wait_for_steps
from PIL import Image

from nst_helpers import PictureError, SettingsError, card, load_image, luminance, save_image
from nst_helpers.engine import DEFAULTS
from nst_helpers.pictures import as_jpeg
from nst_helpers.widgets import easels


def opened(vgg, content="astronaut", **options):
    return easels.easel(content, "mosaic", size=64, full_size=96, vgg=vgg, **options)


@pytest.fixture
def easel(vgg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = opened(vgg)
    yield made
    made.close()


@pytest.fixture
def in_a_cell(vgg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = opened(vgg, background=False)
    yield made
    made.close()


def press(easel, name):
    easel.buttons[name].click()


def paint_some(easel, steps=3):
    """Press Start, wait for so many steps, and press Pause."""
    press(easel, "start")
    wait_for_steps(easel.painter, steps)
    press(easel, "start")
    wait(lambda: not easel.painter.painting)


def as_version_7(name, content):
    """The value of an upload in ipywidgets 7."""
    about = {"name": name, "type": "", "size": len(content)}
    return {name: {"metadata": about, "content": content}}


def as_version_8(name, content):
    """The value of an upload in ipywidgets 8."""
    about = {"name": name, "type": "", "size": len(content)}
    now = datetime.datetime.now()
    return (about | {"content": memoryview(content), "last_modified": now},)


def press_enter(field):
    """Send what a browser sends then, beside a new value if there is one."""
    field._handle_custom_msg({"event": "submit"}, [])


def upload(easel, name, content):
    """Let an upload's value change, as a browser does."""
    control = easel.uploads["content"]
    shape = as_version_7 if isinstance(control.value, dict) else as_version_8
    control.set_trait("value", shape(name, content))


def is_painted(easel, source):
    return easel.painter.subject.chosen["content"] == source and easel.painter.painting


def test_it_paints_pauses_and_goes_on(easel):
    before = easel.image.value
    paint_some(easel)
    assert easel.image.value != before and easel.image.value[:3] == b"\xff\xd8\xff"
    assert ">Paused.<" in easel.status.value and easel.buttons["start"].description == "Start"
    live, done = easel.painter.live, easel.painter.live.steps_done
    time.sleep(0.3)
    assert live.steps_done == done
    paint_some(easel)
    assert live.steps_done > done and len(live.history) == live.steps_done
    assert easel.painter.live is live and "<svg" in easel.curve.value


def test_pictures_that_the_browser_cannot_follow_are_left_out(easel, monkeypatch):
    monkeypatch.setattr(easels, "SECONDS_BETWEEN_THEM", 1000)

    def shown_in_passing(count):
        pictures = [b"%d" % number for number in range(count)]
        for picture in pictures:
            easel.show_picture(picture, in_passing=True)
        return int(easel.image.value)

    easel._arrived.value = easel._sent.value
    assert shown_in_passing(9) == easels.PICTURES_AHEAD - 1  # no browser says a word
    easel._arrived.value += 1
    assert shown_in_passing(7) == 0
    easel.show_picture(b"12")
    assert easel.image.value == b"12"  # the last one always is
    monkeypatch.setattr(easels, "SECONDS_BETWEEN_THEM", 0)
    assert shown_in_passing(9) == 8
    paint_some(easel)
    assert easel.image.value == as_jpeg(easel.picture)


@pytest.mark.parametrize(
    "slider, value, term",
    [
        ("style", 200.0, "style"),
        ("neighbor", 200.0, "neighbor"),
        ("tv", 10.0, "tv"),
        ("content", 10.0, "content"),
    ],
)
def test_a_slider_acts_on_the_next_frame(easel, slider, value, term):
    """value: ten times the default."""
    paint_some(easel, 4)
    easel.sliders["learning_rate"].value = 0.001
    paint_some(easel, 3)  # until a step hardly changes the picture, whatever step it paused at
    live = easel.painter.live
    before, done = live.history[-1][term], live.steps_done
    easel.sliders[slider].value = value
    paint_some(easel, 1)
    assert live.history[done][term] == pytest.approx(10 * before, rel=0.1)
    assert live.changes[-1] == {"step": done, slider: value}


def test_every_control_at_its_ends(easel):
    for name, slider in easel.sliders.items():
        ends = [slider.min, slider.max]
        if hasattr(slider, "base"):
            ends = [slider.base**end for end in ends]
        for value in (*ends, slider.value):
            slider.value = value
            if name == "style_scale":  # which begins anew
                wait_for_steps(easel.painter)
                press(easel, "start")
            else:
                paint_some(easel, 1)
            wait(lambda: ">Paused.<" in easel.status.value)
    for name, menu in easel.menus.items():
        for _, option in (menu.options[-1], menu.options[1]):
            if option == menu.value:
                continue
            menu.value = option
            wanted = None if option == easels.NONE else option
            wait(lambda name=name, wanted=wanted: easel.painter.subject.chosen[name] == wanted)
            wait_for_steps(easel.painter)


def test_a_second_painting_blends_in_while_it_paints(easel, monkeypatch):
    finish_in_few_steps(monkeypatch)
    easel.sliders["neighbor"].value = 0.2  # next to nothing, so that the two styles differ clearly
    easel.menus["second"].value = "waves"
    wait_for_steps(easel.painter, 3)
    press(easel, "start")
    wait(lambda: not easel.painter.painting)
    live = easel.painter.live
    easel.sliders["learning_rate"].value = 0.001  # nearly the same picture
    seen = []
    for share in (0.5, 1.0, 0.0):
        easel.sliders["blend"].value = share
        paint_some(easel, 2)
        seen.append(live.history[-1]["style"])
    assert easel.painter.live is live  # nothing began anew
    assert abs(seen[1] - seen[2]) > 0.02 * seen[1] and abs(seen[0] - seen[1]) > 0.005 * seen[1]
    made = easel.card()
    assert len(made["style_sha256"]) == 2
    assert made["settings"]["style_blend_weights"] == [1.0, 0.0]
    press(easel, "finish in full size")
    wait(lambda: "Finished" in easel.status.value and not easel.painter.waiting)
    assert easel.result.card["style_sha256"] == made["style_sha256"]
    easel.menus["second"].value = easels.NONE
    wait_for_steps(easel.painter)
    assert easel.painter.live.settings_now()["style_blend_weights"] is None
    assert isinstance(easel.card()["style_sha256"], str)


def test_colors_and_strokes_begin_anew_and_are_finished_so(easel, monkeypatch):
    finish_in_few_steps(monkeypatch)
    easel.menus["original_colors"].value = "luminance"
    easel.sliders["style_scale"].value = 2
    wait(lambda: easel.painter.subject.chosen["style_scale"] == 2)
    wait_for_steps(easel.painter, 2)
    photo = load_image("astronaut", max_side=64)
    difference = (easel.picture - luminance(easel.picture)) - (photo - luminance(photo))
    assert abs(difference.numpy()).max() < 1 / 255
    press(easel, "finish in full size")
    wait(lambda: "Finished" in easel.status.value and not easel.painter.waiting)
    settings = easel.result.card["settings"]
    assert (settings["original_colors"], settings["style_scale"]) == ("luminance", 2)


def rows_shown(easel):
    """The labels of the paintings' menus in the group of controls, from the top."""
    rows = easel._rows_of_paintings.values()
    return [row.children[1].description for row in rows if row.layout.display != "none"]


def test_the_menus_are_named_after_the_regions_and_the_share_is_off(in_a_cell):
    easel, blend = in_a_cell, in_a_cell.sliders["blend"]
    assert rows_shown(easel) == ["second painting"] and not easel.preview.value
    easel.menus["regions"].value = 3
    easel.run(0)
    names = ["upper region", "middle region", "lower region"]
    assert rows_shown(easel) == names and all(name in easel.preview.value for name in names)
    assert blend.disabled and blend.description.endswith("(off)")
    assert easel.preview.layout.display != "none"
    easel.menus["regions"].value = 2
    easel.run(0)
    assert rows_shown(easel) == ["upper region", "lower region"]
    easel.menus["regions"].value = 0
    easel.run(0)
    assert rows_shown(easel) == ["second painting"] and not easel.preview.value
    assert not blend.disabled and blend.description == "its share"


def test_the_preview_has_the_colors_of_the_menus(vgg):
    easel = opened(vgg, load_image("horses", max_side=64), background=False)
    easel.menus["regions"].value = 2
    easel.run(0)
    data = re.search(r"base64,([^\"]+)", easel.preview.value)[1]
    rows = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    of_chips = [re.search("#(.{6})", easel._chips[name].value)[1] for name in ("style", "second")]
    for row, color in zip(rows[[0, -1]], of_chips):  # the sky's, and the ground's
        np.testing.assert_allclose(np.median(row, axis=0), list(bytes.fromhex(color)), atol=3)
    easel.close()


def test_regions_begin_anew_while_it_paints_and_each_gets_its_painting(easel):
    press(easel, "start")
    wait_for_steps(easel.painter, 2)
    first = easel.painter.live
    easel.menus["regions"].value = 2
    wait(lambda: easel.painter.subject.masks)
    wait_for_steps(easel.painter)
    assert easel.painter.live is not first and easel.card()["regions"]["painted"] == [1]
    easel.menus["second"].value = "waves"
    wait(lambda: easel.painter.subject.chosen["second"] == "waves")
    wait_for_steps(easel.painter)
    assert easel.card()["regions"] == {"count": 2, "painted": [1, 2]}


def test_the_code_is_that_of_the_controls(in_a_cell):
    in_a_cell.sliders["style"].value = 10**1.55
    in_a_cell.menus["second"].value = "waves"
    in_a_cell.run(0)
    shown = html.unescape(re.sub("<.*?>", "", in_a_cell.code.value))
    assert shown == in_a_cell.painter.code() and "style_weight=35.48," in shown
    assert '["mosaic", "waves"]' in shown and "style_blend_weights=[0.5, 0.5]" in shown


def test_every_button_in_every_state(easel, capsys, monkeypatch):
    finish_in_few_steps(monkeypatch)
    press(easel, "save the film")
    wait(lambda: "no film yet" in easel.status.value)
    again = ["start again", "start again", "save", "save"]
    for name in ("save", *again, "finish in full size", "finish in full size"):
        press(easel, name)
    wait(lambda: "Finished" in easel.status.value and not easel.painter.waiting)
    for _ in range(3):  # as clicks come before the first has an effect: one start
        easel.painter.post("start")
    wait_for_steps(easel.painter)
    for _ in range(2):
        easel.painter.post("pause")
    wait(lambda: not easel.painter.waiting and not easel.painter.painting)
    assert "Traceback" not in capsys.readouterr().err


def test_every_button_while_a_picture_is_finished(easel, tmp_path, capsys):
    press(easel, "finish in full size")
    wait(lambda: "in full size: step" in easel.status.value)
    # All but the first wait their turn.
    for name in ("finish in full size", "save", "start again", "save the film"):
        press(easel, name)
    assert easel.buttons["start"].description == "Stop"
    press(easel, "start")
    wait(lambda: (tmp_path / "easel.png").exists() and easel.painter.painting)
    assert card.read(tmp_path / "easel.png") == easel.result.card
    wait_for_steps(easel.painter)
    press(easel, "start")
    wait(lambda: ">Paused." in easel.status.value)
    assert not (tmp_path / "easel-2.png").exists()  # it was saved already
    assert "Traceback" not in capsys.readouterr().err


def test_the_sliders_start_at_the_defaults_and_have_them_among_their_steps(easel):
    terms = ("content", "style", "neighbor", "tv")
    defaults = {name: getattr(DEFAULTS, f"{name}_weight") for name in terms}
    defaults["learning_rate"] = DEFAULTS.learning_rate
    assert list(defaults) == list(easels.WEIGHTS)
    for name, default in defaults.items():
        slider = easel.sliders[name]
        assert slider.value == default
        steps = (math.log10(default) - slider.min) / slider.step
        assert steps == pytest.approx(round(steps), abs=1e-6)


def test_the_menus_say_what_is_painted(easel, vgg, tmp_path):
    values = [menu.value for menu in easel.menus.values()]
    assert values == ["astronaut", "mosaic", "recolored", "none", "none", False, 0]
    own = opened(vgg, load_image("red_panda", max_side=64))
    assert own.menus["content"].value == easels.YOUR_OWN
    save_image(load_image("red_panda", max_side=64), tmp_path / "panda.png")
    from_file = opened(vgg, tmp_path / "panda.png")
    assert from_file.menus["content"].value == easels.YOUR_OWN
    assert from_file.paths["content"].value == str(tmp_path / "panda.png")
    assert from_file.paths["style"].value == ""
    from_file.close()
    own.close()


def test_every_menu_shows_one_of_its_options(in_a_cell):
    """And no empty line, as it would for the value None."""
    in_a_cell.menus["second"].value = "waves"
    in_a_cell.run(0)
    in_a_cell.menus["second"].value = easels.NONE
    in_a_cell.run(0)
    assert in_a_cell.painter.subject.chosen["second"] is None
    assert all(menu.index is not None for menu in in_a_cell.menus.values())


def test_every_control_has_a_label(easel):
    groups = (easel.sliders, easel.menus, easel.paths, easel.uploads, easel.buttons)
    assert all(control.description for group in groups for control in group.values())
    assert all("10 MiB" in control.description for control in easel.uploads.values())


@pytest.mark.parametrize("shape", [as_version_7, as_version_8])
def test_the_files_of_an_upload_are_found_in_both_versions(shape):
    [(name, content)] = easels.files_sent(shape("phone.jpg", b"content"))
    assert name == "phone.jpg" and bytes(content) == b"content"
    assert easels.files_sent(type(shape("phone.jpg", b""))()) == []


def test_an_upload_restarts_with_it_upright(easel):
    upload(easel, "phone.jpg", image_file(orientation=6))
    wait_for_steps(easel.painter)
    assert easel.picture.shape[1:3] == (60, 40)


def test_the_answer_to_a_bad_upload_stays_and_it_can_be_sent_again(easel):
    press(easel, "start")
    for _ in range(2):
        upload(easel, "paper.pdf", b"%PDF-1.4")
        wait(lambda: "not a picture" in easel.status.value)
        assert not easel.uploads["content"].value
        wait_for_steps(easel.painter, 10)
        assert "not a picture" in easel.status.value
        press(easel, "save")
        wait(lambda: "Saved" in easel.status.value)


def test_a_mistake_of_the_kit_is_shown_and_logged(easel, caplog):
    easel.painter.post("upload", "content", [("x.png", "text")])
    wait(lambda: "TypeError" in easel.status.value)
    assert "Traceback" in caplog.text


def test_the_menus_and_fields_say_what_is_painted_after_own_pictures(easel):
    menu, path = easel.menus["content"], easel.paths["content"]
    Path("own.jpg").write_bytes(image_file())
    upload(easel, "phone.jpg", image_file())
    wait(lambda: easel.painter.painting and menu.value == easels.YOUR_OWN)
    menu.value = "astronaut"  # the sample from before the upload
    wait(lambda: is_painted(easel, "astronaut"))
    path.value = "own.jpg"
    wait(lambda: is_painted(easel, "own.jpg") and menu.value == easels.YOUR_OWN)
    menu.value = "astronaut"
    wait(lambda: is_painted(easel, "astronaut") and path.value == "")
    path.value = "own.jpg"
    wait(lambda: is_painted(easel, "own.jpg"))


def test_a_missing_path_gets_a_sentence_until_enter_finds_it(easel):
    easel.paths["style"].value = "later.png"
    wait(lambda: "no such file" in easel.status.value)
    Path("later.png").write_bytes(image_file())
    press_enter(easel.paths["style"])
    wait(lambda: easel.painter.subject.chosen["style"] == "later.png")


def test_painting_inside_a_cell(in_a_cell):
    live = in_a_cell.painter.live
    assert "call run()" in in_a_cell.status.value
    in_a_cell.sliders["style"].value = 50.0
    in_a_cell.run(3)
    assert live.steps_done == 3 and ">Paused after step 3.<" in in_a_cell.status.value
    assert live.changes == [{"step": 0, "style": 50.0}]
    in_a_cell.run(2)
    assert live.steps_done == 5
    in_a_cell.menus["style"].value = "waves"
    in_a_cell.run(1)
    assert in_a_cell.painter.live is not live and in_a_cell.painter.live.steps_done == 1


def test_finish_inside_a_cell_keeps_its_picture(in_a_cell, monkeypatch):
    finish_in_few_steps(monkeypatch)
    press(in_a_cell, "finish in full size")
    in_a_cell.run(3)
    assert "Finished" in in_a_cell.status.value and max(in_a_cell.picture.shape) == 96
    assert in_a_cell.painter.live.steps_done == 0
    press(in_a_cell, "save")
    in_a_cell.run(1)
    assert card.read("easel.png") == in_a_cell.result.card
    assert in_a_cell.painter.live.steps_done == 1
    in_a_cell.paths["content"].value = "nowhere.png"
    with pytest.raises(PictureError):
        in_a_cell.run(1)
    assert "no such file" in in_a_cell.status.value
    assert in_a_cell.buttons["start"].description == "Start"
    in_a_cell.close()
    with pytest.raises(SettingsError, match="closed"):
        in_a_cell.run(1)


def test_two_choices_at_once_end_with_the_second(in_a_cell):
    menu = in_a_cell.menus["style"]
    menu.value = "waves"
    menu.value = "stripes"
    in_a_cell.run(2)
    assert in_a_cell.painter.subject.chosen["style"] == menu.value == "stripes"
    assert in_a_cell.painter.live.steps_done == 2
    menu.value = easels.YOUR_OWN
    in_a_cell.run(1)
    assert menu.value == "stripes" and "upload it" in in_a_cell.status.value
    assert in_a_cell.painter.live.steps_done == 3


def test_an_easel_that_cannot_be_opened_leaves_the_old_one_painting(easel, vgg):
    press(easel, "start")
    with pytest.raises(PictureError):
        opened(vgg, "astronauts")
    wait_for_steps(easel.painter)


def test_a_closed_easel_says_so(easel):
    easel.close()
    assert "Closed" in easel.status.value
    groups = (easel.sliders, easel.menus, easel.paths, easel.uploads, easel.buttons)
    assert all(control.disabled for group in groups for control in group.values())


def test_run_is_not_for_a_background_easel(easel):
    with pytest.raises(SettingsError, match="background=False"):
        easel.run()


def test_closing_ends_the_thread_and_a_second_easel_closes_the_first(vgg):
    before = threading.active_count()
    for _ in range(4):
        made = opened(vgg)
        press(made, "start")
    assert threading.active_count() == before + 1
    made.close()
    made.close()
    assert threading.active_count() == before
