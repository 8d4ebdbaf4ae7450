"""The easel: a picture being painted, with sliders that act on it at once.

The controls only post messages to a `Painter`, and show what it says.
"""

import base64
import contextlib
import functools
import html
import math
import threading
import time
from pathlib import Path

import ipywidgets as widgets
import numpy as np
from PIL import ImageColor

from ..engine import DEFAULTS, STYLE_LAYERS
from ..method import TERMS
from ..pictures import (
    PAINTINGS,
    PATTERNS,
    PHOTOS,
    STARTING_POINTS,
    as_jpeg,
    with_longest_side,
)
from .curves import WIDTH, loss_curve
from .live import OPTIONS, STYLES
from .painter import Painter

YOUR_OWN = ""  # in the menus, of a picture that is no sample
NONE = "none"  # in the menus of further paintings; a menu of value None shows an empty line
OWN_PICTURES = {"content": "photo", "style": "painting"}
WEIGHTS = {  # label, and how many powers of ten the slider goes below and above the default
    **{
        term: (f"{term} weight", 2, 2)
        for term in TERMS
        if getattr(DEFAULTS, f"{term}_weight") > 0  # powers of ten have no 0
    },
    "tv": ("total variation", 2, 2.5),
    "learning_rate": ("learning rate", 1.5, 1),
}
PAINTING_LABELS = {  # of the menus of paintings, by how many regions there are, from the top
    0: ("painting", "second painting", "third painting"),
    1: ("whole photo", "second painting", "third painting"),
    2: ("upper region", "lower region", "third painting"),
    3: ("upper region", "middle region", "lower region"),
}
BUTTONS = {  # the message that each posts; while there is something to stop, the first one says so
    "start": "start",
    "start again": "start_again",
    "finish in full size": "finish",
    "save": "save",
    "save the film": "save_film",
}
SHARE = "its share"  # of the second painting
LABEL_WIDTH = "9em"
UPLOAD_TOOLTIP = "A file from this computer"  # without one, a browser would show "null"
# Two lines stand beside the buttons, so that the sliders stay in view; one has their place, too.
STATUS_LOOK = (
    "display: flex; flex-direction: column; justify-content: center; "
    "min-height: 34px; line-height: 17px; margin-left: 8px"
)
PICTURES_AHEAD = 2  # that the browser has not shown yet; more are left out,
SECONDS_BETWEEN_THEM = 0.5  # but not for longer than this: a busy kernel does not hear the browser
REGION_COLORS = ("#56b4e9", "#e69f00", "#009e73")  # told apart by the color-blind, too
PREVIEW_SIDE = 110  # px
_open_easel = None


def easel(
    content="neuschwanstein",
    style="starry_night",
    size=192,
    full_size=512,
    background=True,
    vgg=None,
):
    """Show a picture being painted, with sliders that act on it at once.

    content, style: anything `load_image` takes. size: longest side of the live picture, px.
    full_size: of the picture that *finish* paints. background: paint beside the notebook's cells;
    where the picture then does not move, give False, set the sliders, and call `run` in another
    cell. vgg: what `load_vgg19` returns; None for the bundled weights.

    Painting pauses by itself after a while. Returns an `Easel`; a second one closes the first.
    Raises what `load_image` raises.
    """
    global _open_easel
    painter = Painter({"content": content, "style": style}, size, full_size, vgg)
    if _open_easel is not None:
        _open_easel.close()
    _open_easel = Easel(painter, background)
    return _open_easel


def _control(kind, label, **options):
    """A control of this kind, as wide as there is room for, with this label on it or before it."""
    if kind not in (widgets.Button, widgets.FileUpload):  # labels before them are a column
        options["style"] = {"description_width": LABEL_WIDTH}
    layout = widgets.Layout(width="auto", flex="1 1 auto" if kind is widgets.Dropdown else None)
    layout.margin = "0 2px"  # so that all of them are in view on a small screen
    control = kind(description=label, layout=layout, **options)
    if kind is widgets.FileUpload:
        control.tooltip = UPLOAD_TOOLTIP
    return control


