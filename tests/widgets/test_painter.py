"""The painter without widgets: its messages and their order, its thread, films, cards and words."""

import functools
import io
import logging
import time
from types import SimpleNamespace

import numpy as np
import pytest
from easel_tools import finish_in_few_steps, image_file, wait, wait_for_steps
from PIL import Image

from nst_helpers import (
    LossNotFinite,
    PictureError,
    SettingsError,
    card,
    load_image,
    resize,
    save_image,
    stylize,
)
from nst_helpers.pictures import load_with_sha256, saving
from nst_helpers.widgets.painter import Painter


class Recorder:
    """A view that keeps what a painter shows."""

    log = logging.getLogger("tests")

    def __init__(self):
        self.pictures, self.offers, self.sources, self.emptied = [], [], {}, []
        self.words = self.notice = self.code = ""
        self.masks = None
        self.closed = False

    def show_picture(self, jpeg, in_passing=False):
        self.pictures.append(jpeg)

    def show_curve(self, history):
        self.history = history

    def say(self, status, notice):
        self.words, self.notice = status, notice

    def offer(self, action):
        self.offers.append(action)

    def show_source(self, name, source):
        self.sources[name] = source

    def show_regions(self, masks):
        self.masks = masks

    def show_code(self, lines):
        self.code = lines

    def empty_upload(self, name):
        self.emptied.append(name)

    def show_closed(self):
        self.closed = True


@pytest.fixture
def view():
    return Recorder()


@pytest.fixture
def unopened(vgg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Painter({"content": "astronaut", "style": "mosaic"}, size=64, full_size=96, vgg=vgg)
    yield made
    made.close()


@pytest.fixture
def painter(unopened, view):
    """One that paints in its thread."""
    unopened.open(view)
    return unopened


@pytest.fixture
def in_a_cell(unopened, view):
    """One that acts and paints when its `run` is called."""
    unopened.open(view, background=False)
    return unopened


@pytest.fixture
def few_steps(monkeypatch):
    finish_in_few_steps(monkeypatch)


def start_finishing(painter, view):
    painter.post("finish")
    wait(lambda: "in full size: step" in view.words)


def png(width, height):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "PNG")
    return buffer.getvalue()


# Painting.


def test_it_paints_pauses_and_goes_on(painter, view):
    none = {"second": None, "third": None}
    assert view.sources == {"content": "astronaut", "style": "mosaic"} | none
    assert len(view.pictures) == 1
    for _ in range(2):
        done = painter.live.steps_done
        painter.post("start")
        wait_for_steps(painter, 3)
        painter.post("pause")
        wait(lambda: not painter.painting)
        assert view.words == "Paused." and view.offers[-2:] == ["pause", "start"]
        assert painter.live.steps_done == len(painter.live.history) >= done + 3
    assert view.pictures[-1][:3] == b"\xff\xd8\xff" and view.pictures[-1] != view.pictures[0]


def test_pausing_twice_does_not_start_it(painter, view):
    painter.post("start")
    wait_for_steps(painter)
    for _ in range(2):
        painter.post("pause")
    wait(lambda: not painter.waiting and not painter.painting)
    done = painter.live.steps_done
    time.sleep(0.3)
    assert painter.live.steps_done == done and view.words == "Paused."


def test_it_pauses_by_itself(painter, view, monkeypatch):
    monkeypatch.setattr("nst_helpers.widgets.painter.STEPS_BEFORE_A_PAUSE", 3)
    painter.post("start")
    wait(lambda: "Paused automatically" in view.words)
    assert painter.live.steps_done == 3


def test_inside_a_cell_it_paints_as_many_steps_as_it_is_told(in_a_cell, view, monkeypatch):
    monkeypatch.setattr("nst_helpers.widgets.painter.STEPS_BEFORE_A_PAUSE", 3)
    monkeypatch.setattr("nst_helpers.widgets.live.STEPS_AT_ONCE", 30)
    in_a_cell.post("start_again")
    in_a_cell.run(32)  # more than the 30 of one generator, too
    assert view.words == "Paused after step 32." and len(in_a_cell.live.history) == 32


