"""Pictures: files in and out, samples, colors, masks, the run card."""

from ..doors import door

__getattr__, __dir__, __all__ = door(__name__, {
    "values": [
        "GIVEN_PICTURE", "number", "short", "SHORTEST_SIDE", "side_of", "size_with_longest_side",
        "STARTING_POINTS", "whole_number",
    ],
    "samples": ["find_sample", "PAINTINGS", "PATTERNS", "PHOTOS", "SAMPLES"],
    "decode": ["read_file"],
    "pictures": [
        "load_image", "load_with_sha256", "resize", "show", "to_uint8", "with_longest_side",
    ],
    "colors": [
        "as_bright_as", "BRIGHTNESS", "in_colors_of", "luminance", "mean_and_covariance",
        "square_root", "with_colors_of",
    ],
    "masks": ["check_shape", "circle", "color_range", "half", "load_mask", "shared_out"],
    "card": ["card"],
    "saving": [
        "as_jpeg", "as_png", "check_no_source", "check_output_path", "check_place", "check_size",
        "make_folder", "rescue_image", "save_image", "saver_of_unfinished", "write_files",
    ],
})  # fmt: skip
