"""The method: what the picture is compared with, how far off it is, and the loop that changes it.

The method of Gatys, Ecker, Bethge, CVPR 2016 (see `losses.py`), with two departures: losses are
divided by constants, so that a weight means the same strength at every size and for every
painting; and it works from coarse to fine, since large forms are found soonest on a small picture.
"""

import functools
import math
from dataclasses import dataclass, field

import tensorflow as tf

from .errors import LossNotFinite
from .losses import TERMS, content_loss, gram_matrix, style_loss, total_loss, total_variation
from .machine import memory_errors_said
from .optimizers import LBFGS, Adam
from .pictures import resize, with_longest_side
from .vgg import feature_extractor


@dataclass(frozen=True)
class Targets:
    """What the generated image is compared with at one size. Computed once; never changes."""

    content: tf.Tensor  # the content image's features, (1, height, width, channels)
    grams: dict  # the style image's Gram matrices, {layer: (channels, channels)}
    constants: dict  # {"content": number, layer: number, ...}, see `compute_targets`


@dataclass(frozen=True)
class Step:
    """One evaluation of the loss, and the best picture so far (Adam's latest) with its losses."""

    number: int  # from 1 to total, over all scales
    total: int
    side: int  # the longest one at this scale, px
    losses: (
        dict  # weighted: {"content", "style", "tv", "total", layer: ...}; layers add up to "style"
    )
    picture: tf.Tensor = field(repr=False)
    constants: dict = field(repr=False)
    seconds: float | None = None  # since the run began; filled in, as what follows, by `cost.timed`
    seconds_left: float | None = None  # None before that can be said


def compute_targets(extract, content, style, content_layer, style_layers):
    """The `Targets` for one size: run the network once on each of the two pictures.

    extract: from `feature_extractor`. content, style: pictures at this size. Plain losses differ
    by factors of thousands between layers, sizes and paintings. Unlike Gatys, `stylize` divides
    them by constants, so that each becomes a relative squared error:

    * `constants["content"]` is the mean square of the content image's features P. The divided
      content loss is ‖F − P‖² / ‖P‖²: 0 for the photo, about 1 when nothing of it is left.
    * `constants[layer]` is the mean square of the style image's Gram matrix A or of the content
      image's, whichever is larger. The divided style loss is 0 for the painting's own Gram
      matrices, and between about 0.3 and 0.9 for an unpainted photo, whatever the size or painting.

    To convert: `content_weight` c here is a plain content weight of c / constants["content"];
    `style_weight` s here is, for each of the n layers, a weight of s / (n · constants[layer]) on
    the mean squared difference of the Gram matrices over height × width.
    """
    measure = _measuring(extract, content_layer, tuple(style_layers))
    target, photo_grams = measure(content)
    _, grams = measure(style)
    constants = {"content": _strength(target)}
    for layer in style_layers:
        constants[layer] = tf.maximum(_strength(grams[layer]), _strength(photo_grams[layer]))
    return Targets(target, grams, constants)


@functools.lru_cache(maxsize=8)
def _measuring(extract, content_layer, style_layers):
    """From a picture to its content layer's features and its style layers' Gram matrices."""

    @tf.function  # lets go of features once they are used: at 2048 px, of 2 GB
    def measure(picture):
        features = extract(picture)
        grams = {layer: gram_matrix(features[layer]) for layer in style_layers}
        return features[content_layer], grams

    # For all sizes: TensorFlow warns of a function that is traced as often as it is called.
    return measure.get_concrete_function(tf.TensorSpec((1, None, None, 3)))


def _strength(values):
    """Mean square; at least 1, so that it can be divided by (features are in the hundreds)."""
    return tf.maximum(tf.reduce_mean(tf.square(values)), 1.0)


def make_loss_and_gradient(extract, content_layer, style_layers):
    """The function that the loop calls: a picture's weighted losses, and the total's gradient.

    Returns `f(picture, targets' content, grams and constants, weights)`, a `tf.function` that gives
    `(losses, gradient)`: the losses as in `Step`, the gradient in the picture's shape. Weights (of
    the three terms, and factors for style layers) are tensors: to change them traces nothing again.
    """

    @tf.function
    def loss_and_gradient(picture, content_target, style_targets, constants, weights):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            features = extract(picture)
            content = content_loss(features[content_layer], content_target) / constants["content"]
            shares = {}
            for layer in style_layers:
                gram = {layer: gram_matrix(features[layer])}  # (N, N)
                weight = weights.get(layer, 1.0) / (len(style_layers) * constants[layer])
                shares[layer] = style_loss(gram, {layer: style_targets[layer]}, {layer: weight})
            plain = content, tf.add_n(list(shares.values())), total_variation(picture)
            total = total_loss(*plain, *(weights[term] for term in TERMS))
        losses = {term: weights[term] * loss for term, loss in zip(TERMS, plain)} | {"total": total}
        losses |= {layer: weights["style"] * share for layer, share in shares.items()}
        return losses, tape.gradient(total, picture)  # scalars; (1, height, width, 3)

    return loss_and_gradient


