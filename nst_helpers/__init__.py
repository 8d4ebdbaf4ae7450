"""Helpers for the neural style transfer lessons: the functions that they build, in one place.

    from nst_helpers import load_image, show, stylize

is the one way to any public name. A name's module is imported when the name is first used, so that
`import nst_helpers` takes no time and needs neither TensorFlow nor ipywidgets.
"""

from importlib import import_module

_NAMES = {
    "checks": ["check", "yours"],
    "colors": ["in_colors_of", "luminance"],
    "cost": ["plan"],
    "easel_widget": ["easel"],
    "errors": [
        "CardError", "FramesError", "KerasError", "KitError", "LayerError", "LossNotFinite",
        "OutOfMemory", "PictureError", "RunStopped", "SettingsError", "WeightsError",
    ],
    "explorer_widget": ["explorer"],
    "large": ["make_loss_and_gradient"],
    "loop": ["paint"],
    "losses": [
        "content_loss", "gram_matrix", "guided_gram_matrix", "style_loss", "total_loss",
        "total_variation",
    ],
    "masks": ["circle", "color_range", "half"],
    "objective": ["compute_targets"],
    "optimizers": ["LBFGS", "color_at_half_resolution"],
    "pictures": ["load_image", "resize", "show"],
    "plots": ["feature_maps", "gram_heatmap", "loss_curves", "picture_grid", "setup"],
    "record": ["progress"],
    "run": ["Result", "stylize"],
    "samples": ["PAINTINGS", "PATTERNS", "PHOTOS", "SAMPLES"],
    "saving": ["save_image"],
    "segments": ["regions"],
    "settings": ["CONTENT_LAYER", "STYLE_LAYERS", "Settings"],
    "studio": ["paint_all"],
    "styles": ["enlarged", "starting_point"],
    "vgg": ["feature_extractor", "preprocess"],
    "weights": ["load_vgg19"],
}  # fmt: skip
_MODULES = {name: module for module, names in _NAMES.items() for name in names}
__all__ = ["card", "machine", *sorted(_MODULES)]  # the first two are modules


def __getattr__(name):
    if name in ("card", "machine"):
        return import_module(f".{name}", __name__)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _MODULES[name]
    if module not in ("errors", "settings"):  # all others need TensorFlow
        import_module(".machine", __name__).import_tensorflow()  # without its start-up messages
    return getattr(import_module(f".{module}", __name__), name)


def __dir__():
    return sorted({*globals(), *__all__})