def _sliders(weights):
    """`{name: slider}`, each at its value; those of style layers and of a share are linear."""
    sliders = {}
    for name, (label, below, above) in WEIGHTS.items():
        middle = math.log10(weights[name])  # so that the default lies on one of the slider's steps
        options = {"min": middle - below, "max": middle + above, "step": 0.05}
        options |= {"value": weights[name], "readout_format": ".3g"}
        sliders[name] = _control(widgets.FloatLogSlider, label, **options)
    for number, name in enumerate(STYLE_LAYERS, 1):
        options = {"value": weights[name], "min": 0, "max": 4, "step": 0.1}
        sliders[name] = _control(widgets.FloatSlider, f"style, block {number}", **options)
    options = {"value": weights["blend"], "min": 0, "max": 1, "step": 0.05}
    sliders["blend"] = _control(widgets.FloatSlider, SHARE, **options)
    options = {"value": 1, "base": 2, "min": -1, "max": 1, "step": 0.25, "readout_format": ".2f"}
    options["continuous_update"] = False  # it begins anew
    sliders["style_scale"] = _control(widgets.FloatLogSlider, "size of strokes", **options)
    return sliders


def _menus():
    """`{name: menu}`; the options are pairs of a label and a value."""
    photos, paintings, starts = (
        [(name, name) for name in names]
        for names in (PHOTOS, (*PAINTINGS, *PATTERNS), STARTING_POINTS)
    )
    own, none = ("your own", YOUR_OWN), (NONE, NONE)
    colors = [
        ("the painting's", False),
        ("the photo's", "luminance"),
        ("the painting's, matched to the photo's", "match"),
    ]
    first, second, third = PAINTING_LABELS[0]
    table = {
        "content": ("photo", [own, *photos]),
        "style": (first, [own, *paintings]),
        "init": ("start from", starts),
        "second": (second, [none, *paintings]),
        "third": (third, [none, *paintings]),
        "original_colors": ("colors", colors),
        "regions": ("regions", [(NONE, 0), ("2", 2), ("3", 3)]),
    }
    return {
        name: _control(widgets.Dropdown, label, options=options)
        for name, (label, options) in table.items()
    }


def files_sent(value):
    """`[(file name, bytes)]` of an upload's value: a dict in ipywidgets 7, a tuple in 8."""
    files = value.values() if isinstance(value, dict) else value
    return [(file.get("metadata", file).get("name", "upload"), file["content"]) for file in files]


