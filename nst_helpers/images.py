"""The old address of these names, kept for notebooks and programs that use it.

New code imports them from `nst_helpers`.
"""

# First what the package has, since that way TensorFlow is imported without its messages.
from . import (
    PAINTINGS,
    PATTERNS,
    PHOTOS,
    SAMPLES,
    PictureError,
    load_image,
    resize,
    save_image,
    show,
)
from .decode import read_file
from .pictures import load_with_sha256, to_uint8
from .samples import DATA, draw_pattern
from .saving import check_output_path, rescue_image, write_files
from .values import SHORTEST_SIDE, size_with_longest_side

__all__ = [
    "DATA",
    "PAINTINGS",
    "PATTERNS",
    "PHOTOS",
    "SAMPLES",
    "SHORTEST_SIDE",
    "PictureError",
    "check_output_path",
    "draw_pattern",
    "load_image",
    "load_with_sha256",
    "read_file",
    "rescue_image",
    "resize",
    "save_image",
    "show",
    "size_with_longest_side",
    "to_uint8",
    "write_files",
]
