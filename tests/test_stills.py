"""The stills that notebooks keep in place of widgets, for GitHub and nbviewer."""

import base64
import io

import nbformat
import notebook_tools
import numpy as np
import pytest
import stills
from notebook_tools import ROOT, STILL, WIDGET_VIEW, all_notebooks, blank, strip
from PIL import Image

from nst_helpers.course import Prediction
from nst_helpers.widgets import as_data, frames


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


@pytest.mark.parametrize("name", frames.names())
def test_a_sheet_shows_frames_of_its_explorer_under_their_positions(name):
    jpeg, words, width = stills.still_for(f'explorer("{name}")')
    image, loaded = opened(jpeg), frames.load(name)
    assert len(jpeg) <= stills.MOST_BYTES and image.width == width
    shown = stills.positions(name, loaded.axes)
    assert len(shown) == len(loaded.axes)
    assert f"{np.prod([len(options) for options in shown])} of its {len(loaded.frames)} " in words
    assert all(axis.label in words for axis in loaded.axes)
    # The last tile is the frame of the last positions.
    frame = opened(loaded.frames[tuple(options[-1] for options in shown)].image)
    side = stills.SIDES.get(name, stills.TILE)
    frame.thumbnail((side, side))
    left, top = image.width - frame.width, image.height - frame.height
    tile = np.asarray(image.crop((left, top, image.width, image.height)), float)
    assert np.abs(tile - np.asarray(frame, float)).mean() < 25
    above = np.asarray(image.crop((left, top - stills.LINE, image.width, top)).convert("L"))
    assert above.min() < 60 and above.max() > 240  # words on white


@pytest.mark.parametrize(
    "source, word", [("live = easel(my_photo)", "easel"), ("live_network()", "slider")]
)
def test_a_still_of_the_package_is_small(source, word):
    jpeg, words, width = stills.still_for(source)
    assert len(jpeg) <= stills.MOST_BYTES and opened(jpeg).width == width and word in words
    assert stills.still_for("show(picture)") is None


def test_the_samples_still_is_small():
    jpeg, words, width = stills.still_for("my_photo = choose_photo()")
    assert len(jpeg) <= stills.MOST_BYTES and opened(jpeg).width == width and "samples" in words


def test_the_easels_film_is_short_and_has_its_stills_looks():
    path = ROOT / "docs" / "static" / "easel.webp"
    with Image.open(path) as film, Image.open(stills.DATA / "easel.jpg") as still:
        assert path.stat().st_size < 1.5e6 and film.n_frames > 20
        assert film.width / film.height == pytest.approx(still.width / still.height, rel=0.01)


def test_stripping_puts_a_still_in_place_of_a_widgets_view():
    view = nbformat.v4.new_output("display_data", {WIDGET_VIEW: {}, "text/plain": "Explorer()"})
    said = nbformat.v4.new_output("stream", text="painted\n")
    bar = nbformat.v4.new_output("display_data", {WIDGET_VIEW: {}})
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell('explorer("texture")', outputs=[said, view]),
            nbformat.v4.new_code_cell("stylize(photo, painting)", outputs=[bar]),
        ]
    )
    strip(notebook)
    nbformat.validate(notebook)
    kept, still = notebook.cells[0].outputs
    assert kept == said and notebook.cells[1].outputs == []
    jpeg, words, width = stills.sheet("texture")
    assert base64.b64decode(still.data["image/jpeg"]) == jpeg and still.data["text/plain"] == words
    assert still.metadata["image/jpeg"] == {"alt": words, "width": width}
    before = notebook.copy()
    strip(notebook)
    assert notebook == before  # no second one beside it


def test_stripping_leaves_a_predictions_folded_form_and_folds_what_decides_it(monkeypatch):
    found = Prediction("Is it *near*?", ["Yes", "No"], 2, "No: places count.")
    monkeypatch.setattr(notebook_tools, "prediction", {"near": found}.__getitem__)
    data = as_data(**vars(found))
    shown = nbformat.v4.new_output("display_data", data | {WIDGET_VIEW: {"model_id": "7"}})
    said = nbformat.v4.new_output("stream", text="1.12\n")
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell('predict("near")', outputs=[shown]),
            nbformat.v4.new_code_cell("1", metadata={"tags": ["outcome"]}, outputs=[said]),
        ]
    )
    strip(notebook)
    nbformat.validate(notebook)
    (kept,) = notebook.cells[0].outputs
    assert kept.data == data and notebook.cells[0].metadata == {}
    assert notebook.cells[1].outputs == [blank(), said]
    assert notebook.cells[1].metadata == {
        "tags": ["outcome"],
        "collapsed": True,
        "jupyter": {"outputs_hidden": True},
    }
    before = notebook.copy()
    strip(notebook)
    assert notebook == before


@pytest.mark.parametrize(
    "path", all_notebooks(), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_committed_notebooks_hold_the_stills_of_today(path):
    """Where not: `python tests/notebook_tools.py strip`."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            wanted = stills.still_for(cell.source)
            held = [output for output in cell.outputs if STILL in output.get("metadata", {})]
            held = [output for output in held if "image/jpeg" in output.data]
            assert len(held) == (wanted is not None), cell.source
            for output in held:
                assert output.data["text/plain"] == wanted[1]
                there = np.asarray(opened(base64.b64decode(output.data["image/jpeg"])), float)
                assert np.abs(there - np.asarray(opened(wanted[0]), float)).mean() < 3
