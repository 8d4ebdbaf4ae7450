"""Curves of losses as SVG, for the widgets; and the sum that a run lowers, in words."""

import math
from typing import NamedTuple

from ..method import TERMS

WIDTH, HEIGHT = 480, 180  # px; as wide as the picture above it
TERM_STYLES = {  # color, and the lengths of dashes and gaps
    "total": ("#000000", ()),
    **{term: (color, dashes) for term, (_, color, dashes) in TERMS.items()},
}
RUN_DASHES = ((), (8, 3), (2, 3), (8, 3, 2, 3))  # of the runs that one drawing compares
SHOWN_COLOR, OTHER_COLOR = "#D55E00", "#555555"  # of the run with the point, and of the others
TINY = 1e-9  # the lowest loss that a logarithmic axis can begin with
MOST_POINTS = 200  # about so many of a curve are drawn
LINE_HEIGHT = 13  # px, of the names beside the curves


class Line(NamedTuple):
    """One curve. values: one a step. dashes: as in `TERM_STYLES`. thickness: in px."""

    name: str
    values: list
    color: str
    dashes: tuple
    thickness: float


def weighted_sum(losses, settings):
    """The sum that a run lowers, in words.

    losses: weighted, by term, with their total. settings: a dict with the terms' weights; a term
    with the weight 0 is left out.
    """
    weights = {term: settings.get(f"{term}_weight", 0) for term in TERMS}  # of older frames, too
    parts = [
        f"{weight:g} × {losses[term] / weight:.3g} ({TERMS[term][0]})"
        for term, weight in weights.items()
        if weight > 0
    ]
    return f"loss: {' + '.join(parts)} = {losses['total']:.3g}"


def run_curves(runs, shown, step):
    """The total loss of several runs, as SVG, with a point on one.

    runs: `{name: total losses}`. shown: the name of the run with the point. step: where the point
    is, counted from 1.
    """
    lines = []
    for (name, totals), dashes in zip(runs.items(), RUN_DASHES):
        color, thickness = (SHOWN_COLOR, 2.4) if name == shown else (OTHER_COLOR, 1.2)
        lines.append(Line(name, totals, color, dashes, thickness))
    values = [value for totals in runs.values() for value in totals]
    caption = f"total loss of {len(runs[shown])} steps; logarithmic"
    return _drawing(lines, 0.9 * min(values), 1.1 * max(values), caption, point=(shown, step - 1))


def loss_curve(history):
    """The losses of a run so far, as SVG; each term has a color, dashes and its name.

    history: one dict a step, `{"total", "content", "style", "tv"}`. The axis is logarithmic, from
    a hundredth of the last total upward.
    """
    last = history[-1]
    floor = last["total"] / 100
    top = max(max(row.values()) for row in history[-200:]) * 1.1
    terms = sorted((term for term in TERM_STYLES if term in last), key=lambda term: -last[term])
    lines = [Line(term, [row[term] for row in history], *TERM_STYLES[term], 1.6) for term in terms]
    return _drawing(lines, floor, top, f"{len(history)} steps; logarithmic")


def _drawing(lines, floor, top, caption, point=None):
    """Curves as SVG on a logarithmic axis from floor to top. point: `(name of a line, index)`."""
    longest = max(len(line.values) for line in lines)

    def x(index):
        return 8 + (WIDTH - 130) * index / max(1, longest - 1)

    floor = floor or TINY  # of two equal pictures, every loss can be 0
    top = max(top, 2 * floor)

    def y(loss):
        share = math.log(min(max(loss, floor), top) / floor) / math.log(top / floor)
        return 8 + (HEIGHT - 30) * (1 - share)

    marks, names_at = [], []
    for line in sorted(lines, key=lambda line: -line.values[-1]):
        points = [f"{x(index):.1f},{y(loss):.1f}" for index, loss in _some_points(line.values)]
        marks.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{line.color}" '
            f'stroke-width="{line.thickness}" '
            f'stroke-dasharray="{" ".join(map(str, line.dashes))}"/>'
        )
        names_at.append(_free_height(y(line.values[-1]), names_at))
        marks.append(
            f'<text x="{WIDTH - 114}" y="{names_at[-1] + 4:.0f}" fill="{line.color}">'
            f"{line.name} {line.values[-1]:.3g}</text>"
        )
        if point and point[0] == line.name:
            marks.append(
                f'<circle cx="{x(point[1]):.1f}" cy="{y(line.values[point[1]]):.1f}" r="5" '
                f'fill="{line.color}" stroke="white"/>'
            )
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'style="max-width: 100%; height: auto" font-size="12" font-family="sans-serif" '
        f'role="img" aria-label="loss curves">{"".join(marks)}'
        f'<text x="8" y="{HEIGHT - 4}" fill="#555">{caption}</text></svg>'
    )


def _some_points(values):
    """`[(index, value)]`: all of a short curve, an even selection of a long one, and its last."""
    points = list(enumerate(values))
    every = max(1, len(values) // MOST_POINTS)
    return points[:-1:every] + points[-1:]


def _free_height(wanted, taken):
    """The first height from the wanted one downward at which no other name stands, in px."""
    while any(abs(wanted - other) < LINE_HEIGHT for other in taken):
        wanted += 1
    return wanted
