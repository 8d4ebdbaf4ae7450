"""The figures that more than one lesson draws."""

import base64
import hashlib
import importlib
import io
import itertools
import json
from pathlib import Path
from string import Template

import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from IPython.display import HTML
from matplotlib.figure import Figure
from PIL import Image

from . import machine
from .pictures import to_uint8
from .widgets import TERM_STYLES

DPI = 80  # of a figure on the page
SHARPNESS = 2  # pixels of the file for each one on the page, both ways
JPEG_QUALITY = 80


def setup():
    """What every lesson begins with: sharp figures, and one line on what computes here.

    A notebook then keeps its figures as JPEG files that are sharp on a fine screen. Jupyter has
    that for PNG files only, and those of painted pictures are ten times as large.
    """
    shell = get_ipython()
    if shell is not None:
        importlib.import_module("matplotlib_inline.backend_inline")  # sets its own formats once
        for formatter in shell.display_formatter.formatters.values():
            formatter.pop(Figure, None)
        shell.display_formatter.formatters["image/jpeg"].for_type(Figure, _sharp_jpeg)
    machine.report()


def _sharp_jpeg(figure):
    """`(bytes of the file, its size on the page and its words as `alt`)`, as IPython wants it."""
    file = io.BytesIO()
    options = {"pil_kwargs": {"quality": JPEG_QUALITY}, "facecolor": "white"}
    figure.savefig(file, format="jpeg", dpi=SHARPNESS * DPI, bbox_inches="tight", **options)
    width, height = Image.open(file).size
    size = {"width": width // SHARPNESS, "height": height // SHARPNESS}
    words = [figure.get_suptitle()]
    words += [word for axis in figure.axes for word in (axis.get_ylabel(), axis.get_title())]
    alt = "; ".join(dict.fromkeys(filter(None, words)))
    return file.getvalue(), size | ({"alt": alt} if alt else {})


def loss_curves(history, title=None, yscale="log"):
    """The weighted losses of a run against its steps.

    history: as in `run.Result`. yscale: "log" or "linear". A thin vertical line marks each change
    of scale. On a logarithmic axis, what lies below a hundredth of the last total is not shown.
    """
    steps = [row["step"] for row in history]
    figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
    for term, (color, dashes) in TERM_STYLES.items():
        values = [row.get(term, 0) for row in history]  # older ones have fewer terms
        if max(values) > 0:
            line = (0, dashes) if dashes else "-"
            label = f"{term}: {values[-1]:.2f}"
            axis.plot(steps, values, linestyle=line, color=color, label=label)
    floor = history[-1]["total"] / 100
    # A loss near 0, as the content loss is at the start, would press all others together.
    above = [row[term] for row in history for term in TERM_STYLES if row.get(term, 0) > floor]
    if above:  # of two equal pictures, every loss can be 0
        axis.set_ylim(bottom=min(above) / 1.5 if yscale == "log" else 0)
        axis.set_yscale(yscale)
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, title="last step")
    for before, after in zip(history, history[1:]):
        if before["side"] != after["side"]:
            axis.axvline(after["step"], color="0.7", linewidth=0.8)
            place = {"transform": axis.get_xaxis_transform(), "fontsize": 8}
            axis.text(after["step"], 1.01, f" {after['side']} px", **place)
    axis.set(xlabel="step", ylabel="weighted loss")
    axis.set_title(title, pad=18)  # above the sizes
    axis.spines[["top", "right"]].set_visible(False)
    plt.show()


def picture_grid(rows, row_titles=None, column_titles=None, width=2.4):
    """Rows of pictures.

    rows: lists of equal length of pictures `(1, height, width, 3)`, all of one shape.
    row_titles, column_titles: lists of strings. width: of one picture, in inches.
    """
    height = width * rows[0][0].shape[1] / rows[0][0].shape[2]
    size = (width * len(rows[0]) + 0.4, (height + 0.15) * len(rows) + 0.2)
    _, axes = plt.subplots(
        len(rows), len(rows[0]), figsize=size, squeeze=False, layout="constrained"
    )
    for axis, picture in zip(axes.flat, itertools.chain(*rows), strict=True):
        axis.imshow(np.clip(np.squeeze(picture), 0, 1), interpolation="bicubic")
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    for axis, title in zip(axes[0], column_titles or []):
        axis.set_title(title, fontsize=9)
    for axis, title in zip(axes[:, 0], row_titles or []):
        axis.set_ylabel(title, fontsize=9)
    plt.show()


