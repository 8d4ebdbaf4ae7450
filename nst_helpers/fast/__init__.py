"""In one pass: a network that paints a photo at once, its file, and how it is trained."""

from ..doors import door

__getattr__, __dir__, __all__ = door(__name__, {
    "network": [
        "fresh_weights", "in_one_pass", "instance_norm", "mixed", "Network", "residual",
    ],
    "files": ["bundled_networks", "check_network_path", "load_network", "save_network"],
    "training": ["check_training", "train_fast", "TRAINING_BYTES"],
    "painting": ["paint_fast"],
})  # fmt: skip
