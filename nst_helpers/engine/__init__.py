"""From settings to a result: scales, weights, inputs, cost, one run, many runs, regions."""

from ..doors import door

__getattr__, __dir__, __all__ = door(__name__, {
    "settings": [
        "check_settings", "CONTENT_LAYER", "DEFAULTS", "FIELDS", "OPTIMIZERS", "Settings",
        "STYLE_LAYERS", "STYLE_SHARES",
    ],
    "scales": ["choose_scales", "settle", "split_steps"],
    "weights": ["bundled_vgg19", "load_vgg19", "weights_sha256"],
    "inputs": ["with_masks"],
    "cost": ["check_fits", "CLOSE_PROGRAMS", "plan", "timed"],
    "growing": ["place_to_show", "shown_growing"],
    "run": ["Result", "stylize", "to_the_end"],
    "batch": ["paint_all"],
    "segments": ["regions"],
})  # fmt: skip
