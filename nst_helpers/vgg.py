"""VGG19: the network, its preprocessing, and the feature extractor.

K. Simonyan, A. Zisserman: *Very Deep Convolutional Networks for Large-Scale Image
Recognition*, arXiv 1409.1556 (2014). The bundled weights are described in `data/CREDITS.md`.
"""

import hashlib
import zipfile
from difflib import get_close_matches
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

BUNDLED_WEIGHTS = Path(__file__).parent / "data" / "vgg19_8bit.npz"
BUNDLED_SHA256 = "fd6692a3144af15d97f58979ccea041af86fb244cd2748d7be4a51c36a38367f"
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)


class WeightsError(RuntimeError):
    """Weights that cannot be loaded; the message names the file, the fault and the way out."""


class LayerError(ValueError):
    """A layer name that VGG19 does not have; the message suggests one."""


def load_vgg19(weights="bundled"):
    """Keras' VGG19 without its classifier, frozen.

    weights: `"bundled"`, the 8-bit weights that come with the kit; `"imagenet"`, Keras' own
    full-precision weights, which Keras downloads once (80 MB); or the path of a Keras weights
    file (`.h5`, `.weights.h5`).

    Returns a `keras.Model` that takes `(1, height, width, 3)` in VGG's own convention (see
    `preprocess`). Raises `WeightsError` if the weights are missing, damaged or do not fit.
    """
    if weights == "imagenet":
        try:
            vgg = keras.applications.VGG19(include_top=False, weights="imagenet")
        except Exception as error:  # Keras raises a bare Exception for a failed download
            raise WeightsError(
                f"Keras could not download VGG19's ImageNet weights ({error}): check the network, "
                'or use load_vgg19("bundled"), which needs none.'
            ) from error
    else:
        vgg = keras.applications.VGG19(include_top=False, weights=None)
        if weights == "bundled":
            values = _read_bundled(BUNDLED_WEIGHTS)
            for layer in vgg.layers:
                if layer.weights:
                    layer.set_weights(values[layer.name])
        else:
            _load_keras_file(vgg, Path(weights).expanduser())
    vgg.trainable = False
    return vgg


def preprocess(picture):
    """A picture in VGG's own convention: BGR instead of RGB, 0 to 255, minus the ImageNet mean.

    picture: `(1, height, width, 3)`, RGB, 0 to 1. Returns the same shape.
    The same as `keras.applications.vgg19.preprocess_input(picture * 255)`.
    """
    bgr = tf.reverse(picture, axis=[-1]) * 255.0
    return bgr - tf.constant(IMAGENET_MEAN_BGR, dtype=bgr.dtype)


def feature_extractor(vgg, layers):
    """A function from a picture to its features in the named layers.

    vgg: what `load_vgg19` returns. layers: Keras' layer names, such as `"block4_conv2"`.

    Returns `extract(picture)`, which gives `{layer name: (1, height, width, channels)}`. Keras'
    VGG layers include their ReLU, so no feature is negative. Layers deeper than the deepest one
    named are not computed. Raises `LayerError` for an unknown layer name.
    """
    known = [layer.name for layer in vgg.layers[1:]]
    for name in layers:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"its layers are {', '.join(known)}."
            raise LayerError(f"VGG19 has no layer {name!r}; {hint}")
    path = vgg.layers[1 : 2 + max(known.index(name) for name in layers)]

    def extract(picture):
        # Layer by layer and not as a `keras.Model`: that would hold every layer's output until the last
        # is computed, which at 2048 px is 2 GB.
        values, features = preprocess(picture), {}
        for layer in path:
            values = layer(values)
            if layer.name in layers:
                features[layer.name] = values
        return features

    return extract


def _read_bundled(path):
    """`{layer name: [kernel, bias]}` from the bundled file, after checking all of it."""
    way_out = "reinstall the kit (pip install --force-reinstall --no-deps, or git checkout)."
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: the bundled weights cannot be read ({error.strerror}); {way_out}") from error
    if found != BUNDLED_SHA256:
        raise WeightsError(f"{path}: the bundled weights are damaged or altered (sha256 differs); {way_out}")
    with np.load(path, allow_pickle=False) as archive:
        layers = sorted({key.split("/")[0] for key in archive.files})
        return {
            name: [archive[f"{name}/codebook"][archive[f"{name}/codes"]], archive[f"{name}/bias"]] for name in layers
        }


def _load_keras_file(vgg, path):
    way_out = 'give a VGG19 "notop" weights file that Keras can read (.h5), or use load_vgg19("bundled").'
    if not path.is_file():
        raise WeightsError(f"{path}: there is no such weights file; {way_out}")
    try:
        vgg.load_weights(path)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise WeightsError(f"{path.name} does not load into VGG19 ({reason}); {way_out}") from error
    if not all(np.isfinite(value).all() for value in vgg.get_weights()):
        raise WeightsError(f"{path.name} holds weights that are not finite (NaN or infinity); {way_out}")