class Easel(widgets.VBox):
    """What `easel` returns: a widget that paints, until `close()`.

    painter: the `Painter`, whose state tells all that is painted.
    """

    def __init__(self, painter, background=True):
        super().__init__(layout=widgets.Layout(max_width="980px"))
        self.painter = painter
        self._showing = None
        self.sliders, self.menus = _sliders(painter.weights), _menus()
        path = {"placeholder": "path to a file", "continuous_update": False}
        self.paths, self.uploads = {}, {}
        for name, kind in OWN_PICTURES.items():
            self.paths[name] = _control(widgets.Text, f"own {kind}", **path)
            # 10 MiB is the limit of one message to Jupyter's server.
            label = f"Upload a {kind}, up to 10 MiB"
            self.uploads[name] = _control(widgets.FileUpload, label)
        self.buttons = {label: _control(widgets.Button, label.capitalize()) for label in BUTTONS}
        self.preview = widgets.HTML()
        # The colors of the regions, each at the left end of a label, where that has room.
        chip_layout = widgets.Layout(width="20px", margin="0 -20px 0 0")
        self._chips = {name: widgets.HTML(layout=chip_layout) for name in STYLES}
        self._rows_of_paintings = {
            name: widgets.HBox([self._chips[name], self.menus[name]]) for name in STYLES
        }
        self.code = widgets.HTML()
        image_layout = widgets.Layout(width=f"{WIDTH}px", max_width="100%")
        self.image = widgets.Image(format="jpeg", layout=image_layout)
        self._sent, self._arrived = widgets.IntText(), widgets.IntText()  # how many pictures
        widgets.jsdlink((self._sent, "value"), (self._arrived, "value"))  # the browser copies it
        self._sent_at = 0.0
        self.curve = widgets.HTML(layout=widgets.Layout(height="190px"))
        self.status = widgets.HTML(layout=widgets.Layout(flex="1 1 20em"))
        self.say("Press Start.", "")
        self._watch_controls()
        self.children = self._rows()
        painter.open(self, background)

    @property
    def picture(self):
        """The latest picture, `(1, height, width, 3)`."""
        return self.painter.picture

    @property
    def result(self):
        """The `Result` of *finish*, or None."""
        return self.painter.result

    def run(self, steps=100):
        """Paint so many steps in the calling cell, with the controls as they stand.

        For an easel with `background=False`. An interrupt pauses. Raises `SettingsError` for any
        other easel, and what a background easel would show.
        """
        self.painter.run(steps)

    def close(self):
        """Stop painting. The picture stays; a finished one that was not saved is saved."""
        self.painter.close()

    def card(self):
        """The run card of the picture shown, as *Save* writes it.

        Of a live picture it holds the settings as they stand, the weights with which it was begun,
        and every change that was made on the way.
        """
        return self.painter.card()

    # What the controls ask for.

    def _watch_controls(self):
        for action, controls in (
            ("weight", self.sliders),
            ("choose", self.menus),
            ("choose", self.paths),
            ("upload", self.uploads),
        ):
            for name, control in controls.items():
                asked = "set" if name in (*OPTIONS, "regions") else action
                control.observe(functools.partial(self._post, asked, name), "value")
        for name, path in self.paths.items():
            path.on_msg(functools.partial(self._post_again, name))
        for button in self.buttons.values():
            button.on_click(self._press)

    def _post(self, action, name, change):
        if threading.get_ident() == self._showing:
            return
        value = change["new"]
        if action == "upload":
            value = files_sent(value)
        elif value == NONE and name not in self.paths:  # where it could be a file's name
            value = None
        self.painter.post(action, name, value)

    def _post_again(self, name, path, message, _):
        """Enter in a path's field: the file that was missing may be there now."""
        if message.get("event") == "submit" and path.value:
            self.painter.post("choose", name, path.value)

    def _press(self, button):
        """Ask for what stands on the button now: a second click on Pause must not start it."""
        label = button.description.lower()
        self.painter.post(BUTTONS.get(label, label))

    # What the painter has shown.

    @contextlib.contextmanager
    def _only_showing(self):
        """What this thread sets on controls in here is shown, and not taken for a request."""
        self._showing = threading.get_ident()
        try:
            yield
        finally:
            self._showing = None

    def show_picture(self, jpeg, in_passing=False):
        """jpeg: the bytes of a file with the picture as it is now.

        in_passing: another one follows soon, so it may be left out where they come too fast.
        """
        is_behind = self._sent.value - self._arrived.value >= PICTURES_AHEAD
        if in_passing and is_behind and time.monotonic() - self._sent_at < SECONDS_BETWEEN_THEM:
            return
        self.image.value = jpeg
        self._sent.value += 1
        self._sent_at = time.monotonic()

    def show_curve(self, history):
        """history: as in `LivePicture`; once a second or so."""
        self.curve.value = loss_curve(history)

    def say(self, status, notice):
        """status: what is being done. notice: the answer to what was asked last, or empty."""
        lines = [f"<div>{html.escape(line)}</div>" for line in (status, notice) if line]
        self.status.value = f'<div style="{STATUS_LOOK}">{"".join(lines)}</div>'

    def offer(self, action):
        """action: what may be asked for from now on, "start", "pause" or "stop"."""
        self.buttons["start"].description = action.capitalize()

    def show_source(self, name, source):
        """Let the menu and the field say what is painted. name, source: as in `Subject`."""
        menu, path = self.menus[name], str(source) if isinstance(source, (str, Path)) else ""
        is_sample = path in [value for _, value in menu.options]
        with self._only_showing():
            if name not in self.paths:
                menu.value = source or NONE
                return
            menu.value = path if is_sample else YOUR_OWN
            if not self.painter.waiting:  # else a newer path may stand there
                self.paths[name].value = "" if is_sample else path

    def show_regions(self, masks):
        """Name the menus of paintings after the regions, with a preview of these.

        masks: of the photo's regions, from the top, as `regions` returns them; or none.
        """
        labels = PAINTING_LABELS[len(masks)]
        self.preview.value = _preview(masks, labels[: len(masks)]) if masks else ""
        self.preview.layout.display = "" if masks else "none"
        # Without regions the first one's menu stands among the pictures, and there are but two.
        in_use = STYLES[: len(masks)] if masks else ["second"]
        for name, label, color in zip(STYLES, labels, REGION_COLORS):
            self.menus[name].description = label
            self._chips[name].value = _chip(color) if masks else ""
            self._rows_of_paintings[name].layout.display = "" if name in in_use else "none"
        self.sliders["blend"].disabled = bool(masks)
        self.sliders["blend"].description = f"{SHARE} (off)" if masks else SHARE

    def show_code(self, lines):
        """lines: of Python, that paint in full size what is asked for now."""
        style = "white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.4; margin: 0"
        self.code.value = f'<pre style="{style}">{html.escape(lines)}</pre>'

    def empty_upload(self, name):
        """An upload has arrived: empty its control, so that the file can be sent again."""
        upload = self.uploads[name]
        with self._only_showing():
            upload.set_trait("value", type(upload.value)())

    def show_closed(self):
        """Nothing can be asked for anymore."""
        for group in (self.sliders, self.menus, self.paths, self.uploads, self.buttons):
            for control in group.values():
                control.disabled = True

    # How it is laid out.

    def _rows(self):
        menus, sliders = self.menus, self.sliders
        pictures = [menus["content"], menus["style"], menus["init"]]
        for name in OWN_PICTURES:
            pictures += [self.paths[name], self.uploads[name]]
        control = [menus["original_colors"], sliders["style_scale"], menus["regions"]]
        control += [self.preview, *self._rows_of_paintings.values(), sliders["blend"]]
        groups = {
            "Weights": [sliders[name] for name in (*WEIGHTS, *STYLE_LAYERS)],
            "Pictures": pictures,
            "Control": control,
            "Code": [self.code],
        }
        accordion = widgets.Accordion(
            [widgets.VBox(controls) for controls in groups.values()],
            selected_index=0,
            layout=widgets.Layout(flex="1 1 18em", min_width="18em"),
        )
        for number, title in enumerate(groups):
            accordion.set_title(number, title)
        # On a narrow page the controls go below the picture, and buttons to a second line.
        column = widgets.Layout(flex="1 1 300px", max_width=f"{WIDTH}px")
        left = widgets.VBox([self.image, self.curve], layout=column)
        row = widgets.Layout(flex_flow="row wrap")
        centered = widgets.Layout(flex_flow="row wrap", align_items="center")
        buttons = widgets.HBox(list(self.buttons.values()), layout=row)
        top = widgets.HBox([buttons, self.status], layout=centered)
        return [top, widgets.HBox([left, accordion], layout=row)]


def _preview(masks, labels):
    """HTML of an image with each region in its color. labels: of the regions."""
    colors = [np.float32(ImageColor.getrgb(color)) / 255 for color in REGION_COLORS]
    colored = sum(mask * color for mask, color in zip(masks, colors))
    file = base64.b64encode(as_jpeg(with_longest_side(colored, PREVIEW_SIDE))).decode()
    style = f"display: block; margin: 4px 0 0 calc({LABEL_WIDTH} + 8px)"
    alt = f"The photo's regions: {', '.join(labels)}"
    return f'<img src="data:image/jpeg;base64,{file}" alt="{alt}" style="{style}">'


def _chip(color):
    style = f"display: block; width: 12px; height: 12px; margin: 8px 4px; background: {color}"
    return f'<span style="{style}"></span>'
