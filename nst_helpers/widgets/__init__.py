"""The easel, the explorers and the chooser, and what paints and draws behind them."""

from ..doors import door

__getattr__, __dir__, __all__ = door(__name__, {
    "chooser": ["choose_painting", "choose_photo", "live_network"],
    "easels": ["easel"],
    "curves": ["curves", "HEIGHT", "loss_curve", "TERM_STYLES"],
    "explorers": ["explorer"],
    "frames": ["FOLDER", "frames"],
    "questions": ["as_data", "ask"],
})  # fmt: skip