def test_what_a_browser_rounds_is_no_change(in_a_cell):
    """A slider in a browser sends its value back at once, rounded to its next tick."""
    for name, rounded in (("style", 19.9962), ("tv", 0.99981), ("learning_rate", 0.030012)):
        in_a_cell.post("weight", name, rounded)
    in_a_cell.run(0)
    assert in_a_cell.live.changes == []
    assert in_a_cell.live.card()["settings"]["style_weight"] == 20


def test_a_slider_on_its_way_is_one_change(in_a_cell):
    for weight in (9.0, 12.0, 15.0):
        in_a_cell.post("weight", "style", weight)
    in_a_cell.post("weight", "tv", 3.0)
    in_a_cell.run(1)
    in_a_cell.post("weight", "tv", 2.0)
    in_a_cell.run(0)
    first, second = {"step": 0, "style": 15.0}, {"step": 0, "tv": 3.0}
    assert in_a_cell.live.changes == [first, second, {"step": 1, "tv": 2.0}]


def test_what_was_answered_stays_while_it_paints(painter, view):
    painter.post("start")
    wait_for_steps(painter)
    painter.post("save")
    wait(lambda: "Saved as easel.png" in view.notice)
    wait_for_steps(painter, 12)
    wait(lambda: "Painting: step" in view.words)
    assert "Saved as easel.png" in view.notice


# What goes wrong.


def break_the_third_step(monkeypatch, error):
    """Let the loop raise this, once, in the midst of a step."""
    from nst_helpers import paint

    steps = []

    def breaking(*arguments, **keywords):
        for step in paint(*arguments, **keywords):
            steps.append(step)
            if len(steps) == 3:
                raise error
            yield step

    monkeypatch.setattr("nst_helpers.widgets.live.paint", breaking)


def test_a_run_that_stops_shows_why_and_can_be_gone_on_with(painter, view, monkeypatch):
    losses = {"content": 1.0, "style": np.inf, "tv": 1.0}
    break_the_third_step(
        monkeypatch, LossNotFinite(3, losses, {name: painter.weights[name] for name in losses})
    )
    painter.post("start_again")
    wait(lambda: "Lower style_weight" in view.words and not painter.painting)
    live = painter.live
    assert live.steps_done == 2
    picture, total = live.picture, live.history[-1]["total"]
    painter.post("start")
    wait_for_steps(painter, 2)  # the first one only looks at that picture again
    painter.post("pause")
    wait(lambda: not painter.painting)
    assert painter.live is live and live.steps_done >= 4 and len(live.history) == live.steps_done
    assert live.history[2]["total"] == pytest.approx(
        total, rel=0.01
    )  # begun with that very picture
    assert live.picture is not picture


def test_an_interrupt_inside_a_cell_can_be_gone_on_with(in_a_cell, view, monkeypatch):
    break_the_third_step(monkeypatch, KeyboardInterrupt())
    in_a_cell.post("set", "init", "style")  # which begins anew
    in_a_cell.run(9)
    assert in_a_cell.subject.chosen["init"] == "style" and in_a_cell.live.steps_done == 2
    assert view.words == "Interrupted after step 2."
    in_a_cell.run(2)
    assert in_a_cell.live.steps_done == 4 and view.words == "Paused after step 4."


def test_a_failure_inside_a_cell_is_shown_and_raised(in_a_cell, view):
    in_a_cell.post("choose", "content", "nowhere.png")
    with pytest.raises(PictureError):
        in_a_cell.run(1)
    assert "no such file" in view.words and view.offers[-1] == "start"


def test_run_is_not_for_a_painter_with_a_thread(painter):
    with pytest.raises(SettingsError, match="background=False"):
        painter.run()


def test_a_closed_painter_says_so(in_a_cell, view):
    in_a_cell.close()
    assert view.closed and view.words.startswith("Closed")
    with pytest.raises(SettingsError, match="closed"):
        in_a_cell.run(1)


# Other pictures.


def test_a_choice_begins_anew_with_it(in_a_cell, view):
    in_a_cell.run(2)
    in_a_cell.post("choose", "style", "waves")
    in_a_cell.run(1)
    assert in_a_cell.subject.chosen["style"] == view.sources["style"] == "waves"
    assert in_a_cell.live.steps_done == len(in_a_cell.live.film.frames) == 1
    for same in ("waves", ""):
        in_a_cell.post("choose", "style", same)
    in_a_cell.run(1)
    assert in_a_cell.live.steps_done == 2


