"""Training a network that paints in one pass, with the losses of the loop.

The loop takes the total loss's gradient with respect to the picture, and changes the picture. Here
the same gradient goes on backwards, through the network that painted the picture, and changes the
network's weights.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import numpy as np
import tensorflow as tf

from .. import machine
from ..console import say
from ..engine import (
    CLOSE_PROGRAMS,
    CONTENT_LAYER,
    STYLE_LAYERS,
    STYLE_SHARES,
    Settings,
    bundled_vgg19,
    check_fits,
    shown_growing,
    to_the_end,
    weights_sha256,
)
from ..errors import LossNotFinite, SettingsError
from ..method import compare, feature_extractor, loss_and_gradient_by, measuring
from ..pictures import (
    PHOTOS,
    card,
    load_image,
    load_with_sha256,
    number,
    resize,
    whole_number,
    with_longest_side,
)
from .files import load_network
from .network import Network, fresh_weights, in_one_pass

# Each step paints one square that is cut out of a photo. These sizes, in px, take turns.
SIZES = (128, 160, 224)
LEARNING_RATE, WARM_UP = 3e-3, 50  # Adam's largest, and the steps until it is reached;
LAST_RATE = 0.02  # of that, in the last step: it falls as a cosine does, from 1 to this
STYLE_WEIGHT = 12.0
TRAINING_BYTES = 1.6e9  # of a process that trains, with TensorFlow in it, at its peak, measured
PHOTO_SIDE, PREVIEW_SIDE = 1024, 256  # px: what squares are cut from, and what a preview is


@dataclass(frozen=True)
class TrainingStep:
    """One change of the network; like a `Step` of the loop, so that the same bar can show it."""

    number: int  # from 1 to total
    total: int
    losses: dict  # weighted, of the square that was painted
    seconds: float
    seconds_left: float
    weights: dict = field(repr=False)  # of the network, as in `Network`; the next step changes them
    paint: Callable = field(repr=False)
    side: int = PREVIEW_SIDE

    @property
    def picture(self):
        """The first photo, as the network paints it now: `(1, height, width, 3)`."""
        return self.paint()


def train_fast(
    paintings,
    *,
    steps=None,
    minutes=3,
    start=None,
    photos=PHOTOS,
    size=512,
    style_weight=STYLE_WEIGHT,
    seed=0,
    vgg=None,
    progress=True,
    on_step=None,
):
    """Train a network that paints any photo like the painting, or like each of several.

    paintings: anything `load_image` takes, or a list of such. steps: how often the network is
    changed, each time for one square cut out of a photo; None for as many as the minutes give on
    this machine. minutes: how long to train, if steps is None. start: what `load_network` takes, to
    go on from: a painting that it knows by name keeps its scales and shifts, another begins with
    the mean of all. photos: a list of what `load_image` takes. size: longest side of the paintings,
    px; on photos of that size the strokes come out right. style_weight: how much the style loss
    counts. seed: of the first weights and the squares; with the same, and as many steps, a machine
    trains nearly the same network again. vgg, progress: as for `stylize`. on_step: is called with
    each `TrainingStep`, as by `stylize`.

    Returns a `Network`. An interrupt ends the training, and returns the network that it reached.
    Raises `SettingsError`, `PictureError` or `WeightsError` for what cannot be used, and
    `RunStopped` if it ends before the first step.
    """
    begin = time.perf_counter()
    asked, minutes = check_training(size, steps, style_weight, seed, minutes)
    end = begin + 60 * minutes
    vgg, start = vgg or bundled_vgg19(), start and load_network(start)
    paintings, sha256 = _load_paintings(paintings, asked.size)
    photos = [load_image(source, max_side=PHOTO_SIDE) for source in _listed(photos)]
    _check(paintings, photos)
    variables = _variables([*paintings], start, asked.seed)
    measure, gradients = _graphs(vgg, [*paintings.values()], variables, asked)
    examples = _examples(photos, measure, len(paintings), asked.seed)
    total = asked.steps or _steps_until(end, gradients, examples, len(paintings))
    preview = with_longest_side(photos[0], PREVIEW_SIDE)
    training = _train(gradients, variables, examples, total, preview, asked.style_weight)
    if progress is True:
        training = shown_growing(training, *preview.shape[1:3])
    _, last, message, _ = to_the_end(training, total, progress, on_step)
    if message:
        say(message.replace("picture", "network"))
    made_by = card.make(
        {name: getattr(asked, name) for name in ("size", "style_weight", "seed")},
        style_sha256=sha256,
        photos=len(photos),
        steps=total,
        steps_done=last.number,
        start=start and start.card,
        seconds=round(time.perf_counter() - begin, 1),
        weights_sha256=weights_sha256(vgg),
        machine=machine.describe(),
    )
    return Network({n: tf.constant(v) for n, v in variables.items()}, tuple(paintings), made_by)


def check_training(size=512, steps=None, style_weight=STYLE_WEIGHT, seed=0, minutes=3):
    """`(Settings, minutes)` of a training. Raises `SettingsError`."""
    if steps is not None:
        steps = whole_number("steps", steps)
    minutes = number("minutes", minutes)
    if minutes < 0:
        raise SettingsError(f"minutes is {minutes:g}: use a number from 0 upward.")
    return Settings(size=size, steps=steps, style_weight=style_weight, seed=seed), minutes


def _check(paintings, photos):
    """Raise `SettingsError` if there is too little to train with, or too little memory."""
    if not paintings or not photos:
        raise SettingsError("Training needs at least one painting, and one photo to learn from.")
    check_fits("Training", TRAINING_BYTES, lambda available: CLOSE_PROGRAMS)


def _listed(given):
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _load_paintings(given, size):
    """`({name: picture}, [sha256 of each])`; what has no name is called by its place."""
    sources = _listed(given)
    names = [
        Path(source).stem if isinstance(source, (str, Path)) else f"painting {place}"
        for place, source in enumerate(sources, 1)
    ]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise SettingsError(f"Two of the paintings are called {twice!r}: rename one of them.")
    loaded = [load_with_sha256(source, max_side=size) for source in sources]
    pictures = dict(zip(names, [picture for picture, _ in loaded], strict=True))
    return pictures, [sha256 for _, sha256 in loaded]


def _variables(names, start, seed):
    """What is trained: fresh weights, or those of a network that may know other paintings."""
    weights = fresh_weights(len(names), seed)
    for name, values in start.weights.items() if start else ():
        if not name.endswith("/kernel"):
            known = dict(zip(start.paintings, values, strict=True))
            values = tf.stack([known.get(n, tf.reduce_mean(values, 0)) for n in names])
        weights[name] = values
    return {name: tf.Variable(values) for name, values in weights.items()}


def _graphs(vgg, paintings, variables, asked):
    """`(measure, gradients)`: what TensorFlow traces for the training.

    `measure(square)` is what the losses need of a square cut out of a photo. `gradients(square,
    measured, which)` gives `(losses, {name: gradient})`. which: the painting's number.
    """
    extract = feature_extractor(vgg, [CONTENT_LAYER, *STYLE_LAYERS], machine.best_precision())
    measure = measuring(extract, CONTENT_LAYER, STYLE_LAYERS)
    loss_and_gradient = loss_and_gradient_by(measure)
    measured = [measure(painting).grams for painting in paintings]
    grams = {
        layer: tf.stack([matrix for grams in measured for matrix in grams[layer]])
        for layer in STYLE_LAYERS
    }  # (paintings, channels, channels)
    factors = {term: getattr(asked, f"{term}_weight") for term in ("content", "style", "tv")}
    factors |= STYLE_SHARES
    factors = {name: tf.constant(factor, tf.float32) for name, factor in factors.items()}

    @tf.function
    def gradients(square, measured, which):
        targets = compare(measured, {layer: [grams[layer][which]] for layer in grams})
        with tf.GradientTape() as tape:
            painted = in_one_pass(variables, square, tf.one_hot(which, len(paintings)))
        # As in the loop: how the loss changes with each of the painted pixels …
        losses, of_pixels = loss_and_gradient(painted, targets, factors)
        # … and, by the chain rule, with each weight of the network that painted them.
        return losses, tape.gradient(painted, variables, output_gradients=of_pixels)

    return tf.function(measure), gradients


def _examples(photos, measure, paintings, seed):
    """For ever what `gradients` takes: each square is painted like each of the paintings.

    A square is up to three times as large in the photo; it is mirrored, darker, brighter, of more
    or of less contrast, so that a few photos are not learned by heart.
    """
    random = np.random.default_rng([seed, 1])
    for size in cycle(SIZES):
        photo = photos[random.integers(len(photos))]
        height, width = photo.shape[1:3]
        side = min(height, width, int(size * random.uniform(1, 3)))
        top, left = random.integers(height - side + 1), random.integers(width - side + 1)
        square = resize(photo[:, top : top + side, left : left + side], size, size)
        if random.random() < 0.5:
            square = square[:, :, ::-1]
        contrast, light = random.uniform(0.7, 1.2), random.uniform(0.35, 0.65)
        square = tf.clip_by_value(contrast * (square - 0.5) + light, 0.0, 1.0)
        measured = measure(square)
        for which in range(paintings):
            yield square, measured, tf.constant(which)


def _steps_until(end, gradients, examples, paintings):
    """How many steps can be taken until then, after a first look at each size of square."""
    for _ in range(len(SIZES) * paintings):
        gradients(*next(examples))  # which traces it
    begin = time.perf_counter()
    for _ in range(len(SIZES) * paintings):
        gradients(*next(examples))
    now = time.perf_counter()
    return max(1, int((end - now) / (now - begin) * len(SIZES) * paintings))


def learning_rate(number, total):
    """Adam's at this step: rising at first, then falling as a cosine does."""
    falling = 0.5 * (1 + math.cos(math.pi * number / total))
    return LEARNING_RATE * min(1, number / WARM_UP) * (LAST_RATE + (1 - LAST_RATE) * falling)


def _train(gradients, variables, examples, total, photo, style_weight):
    """Change the variables step by step, as a generator: yields a `TrainingStep` after each."""
    adam = tf.keras.optimizers.Adam()
    adam.build([*variables.values()])
    apply = tf.function(lambda found: adam.apply([found[name] for name in variables]))
    # A gradient that is not finite would spoil the network, which then could not be saved.
    norm = tf.function(lambda found: tf.linalg.global_norm([*found.values()]))
    first = tf.one_hot(0, variables["last/shift"].shape[0])  # of the paintings
    painted = tf.function(lambda: in_one_pass(variables, photo, first))
    begin = time.perf_counter()
    for step in range(1, total + 1):
        losses, found = gradients(*next(examples))
        values = {name: float(loss) for name, loss in losses.items()}
        if not math.isfinite(values["total"]) or not math.isfinite(norm(found)):
            raise LossNotFinite(step, values, {"style": style_weight})
        adam.learning_rate = learning_rate(step, total)
        apply(found)
        seconds = time.perf_counter() - begin
        left = seconds / step * (total - step)
        yield TrainingStep(step, total, values, seconds, left, variables, painted)
