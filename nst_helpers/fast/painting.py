"""Painting in one pass: a photo in, a `Result` out, in a fraction of a second."""

import time

import tensorflow as tf

from .. import machine
from ..engine import CLOSE_PROGRAMS, Result, check_fits
from ..errors import SettingsError
from ..pictures import SHORTEST_SIDE, card, load_with_sha256, number, short, side_of
from .files import load_network
from .network import in_one_pass

BASE_BYTES, BYTES_A_PIXEL = 0.62e9, 560  # of a process with TensorFlow; at the peak, measured


def paint_fast(photo, network, painting=None, *, size=512):
    """Paint the photo in one pass of a trained network.

    photo: anything `load_image` takes. network: what `load_network` takes, that is a painting whose
    network comes with the kit, a file, or what `train_fast` returned. painting: one of those that
    the network knows, or `{painting: share}` for a mixture; None for the one that was named, or for
    its first. size: longest side of the output in pixels; strokes stay as wide as they were in
    training, so that a larger picture has finer ones.

    Returns a `Result`, whose history is empty. Raises `PictureError`, `SettingsError` or
    `WeightsError` for what cannot be used, and `OutOfMemory`.
    """
    begin = time.perf_counter()
    asked = network if isinstance(network, str) else None
    network = load_network(network)
    named = asked if painting is None and asked in network.paintings else painting
    shares = _shares(network, named)
    picture, sha256 = load_with_sha256(photo, max_side=side_of("size", size))
    height, width = picture.shape[1:3]
    _check_memory(height, width)
    with machine.memory_errors_said(max(height, width)):
        painted = in_one_pass(network.weights, picture, tf.constant(shares, tf.float32))
    settings = {"size": max(height, width), "painting": dict(zip(network.paintings, shares))}
    seconds = time.perf_counter() - begin
    made_by = card.make(
        settings,
        network=network.card,
        content_sha256=sha256,
        seconds=round(seconds, 3),
        machine=machine.describe(),
    )
    return Result(painted, [], seconds, settings, {}, made_by)


def _shares(network, painting):
    """Of each of the network's paintings, adding up to 1."""
    known = network.paintings
    if not isinstance(painting, (str, dict, type(None))):
        raise SettingsError(f"painting is {short(painting)}: give a name, or shares by name.")
    given = {painting or known[0]: 1.0} if not isinstance(painting, dict) else painting
    shares = {name: number(f"The share of {name}", share) for name, share in given.items()}
    unknown = [name for name in shares if name not in known]
    if unknown:
        raise SettingsError(
            f"This network does not know {short(unknown[0])}: choose one of {', '.join(known)}, or "
            "train one with train_fast."
        )
    largest = max(shares.values(), default=0)
    if min(shares.values(), default=-1) < 0 or not largest > 0:
        raise SettingsError(f"painting is {short(painting)}: give at least one a share above 0.")
    whole = sum(share / largest for share in shares.values())  # of which the sum is finite
    return [shares.get(name, 0.0) / largest / whole for name in known]


def _check_memory(height, width):
    """Raise `SettingsError` if there is no memory for a picture of this size."""
    for_pixels = BYTES_A_PIXEL * height * width

    def advice(available):
        share = max(0, available - BASE_BYTES) / for_pixels
        side = int(max(height, width) * share**0.5)
        return f"ask for size={side} or less" if side >= SHORTEST_SIDE else CLOSE_PROGRAMS

    check_fits(f"A picture of {width} × {height} px", BASE_BYTES + for_pixels, advice)
