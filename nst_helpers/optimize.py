"""The old address of these names, for programs that use it; new code imports from `nst_helpers`."""

from .canvas import starting_point
from .cost import plan
from .errors import LossNotFinite, OutOfMemory, RunStopped, SettingsError
from .objective import compute_targets, make_loss_and_gradient
from .painting import paint
from .run import Result, stylize
from .scales import choose_scales, split_steps
from .settings import CONTENT_LAYER, DEFAULTS, STARTING_POINTS, STYLE_LAYERS, Settings
from .weights import bundled_vgg19, weights_sha256

__all__ = [
    "CONTENT_LAYER", "DEFAULTS", "STARTING_POINTS", "STYLE_LAYERS", "LossNotFinite", "OutOfMemory",
    "Result", "RunStopped", "Settings", "SettingsError", "bundled_vgg19", "choose_scales",
    "compute_targets", "make_loss_and_gradient", "paint", "plan", "split_steps", "starting_point",
    "stylize", "weights_sha256",
]  # fmt: skip
