"""Where the time of one step goes, and how far it is from what the processor can do. No network.

    python benchmarks/profile_step.py [--side 512]

The step is one by Gatys' method alone (no neighbor loss). The peak is that of one large matrix
product, timed here; a convolution is counted as two operations a multiplication, its gradient
towards the picture as much again.
"""

import argparse
import statistics
import time

from nst_helpers import machine

machine.import_tensorflow()

import tensorflow as tf  # noqa: E402
from recipes import load  # noqa: E402

from nst_helpers import (  # noqa: E402
    CONTENT_LAYER,
    LBFGS,
    STYLE_LAYERS,
    compute_targets,
    feature_extractor,
    gram_matrix,
    load_vgg19,
    make_loss_and_gradient,
)
from nst_helpers.method import (  # noqa: E402
    PAIRS,
    TERMS,
)

ROUNDS = 15


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--side", type=int, default=512, help="the picture's longest side, px")
    side = parser.parse_args().side
    vgg = load_vgg19()
    photo, painting = load("neuschwanstein", side), load("starry_night", side)
    print(
        "| precision | part | seconds | share of the step | 10⁹ operations a second | share of the peak |"
    )
    print("|---|---|---|---|---|---|")
    for precision in dict.fromkeys([machine.best_precision(), "float32"]):
        profile(vgg, photo, painting, precision)


def profile(vgg, photo, painting, precision):
    """Print one line for each part of a step in this precision."""
    layers = [CONTENT_LAYER, *STYLE_LAYERS]
    exact, extract = feature_extractor(vgg, layers), feature_extractor(vgg, layers, precision)
    targets = compute_targets(exact, photo, painting, CONTENT_LAYER, STYLE_LAYERS)
    targets = targets.content, targets.grams, targets.constants
    weights = {term: tf.constant(1.0) for term in TERMS}
    whole = make_loss_and_gradient(extract, CONTENT_LAYER, STYLE_LAYERS)
    features = extract(photo)

    @tf.function
    def there_and_back(picture):
        """The convolutions and little else: forward, and a gradient that starts from the deepest layer."""
        with tf.GradientTape() as tape:
            tape.watch(picture)
            deepest = extract(picture)[STYLE_LAYERS[-1]]
            total = tf.reduce_sum(deepest)
        return tape.gradient(total, picture)

    @tf.function
    def grams(features):
        """The Gram matrices with a loss and its gradient towards the features."""
        with tf.GradientTape() as tape:
            tape.watch(features)
            total = tf.add_n(
                [tf.reduce_sum(gram_matrix(features[layer]) ** 2) for layer in STYLE_LAYERS]
            )
        return tape.gradient(total, features)

    @tf.function
    def product(left, right):
        return tf.matmul(left, right)

    optimizer, picture = LBFGS(photo), photo
    for _ in range(PAIRS + 3):  # until its memory is full
        losses, gradient = whole(picture, *targets, weights)
        picture = optimizer.next(losses["total"], gradient)
    square = tf.cast(tf.random.normal((4096, 4096)), precision)
    parts = {
        "the step's loss and gradient": lambda: whole(picture, *targets, weights),
        "convolutions, forward and back": lambda: there_and_back(picture),
        "Gram matrices, forward and back": lambda: grams(
            {layer: features[layer] for layer in STYLE_LAYERS}
        ),
        "one large matrix product": lambda: product(square, square),
    }
    seconds = {}
    for name, call in parts.items():
        seconds[name] = timed(call)

    def lower():
        """As if every step were a good one: a lower loss, a smaller gradient."""
        nonlocal loss, gradient
        loss, gradient = loss - 1e3, gradient * 0.99
        return optimizer.next(loss, gradient)

    loss = losses["total"]
    seconds["L-BFGS"] = timed(lower)
    step = seconds["the step's loss and gradient"] + seconds["L-BFGS"]
    operations = {
        "convolutions, forward and back": 2 * convolution_operations(vgg, photo),
        "Gram matrices, forward and back": sum(
            4 * int(tf.size(features[layer])) * features[layer].shape[-1] for layer in STYLE_LAYERS
        ),
        "one large matrix product": 2 * 4096**3,
    }
    operations["the step's loss and gradient"] = sum(list(operations.values())[:2])
    peak = operations["one large matrix product"] / seconds["one large matrix product"]
    for name, took in seconds.items():
        share = "" if name == "one large matrix product" else f"{took / step:.0%}"
        rate = operations[name] / took if name in operations else None
        speed = f"{rate / 1e9:.0f} | {rate / peak:.0%}" if rate else " | "
        print(f"| {precision} | {name} | {took:.3f} | {share} | {speed} |")


def convolution_operations(vgg, picture):
    """Additions and multiplications of all convolutions down to the deepest style layer, forward."""
    total, (height, width) = 0, picture.shape[1:3]
    for layer in vgg.layers[1:]:
        if "pool" in layer.name:
            height, width = height // 2, width // 2
        else:
            rows, columns, inputs, outputs = layer.kernel.shape
            total += 2 * height * width * rows * columns * inputs * outputs
        if layer.name == STYLE_LAYERS[-1]:
            return total


def timed(call):
    """The median of some calls' seconds; the first ones, which trace, are not counted."""
    times = []
    for _ in range(ROUNDS + 2):
        start = time.perf_counter()
        result = call()
        [value.numpy() for value in tf.nest.flatten(result)[:1]]  # until it is there
        times.append(time.perf_counter() - start)
    return statistics.median(times[2:])


if __name__ == "__main__":
    main()
