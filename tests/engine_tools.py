"""What the tests of the engine share: quick settings, the loop on one pair, faults put into it."""

import dataclasses
import itertools

import numpy as np

from nst_helpers import CONTENT_LAYER, STYLE_LAYERS, load_image, paint, style_loss, stylize
from nst_helpers.engine import DEFAULTS
from nst_helpers.method import loop

QUICK = {"size": 64, "precision": "float32", "progress": False}
LAYERS = CONTENT_LAYER, STYLE_LAYERS
TWO = ["mosaic", "waves"]
SHAPE = (1, 64, 64, 3)  # of the astronaut at 64 px


def quick_run(vgg, style="mosaic", steps=3, **settings):
    return stylize("astronaut", style, steps=steps, vgg=vgg, **QUICK | settings)


def white(height=8, width=8):
    return np.ones((height, width))


def pair(side=64):
    """The content image and the style image of the quick runs."""
    return load_image("astronaut", max_side=side), load_image("mosaic", max_side=side)


def settled(steps, **settings):
    """The `Settings` of a quick run, as `paint` takes them."""
    quick = {"size": 64, "precision": "float32", "scales": [64], "steps": [steps]}
    return dataclasses.replace(DEFAULTS, **quick | settings)


def collect(vgg, steps, change=None, **settings):
    """The steps that `paint` yields; `change` is called with the weights after each."""
    weights = {"content": 1.0, "style": 8.0, "tv": 3.0}
    seen = []
    for step in paint(vgg, *pair(), settled(steps, **settings), weights):
        seen.append(step)
        if change:
            change(step, weights)
    return seen


def intercept(monkeypatch, called):
    """Put `called(function, number, *inputs)` in the place of the loop's function.

    function: the one that computes losses and gradient. number: of the call at a scale, from 1.
    """
    original = loop.graphs_for

    def graphs_for(*arguments):
        (function, targets), numbers = original(*arguments), itertools.count(1)
        return lambda *inputs: called(function, next(numbers), *inputs), targets

    monkeypatch.setattr(loop, "graphs_for", graphs_for)


def divided_style_loss(targets, grams):
    """The style loss of these Gram matrices as the engine divides it, for a style weight of 1."""
    weights = {layer: 1 / (len(STYLE_LAYERS) * targets.constants[layer]) for layer in STYLE_LAYERS}
    return float(style_loss(grams, targets.grams, weights))
