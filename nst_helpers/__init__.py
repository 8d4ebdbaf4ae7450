"""Helpers for the neural style transfer lessons: the functions that they build, in one place.

    from nst_helpers import load_image, show, stylize

is the one way to any public name. A name's module is imported when the name is first used, so that
`import nst_helpers` takes no time and needs neither TensorFlow nor ipywidgets.
"""

import sys

from .doors import door

_NAMES = {
    "errors": [
        "CardError", "FramesError", "KerasError", "KitError", "LayerError", "LossNotFinite",
        "OutOfMemory", "PictureError", "RunStopped", "SettingsError", "WeightsError",
    ],
    "machine": ["machine"],
    "pictures": [
        "card", "circle", "color_range", "half", "in_colors_of", "load_image", "luminance",
        "PAINTINGS", "PATTERNS", "PHOTOS", "resize", "SAMPLES", "save_image", "show",
    ],
    "method": [
        "color_at_half_resolution", "compute_targets", "content_loss", "enlarged",
        "feature_extractor", "gram_matrix", "guided_gram_matrix", "LBFGS",
        "make_loss_and_gradient", "paint", "preprocess", "starting_point", "style_loss",
        "total_loss", "total_variation",
    ],
    "engine": [
        "CONTENT_LAYER", "load_vgg19", "paint_all", "plan", "regions", "Result", "Settings",
        "STYLE_LAYERS", "stylize",
    ],
    "fast": [
        "bundled_networks", "fresh_weights", "in_one_pass", "instance_norm", "load_network",
        "Network", "paint_fast", "save_network", "train_fast",
    ],
    "widgets": ["choose_painting", "choose_photo", "easel", "explorer", "live_network"],
    "figures": [
        "explain_pixels", "feature_maps", "gram_heatmap", "loss_curves", "picture_grid", "setup",
        "strongest_patches",
    ],
    "course": ["check", "predict", "progress", "yours"],
}  # fmt: skip
_find, __dir__, __all__ = door(__name__, _NAMES)
_LIGHT = {*_NAMES["errors"], "card", "CONTENT_LAYER", "STYLE_LAYERS", "Settings", "machine"}


def __getattr__(name):
    if name in __all__ and name not in _LIGHT:  # all others need TensorFlow
        if name == "setup" and "tensorflow" not in sys.modules:  # a lesson's first cell
            print("Loading TensorFlow ...", end="\r", flush=True)  # what `setup` prints covers it
        _find("machine").import_tensorflow()  # without its start-up messages
    return _find(name)
