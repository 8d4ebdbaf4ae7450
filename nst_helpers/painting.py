"""The loop that changes the picture, from coarse to fine.

The method of Gatys, Ecker, Bethge, CVPR 2016, who paint at one size. On a small picture large forms
are found soonest, and steps are cheap; so this paints a small one, enlarges it and goes on.
"""

import functools
import math
from dataclasses import dataclass, field

import tensorflow as tf

from .canvas import enlarged
from .colors import luminance
from .errors import LossNotFinite
from .graphs import graphs_for
from .losses import TERMS
from .machine import memory_errors_said
from .optimizers import LBFGS, Adam, color_at_half_resolution, gray
from .paintings import finished, one_painting, repainted, start_from, targets_at
from .pictures import resize, with_longest_side
from .scales import style_share


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


def paint(vgg, content, style, settings, weights=None, start=None):
    """The loop, as a generator: yields a `Step` after every evaluation of the loss.

    vgg: what `load_vgg19` returns. content: a picture. style: one, or `Paintings`. settings: a
    `Settings` whose scales and steps are lists, one entry a scale, and whose precision is not
    "auto". weights: `{"content", "style", "tv"}`, read before every step, so that whoever holds
    this dict can change them while the picture is painted; None for the settings'. It may also hold
    a style layer's name, with a factor for its share, `"learning_rate"`, Adam's, and `"blend"`, the
    share of the second of two paintings. start: a picture to go on from.
    Raises `LossNotFinite` or `OutOfMemory`. The picture yielded last is always whole and good.
    """
    weights = weights or {term: getattr(settings, f"{term}_weight") for term in TERMS}
    layers = settings.content_layer, tuple(settings.style_layers)
    original, colors = content, settings.original_colors
    content, paintings = repainted(content, one_painting(style), colors)
    picture, photo, optimizer, number = start, None, None, 0
    for side, steps in zip(settings.scales, settings.steps, strict=True):
        with memory_errors_said(side):
            smaller, photo = photo, with_longest_side(content, side)
            here = paintings.at(side, photo, settings.style_scale)
            if picture is None:
                picture = start_from(settings.init, photo, here, settings.seed)
            elif smaller is not None:
                picture = enlarged(picture, smaller, photo, settings.keeps_detail)
            optimizer = _optimizer(settings, resize(picture, *photo.shape[1:3]), steps, optimizer)
            loss_and_gradient, measure = graphs_for(
                photo, vgg, layers, settings.precision, here.regions
            )
            targets_for, guides = targets_at(measure, photo, here, layers[1])
            share = style_share(side, settings.scales)
            weigh = functools.partial(_weighing, settings, weights, share)
            numbers = range(number + 1, number + steps + 1)
            original_here = with_longest_side(original, side)
            for number, losses, picture, constants in _descend(
                loss_and_gradient, targets_for, guides, optimizer, weigh, numbers
            ):
                shown = finished(picture, original_here, here, colors)
                yield Step(number, sum(settings.steps), side, losses, shown, constants)


def _optimizer(settings, picture, steps, before):
    if settings.original_colors == "luminance":
        picture, project = luminance(picture), gray
    elif settings.optimizer == "adam" or settings.init == "noise" and before is None:
        project = tf.identity  # of noise the color must be able to change with every pixel
    else:
        project = color_at_half_resolution
    if settings.optimizer == "adam":
        return Adam(picture, steps, settings.learning_rate, project)
    return LBFGS(picture, before, project)


def _weighing(settings, weights, share):
    """All weights as they are now; of the style loss, with the share that a scale gives it."""
    layers = settings.style_layers
    factors = layers if isinstance(layers, dict) else dict.fromkeys(layers, 1.0)
    rate = {"learning_rate": settings.learning_rate}
    return rate | factors | weights | {"style": share * weights["style"]}


def _descend(loss_and_gradient, targets_for, guides, optimizer, weigh, numbers):
    """The loop at one scale: yields `(number, losses, picture, constants)`, of the best so far.

    weigh: called before each step for the weights. constants: those that the losses are divided by.
    """
    guides = () if guides is None else (guides,)
    trial, weighing = optimizer.picture, None
    for number in numbers:
        asked = weigh()
        optimizer.learning_rate = asked.pop("learning_rate")
        if weighing not in (None, asked):
            trial = optimizer.loss_changed()
        if weighing != asked:
            weighing = dict(asked)
            targets = targets_for(asked.pop("blend", None))
            fixed = targets.content, targets.grams, targets.constants
            tensors = {name: tf.constant(weight, tf.float32) for name, weight in asked.items()}
        losses, gradient = loss_and_gradient(trial, *fixed, tensors, *guides)
        values = dict(zip(losses, tf.stack([*losses.values()]).numpy().tolist()))  # fetched at once
        if not math.isfinite(values["total"]):
            broken = not math.isfinite(tf.reduce_sum(trial))
            raise LossNotFinite(number, values, weighing, broken)
        evaluated, trial = trial, optimizer.next(losses["total"], gradient)
        if optimizer.picture is evaluated:  # and not the one before, which was better
            picture, picture_losses = evaluated, values
        yield number, picture_losses, picture, targets.constants
