import shutil
import signal
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from nst_helpers import (
    PictureError,
    SettingsError,
    card,
    load_image,
    paint_all,
    save_image,
    stylize,
)
from nst_helpers.engine import batch, run
from nst_helpers.pictures import saving

QUICK = {"size": 64, "steps": 2}


@pytest.fixture
def folders(tmp_path, monkeypatch, vgg):
    for module in (run, batch):
        monkeypatch.setattr(module, "bundled_vgg19", lambda: vgg)
    photos, paintings = tmp_path / "photos", tmp_path / "paintings"
    for folder, names in {
        photos: ("astronaut", "red_panda"),
        paintings: ("mosaic", "waves"),
    }.items():
        folder.mkdir()
        for name in names:
            save_image(load_image(name, max_side=64), folder / f"{name}.jpg")
    (photos / "notes.txt").write_text("not a picture, and not asked for")
    return photos, paintings, tmp_path / "out"


def test_every_photo_with_every_painting_and_nothing_twice(folders, capsys):
    photos, paintings, out = folders
    done = paint_all(photos, paintings, out, **QUICK)
    names = ["astronaut_x_mosaic", "astronaut_x_waves", "red_panda_x_mosaic", "red_panda_x_waves"]
    assert [path.stem for path in done.values()] == names and sorted(out.iterdir()) == sorted(
        done.values()
    )
    assert all(card.read(path)["settings"]["steps"] == 2 for path in done.values())
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said[1:]] == [f"{number} of 4" for number in range(1, 5)]
    assert "notes.txt" in said[0] and not any("already" in line for line in said)
    before = {path: path.stat().st_mtime_ns for path in done.values()}
    next(iter(before)).unlink()  # one is missing, as after a broken-off run
    assert list(paint_all(photos, paintings, out, **QUICK).values()) == list(before)
    assert capsys.readouterr().out.count("there already") == 3
    assert [path for path in before if path.stat().st_mtime_ns != before[path]] == [
        next(iter(before))
    ]


@pytest.mark.parametrize("change", ["settings", "photo", "painting", "weights"])
def test_what_is_no_longer_the_same_is_painted_again(folders, capsys, change, vgg):
    photos, paintings, out = folders
    paint_all(photos, paintings, out, **QUICK)
    settings = QUICK | ({"style_weight": 9.0} if change == "settings" else {})
    if change == "weights":
        other = keras.models.clone_model(vgg)
        other.set_weights(vgg.get_weights())
        other.get_layer("block1_conv1").bias.assign_add([0.1] * 64)
        settings["vgg"] = other
    elif change != "settings":
        folder, name = (photos, "astronaut.jpg") if change == "photo" else (paintings, "mosaic.jpg")
        save_image(load_image("stripes", max_side=64), folder / name)
    capsys.readouterr()
    paint_all(photos, paintings, out, **settings)
    assert capsys.readouterr().out.count("there already") == {"settings": 0, "weights": 0}.get(
        change, 2
    )


def test_an_interrupted_picture_is_kept_and_painted_again(folders, capsys):
    photos, paintings, out = folders

    def stop(step):
        raise KeyboardInterrupt

    done = paint_all(photos, paintings, out, on_step=stop, **QUICK)
    assert len(done) == 1 and card.read(next(iter(done.values())))["steps_done"] == 1
    capsys.readouterr()
    assert len(paint_all(photos, paintings, out, **QUICK)) == 4
    assert "there already" not in capsys.readouterr().out


def test_an_interrupt_before_the_first_step_is_said_and_ends_the_batch(
    folders, capsys, monkeypatch
):
    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "stylize", stopped)
    assert paint_all(*folders, **QUICK) == {}
    assert capsys.readouterr().out.count("interrupted before its first step") == 1


def test_a_picture_that_cannot_be_saved_in_its_place_is_kept_elsewhere(
    folders, capsys, monkeypatch
):
    photos, paintings, out = folders

    def full(*_, **__):
        raise PictureError("no space left")

    monkeypatch.setattr("nst_helpers.engine.batch.save_image", full)
    done = paint_all(photos, paintings, out, **QUICK)
    assert len(done) == 4 and all(path.exists() and path.parent != out for path in done.values())
    assert capsys.readouterr().out.count("no space left") == 4
    for path in done.values():
        shutil.rmtree(path.parent)


