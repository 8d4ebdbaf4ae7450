import io
import os
import signal
import stat
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_helpers import PictureError, card
from nst_helpers.pictures import saving
from nst_helpers.pictures.pictures import load_image, to_uint8
from nst_helpers.pictures.saving import check_output_path, rescue_image, save_image, write_files
from nst_helpers.pictures.values import LONGEST_SIDE


def test_save_and_load_give_the_same_pixels(tmp_path):
    picture = load_image("mosaic", max_side=64)
    save_image(picture, tmp_path / "out.png")
    np.testing.assert_array_equal(to_uint8(load_image(tmp_path / "out.png")), to_uint8(picture))


@pytest.mark.parametrize("ending, off", [("jpg", 2.6), ("webp", 2.6), ("tiff", 0.0), ("bmp", 0.0)])
def test_a_saved_picture_looks_like_the_one_that_was_painted(tmp_path, ending, off):
    """What programs save as JPEG when not asked for better is off by twice as much."""
    picture = load_image("astronaut", max_side=200)
    path = save_image(picture, tmp_path / f"out.{ending}")
    difference = to_uint8(load_image(path)).astype(float) - to_uint8(picture)
    assert np.abs(difference).mean() <= off


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tiff"])
def test_the_card_goes_into_the_picture(tmp_path, ending):
    path, picture = tmp_path / f"out.{ending}", load_image("mosaic", max_side=64)
    without = load_image(save_image(picture, path))
    save_image(picture, path, card={"format": 1, "settings": {"size": 64}})
    assert card.read(path) == {"format": 1, "settings": {"size": 64}}
    assert os.listdir(tmp_path) == [path.name]
    np.testing.assert_array_equal(load_image(path), without)
    save_image(picture, path)
    with pytest.raises(card.CardError, match="carries no run card"):
        card.read(path)


def test_a_format_that_holds_no_card_is_refused_before_a_run(tmp_path):
    check_output_path(tmp_path / "out.bmp", card=False)
    with pytest.raises(PictureError, match="saved as .png, .jpg, .webp or .tiff"):
        check_output_path(tmp_path / "out.bmp")


def refused(*_, **__):
    raise PermissionError(1, "Operation not permitted")


class FullDisk(io.FileIO):
    """A file that can be made, though nothing can be written into it."""

    def write(self, _):
        raise OSError(28, "No space left on device")


def test_a_full_disk_changes_nothing(tmp_path, monkeypatch):
    """Neither the one file of a picture, nor any of several that are written together."""
    picture, path = load_image("mosaic", max_side=64), tmp_path / "out.jpg"
    save_image(picture, path, card={"format": 1, "settings": {}})
    before, create, left = path.read_bytes(), Path.open, []

    def full(path, mode="r", **options):
        fits = mode != "xb" or (left and left.pop())
        return create(path, mode, **options) if fits else FullDisk(path, "xb")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        left += [True]  # room for the file by which the place is tried
        with pytest.raises(PictureError, match="out.jpg cannot be written .*No space left"):
            save_image(1 - picture, path, card={"format": 1, "settings": {"seed": 1}})
        left += [True]
        with pytest.raises(PictureError, match="other cannot be written .*No space left"):
            write_files({path: b"new", tmp_path / "other": b"new"})
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["out.jpg"]


def test_of_several_files_the_first_is_renamed_last_and_others_go(tmp_path, monkeypatch):
    table, older, gone = (tmp_path / name for name in ("table", "older", "gone"))
    table.write_bytes(b"old")
    gone.write_bytes(b"old")
    rename = os.replace

    def held(source, target):
        if target == table:
            refused()
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", held)
        with pytest.raises(PictureError, match="table cannot be written .*not permitted"):
            write_files({table: b"new", older: b"kept", gone: None})
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert files == {"table": b"old", "older": b"kept", "gone": b"old"}
    write_files({table: b"new", older: b"kept", gone: None})
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert files == {"table": b"new", "older": b"kept"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each try ends in a process of its own")
def test_wherever_a_save_is_killed_the_file_is_whole(tmp_path):
    path, steps = tmp_path / "out.jpg", [(os, "replace"), (Path, "unlink"), (Path, "open")]
    ended_by_itself = False
    for last in range(30):
        path.write_bytes(b"old picture")
        child = os.fork()
        if child == 0:
            left = iter(range(last))
            for owner, name in steps:
                do = getattr(owner, name)

                def or_die(*arguments, do=do, left=left, **options):
                    if next(left, None) is None:
                        os._exit(9)
                    return do(*arguments, **options)

                setattr(owner, name, or_die)
            write_files({path: b"new picture"})
            os._exit(0)
        ended_by_itself = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert path.read_bytes() in (b"old picture", b"new picture")
        if ended_by_itself:
            break
    assert ended_by_itself and last > 1 and path.read_bytes() == b"new picture"


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_an_interrupt_waits_until_the_picture_is_saved(tmp_path, monkeypatch, ending):
    path, picture = tmp_path / f"out.{ending}", load_image("mosaic", max_side=64)
    for owner, name in ((Path, "open"), (os, "replace"), (Image.Image, "save")):
        do, interrupted = getattr(owner, name), []

        def impatient(*arguments, do=do, interrupted=interrupted, **options):
            signal.raise_signal(signal.SIGINT)
            interrupted.append(True)
            return do(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, impatient)
            save_image(picture, path, card={"format": 1, "settings": {}})
        assert interrupted and load_image(path).shape == picture.shape
        path.unlink()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)  # heard again