def test_an_upload_is_painted_as_the_file_would_be(in_a_cell, view, tmp_path):
    large = tmp_path / "large.png"
    save_image(load_image("red_panda", max_side=300), large)
    in_a_cell.post("upload", "content", [("large.png", large.read_bytes())])
    in_a_cell.run(0)
    picture, sha256 = load_with_sha256(large, max_side=64)
    np.testing.assert_array_equal(in_a_cell.picture, picture)
    assert in_a_cell.card()["content_sha256"] == sha256  # of all pixels
    assert max(in_a_cell.subject.chosen["content"].size) == 300 and view.emptied == ["content"]


@pytest.mark.parametrize(
    "name",
    ["nul\0.jpg", "", "..", "/", "a" * 300 + ".jpg", "con.jpg", "\udce9.jpg", "a\x1b[2J.jpg"],
)
def test_an_upload_may_have_any_name(in_a_cell, name):
    in_a_cell.post("upload", "content", [(name, image_file())])
    in_a_cell.run(0)
    assert in_a_cell.picture.shape[1:3] == (40, 60)
    in_a_cell.post("upload", "content", [(name, b"no picture")])
    with pytest.raises(PictureError, match="is not a picture") as caught:
        in_a_cell.run(0)
    assert str(caught.value).isprintable()


