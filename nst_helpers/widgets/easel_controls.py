"""The easel's controls: sliders, menus, fields and buttons, before anybody watches them."""

import math

import ipywidgets as widgets

from ..engine import DEFAULTS, STYLE_LAYERS
from ..method import TERMS
from ..pictures import PAINTINGS, PATTERNS, PHOTOS, STARTING_POINTS

YOUR_OWN = ""  # in the menus, of a picture that is no sample
NONE = "none"  # in the menus of further paintings; a menu of value None shows an empty line
UPLOAD_LIMIT = 10  # MiB, of one message to Jupyter's server
WEIGHTS = {  # label, and how many powers of ten the slider goes below and above the default
    **{
        term: (f"{label} weight", 2, 2)
        for term, (label, *_) in TERMS.items()
        if getattr(DEFAULTS, f"{term}_weight") > 0  # powers of ten have no 0
    },
    "tv": ("total variation", 2, 2.5),
    "learning_rate": ("learning rate", 1.5, 1),
}
COLORS = {  # labels in the menu, and the setting `original_colors`
    "the painting's": False,
    "the photo's": "luminance",
    "the painting's, matched to the photo's": "match",
}
PAINTING_LABELS = {  # by how many regions there are, from the top
    0: ("painting", "second painting", "third painting"),
    1: ("whole photo",),
    2: ("upper region", "lower region"),
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


def files_sent(value):
    """`[(file name, bytes)]` of an upload's value: a dict in ipywidgets 7, a tuple in 8."""
    files = value.values() if isinstance(value, dict) else value
    about = [(file.get("metadata", file), file["content"]) for file in files]
    return [(known.get("name", "upload"), content) for known, content in about]


def _control(kind, label, **options):
    """A control of this kind, as wide as there is room for, with this label on it or before it."""
    layout = widgets.Layout(width="auto", flex="1 1 auto" if kind is widgets.Dropdown else None)
    return kind(description=label, layout=layout, **options)


def _labeled(kind, label, **options):
    """A control with its label in a column of their own."""
    return _control(kind, label, style={"description_width": LABEL_WIDTH}, **options)


def sliders(weights):
    """`{name: slider}`, each at its value; those of style layers and of a share are linear."""
    made = {}
    for name, (label, below, above) in WEIGHTS.items():
        middle = math.log10(weights[name])  # so that the default lies on one of the slider's steps
        options = {"min": middle - below, "max": middle + above, "step": 0.05, "base": 10}
        options |= {"value": weights[name], "readout_format": ".3g"}
        made[name] = _labeled(widgets.FloatLogSlider, label, **options)
    for number, layer in enumerate(STYLE_LAYERS, 1):
        options = {"value": weights[layer], "min": 0, "max": 4, "step": 0.1}
        made[layer] = _labeled(widgets.FloatSlider, f"style, block {number}", **options)
    options = {"value": weights["blend"], "min": 0, "max": 1, "step": 0.05}
    made["blend"] = _labeled(widgets.FloatSlider, SHARE, **options)
    options = {"value": 1, "base": 2, "min": -1, "max": 1, "step": 0.25, "readout_format": ".2f"}
    options["continuous_update"] = False  # it begins anew
    made["style_scale"] = _labeled(widgets.FloatLogSlider, "size of strokes", **options)
    return made


def menus():
    """`{name: menu}`; the options are pairs of a label and a value."""
    photos, paintings = (
        [(name, name) for name in names] for names in (PHOTOS, (*PAINTINGS, *PATTERNS))
    )
    own, none = ("your own", YOUR_OWN), (NONE, NONE)
    first, second, third = PAINTING_LABELS[0]
    table = {
        "content": ("photo", [own, *photos]),
        "style": (first, [own, *paintings]),
        "init": ("start from", [(name, name) for name in STARTING_POINTS]),
        "second": (second, [none, *paintings]),
        "third": (third, [none, *paintings]),
        "original_colors": ("colors", list(COLORS.items())),
        "regions": ("regions", [(NONE, 0), ("2", 2), ("3", 3)]),
    }
    return {
        name: _labeled(widgets.Dropdown, label, options=options)
        for name, (label, options) in table.items()
    }


def paths():
    options = {"placeholder": "path of a file", "continuous_update": False}
    labels = {"content": "own photo", "style": "own painting"}
    return {name: _labeled(widgets.Text, label, **options) for name, label in labels.items()}


def uploads():
    labels = {"content": "Upload a photo", "style": "Upload a painting"}
    return {
        name: _control(widgets.FileUpload, f"{label}, up to {UPLOAD_LIMIT} MiB")
        for name, label in labels.items()
    }


def buttons():
    """`{label: button}`."""
    return {label: _control(widgets.Button, label.capitalize()) for label in BUTTONS}