@pytest.mark.skipif(os.name != "posix", reason="only there files have a mode")
def test_the_mode_of_a_file_and_a_link_are_kept(tmp_path):
    picture, path, link = load_image("mosaic", max_side=64), tmp_path / "a.jpg", tmp_path / "b.jpg"
    save_image(picture, path, card={"format": 1, "settings": {}})
    path.chmod(0o600)
    link.symlink_to(path)
    save_image(1 - picture, path, card={"format": 1, "settings": {"seed": 1}})
    before = path.read_bytes()
    save_image(picture, link)
    assert link.is_symlink() and path.read_bytes() != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_rescued_picture_is_somewhere_or_a_sentence_says_that_it_is_not(tmp_path, monkeypatch):
    picture = load_image("mosaic", max_side=64)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "not there"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    path = rescue_image(picture, "/gone/out.png")
    assert (
        path.name == "out.png"
        and path.parent.parent == tmp_path
        and load_image(path).shape == picture.shape
    )
    assert rescue_image(picture, f"/gone/{'long' * 99}.png").name == "picture.png"

    def nobody():
        raise RuntimeError("Could not determine home directory.")

    for home in (lambda: tmp_path / "nor there", nobody):
        monkeypatch.setattr(Path, "home", home)
        with pytest.raises(PictureError, match="not be saved anywhere"):
            rescue_image(picture, "/gone/out.png")


@pytest.mark.parametrize("name, most", [("a.jpg", 65500), ("a.webp", 16383), ("a.jfif", 65500)])
def test_a_picture_larger_than_its_format_can_hold_gets_a_sentence(tmp_path, name, most):
    for shape in ((1, most, 1, 3), (1, 1, most, 3)):
        save_image(np.zeros(shape, np.float32), tmp_path / name)
    before = (tmp_path / name).read_bytes()
    for shape in ((1, most + 1, 1, 3), (1, 1, most + 1, 3)):
        with pytest.raises(PictureError, match=f"at most {most} px on a side, and .* {most + 1}"):
            save_image(np.zeros(shape, np.float32), tmp_path / name)
    assert (tmp_path / name).read_bytes() == before and os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["a.png", "a.tiff", "a.bmp"])
def test_other_formats_hold_any_size_that_can_be_asked_for(tmp_path, name):
    assert save_image(np.zeros((1, LONGEST_SIDE, 1, 3), np.float32), tmp_path / name).exists()


@pytest.mark.parametrize(
    "fault", [OSError("broken"), ValueError("too large"), struct.error("'L' format"), MemoryError()]
)
def test_whatever_pillow_raises_while_it_encodes_is_a_sentence(tmp_path, monkeypatch, fault):
    def fail(*_, **__):
        raise fault

    monkeypatch.setattr(saving.Image.Image, "save", fail)
    with pytest.raises(PictureError, match="cannot make a TIFF file .* save it as .png"):
        save_image(np.zeros((1, 4, 4, 3), np.float32), tmp_path / "a.tiff")
    assert not os.listdir(tmp_path)


def test_what_its_format_cannot_hold_is_rescued_in_another(tmp_path, monkeypatch):
    monkeypatch.setattr(saving.tempfile, "gettempdir", lambda: tmp_path)
    saved = rescue_image(np.zeros((1, 16384, 1, 3), np.float32), "out.webp")
    assert saved.name == "picture.png" and Image.open(saved).size == (1, 16384)


def test_a_name_that_is_too_long_is_refused_before_a_run(tmp_path):
    for letters in (248, 300):
        with pytest.raises(PictureError, match="cannot be written"):
            check_output_path(tmp_path / f"{'a' * letters}.png")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "out.png"
    path.write_bytes(b"the old file")
    picture = load_image("mosaic", max_side=64)

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(PictureError, match="No space left"):
            save_image(picture, path)
    with pytest.raises(PictureError, match="not finite"):
        save_image(picture * np.nan, path)
    assert path.read_bytes() == b"the old file"
    assert os.listdir(tmp_path) == ["out.png"]


@pytest.mark.parametrize(
    "name, words",
    [
        ("out", "ending"),
        ("out.txt", "ending"),
        ("none/out.png", "no folder"),
        ("folder.png", "is a folder"),
        ("nul\0.png", "cannot be written"),
        ("~nobody-of-this-name/out.png", "no folder"),
    ],
)
def test_a_bad_output_path_gets_a_sentence(tmp_path, name, words):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(PictureError, match=words):
        save_image(load_image("mosaic", max_side=64), tmp_path / name)


@pytest.mark.skipif(os.name != "posix", reason="only there files have a mode")
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o027])
def test_a_saved_file_has_the_mode_of_the_umask(tmp_path, monkeypatch, umask):
    """Nobody sets the umask, which is the whole process's, or a mode, which some shares refuse."""
    picture, before = load_image("mosaic", max_side=64), os.umask(umask)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "umask", refused)
            patch.setattr(os, "chmod", refused)
            save_image(picture, tmp_path / "out.jpg", card={"format": 1, "settings": {}})
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"out.jpg": 0o666 & ~umask}
