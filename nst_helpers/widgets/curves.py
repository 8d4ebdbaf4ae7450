"""Curves of losses as SVG, for the widgets; and the sum that a run lowers, in words."""

import math

from ..method import TERMS

WIDTH, HEIGHT = 480, 180  # px; as wide as the picture above it
TERM_STYLES = {  # color, and the lengths of dashes and gaps
    "total": ("#000000", ()),
    **{term: (color, dashes) for term, (_, color, dashes) in TERMS.items()},
}
RUN_DASHES = ((), (8, 3), (2, 3), (8, 3, 2, 3))  # of the runs that one drawing compares
TEXT_COLOR = "currentColor"  # of the page's words, which are light in a dark theme
SHOWN_COLOR = "#D55E00"  # of the run with the point; the others have the words' color
TINY = 1e-9  # the lowest loss that a logarithmic axis can begin with
MOST_POINTS = 200  # about so many of a curve are drawn
LINE_HEIGHT = 13  # px, of the names beside the curves


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
        color, thickness = (SHOWN_COLOR, 2.4) if name == shown else (TEXT_COLOR, 1.2)
        lines.append((name, totals, color, dashes, thickness))
    values = [value for totals in runs.values() for value in totals]
    caption = f"total loss of {len(runs[shown])} steps; logarithmic"
    return _drawing(lines, 0.9 * min(values), 1.1 * max(values), caption, point=(shown, step - 1))


def loss_curve(history):
    """The losses of a run so far, as SVG; each term has a color, dashes and its name.

    history: one dict a step, `{"total", each of TERMS: loss}`. The axis is logarithmic, from a
    hundredth of the last total upward.
    """
    top = max(max(row.values()) for row in history[-200:]) * 1.1
    lines = [
        (term, [row[term] for row in history], color if term in TERMS else TEXT_COLOR, dashes, 1.6)
        for term, (color, dashes) in TERM_STYLES.items()
        if term == "total" or any(row.get(term, 0) > 0 for row in history)  # and not left out
    ]
    floor, caption = history[-1]["total"] / 100, f"{len(history)} steps; logarithmic"
    return _drawing(lines, floor, top, caption)


def _drawing(lines, floor, top, caption, point=None):
    """Curves as SVG on a logarithmic axis from floor to top.

    lines: of each `(name, values, color, dashes, thickness in px)`. point: `(name, index)`.
    """
    floor = floor or TINY  # of two equal pictures, every loss can be 0
    top = max(top, 2 * floor)
    longest = max(len(values) for _, values, *_ in lines)

    def x(index):
        return 8 + (WIDTH - 130) * index / max(1, longest - 1)

    def y(loss):
        share = math.log(min(max(loss, floor), top) / floor) / math.log(top / floor)
        return 8 + (HEIGHT - 30) * (1 - share)

    marks, heights = [], []
    for name, values, color, dashes, thickness in sorted(lines, key=lambda line: -line[1][-1]):
        last = len(values) - 1
        shown = [*range(0, last, max(1, len(values) // MOST_POINTS)), last]
        points = " ".join(f"{x(index):.1f},{y(values[index]):.1f}" for index in shown)
        marks.append(
            f'<polyline points="{points}" fill="none" stroke="{color}" '
            f'stroke-width="{thickness}" stroke-dasharray="{" ".join(map(str, dashes))}"/>'
        )
        height = y(values[last])
        while any(abs(height - other) < LINE_HEIGHT for other in heights):
            height += 1  # until no other name stands there
        heights.append(height)
        marks.append(
            f'<text x="{WIDTH - 114}" y="{height + 4:.0f}" fill="{color}">'
            f"{name} {values[last]:.3g}</text>"
        )
        if point and point[0] == name:
            marks.append(
                f'<circle cx="{x(point[1]):.1f}" cy="{y(values[point[1]]):.1f}" r="5" '
                f'fill="{color}" stroke="white"/>'
            )
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'style="max-width: 100%; height: auto" font-size="12" font-family="sans-serif" '
        f'role="img" aria-label="loss curves">{"".join(marks)}'
        f'<text x="8" y="{HEIGHT - 4}" fill="{TEXT_COLOR}">{caption}</text></svg>'
    )
