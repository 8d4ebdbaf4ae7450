"""The easel: a picture being painted, with sliders that act on it at once.

The controls only post messages to a `Painter`, and show what it says.
"""

import base64
import contextlib
import html
import io
import math
import threading
import time
from pathlib import Path

import ipywidgets as widgets
import numpy as np
from PIL import Image

from .curves import WIDTH, loss_curve
from .live import OPTIONS
from .losses import TERMS
from .painter import STYLES, Painter
from .samples import PAINTINGS, PATTERNS, PHOTOS
from .settings import DEFAULTS, STYLE_LAYERS
from .values import STARTING_POINTS

NONE = "none"  # in the menu of second paintings
YOUR_OWN = "your own"  # in the menus, of a picture that is no sample
PICTURES_AHEAD = 2  # that the browser has not shown yet; more are left out,
SECONDS_BETWEEN_THEM = 0.5  # but not for longer than this: a busy kernel does not hear the browser
UPLOAD_LIMIT = 10  # MiB, of one message to Jupyter's server
SLIDERS = {  # the words beside it, and how many powers of ten it goes below and above its default
    **{
        term: (f"{label} weight", 2, 2)
        for term, (label, *_) in TERMS.items()
        if getattr(DEFAULTS, f"{term}_weight") > 0  # powers of ten have no 0
    },
    "tv": ("total variation", 2, 2.5),
    "learning_rate": ("learning rate", 1.5, 1),
}
COLORS = {  # the words of the menu, and the setting `original_colors`
    "the painting's": False,
    "the photo's": "luminance",
    "the painting's, matched to the photo's": "match",
}
REGIONS = {NONE: 0, "2": 2, "3": 3}  # the words of the menu, and how many
REGION_COLORS = ("#56b4e9", "#e69f00", "#009e73")  # told apart by the color-blind, too
REGION_NAMES = {  # by how many there are, from the top
    1: ("whole photo",),
    2: ("upper region", "lower region"),
    3: ("upper region", "middle region", "lower region"),
}
PAINTING_NAMES = dict(zip(STYLES, ("painting", "second painting", "third painting")))
SHARE, SHARE_IS_OFF = "its share", "its share (off)"
PREVIEW_SIDE = 110  # px
LABEL_WIDTH = "9em"
BUTTONS = {  # the message that each posts; while there is something to stop, the first one says so
    "start": "start",
    "start again": "start_again",
    "finish in full size": "finish",
    "save": "save",
    "save the film": "save_film",
}

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
    cell. vgg: what `load_vgg19` returns; None for the bundled weights. Painting pauses by itself
    after a while.

    Returns an `Easel`; a second one closes the first. Raises what `load_image` raises.
    """
    global _open_easel
    painter = Painter({"content": content, "style": style}, size, full_size, vgg)
    if _open_easel is not None:
        _open_easel.close()
    _open_easel = Easel(painter, background)
    return _open_easel


class Easel(widgets.VBox):
    """What `easel` returns: a widget that paints, until `close()`.

    painter: the `Painter`, whose state tells all that is painted.
    """

    def __init__(self, painter, background=True):
        super().__init__(layout=widgets.Layout(max_width="980px"))
        self.painter = painter
        self._showing = None
        self.sliders = _sliders(painter.weights)
        self.menus, self.paths, self.uploads = _menus(), _paths(), _uploads()
        self.preview = widgets.HTML(layout=widgets.Layout(display="none"))
        # The colors of the regions, each at the left end of a label, where that has room.
        on_the_label = widgets.Layout(width="20px", margin="0 -20px 0 0")
        self._chips = {name: widgets.HTML(layout=on_the_label) for name in STYLES}
        self.code = widgets.HTML()
        self.buttons = {name: _control(widgets.Button, name.capitalize()) for name in BUTTONS}
        as_wide = widgets.Layout(width=f"{WIDTH}px", max_width="100%")
        self.image = widgets.Image(format="jpeg", layout=as_wide)
        self._sent, self._arrived = widgets.IntText(), widgets.IntText()  # how many pictures
        widgets.jsdlink((self._sent, "value"), (self._arrived, "value"))  # the browser copies it
        self._sent_at = 0.0
        self.curve = widgets.HTML(layout=widgets.Layout(height="190px"))
        two_lines = widgets.Layout(min_height="60px")
        self.status = widgets.HTML("Press Start.", layout=two_lines)
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
        """Stop painting and end the thread.

        The picture stays; a finished one that was not saved is saved.
        """
        self.painter.close()

    def card(self):
        """The run card of the picture shown, as *Save* writes it.

        Of a live picture it holds the settings as they stand, the weights with which it was begun,
        and every change that was made on the way.
        """
        return self.painter.card()

    # What the controls ask for.

    def _post(self, *message):
        if threading.get_ident() != self._showing:
            self.painter.post(*message)

    def _choose(self, name, words):
        source = None if words == NONE else words
        message = ("ask_for_own", name) if words == YOUR_OWN else ("choose", name, source)
        self._post(*message)

    def _weigh(self, name, weight):
        self._post("weight", name, float(f"{weight:.4g}"))  # as one would write it in code

    def _divide(self, count):
        self._post("divide", count)

    def _set(self, name, value):
        self._post("set", name, value)

    def _upload(self, name, sent):
        files = files_sent(sent)
        if files:
            self._post("upload", name, files)

    def _press(self, button):
        """Ask for what stands on the button now: a second click on Pause must not start it."""
        words = button.description.lower()
        self._post(BUTTONS.get(words, words))

    def _watch_controls(self):
        def watch(controls, tell):
            for name, control in controls.items():
                control.observe(lambda change, name=name: tell(name, change["new"]), "value")

        sliders, menus = dict(self.sliders), dict(self.menus)
        options = {name: (sliders | menus)[name] for name in OPTIONS}
        for name in OPTIONS:
            sliders.pop(name, None)
            menus.pop(name, None)
        watch({"regions": menus.pop("regions")}, lambda _, count: self._divide(count))
        watch(sliders, self._weigh)
        watch(menus, self._choose)
        watch(options, self._set)
        watch(self.paths, self._choose)
        watch(self.uploads, self._upload)
        for button in self.buttons.values():
            button.on_click(self._press)

    # What the painter has shown. This is its `View`.

    @contextlib.contextmanager
    def _only_showing(self):
        """What this thread sets on controls in here is shown, and not taken for a request."""
        self._showing = threading.get_ident()
        try:
            yield
        finally:
            self._showing = None

    def show_picture(self, jpeg, in_passing=False):
        is_behind = self._sent.value - self._arrived.value >= PICTURES_AHEAD
        if in_passing and is_behind and time.monotonic() - self._sent_at < SECONDS_BETWEEN_THEM:
            return
        self.image.value = jpeg
        self._sent.value += 1
        self._sent_at = time.monotonic()

    def show_curve(self, history):
        self.curve.value = loss_curve(history)

    def say(self, words, notice):
        self.status.value = "<br>".join(html.escape(line) for line in (words, notice) if line)

    def offer(self, action):
        self.buttons["start"].description = action.capitalize()

    def show_source(self, name, source):
        """Let the menu and the field say what is painted."""
        words = str(source) if isinstance(source, (str, Path)) else ""
        is_sample = words in self.menus[name].options
        with self._only_showing():
            if NONE in self.menus[name].options:
                self.menus[name].value = words or NONE
                return
            self.menus[name].value = words if is_sample else YOUR_OWN
            if not self.painter.waiting:  # else a newer path may stand there
                self.paths[name].value = "" if is_sample else words

    def show_regions(self, masks):
        """Name the menus of paintings after the regions, with a preview of these."""
        names = dict(zip(STYLES, REGION_NAMES[len(masks)])) if masks else {}
        self.preview.value = _preview(masks, names.values()) if masks else ""
        self.preview.layout.display = "" if masks else "none"
        for name, color in zip(STYLES, REGION_COLORS):
            self.menus[name].description = names.get(name, PAINTING_NAMES[name])
            self._chips[name].value = _chip(color) if masks else ""
            is_used = name in names if masks else name == "second"
            self._rows_of_paintings[name].layout.display = "" if is_used else "none"
        self.sliders["blend"].disabled = bool(masks)
        self.sliders["blend"].description = SHARE_IS_OFF if masks else SHARE

    def show_code(self, lines):
        style = "white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.4; margin: 0"
        self.code.value = f'<pre style="{style}">{html.escape(lines)}</pre>'

    def empty_upload(self, name):
        upload = self.uploads[name]
        with self._only_showing():
            upload.set_trait("value", type(upload.value)())

    def show_closed(self):
        for group in (self.sliders, self.menus, self.paths, self.uploads, self.buttons):
            for control in group.values():
                control.disabled = True

    # How it is laid out.

    def _rows(self):
        layers = [self.sliders[layer] for layer in STYLE_LAYERS]
        weights = [slider for name, slider in self.sliders.items() if name in SLIDERS]
        pictures = [self.menus["content"], self.menus["style"], self.menus["init"]]
        for name in self.paths:
            pictures += [self.paths[name], self.uploads[name]]
        self._rows_of_paintings = {
            name: widgets.HBox([self._chips[name], self.menus[name]]) for name in STYLES
        }
        control = [self.menus["original_colors"], self.sliders["style_scale"]]
        control += [self.menus["regions"], self.preview, *self._rows_of_paintings.values()]
        groups = {
            "Weights": weights + layers,
            "Pictures": pictures,
            "Control": [*control, self.sliders["blend"]],
            "Code": [self.code],
        }
        folded = widgets.Accordion(
            [widgets.VBox(controls) for controls in groups.values()],
            selected_index=0,
            layout=widgets.Layout(flex="1 1 18em", min_width="18em"),
        )
        for number, words in enumerate(groups):
            folded.set_title(number, words)
        # On a narrow page the controls go below the picture, and buttons to a second line.
        beside = widgets.Layout(flex="1 1 300px", max_width=f"{WIDTH}px")
        left = widgets.VBox([self.image, self.curve], layout=beside)
        wrapping = widgets.Layout(flex_flow="row wrap")
        buttons = widgets.HBox(list(self.buttons.values()), layout=wrapping)
        return [buttons, self.status, widgets.HBox([left, folded], layout=wrapping)]


def files_sent(sent):
    """`[(file name, bytes)]` of an upload's value: a dict in ipywidgets 7, a tuple in 8."""
    files = sent.values() if isinstance(sent, dict) else sent
    return [(_file_name(file), file["content"]) for file in files]