@functools.lru_cache(maxsize=4)
def _extractor(vgg, content_layer, style_layers, precision):
    return feature_extractor(vgg, [content_layer, *style_layers], precision)


@functools.lru_cache(maxsize=8)
def compiled(vgg, layers, precision, shape):
    """The loop's function for one shape of picture, kept so that a second run need not trace it."""
    return make_loss_and_gradient(_extractor(vgg, *layers, precision), *layers)


def starting_point(init, content, style, seed=0):
    """The picture that the loop starts from, in the content image's size.

    init: `"content"`, `"style"` (the style image, stretched) or `"noise"` (white noise; the same
    seed gives the same noise). content, style: pictures.
    """
    if init == "content":
        return content
    if init == "style":
        return resize(style, *content.shape[1:3])
    return tf.random.stateless_uniform(content.shape, seed=(seed, 0))


def paint(vgg, content, style, settings, weights=None, start=None):
    """The loop, as a generator: yields a `Step` after every evaluation of the loss.

    vgg: what `load_vgg19` returns. content, style: pictures. settings: a `Settings` whose scales
    and steps are lists, one entry a scale, and whose precision is not "auto". weights: `{"content",
    "style", "tv"}`, read before every step, so that whoever holds this dict can change them while
    the picture is painted; None for the settings'. It may also hold a style layer's name, with a
    factor for its share, and `"learning_rate"`, Adam's. start: a picture to go on from.
    Raises `LossNotFinite` or `OutOfMemory`. The picture yielded last is always whole and good.
    """
    weights = weights or {term: getattr(settings, f"{term}_weight") for term in TERMS}
    picture, done, total = start, 0, sum(settings.steps)
    for side, steps in zip(settings.scales, settings.steps, strict=True):
        with memory_errors_said(side):
            here = [with_longest_side(one, side) for one in (content, style)]
            if picture is None:
                picture = starting_point(settings.init, *here, settings.seed)
            scale = _paint_scale(vgg, *here, picture, settings, weights, steps, done)
            for done, losses, picture, constants in scale:
                yield Step(done, total, side, losses, picture, constants)


def _paint_scale(vgg, content, style, picture, settings, weights, steps, done):
    """The steps at one scale, after those done: yields `(number, losses, picture, constants)`."""
    layers = settings.content_layer, tuple(settings.style_layers)
    factors = settings.style_layers if isinstance(settings.style_layers, dict) else {}
    targets = compute_targets(_extractor(vgg, *layers, "float32"), content, style, *layers)
    fixed = targets.content, targets.grams, targets.constants
    loss_and_gradient = compiled(vgg, layers, settings.precision, tuple(content.shape))
    trial = picture = resize(picture, *content.shape[1:3])
    optimizer = LBFGS(picture)
    if settings.optimizer == "adam":
        optimizer = Adam(picture, steps, settings.learning_rate)
    weighing = None
    for number in range(done + 1, done + steps + 1):
        asked = dict.fromkeys(layers[1], 1.0) | factors | weights
        optimizer.learning_rate = asked.pop("learning_rate", settings.learning_rate)
        if weighing not in (None, asked):
            trial = optimizer.loss_changed()
        weighing = asked
        tensors = {name: tf.constant(weight, tf.float32) for name, weight in weighing.items()}
        losses, gradient = loss_and_gradient(trial, *fixed, tensors)
        values = {name: float(loss) for name, loss in losses.items()}
        if not math.isfinite(values["total"]):
            raise LossNotFinite(number, values, weighing)
        evaluated, trial = trial, optimizer.next(losses["total"], gradient)
        if optimizer.picture is evaluated:  # and not the one before, which was better
            picture, picture_losses = evaluated, values
        yield number, picture_losses, picture, targets.constants
