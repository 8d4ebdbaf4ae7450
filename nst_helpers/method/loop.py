"""The loop that changes the picture, from coarse to fine.

The method of Gatys, Ecker, Bethge, CVPR 2016, who paint at one size. On a small picture large forms
are found soonest, and steps are cheap; so this paints a small one, enlarges it and goes on.
"""

import functools
import math
from dataclasses import dataclass, field

import tensorflow as tf

from ..errors import LossNotFinite
from ..machine import memory_errors_said
from ..pictures import resize, with_longest_side
from . import neighbors, styles
from .large import graphs_for
from .losses import TERMS
from .objective import undivided
from .optimizers import new_optimizer

MATCHED_TWICE = 6  # steps that a scale needs for it, since L-BFGS then begins anew


@dataclass(frozen=True)
class Step:
    """One evaluation of the loss, and the best picture so far (Adam's latest) with its losses."""

    number: int  # from 1 to total, over all scales
    total: int
    side: int  # the longest one at this scale, px
    losses: dict  # weighted: {each of TERMS, "total", layer: ...}; layers add up to "style"
    picture: tf.Tensor = field(repr=False)
    constants: dict = field(repr=False)  # that the losses are divided by, as in `Result`
    seconds: float | None = None  # since the run began; filled in, as what follows, by `cost.timed`
    seconds_left: float | None = None  # None before that can be said


@dataclass(frozen=True)
class Weights:
    """What the loop reads before each step. Two are equal if the loss is the same."""

    terms: dict  # {each of TERMS: weight}
    layers: dict  # {style layer: factor for its share of the style loss}
    blend: float | None  # the share of the second of two paintings; None for those they have
    learning_rate: float = field(compare=False)  # Adam's


def paint(vgg, content, style, settings, weights=None, start=None):
    """The loop, as a generator: yields a `Step` after every evaluation of the loss.

    vgg: what `load_vgg19` returns. content: a picture. style: one, or `Paintings`. settings: a
    `Settings` whose scales and steps are lists, one entry a scale, and whose precision is not
    "auto". weights: a dict that is read before every step, so that whoever holds it can change them
    while the picture is painted: `"content"`, `"style"`, `"neighbor"`, `"tv"`; by a style layer's
    name a factor for its share; `"learning_rate"`, Adam's; `"blend"`, the share of the second of
    two paintings. What it does not hold is as in the settings; a neighbor weight that is 0 at the
    beginning stays 0. start: a picture to go on from.

    Raises `LossNotFinite` or `OutOfMemory`. The picture yielded last is always whole and good.
    """
    layers = settings.content_layer, tuple(settings.style_layers)
    with_neighbors = (weights or {}).get("neighbor", settings.neighbor_weight) > 0
    original, colors = content, settings.original_colors
    content, paintings = styles.repainted(content, styles.one_painting(style), colors)
    picture, photo, optimizer, number = start, None, None, 0
    for side, steps in zip(settings.scales, settings.steps, strict=True):
        with memory_errors_said(side):
            smaller, photo = photo, with_longest_side(content, side)
            here = paintings.at(side, photo, settings.style_scale)
            if picture is None:
                picture = styles.start_from(settings.init, photo, here, settings.seed)
            elif smaller is not None:
                picture = styles.enlarged(picture, smaller, photo, settings.keeps_detail)
            begun = resize(picture, *photo.shape[1:3])
            optimizer = new_optimizer(settings, begun, steps, optimizer)
            shares = {
                "style": styles.style_share(side, settings.scales),
                "neighbor": neighbors.share_at(side, settings) * with_neighbors,
            }
            compared = tuple(neighbors.LAYERS) if shares["neighbor"] else ()
            loss_and_gradient, measure = graphs_for(
                photo, vgg, layers, settings.precision, here.regions, compared
            )
            targets_for = styles.measure_pictures(
                measure, photo, here, layers[1], settings.neighbor_share
            )
            read = functools.partial(_read, weights or {}, settings, shares)
            numbers = range(number + 1, number + steps + 1)
            original_here = with_longest_side(original, side)
            for number, losses, picture, constants in _descend(
                loss_and_gradient, targets_for, optimizer, read, numbers
            ):
                shown = styles.finished(picture, original_here, here, colors)
                yield Step(number, sum(settings.steps), side, losses, shown, constants)


def _read(given, settings, shares):
    """The `Weights` as they are now. given: what `paint` was given."""
    layers = settings.style_layers
    factors = layers if isinstance(layers, dict) else dict.fromkeys(layers, 1.0)
    terms = {term: given.get(term, getattr(settings, f"{term}_weight")) for term in TERMS}
    return Weights(
        terms | {term: share * terms[term] for term, share in shares.items()},
        {layer: given.get(layer, factor) for layer, factor in factors.items()},
        given.get("blend"),
        given.get("learning_rate", settings.learning_rate),
    )


def _descend(loss_and_gradient, targets_for, optimizer, read, numbers):
    """The loop at one scale: yields `(number, losses, picture, constants)`, of the best so far."""
    trial, before, targets = optimizer.picture, None, None
    again = numbers[len(numbers) // 2] if len(numbers) >= MATCHED_TWICE else None
    for number in numbers:
        weights = read()
        optimizer.learning_rate = weights.learning_rate
        if weights != before or number == again and targets.neighbors:
            trial = trial if before is None else optimizer.loss_changed()
            before, targets = weights, targets_for(weights.blend, optimizer.picture)
            constants = undivided(targets.constants)
            factors = weights.terms | weights.layers
            factors = {name: tf.constant(factor, tf.float32) for name, factor in factors.items()}
        losses, gradient = loss_and_gradient(trial, targets, factors)
        values = dict(zip(losses, tf.stack([*losses.values()]).numpy().tolist()))  # fetched at once
        if not math.isfinite(values["total"]):
            broken = not math.isfinite(tf.reduce_sum(trial))
            raise LossNotFinite(number, values, weights.terms, broken)
        evaluated, trial = trial, optimizer.next(losses["total"], gradient)
        if optimizer.picture is evaluated:  # and not the one before, which was better
            picture, picture_losses = evaluated, values
        yield number, picture_losses, picture, constants