def _file_name(file):
    return file.get("name") or file.get("metadata", {}).get("name", "upload")


def _control(kind, words, **options):
    """A control of this kind, as wide as there is room for, with these words on it or before it."""
    layout = widgets.Layout(width="auto", flex="1 1 auto" if kind is widgets.Dropdown else None)
    return kind(description=words, layout=layout, **options)


def _labeled(kind, words, **options):
    """A control with its words in a column of their own."""
    return _control(kind, words, style={"description_width": LABEL_WIDTH}, **options)


def _sliders(weights):
    """`{name: slider}`, each at its value; those of style layers and of a share are linear."""
    sliders = {}
    for name, (words, below, above) in SLIDERS.items():
        middle = math.log10(weights[name])  # so that the default lies on one of the slider's steps
        sliders[name] = _labeled(
            widgets.FloatLogSlider,
            words,
            value=weights[name],
            base=10,
            min=middle - below,
            max=middle + above,
            step=0.05,
            readout_format=".3g",
        )
    for number, layer in enumerate(STYLE_LAYERS, 1):
        options = {"value": weights[layer], "min": 0, "max": 4, "step": 0.1}
        sliders[layer] = _labeled(widgets.FloatSlider, f"style, block {number}", **options)
    options = {"value": weights["blend"], "min": 0, "max": 1, "step": 0.05}
    sliders["blend"] = _labeled(widgets.FloatSlider, SHARE, **options)
    options = {"value": 1, "base": 2, "min": -1, "max": 1, "step": 0.25, "readout_format": ".2f"}
    options["continuous_update"] = False  # it begins anew
    sliders["style_scale"] = _labeled(widgets.FloatLogSlider, "size of strokes", **options)
    return sliders