def test_bad_files_are_named_and_the_rest_goes_on(folders, capsys):
    photos, paintings, out = folders
    (photos / "broken.png").write_bytes(b"no picture")
    out.mkdir()
    shutil.copy(photos / "red_panda.jpg", out / "red_panda_x_waves.png")  # somebody's own file
    before = (out / "red_panda_x_waves.png").read_bytes()
    done = paint_all(photos, paintings, out, **QUICK)
    said = capsys.readouterr().out
    assert len(done) == 3 and said.count("broken.png") == 2 and "carries no run card" in said
    assert (out / "red_panda_x_waves.png").read_bytes() == before


def test_a_pair_that_cannot_be_painted_does_not_end_the_rest(folders, capsys, monkeypatch):
    photos, paintings, out = folders
    real = run.check_memory

    def no_memory_for_pandas(content, style, precision):
        if content.shape == load_image(photos / "red_panda.jpg", max_side=64).shape:
            raise SettingsError("needs more memory than there is")
        real(content, style, precision)

    monkeypatch.setattr(run, "check_memory", no_memory_for_pandas)
    done = paint_all(photos, paintings, out, **QUICK)
    assert [photo for photo, _ in done] == ["astronaut", "astronaut"]
    assert capsys.readouterr().out.count("more memory") == 2


