"""The old address of these names, kept for notebooks that use it; they are in `nst_helpers` now."""

from .curves import loss_curve
from .easel_widget import Easel, easel
from .explorer_widget import Explorer, explorer

__all__ = ["Easel", "Explorer", "easel", "explorer", "loss_curve"]
