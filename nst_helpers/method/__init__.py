"""The method, small enough to be read in one sitting: losses, features, objective, loop."""

from ..doors import door

__getattr__, __dir__, __all__ = door(__name__, {
    "losses": [
        "content_loss", "gram_matrix", "guided_gram_matrix", "style_loss", "TERMS", "total_loss",
        "total_variation",
    ],
    "vgg": ["feature_extractor", "IMAGENET_MEAN_BGR", "preprocess"],
    "neighbors": ["share_at"],
    "objective": ["compare", "compute_targets", "loss_and_gradient_by", "measuring"],
    "optimizers": ["Adam", "color_at_half_resolution", "LBFGS", "PAIRS"],
    "styles": [
        "blended", "by_area", "enlarged", "finished", "guides_for", "measure_pictures",
        "one_painting", "Paintings", "start_from", "starting_point", "style_share",
    ],
    "large": [
        "can_see", "graphs_for", "make_loss_and_gradient", "MARGIN", "PIXELS_AT_ONCE", "ROWS",
    ],
    "loop": ["paint", "Step"],
})  # fmt: skip