def test_a_film_too_large_for_its_format_gets_a_sentence(in_a_cell, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(saving.LONGEST, "WEBP", 63)
    in_a_cell.run(2)
    in_a_cell.post("save_film")
    with pytest.raises(PictureError, match="a WEBP file holds at most 63 px on a side"):
        in_a_cell.run(0)
    assert not list(tmp_path.iterdir())


def test_an_upload_is_decoded_once(in_a_cell, monkeypatch):
    real, opened = Image.open, []

    def counted(*arguments, **keywords):
        opened.append(arguments)
        return real(*arguments, **keywords)

    monkeypatch.setattr(Image, "open", counted)
    in_a_cell.post("upload", "content", [("phone.jpg", image_file())])
    in_a_cell.run(0)
    assert len(opened) == 1 and in_a_cell.picture.shape[1:3] == (40, 60)


@pytest.mark.parametrize(
    "files, words",
    [
        ([("paper.pdf", b"%PDF-1.4")], "paper.pdf is not a picture"),
        ([("empty.jpg", b"")], "empty.jpg is empty"),
        ([("a.jpg", image_file()), ("b.jpg", image_file())], "2 files were uploaded at once"),
        ([("../../up.png", b"x")], "up.png is not a picture"),
        ([("small.png", png(20, 10))], "small.png is 20 × 10 px, VGG19 needs 32 px"),
        ([("long.png", png(640, 64))], "long.png is 640 × 64 px, shrunk to 64 × 6 px"),
    ],
)
def test_a_bad_upload_gets_a_sentence_and_nothing_is_lost(painter, view, files, words):
    painter.post("start")
    wait_for_steps(painter)
    live = painter.live
    painter.post("upload", "content", files)
    wait(lambda: words in view.notice)
    assert view.emptied == ["content"] and painter.subject.chosen["content"] == "astronaut"
    wait_for_steps(painter)
    assert painter.live is live


# In full size.


@pytest.mark.usefixtures("few_steps")
def test_finish_paints_in_full_size_and_its_card_describes_that_run(in_a_cell, view, tmp_path):
    weights = {"style": 30.0, "block1_conv1": 0.0, "block4_conv1": 3.0}
    for name, weight in weights.items():
        in_a_cell.post("weight", name, weight)
    in_a_cell.post("finish")
    in_a_cell.run()
    assert "Finished" in view.words and max(in_a_cell.picture.shape) == 96
    factors = in_a_cell.result.settings["style_layers"]
    assert list(factors.values()) == [0, 1.4, 0.9, 3, 0.4]
    assert in_a_cell.result.settings["style_weight"] == 30
    picture = in_a_cell.picture
    in_a_cell.post("save")
    in_a_cell.run(0)
    assert card.read(tmp_path / "easel.png")["settings"] == in_a_cell.result.settings
    np.testing.assert_allclose(load_image(tmp_path / "easel.png"), picture, atol=1 / 255)


def test_finish_can_be_stopped(painter, view):
    start_finishing(painter, view)
    painter.post("weight", "tv", 2.0)  # kept for later
    painter.post("stop")
    wait(lambda: "Interrupted" in view.words)
    assert painter.result is not None and max(painter.picture.shape) == 96
    wait(lambda: painter.weights["tv"] == 2.0)


def test_what_is_asked_while_it_stops_keeps_its_order(in_a_cell, view, monkeypatch):
    def stopped(*arguments, on_step, **settings):
        in_a_cell.post("weight", "style", 10.0)
        in_a_cell.post("stop")
        in_a_cell.post("weight", "style", 40.0)
        step = {"number": 1, "total": 9, "side": 96, "seconds_left": None}
        on_step(SimpleNamespace(**step, picture=in_a_cell.picture))

    monkeypatch.setattr("nst_helpers.widgets.live.stylize", stopped)
    in_a_cell.post("finish")
    in_a_cell.run(0)
    assert view.words == "Interrupted after step 0." and in_a_cell.waiting == 3
    assert in_a_cell.weights["style"] == 20
    in_a_cell.run(0)
    assert in_a_cell.weights["style"] == 40


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("message", [("start",), ("start_again",), ("choose", "style", "waves")])
def test_a_finished_picture_is_saved_before_another_takes_its_place(
    painter, view, tmp_path, message
):
    painter.post("finish")
    if message[0] != "choose":  # which is put off until the picture is done
        wait(lambda: "Finished" in view.words)
    painter.post(*message)
    wait_for_steps(painter)
    assert "Saved as easel.png" in view.notice
    assert card.read(tmp_path / "easel.png") == painter.result.card


@pytest.mark.usefixtures("few_steps")
def test_a_save_that_fails_does_not_block_it(in_a_cell, view, monkeypatch):
    def full_disk(*arguments, **keywords):
        raise OSError("No space left on device")

    monkeypatch.setattr("nst_helpers.widgets.painter.save_image", full_disk)
    in_a_cell.post("finish")
    in_a_cell.run()
    in_a_cell.run(1)
    assert "No space left on device The finished picture is still" in view.notice
    assert in_a_cell.live.steps_done == 1 and max(in_a_cell.picture.shape) == 64
    assert max(in_a_cell.result.picture.shape) == 96


def test_closing_saves_a_finished_picture_and_not_a_stopped_one(
    painter, view, tmp_path, monkeypatch
):
    start_finishing(painter, view)
    painter.post("stop")
    wait(lambda: "Interrupted" in view.words)
    finish_in_few_steps(monkeypatch)
    painter.post("finish")
    wait(lambda: "Finished" in view.words)
    assert not (tmp_path / "easel.png").exists()
    painter.close()
    assert card.read(tmp_path / "easel.png") == painter.result.card


# Regions.


def divide(painter, *paintings, photo="horses"):
    """Divide the photo into a region for each painting, None for none; the first one stays."""
    painter.post("choose", "content", photo)
    painter.post("set", "regions", len(paintings) + 1)
    for name, painting in zip(("second", "third"), paintings):
        painter.post("choose", name, painting)


def test_each_region_is_painted_from_its_painting(in_a_cell):
    """At the start each has its painting's colors, and the photo stays where there is none."""
    divide(in_a_cell, "waves")
    in_a_cell.run(1)
    of_both = in_a_cell.picture.numpy()
    sky, ground = (
        resize(mask, *of_both.shape[1:3]).numpy() > 0.99 for mask in in_a_cell.subject.masks
    )
    assert 0.1 < sky.mean() < 0.9 and 0.1 < ground.mean() < 0.9
    assert np.nonzero(sky)[1].mean() < np.nonzero(ground)[1].mean()  # it lies above

    in_a_cell.post("choose", "second", None)
    in_a_cell.run(1)
    of_sky, photo = in_a_cell.picture.numpy(), load_image("horses", max_side=64).numpy()
    np.testing.assert_allclose(of_sky[ground], photo[ground], atol=0.02)
    assert abs(of_sky[sky] - photo[sky]).mean() > 0.05
    assert abs(of_both[ground] - photo[ground]).mean() > 0.05

    in_a_cell.post("choose", "second", "stripes")
    in_a_cell.run(1)
    changed = abs(in_a_cell.picture.numpy() - of_both)
    assert changed[ground].mean() > 5 * changed[sky].mean()


def test_three_regions_have_three_paintings_in_whatever_order_they_are_chosen(in_a_cell, view):
    divide(in_a_cell, None, "stripes")
    in_a_cell.run(1)
    without = in_a_cell.card()
    assert len(view.masks) == 3 and without["regions"] == {"count": 3, "painted": [1, 3]}
    in_a_cell.post("choose", "second", "waves")
    in_a_cell.run(1)
    made = in_a_cell.card()
    assert made["regions"]["painted"] == [1, 2, 3]
    names = ("mosaic", "waves", "stripes")
    assert made["style_sha256"] == [load_with_sha256(name)[1] for name in names]
    for kind in ("style_sha256", "style_masks_sha256"):
        assert without[kind] == [made[kind][number] for number in (0, 2)]
    assert len(set(made["style_masks_sha256"])) == 3


def test_regions_put_the_blend_aside_and_give_it_back(in_a_cell, view):
    in_a_cell.post("weight", "blend", 0.2)
    divide(in_a_cell, "waves")
    in_a_cell.run(1)
    assert in_a_cell.card()["settings"]["style_blend_weights"] is None
    in_a_cell.post("set", "regions", 0)
    in_a_cell.run(1)
    made = in_a_cell.card()
    assert made["settings"]["style_blend_weights"] == [0.8, 0.2] and view.masks == []
    assert "regions" not in made and "style_masks_sha256" not in made


def test_another_photo_is_divided_anew(in_a_cell, view):
    divide(in_a_cell, "waves", photo="astronaut")
    in_a_cell.run(1)
    in_a_cell.post("choose", "content", "horses")
    in_a_cell.run(1)
    assert view.masks[0].shape == load_image("horses", max_side=96).shape
    assert len(in_a_cell.card()["style_masks_sha256"]) == 2


def test_a_photo_with_too_few_regions_is_painted_and_says_so(in_a_cell, view):
    flat = Image.new("RGB", (64, 64), "teal")
    in_a_cell.post("choose", "content", flat)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nst_helpers.widgets.live.regions", lambda picture, *_: [picture * 0 + 1])
        in_a_cell.post("set", "regions", 3)
        in_a_cell.run(1)
    assert "Only 1 of 3 regions" in view.notice and in_a_cell.live.steps_done == 1


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("paintings", [(), ("waves",), (None, "stripes")])
def test_the_code_paints_what_finish_paints(in_a_cell, view, vgg, monkeypatch, paintings):
    """Of one painting; of two regions; and of three, of which the middle one stays the photo."""
    in_a_cell.post("weight", "style", 35.48)
    in_a_cell.post("weight", "block2_conv1", 0.5)
    in_a_cell.post("set", "init", "content")
    if paintings:
        divide(in_a_cell, *paintings)
    in_a_cell.post("finish")
    in_a_cell.run()
    quick = functools.partial(stylize, steps=8, vgg=vgg, progress=False)
    monkeypatch.setattr("nst_helpers.stylize", quick)
    names = {}
    exec(view.code, names)
    np.testing.assert_allclose(names["result"].picture, in_a_cell.picture, atol=1 / 255)
    made, told = names["result"].card, in_a_cell.card()
    assert made["settings"] == told["settings"]
    assert made.get("style_masks_sha256") == told.get("style_masks_sha256")
    assert ("regions" in told) == bool(paintings)
    assert in_a_cell.live.card().get("style_masks_sha256") == told.get("style_masks_sha256")


def test_the_code_names_what_has_no_name(in_a_cell, view):
    in_a_cell.post("upload", "content", [("phone.jpg", image_file())])
    in_a_cell.run(0)
    assert view.code.startswith("# photo is a picture that you gave")
    assert '    photo,\n    "mosaic",\n    size=96,\n' in view.code


def test_the_film_of_regions_has_their_card(in_a_cell, tmp_path):
    divide(in_a_cell, "waves")
    in_a_cell.run(3)
    in_a_cell.post("save_film")
    in_a_cell.run(0)
    told = card.read(tmp_path / "easel.webp")
    assert told["regions"] == {"count": 2, "painted": [1, 2]}
    assert len(told["style_masks_sha256"]) == len(told["style_sha256"]) == 2


# Films and cards.


def test_save_and_film(in_a_cell, view, tmp_path):
    in_a_cell.post("weight", "style", 30.0)
    in_a_cell.post("weight", "block3_conv1", 2.5)
    in_a_cell.run(4)
    in_a_cell.post("save")
    in_a_cell.post("save_film")
    in_a_cell.run(0)
    assert "easel.webp" in view.notice and "4 pictures" in view.notice
    saved = card.read(tmp_path / "easel.png")
    assert saved == in_a_cell.card()
    assert saved["settings"]["style_weight"] == 30 and saved["begun_with"]["style"] == 20
    assert {"step": 0, "style": 30.0} in saved["painted_live"]
    photo = load_with_sha256("astronaut")[1]
    assert saved["content_sha256"] == photo != load_with_sha256("red_panda")[1]
    assert saved["losses"]["total"] > 0 and saved["losses"]["block3_conv1"] > 0
    assert saved["painted"]["steps"] == [saved["steps_done"]] == [4] and saved["seconds"] > 0
    assert saved["settings"]["style_layers"]["block3_conv1"] == 2.5
    assert len(saved["weights_sha256"]) == 64
    with Image.open(tmp_path / "easel.webp") as film:
        assert film.n_frames >= 3
    assert card.read(tmp_path / "easel.webp")["painted_live"] == saved["painted_live"]
    in_a_cell.post("save")
    in_a_cell.run(0)
    assert "easel-2.png" in view.notice  # nothing is overwritten


def test_there_is_no_film_before_there_are_steps(painter, view):
    painter.post("save_film")
    wait(lambda: "no film yet" in view.notice)


@pytest.mark.usefixtures("few_steps")
def test_the_film_has_the_card_of_what_it_shows(in_a_cell, view, tmp_path):
    (tmp_path / "easel.webp").write_text("somebody's notes")
    in_a_cell.run(3)
    in_a_cell.post("finish")
    in_a_cell.post("save_film")
    in_a_cell.run(0)
    assert "easel-2.webp" in view.notice and max(in_a_cell.picture.shape) == 96
    told = card.read(tmp_path / "easel-2.webp")
    assert "painted_live" in told
    assert told["settings"]["size"] == 64 and told["settings"]["optimizer"] == "adam"
    assert (tmp_path / "easel.webp").read_text() == "somebody's notes"
    assert {path.name for path in tmp_path.iterdir()} >= {"easel.webp", "easel-2.webp"}
    assert not list(tmp_path.glob("*.json"))


def test_the_film_is_even_in_time(in_a_cell, view, monkeypatch):
    monkeypatch.setattr("nst_helpers.widgets.live.FRAMES_OF_FILM", 3)
    in_a_cell.run(30)
    steps = [view.pictures.index(frame) for frame in in_a_cell.live.film.frames]
    assert 3 <= len(steps) <= 6
    assert len({after - before for before, after in zip(steps, steps[1:])}) == 1


@pytest.mark.usefixtures("few_steps")
def test_a_card_saved_after_going_on_is_not_that_of_the_finished_picture(in_a_cell, tmp_path):
    in_a_cell.post("finish")
    in_a_cell.run()
    in_a_cell.run(3)
    in_a_cell.post("save")
    in_a_cell.run(0)
    saved = card.read(tmp_path / "easel-2.png")
    assert saved["settings"]["size"] == max(in_a_cell.picture.shape) == 64
    assert "painted_live" in saved


@pytest.mark.usefixtures("few_steps")
def test_what_is_saved_carries_its_own_card(in_a_cell, tmp_path):
    for message in ("finish", "start", "save"):
        in_a_cell.post(message)
    in_a_cell.close()
    finished = card.read(tmp_path / "easel.png")  # put away when the live one took its place
    assert finished == in_a_cell.result.card
    live = card.read(tmp_path / "easel-2.png")
    assert live["settings"]["size"] == 64 == max(load_image(tmp_path / "easel-2.png").shape)
