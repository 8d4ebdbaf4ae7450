"""The network's weights: loading VGG19, checking what was loaded, and telling weights apart.

The bundled weights are described in `data/CREDITS.md`.
"""

import functools
import hashlib
import zipfile
from pathlib import Path

import numpy as np

from ..errors import WeightsError, as_path
from ..machine import import_keras

BUNDLED_WEIGHTS = Path(__file__).parents[1] / "data" / "vgg19_8bit.npz"
BUNDLED_SHA256 = "fd6692a3144af15d97f58979ccea041af86fb244cd2748d7be4a51c36a38367f"


def load_vgg19(weights="bundled"):
    """Keras' VGG19 without its classifier, frozen.

    weights: `"bundled"`, the 8-bit weights that come with the kit; `"imagenet"`, Keras' own
    full-precision weights, which Keras downloads once (80 MB); or the path of a Keras weights
    file (`.h5`, `.weights.h5`).

    Returns a `keras.Model` that takes `(1, height, width, 3)` in VGG's own convention (see
    `vgg.preprocess`). Raises `WeightsError` if the weights are missing, damaged or do not fit,
    and `KerasError` if Keras is not set to TensorFlow, float32 and channels last.
    """
    build = import_keras().applications.VGG19
    if weights == "imagenet":
        try:
            vgg = build(include_top=False, weights="imagenet")
        except Exception as error:  # Keras raises a bare Exception for a failed download
            raise WeightsError(
                f"Keras could not download VGG19's ImageNet weights ({error}): check the network, "
                'or use load_vgg19("bundled"), which needs none.'
            ) from error
    else:
        vgg = build(include_top=False, weights=None)
        if weights == "bundled":
            for layer, values in _read_bundled(BUNDLED_WEIGHTS).items():
                vgg.get_layer(layer).set_weights(values)
        else:
            _load_keras_file(vgg, as_path(weights, WeightsError))
    vgg.trainable = False
    return vgg


@functools.cache
def bundled_vgg19():
    """The network with the bundled weights, loaded once."""
    return load_vgg19()


@functools.lru_cache(maxsize=1)
def weights_sha256(vgg):
    """The sha256 of a network's weights, layer by layer.

    Kept for the network asked about last, so load a network anew to change its weights.
    """
    digest = hashlib.sha256()
    for values in vgg.get_weights():
        digest.update(values.tobytes())
    return digest.hexdigest()


def _read_bundled(path):
    """`{layer name: [kernel, bias]}` from the bundled file, after checking all of it."""
    way_out = "reinstall the kit (pip install --force-reinstall --no-deps, or git checkout)."
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(
            f"{path}: the bundled weights cannot be read ({error.strerror}); {way_out}"
        ) from error
    if found != BUNDLED_SHA256:
        raise WeightsError(
            f"{path}: the bundled weights are damaged or altered (sha256 differs); {way_out}"
        )
    with np.load(path, allow_pickle=False) as archive:
        return {
            name: [archive[f"{name}/codebook"][archive[f"{name}/codes"]], archive[f"{name}/bias"]]
            for name in {key.split("/")[0] for key in archive.files}
        }


def _load_keras_file(vgg, path):
    way_out = (
        'give a VGG19 "notop" weights file that Keras can read (.h5), or use load_vgg19("bundled").'
    )
    if not path.is_file():
        raise WeightsError(f"{path}: there is no such weights file; {way_out}")
    try:
        vgg.load_weights(path)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise WeightsError(f"{path.name} does not load into VGG19 ({reason}); {way_out}") from error
    if not all(np.isfinite(value).all() for value in vgg.get_weights()):
        raise WeightsError(
            f"{path.name} holds weights that are not finite (NaN or infinity); {way_out}"
        )
