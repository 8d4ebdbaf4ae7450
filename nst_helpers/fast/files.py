"""A network's file: its kernels in 8 bits, in the layout that safetensors has.

Eight bytes say how long the header is, little-endian; the header is JSON with type, shape and place
of each array; the arrays follow (https://huggingface.co/docs/safetensors). A browser reads that,
too, in a few lines.
"""

import functools
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

from ..errors import WeightsError, as_path, suggestion
from ..pictures import SAMPLES, check_place, write_files
from .network import Network, fresh_weights

FOLDER = Path(__file__).parents[1] / "data" / "networks"
ENDING = ".safetensors"
TYPES = {"I8": np.int8, "F32": np.float32}


@functools.cache
def bundled_networks():
    """`{painting: Network}` of the paintings whose networks come with the kit; some share one."""
    networks = [_read(path.read_bytes()) for path in sorted(FOLDER.glob(f"*{ENDING}"))]
    return {painting: network for network in networks for painting in network.paintings}


def save_network(network, path):
    """Write a network into a file, whole or not at all; returns its path.

    Each channel of a kernel is rounded to 255 steps of its own, `{name}/step`: 220 kB for a network
    of one painting, 4 kB for each further one. Raises `PictureError` if it cannot be written, and
    `WeightsError` for a name that does not end in .safetensors.
    """
    path = check_network_path(path)
    arrays = {}
    for name, values in network.weights.items():
        values = np.asarray(values, np.float32)
        if not np.isfinite(values).all():
            raise WeightsError("This network holds values that are not finite: train it anew.")
        if name.endswith("/kernel"):
            steps = np.maximum(np.abs(values).max((0, 1, 2)), 1e-8) / 127  # of each channel out
            arrays[name] = np.round(values / steps).astype(np.int8)
            arrays[name.replace("/kernel", "/step")] = steps.astype(np.float32)
        else:
            arrays[name] = values
    about = {"paintings": json.dumps(network.paintings), "card": json.dumps(network.card)}
    header, place = {"__metadata__": about}, 0
    for name, values in arrays.items():
        kind = next(kind for kind, known in TYPES.items() if values.dtype == known)
        header[name] = {"dtype": kind, "shape": values.shape}
        header[name]["data_offsets"] = [place, place := place + values.nbytes]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # so that the arrays begin at a multiple of eight bytes
    parts = [len(text).to_bytes(8, "little"), text, *(v.tobytes() for v in arrays.values())]
    write_files({path: b"".join(parts)})
    return path


def check_network_path(path):
    """The path, or an error as from `save_network` if no network can be saved there."""
    path = as_path(path, WeightsError)
    if path.suffix != ENDING:
        raise WeightsError(f"{path}: networks are saved as {ENDING}; give it this ending.")
    check_place(path, f"mine{ENDING}")
    return path


def load_network(source):
    """The `Network` in a file, or the one that comes with the kit and knows the painting named.

    source: a path, a painting's name, or a `Network`, which is returned. Raises `WeightsError` if
    there is no such file, or if it holds something else.
    """
    if isinstance(source, Network):
        return source
    if isinstance(source, str) and source in bundled_networks():
        return bundled_networks()[source]
    path, known = as_path(source, WeightsError), bundled_networks()
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise WeightsError(_not_found(str(source), ", ".join(known))) from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        fault = getattr(error, "strerror", None) or error
        raise WeightsError(f"{path}: this network cannot be read ({fault}).") from error
    try:
        return _read(content)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise WeightsError(
            f"{path.name} is no network of this kit: use a file that `nst train` wrote."
        ) from error


def _not_found(name, known):
    """What is said of a name that is no network's. known: the kit's, in words."""
    if name in SAMPLES:
        train = f"`nst train {name} -o {name}{ENDING}`"
        return f"There is no network for {name} yet: use one of {known}, or train one by {train}."
    hint = f"those that come with the kit are {known}."
    return f"There is no network {name!r}; {suggestion(name, bundled_networks(), hint)}"


def _read(content):
    """The `Network` in a file's bytes; any of several errors if it is none."""
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    about = header.pop("__metadata__")
    arrays = {}
    for name, entry in header.items():
        first, end = entry["data_offsets"]
        values = np.frombuffer(content[begin + first : begin + end], TYPES[entry["dtype"]])
        arrays[name] = values.reshape(entry["shape"])
    paintings = tuple(map(str, json.loads(about["paintings"])))
    weights, fresh = {}, fresh_weights(len(paintings))
    for name in fresh:
        values = arrays[name].astype(np.float32)
        if name.endswith("/kernel"):
            values = values * arrays[name.replace("/kernel", "/step")]
        if values.shape != fresh[name].shape or not np.isfinite(values).all() or not paintings:
            raise ValueError(name)
        weights[name] = tf.constant(values)
    return Network(weights, paintings, dict(json.loads(about["card"])))
