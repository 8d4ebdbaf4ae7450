"""Adam, the kit's L-BFGS and SciPy's L-BFGS-B on the kit's own loss, at equal numbers of evaluations. No network.

    python benchmarks/compare_optimizers.py [--side 512] [--precision auto]

All three paint the same scales with the same number of evaluations, by Gatys' method alone (no
neighbor loss). SciPy's owns its loop and works in float64 in main memory, which is why the kit has
its own.
"""

import argparse
import time

from nst_helpers import machine

machine.import_tensorflow()

import numpy as np  # noqa: E402
import scipy.optimize  # noqa: E402
import tensorflow as tf  # noqa: E402
from held_out import error_function  # noqa: E402
from recipes import load  # noqa: E402

from nst_helpers import (  # noqa: E402
    CONTENT_LAYER,
    LBFGS,
    STYLE_LAYERS,
    compute_targets,
    feature_extractor,
    load_vgg19,
    make_loss_and_gradient,
    resize,
)
from nst_helpers.engine import DEFAULTS, OPTIMIZERS, choose_scales, split_steps  # noqa: E402
from nst_helpers.method import (  # noqa: E402
    TERMS,
    Adam,
)
from nst_helpers.pictures import with_longest_side  # noqa: E402


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--side", type=int, default=512, help="the picture's longest side, px")
    parser.add_argument("--precision", default="auto", choices=["auto", "float32", "bfloat16"])
    options = parser.parse_args()
    precision = machine.best_precision() if options.precision == "auto" else options.precision
    vgg = load_vgg19()
    photo, painting = load("neuschwanstein", options.side), load("starry_night", options.side)
    errors = error_function(photo, painting, options.side, vgg)
    scales = [
        Scale(vgg, photo, painting, side, precision) for side in choose_scales(photo, painting)
    ]
    print(f"{precision}, {' + '.join(str(scale.side) for scale in scales)} px")
    print(
        "| optimizer | evaluations | loss | style error | content error | seconds | of them bookkeeping |"
    )
    print("|---|---|---|---|---|---|---|")
    for name in (*OPTIMIZERS, "SciPy"):
        for scale in scales:
            scale.reset()
        picture, start = photo, time.perf_counter()
        for scale, steps in zip(
            scales, split_steps(None, [scale.side for scale in scales]), strict=True
        ):
            picture = resize(picture, *scale.shape[1:3])
            picture = (
                by_scipy(scale, picture, steps)
                if name == "SciPy"
                else by_kit(name, scale, picture, steps)
            )
        seconds = time.perf_counter() - start
        busy = sum(scale.seconds for scale in scales)
        style, content = errors(picture)
        evaluations = " + ".join(str(scale.evaluations) for scale in scales)
        print(
            f"| {name} | {evaluations} | {scales[-1].best:.4f} | {style:.3f} | {content:.3f} | {seconds:.1f} "
            f"| {seconds - busy:.1f} ({1 - busy / seconds:.0%}) |",
            flush=True,
        )


class Scale:
    """The kit's loss of one size, and a count of evaluations, their seconds and the lowest loss."""

    def __init__(self, vgg, photo, painting, side, precision):
        self.side = side
        photo, painting = with_longest_side(photo, side), with_longest_side(painting, side)
        self.shape = tuple(photo.shape)
        layers = [CONTENT_LAYER, *STYLE_LAYERS]
        exact = feature_extractor(vgg, layers)
        targets = compute_targets(exact, photo, painting, CONTENT_LAYER, STYLE_LAYERS)
        self._targets = targets.content, targets.grams, targets.constants
        weights = {term: getattr(DEFAULTS, f"{term}_weight") for term in TERMS} | {"neighbor": 0.0}
        self._weights = {term: tf.constant(weight) for term, weight in weights.items()}
        extract = feature_extractor(vgg, layers, precision)
        self._evaluate = make_loss_and_gradient(extract, CONTENT_LAYER, STYLE_LAYERS)
        self.reset()
        self(photo)  # traces it

    def reset(self):
        self.evaluations, self.seconds, self.best = 0, 0.0, float("inf")

    def __call__(self, picture):
        start = time.perf_counter()
        losses, gradient = self._evaluate(picture, *self._targets, self._weights)
        loss = float(losses["total"])
        self.seconds += time.perf_counter() - start
        self.evaluations += 1
        self.best = min(self.best, loss)
        return losses["total"], gradient


def by_kit(name, scale, picture, steps):
    adam = name == "adam"
    optimizer = Adam(picture, steps, DEFAULTS.learning_rate) if adam else LBFGS(picture)
    trial = picture
    for _ in range(steps):
        trial = optimizer.next(*scale(trial))
    return optimizer.picture


def by_scipy(scale, picture, steps):
    best = {"loss": float("inf")}

    def flat(values):
        if scale.evaluations == steps:
            raise StopIteration  # `maxfun` is looked at between line searches only
        trial = tf.reshape(tf.constant(values, tf.float32), scale.shape)
        loss, gradient = scale(trial)
        if float(loss) < best["loss"]:
            best.update(loss=float(loss), picture=trial)
        return float(loss), gradient.numpy().astype(np.float64).ravel()

    first = picture.numpy().astype(np.float64).ravel()
    options = {"maxfun": steps, "maxiter": steps, "ftol": 0, "gtol": 0, "maxcor": 10}
    try:
        scipy.optimize.minimize(
            flat, first, jac=True, method="L-BFGS-B", bounds=[(0, 1)] * first.size, options=options
        )
    except StopIteration:
        pass
    return best["picture"]


if __name__ == "__main__":
    main()