def explain_pixels(picture, wanted):
    """A figure in which a click on a pixel shows what each part of the loss wants of it.

    picture: `(1, height, width, 3)`. wanted: `{part of the loss: minus its gradient}`, each of the
    picture's shape; they are shown in this order, and below them their sum. The unit is the largest
    of their standard deviations over the whole picture. It needs no kernel once it is shown.
    """
    parts = np.stack([np.asarray(part)[0] for part in wanted.values()])
    parts = parts / (max(one.std() for one in (*parts, parts.sum(axis=0))) or 1.0)
    scales = np.abs(parts).max(axis=(1, 2, 3), keepdims=True) + 1e-12
    roots = np.sign(parts) * np.sqrt(np.abs(parts) / scales)
    pixels = to_uint8(picture)
    height, width = pixels.shape[:2]
    about = {"names": [*wanted], "scales": scales.ravel().tolist(), "height": height}
    about |= {"width": width, "zoom": max(1, 480 // width), "first": [height // 2, width // 2]}
    data = {
        "about": json.dumps(about),
        "picture": base64.b64encode(pixels.tobytes()).decode(),
        "parts": base64.b64encode(np.round(127 * roots).astype(np.int8).tobytes()).decode(),
    }
    data["id"] = "explain_" + hashlib.sha256("".join(data.values()).encode()).hexdigest()[:12]
    page = (Path(__file__).parent / "data" / "explain_pixels.html").read_text(encoding="utf-8")
    return HTML(Template(page).substitute(data))


def feature_maps(features, channels, title=None, width=2.1):
    """Chosen channels of one layer's features, side by side, each on its own scale of brightness.

    features: `(1, height, width, channels)`. channels: their numbers. width: of one, in inches.
    """
    maps = [np.asarray(features)[0, :, :, channel] for channel in channels]
    height = width * maps[0].shape[0] / maps[0].shape[1]
    size = (width * len(maps) + 0.8, height + 0.6)
    figure, axes = plt.subplots(1, len(maps), figsize=size, squeeze=False, layout="constrained")
    for axis, values, channel in zip(axes[0], maps, channels):
        # Of the largest few, one alone would leave all others dark.
        top = np.percentile(values, 99.5) or 1
        shown = axis.imshow(values / top, vmin=0, vmax=1)
        axis.set_title(f"channel {channel}", fontsize=8)
        axis.axis("off")
    bar = figure.colorbar(shown, ax=axes[0].tolist(), ticks=[0, 1])
    bar.ax.set_yticklabels(["0", "99.5%"], fontsize=8)
    figure.suptitle(title, fontsize=10)
    plt.show()


def strongest_patches(pictures, features, channel, width, count=6):
    """What one channel responds to most: the strongest patch of each picture, strongest first.

    pictures: a list of `(1, height, width, 3)`, none smaller than a patch. features: one layer's,
    of each picture. width: of a patch, in pixels. Returns the first `count` patches
    `(1, width, width, 3)`; one at a border is moved inward until it is whole.
    """
    found = []
    for picture, values in zip(pictures, features, strict=True):
        values = np.asarray(values)[0, :, :, channel]
        # Pixels from one position to the next: each pooling halves the sides, rounding down.
        stride = 2 ** int(np.log2(picture.shape[1] / values.shape[0]))
        position = np.unravel_index(values.argmax(), values.shape)
        top, left = (
            int(np.clip((place + 0.5) * stride - width / 2, 0, side - width))
            for place, side in zip(position, picture.shape[1:3])
        )
        found.append((values.max(), picture[:, top : top + width, left : left + width]))
    return [patch for _, patch in sorted(found, key=lambda one: -one[0])[:count]]


def gram_heatmap(*grams, titles, channels):
    """A few rows and columns of Gram matrices as heat maps, on one logarithmic scale.

    grams: each `(channels, channels)`. channels: the numbers of those to draw, in this order.
    """
    figure, axes = plt.subplots(
        1, len(grams), figsize=(3 * len(grams), 2.8), squeeze=False, layout="constrained"
    )
    parts = [np.asarray(gram)[np.ix_(channels, channels)] for gram in grams]
    top = max(float(part.max()) for part in parts)
    for axis, part, title in zip(axes[0], parts, titles, strict=True):
        values = np.log10(np.maximum(part, top * 1e-4))
        shown = axis.imshow(values, cmap="viridis", vmin=np.log10(top) - 4, vmax=np.log10(top))
        axis.set_title(title, fontsize=10)
        axis.set_xticks(range(len(channels)), channels)
        axis.set_yticks(range(len(channels)), channels)
        axis.set(xlabel="channel", ylabel="channel")
    figure.colorbar(shown, ax=axes[0].tolist(), label="log₁₀ of the entry")
    plt.show()