def test_what_is_left_out_of_a_folder_is_named_and_no_result_is_painted(
    folders, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # not installed
    photos, paintings, _ = folders
    (photos / "._astronaut.jpg").write_bytes(b"of macOS")
    shutil.copy(photos / "astronaut.jpg", photos / "earlier.jfif")
    Image.new("RGB", (64, 64)).save(photos / "phone.avif")
    (photos / "of a phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(20))
    done = paint_all(photos, [str(paintings / "mosaic.jpg")], photos, **QUICK)
    said = capsys.readouterr().out
    assert {photo for photo, _ in done} == {"astronaut", "earlier", "phone", "red_panda"}
    assert (
        "of a phone.heic is a HEIC phone photo" in said and "or not pictures): notes.txt." in said
    )
    again = paint_all(photos, [str(paintings / "mosaic.jpg")], photos, **QUICK)
    said = capsys.readouterr().out
    assert again == done and said.count("there already") == 4 and "astronaut_x_mosaic.png" in said


@pytest.mark.parametrize("left", [0, 400])
def test_a_result_that_a_crash_has_cut_off_is_painted_again(folders, capsys, left):
    photos, paintings, out = folders
    done = paint_all(photos, paintings, out, **QUICK)
    path = next(iter(done.values()))
    length = path.read_bytes().index(b"IDAT") + left if left else 0
    path.write_bytes(path.read_bytes()[:length])
    capsys.readouterr()
    assert paint_all(photos, paintings, out, **QUICK) == done
    assert capsys.readouterr().out.count("there already") == 3
    assert load_image(path).shape == (1, 64, 64, 3)


def test_a_pair_whose_name_is_too_long_costs_only_itself(folders, capsys):
    photos, paintings, out = folders
    long = shutil.copy(photos / "astronaut.jpg", photos / f"{'a' * 240}.jpg")
    done = paint_all([long, str(photos / "red_panda.jpg")], paintings, out, **QUICK)
    assert len(done) == 2 and capsys.readouterr().out.count("cannot be written") == 2


def test_an_interrupt_while_a_picture_is_saved_waits(folders, monkeypatch):
    photos, paintings, out = folders
    encode = saving._encoded

    def impatient(*arguments):
        signal.raise_signal(signal.SIGINT)
        return encode(*arguments)

    monkeypatch.setattr(saving, "_encoded", impatient)
    assert len(paint_all(photos, paintings, out, **QUICK)) == 4 == len(list(out.iterdir()))


def test_lists_of_names(folders):
    out = folders[2]
    assert list(paint_all(["astronaut"], ["mosaic"], out, **QUICK)) == [("astronaut", "mosaic")]


def test_what_cannot_be_begun_is_said_before(folders, tmp_path):
    photos, paintings, out = folders
    with pytest.raises(PictureError, match="not a folder"):
        paint_all(tmp_path / "nowhere", paintings, out)
    (tmp_path / "empty").mkdir()
    with pytest.raises(PictureError, match="no picture in"):
        paint_all(tmp_path / "empty", paintings, out)
    with pytest.raises(PictureError, match="of type int is not the name or path"):
        paint_all(["astronaut", 3], paintings, out)
    with pytest.raises(PictureError, match="Two results would be called astronaut"):
        paint_all(["astronaut", photos / "astronaut.jpg"], paintings, out)
    for one, other in (("A", "a"), ("\u00e4", "a\u0308")):  # one file on some disks
        with pytest.raises(PictureError, match="Two results would be called"):
            paint_all([f"{one}.jpg", f"{other}.jpg"], paintings, out)
    with pytest.raises(PictureError, match="called a_x_b_x_c.png: rename one"):
        paint_all(["a_x_b", "a"], ["c", "b_x_c"], out)
    (tmp_path / "file").write_bytes(b"no folder")
    with pytest.raises(PictureError, match="file cannot be the folder"):
        paint_all(photos, paintings, tmp_path / "file", **QUICK)
    with pytest.raises(SettingsError, match="size"):
        paint_all(photos, paintings, out, size=1)
    with pytest.raises(TypeError, match="stiel_weight"):
        paint_all(photos, paintings, out, stiel_weight=3)
    assert not out.exists()


def test_frames_of_a_sequence_go_on_from_each_other(vgg, tmp_path):
    photo = load_image("astronaut", max_side=64)
    for number in range(3):
        save_image(tf.roll(photo, number, axis=2), tmp_path / f"frame_{number}.png")
    options = QUICK | {"steps": 4, "vgg": vgg, "sequence": True}
    frames = [tmp_path / f"frame_{number}.png" for number in range(3)]
    done = paint_all(frames, ["mosaic"], tmp_path / "out", **options)
    inits = [card.read(path)["settings"]["init"] for path in done.values()]
    assert inits == ["recolored", "picture", "picture"]
    first, second = (load_image(path) for path in list(done.values())[:2])
    begun = tf.clip_by_value(first + load_image(frames[1]) - load_image(frames[0]), 0, 1)
    alone = stylize(frames[1], "mosaic", init=begun, **QUICK | {"steps": 4}, vgg=vgg)
    np.testing.assert_allclose(second, alone.picture, atol=1 / 255)
    times = [path.stat().st_mtime_ns for path in done.values()]
    again = paint_all(frames, ["mosaic"], tmp_path / "out", **options)
    assert [path.stat().st_mtime_ns for path in again.values()] == times


def test_the_pictures_of_a_folder_are_counted_as_people_count(vgg, tmp_path, monkeypatch):
    names = ["9.png", "Frame1.png", "frame2.png", "frame10.png", "frame10b.png", "frame011.png"]
    names += [
        "frame²3.png",
        "scene 1-2.png",
        "scene 1-10.png",
        "scene 2-1.png",
        "٣.png",
        "１２.png",
    ]
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in names:
        shutil.copy(
            save_image(load_image("astronaut", max_side=32), tmp_path / "a.png"), folder / name
        )
    found = [path.name for path in batch._pictures_in(folder, tmp_path)]
    assert sorted(found) == sorted(names)
    wanted = ["Frame1.png", "frame2.png", "frame10.png", "frame10b.png", "frame011.png"]
    assert [name for name in found if name in wanted] == wanted
    wanted = ["scene 1-2.png", "scene 1-10.png", "scene 2-1.png"]
    assert [name for name in found if name in wanted] == wanted


def test_a_sequence_goes_on_from_frame_9_to_frame_10(vgg, tmp_path):
    (tmp_path / "film").mkdir()
    for number in (1, 2, 10):
        save_image(load_image("astronaut", max_side=64), tmp_path / "film" / f"frame{number}.png")
    done = paint_all(
        tmp_path / "film", ["mosaic"], tmp_path / "out", sequence=True, vgg=vgg, **QUICK
    )
    assert [photo for photo, _ in done] == ["frame1", "frame2", "frame10"]


def test_a_frame_of_another_shape_is_painted_afresh(vgg, tmp_path):
    options = QUICK | {"steps": 2, "vgg": vgg, "sequence": True}
    done = paint_all(["astronaut", "neuschwanstein"], ["mosaic"], tmp_path, **options)
    assert [card.read(path)["settings"]["init"] for path in done.values()] == ["recolored"] * 2


def test_a_picture_of_an_older_kit_is_not_painted_again(vgg, tmp_path):
    """One whose card has not got the settings that came later."""
    options = QUICK | {"steps": 2, "vgg": vgg}
    (path,) = paint_all(["astronaut"], ["mosaic"], tmp_path, **options).values()
    made = card.read(path)
    for name in ("style_scale", "original_colors", "style_blend_weights"):
        del made["settings"][name]
    save_image(load_image(path), path, card=made)
    before = path.stat().st_mtime_ns
    paint_all(["astronaut"], ["mosaic"], tmp_path, **options)
    assert path.stat().st_mtime_ns == before
    save_image(load_image(path), path, card=made | {"settings": made["settings"] | {"zoom": 3}})
    before = path.stat().st_mtime_ns
    paint_all(["astronaut"], ["mosaic"], tmp_path, **options)
    assert path.stat().st_mtime_ns != before  # a setting that is not known here
