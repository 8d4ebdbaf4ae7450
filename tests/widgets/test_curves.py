"""The drawings of losses, and the colors that all of them share."""

import re
import xml.etree.ElementTree as ElementTree

import matplotlib
import numpy as np
from matplotlib.colors import to_hex

from nst_helpers import loss_curves
from nst_helpers.widgets import curves


def test_the_curve_is_drawn_from_the_losses():
    history = [
        {"total": 9.0 / n, "content": 1.0, "style": 8.0 / n, "tv": 1e-9} for n in range(1, 500)
    ]
    drawing = ElementTree.fromstring(curves.loss_curve(history))
    lines = [line.get("points").split() for line in drawing.iter("polyline")]
    assert len(lines) == 4 and all(len(points) < 300 for points in lines)
    points = [point.split(",") for points in lines for point in points]
    x, y = np.array(points, float).T
    assert x.min() >= 0 and x.max() <= curves.WIDTH and y.min() >= 0 and y.max() <= curves.HEIGHT
    words = [text.text for text in drawing.iter("text")]
    assert [word.split()[0] for word in words[:4]] == ["content", "total", "style", "tv"]
    curves.loss_curve(history[:1])


def test_each_term_has_the_same_color_in_both_drawings(monkeypatch):
    terms = list(curves.TERM_STYLES)
    history = [
        {"step": n, "side": 64, **{term: number / n for number, term in enumerate(terms, 1)}}
        for n in (1, 2)
    ]
    drawing = ElementTree.fromstring(curves.loss_curve(history))
    in_svg = {
        text.text.split()[0]: text.get("fill") for text in list(drawing.iter("text"))[: len(terms)]
    }
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    loss_curves(history)
    figure = matplotlib.pyplot.gcf()
    lines = figure.axes[0].get_lines()
    in_figure = {line.get_label().split(":")[0]: to_hex(line.get_color()).upper() for line in lines}
    matplotlib.pyplot.close(figure)
    assert in_figure == {term: color for term, (color, _) in curves.TERM_STYLES.items()}
    # Figures have a white page; the easel's words are light in a dark theme.
    assert in_svg == in_figure | {"total": "currentColor"}


def test_no_curve_and_no_words_are_too_dark_for_a_dark_theme():
    history = [{"total": 2.0, "content": 1.0, "style": 1.0, "tv": 0.0}] * 2
    for drawing in (
        curves.loss_curve(history),
        curves.run_curves({"a": [2, 1], "b": [3, 2]}, "a", 1),
    ):
        colors = re.findall(r'(?:stroke|fill)="#(\w+)"', drawing)
        assert colors and all(max(bytes.fromhex(color)) > 150 for color in colors)


def test_the_sum_is_written_out():
    losses = {"content": 0.5, "style": 0.8, "tv": 0.03, "total": 1.33}
    settings = {"content_weight": 1.0, "style_weight": 8.0, "tv_weight": 0.3}
    parts = "1 × 0.5 (content) + 8 × 0.1 (style) + 0.3 × 0.1 (total variation)"
    assert curves.weighted_sum(losses, settings) == f"loss: {parts} = 1.33"
    assert curves.weighted_sum(losses, settings | {"style_weight": 0.0}).count("×") == 2


def test_the_point_lies_on_its_curve():
    runs = {"a": [8.0, 4.0, 2.0, 1.0], "b": [9.0, 9.0, 9.0, 9.0]}
    drawing = ElementTree.fromstring(curves.run_curves(runs, "a", 3))
    lines = {line.get("stroke"): line.get("points").split() for line in drawing.iter("polyline")}
    point = next(drawing.iter("circle"))
    assert f"{point.get('cx')},{point.get('cy')}" == lines["#D55E00"][2]
    words = [re.sub(r" \d.*", "", text.text) for text in drawing.iter("text")]
    assert words[:2] == ["b", "a"]
