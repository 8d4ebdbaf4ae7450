"""The old address of these names, for programs that use it; new code imports from `nst_helpers`."""

# First what the package has, since that way TensorFlow is imported without its messages.
from . import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    LossNotFinite,
    OutOfMemory,
    Result,
    RunStopped,
    Settings,
    SettingsError,
    compute_targets,
    make_loss_and_gradient,
    paint,
    plan,
    starting_point,
    stylize,
)
from .scales import choose_scales, split_steps
from .settings import DEFAULTS
from .values import STARTING_POINTS
from .weights import bundled_vgg19, weights_sha256

__all__ = [
    "CONTENT_LAYER", "DEFAULTS", "STARTING_POINTS", "STYLE_LAYERS", "LossNotFinite", "OutOfMemory",
    "Result", "RunStopped", "Settings", "SettingsError", "bundled_vgg19", "choose_scales",
    "compute_targets", "make_loss_and_gradient", "paint", "plan", "split_steps", "starting_point",
    "stylize", "weights_sha256",
]  # fmt: skip
