"""The explorers' frames as they are shipped: complete, small, and refused where they are not."""

import io
import shutil

import pytest
from PIL import Image

from nst_helpers import FramesError
from nst_helpers.widgets import frames


@pytest.mark.parametrize("name", frames.names())
def test_the_frames_are_all_there(name):
    loaded = frames.load(name)
    assert {len(indices) for indices in loaded.frames} == {len(loaded.axes)}
    files = [file.read_bytes() for file in (frames.FOLDER / name).glob("*.webp")]
    images = {frame.image for frame in loaded.frames.values()}
    assert images == set(files) and len(files) == len(loaded.frames)
    for indices, frame in loaded.frames.items():
        with Image.open(io.BytesIO(frame.image)) as picture:
            assert picture.format == "WEBP" and max(picture.size) == frame.settings["size"]
        parts = sum(frame.losses[term] for term in ("content", "style", "tv"))
        assert parts == pytest.approx(frame.losses["total"], rel=2e-3)
        assert frame.totals[frame.step - 1] == frame.losses["total"]
        if loaded.through_steps:
            assert loaded.axes[-1].options[indices[-1]] == str(frame.step)


def test_the_frames_are_small():
    assert sum(file.stat().st_size for file in frames.FOLDER.rglob("*") if file.is_file()) < 4e6
    assert len(frames.names()) == 9
    assert {path.stem for path in frames.FOLDER.iterdir()} == set(frames.names())


def test_what_is_missing_is_said(tmp_path):
    for name in ("nothing", 3, ["texture"]):
        with pytest.raises(FramesError, match="no explorer .*: choose one of 'blend', 'content"):
            frames.load(name)
    shutil.copytree(frames.FOLDER, tmp_path, dirs_exist_ok=True)
    next((tmp_path / "texture").iterdir()).unlink()
    for text in ("{", "[]", '{"axes": [3]}'):
        (tmp_path / "steps.json").write_text(text)
        with pytest.raises(FramesError, match="'steps' are not all there .*: install the kit"):
            frames.load("steps", tmp_path)
    with pytest.raises(FramesError, match="'texture' are not all there .*: install the kit"):
        frames.load("texture", tmp_path)