def _menus():
    paintings = (*PAINTINGS, *PATTERNS)
    others = {name: (NONE, *paintings) for name in STYLES[1:]}
    return {
        "content": _labeled(widgets.Dropdown, "photo", options=(YOUR_OWN, *PHOTOS)),
        "style": _labeled(
            widgets.Dropdown, PAINTING_NAMES["style"], options=(YOUR_OWN, *paintings)
        ),
        "init": _labeled(widgets.Dropdown, "start from", options=STARTING_POINTS),
        **{
            name: _labeled(widgets.Dropdown, PAINTING_NAMES[name], options=options)
            for name, options in others.items()
        },
        "original_colors": _labeled(widgets.Dropdown, "colors", options=list(COLORS.items())),
        "regions": _labeled(widgets.Dropdown, "regions", options=list(REGIONS.items())),
    }


def _paths():
    options = {"placeholder": "path of a file", "continuous_update": False}
    return {
        "content": _labeled(widgets.Text, "own photo", **options),
        "style": _labeled(widgets.Text, "own painting", **options),
    }


def _uploads():
    limit = f"up to {UPLOAD_LIMIT} MiB"
    return {
        "content": _control(widgets.FileUpload, f"Upload a photo, {limit}"),
        "style": _control(widgets.FileUpload, f"Upload a painting, {limit}"),
    }


def _preview(masks, names):
    """HTML of an image with each region in its color. names: of the regions."""
    colors = [[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in REGION_COLORS]
    pixels = sum(
        np.asarray(mask)[0] * np.float32(color) for mask, color in zip(masks, colors, strict=False)
    )
    image = Image.fromarray(np.uint8(np.round(np.clip(pixels, 0, 255))))
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    file = io.BytesIO()
    image.save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    below_the_menus = f"display: block; margin: 4px 0 0 calc({LABEL_WIDTH} + 8px)"
    words = f"The photo's regions: {', '.join(names)}"
    return f'<img src="{source}" alt="{words}" style="{below_the_menus}">'


def _chip(color):
    style = f"display: block; width: 12px; height: 12px; margin: 8px 4px; background: {color}"
    return f'<span style="{style}"></span>'
