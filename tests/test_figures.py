"""How figures come out in a notebook: as sharp JPEG files, and small pictures enlarged smoothly."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from nst_helpers import feature_maps, loss_curves, picture_grid, setup, show, strongest_patches
from nst_helpers import figures as plots
from nst_helpers.widgets import HEIGHT, loss_curve


@pytest.fixture
def figures(monkeypatch):
    """The figures that were shown, in the order in which they were."""
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.gcf()))
    yield shown
    plt.close("all")


def test_a_figure_is_kept_as_a_jpeg_file_of_twice_its_size_on_the_page(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr(plots, "get_ipython", lambda: shell)
    figure = plt.figure(figsize=(4, 2))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.imshow(np.zeros((20, 40, 3)))
    axis.set_title("a black picture")
    axis.axis("off")
    shell.display_formatter.formatters["image/png"].for_type(plt.Figure, lambda _: b"a PNG file")
    setup()
    data, metadata = shell.display_formatter.format(figure)
    plt.close(figure)
    assert set(data) == {"image/jpeg", "text/plain"}
    picture = Image.open(io.BytesIO(data["image/jpeg"]))
    size = metadata["image/jpeg"]
    assert picture.format == "JPEG"
    assert picture.size == pytest.approx((2 * size["width"], 2 * size["height"]), abs=1)
    assert size["width"] == pytest.approx(4 * 80, abs=20)  # and a margin of 0.1 inches
    assert size["alt"] == "a black picture"


def test_outside_a_notebook_figures_are_left_as_they_are(capsys):
    setup()
    assert capsys.readouterr().out.startswith("TensorFlow ")


@pytest.mark.parametrize("draw", [show, lambda picture: picture_grid([[picture]])])
def test_a_small_picture_is_enlarged_without_blocks(figures, draw):
    black_and_white = np.zeros((1, 2, 4, 3))
    black_and_white[:, :, 2:] = 1
    draw(black_and_white)
    figures[0].canvas.draw()
    pixels = np.asarray(figures[0].canvas.buffer_rgba())[:, :, 0]
    across = pixels[len(pixels) // 2]
    assert len(np.unique(across)) > 10  # and not just black and white


@pytest.mark.parametrize("losses", [(0.0, 0.0), (0.0, 1.0), (1e-30, 0.0)])
def test_losses_of_nothing_are_drawn_too(figures, losses):
    """A photo painted like itself has none."""
    terms = ("total", "content", "style", "tv")
    history = [
        {"step": step, "side": 64, **dict.fromkeys(terms, loss)} for step, loss in enumerate(losses)
    ]
    loss_curves(history)
    figures[0].canvas.draw()
    drawn = re.findall(r"[-\d.]+,([-\d.]+)", loss_curve(history))
    assert all(0 <= float(height) <= HEIGHT for height in drawn) and drawn


def test_show_draws_each_picture_under_its_title(figures, caplog):
    wide, gray = np.zeros((1, 20, 40, 3)), np.full((20, 20), 0.5)
    show(wide, gray, titles=["wide", "gray"], height=2)
    axes = figures[0].axes
    assert [axis.get_title() for axis in axes] == ["wide", "gray"]
    assert [axis.images[0].get_array().shape for axis in axes] == [(20, 40, 3), (20, 20)]
    assert tuple(figures[0].get_size_inches()) == (2 * (2 + 1), 2 + 0.3)  # two inches, and titles
    assert axes[1].images[0].get_clim() == (0, 1)  # and not from the darkest to the brightest
    show(np.full((1, 20, 20, 3), [-1.0, 0.5, 2.0]))
    values = figures[-1].axes[0].images[0].get_array()[0, 0]
    assert figures[-1].axes[0].get_title() == "" and values.tolist() == [0, 0.5, 1]
    assert not caplog.records  # of values beyond what can be shown
    with pytest.raises(ValueError):
        show(wide, titles=["one", "too many"])
    show(*[wide] * 9)
    assert figures[-1].get_size_inches()[0] == pytest.approx(14)


def test_each_feature_map_has_its_own_scale(figures):
    maps = np.random.default_rng(0).uniform(0, 8, (1, 20, 30, 2)) * [1, 1e-3]
    feature_maps(maps, [1, 0])
    for axis in figures[0].axes[:2]:
        assert np.percentile(axis.images[0].get_array(), 99.5) == pytest.approx(1)


def test_the_strongest_patch_of_each_picture_lies_around_its_strongest_position():
    pictures, features = [], []
    for row, column, strength in ((3, 9, 1.0), (0, 0, 3.0), (9, 14, 2.0)):
        maps = np.zeros((1, 10, 15, 2), np.float32)
        maps[0, row, column, 1] = strength
        maps[0, 5, 5, 0] = 9.0  # another channel's
        features.append(maps)
        picture = np.zeros((1, 43, 61, 3))  # four pixels from one position to the next, and a rest
        picture[0, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = strength
        pictures.append(picture)
    patches = strongest_patches(pictures, features, channel=1, width=12)
    assert [patch.max() for patch in patches] == [3, 2, 1]
    assert {patch.shape for patch in patches} == {(1, 12, 12, 3)}
    in_corner, at_other_corner, inside = (patch[0, :, :, 0] > 0 for patch in patches)
    assert in_corner[:4, :4].all() and at_other_corner[-7:-3, -5:-1].all()
    assert inside[4:8, 4:8].all() and inside.sum() == 16
    assert len(strongest_patches(pictures, features, channel=1, width=12, count=1)) == 1
