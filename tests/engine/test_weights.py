"""Loading the network: its weights are the right ones, or a sentence says what is wrong."""

import hashlib

import keras
import numpy as np
import pytest

from nst_helpers import WeightsError, load_vgg19
from nst_helpers.engine import weights


def test_the_bundled_network_is_a_frozen_vgg19(vgg):
    assert isinstance(vgg, keras.Model)
    assert not vgg.trainable_weights
    plain = keras.applications.VGG19(include_top=False, weights=None)
    assert [layer.name for layer in vgg.layers[1:]] == [layer.name for layer in plain.layers[1:]]
    assert vgg.count_params() == 20_024_384
    # 8 bits a weight: at most 256 values in each kernel, and none of them random.
    for layer in vgg.layers:
        if layer.weights:
            assert len(np.unique(layer.get_weights()[0])) <= 256


def test_a_keras_weights_file_loads(tmp_path, vgg):
    path = tmp_path / "mine.weights.h5"
    vgg.save_weights(path)
    loaded = load_vgg19(path)
    for one, other in zip(loaded.get_weights(), vgg.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)

    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsError, match=r"mine\.weights\.h5 does not load"):
        load_vgg19(path)


@pytest.mark.filterwarnings("ignore:Skipping nested container")
def test_weights_of_another_network_get_a_sentence(tmp_path):
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save_weights(
        tmp_path / "other.weights.h5"
    )
    with pytest.raises(WeightsError, match=r"other\.weights\.h5 does not load"):
        load_vgg19(tmp_path / "other.weights.h5")


def test_weights_that_are_not_finite_get_a_sentence(tmp_path):
    broken = keras.applications.VGG19(include_top=False, weights=None)
    broken.layers[1].bias.assign(np.full(64, np.nan))
    broken.save_weights(tmp_path / "nan.weights.h5")
    with pytest.raises(WeightsError, match="not finite"):
        load_vgg19(tmp_path / "nan.weights.h5")


@pytest.mark.parametrize(
    "name, words",
    [("none.h5", "no such weights file")]
    + [(f"text.{ending}", "does not load") for ending in ("h5", "txt", "npz", "keras")],
)
def test_other_bad_weights_files(tmp_path, name, words):
    if not name.startswith("none"):
        (tmp_path / name).write_text("these are no weights")
    with pytest.raises(WeightsError, match=rf"{name}.* {words}") as raised:
        load_vgg19(tmp_path / name)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("damage", ["cut", "altered", "missing"])
def test_damaged_bundled_weights_are_refused(tmp_path, monkeypatch, damage):
    content = bytearray(weights.BUNDLED_WEIGHTS.read_bytes())
    path = tmp_path / "vgg19_8bit.npz"
    if damage == "altered":
        content[len(content) // 2] ^= 1
    if damage != "missing":
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else content)
    monkeypatch.setattr(weights, "BUNDLED_WEIGHTS", path)
    with pytest.raises(WeightsError, match=r"vgg19_8bit\.npz.*reinstall"):
        load_vgg19()


def test_a_failing_download_gets_a_sentence(monkeypatch, tmp_path):
    def no_network(*_, **__):
        raise Exception("URL fetch failure: name resolution")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", no_network)
    with pytest.raises(WeightsError, match='could not download.*load_vgg19\\("bundled"\\)'):
        load_vgg19("imagenet")


class Unpickled:
    """Says so wherever it is read back."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was run",)


def test_pickles_are_not_run(tmp_path, monkeypatch):
    path = tmp_path / "pickled.npz"
    parts = {"codebook": np.array([Unpickled()]), "codes": np.zeros(1, int), "bias": np.zeros(1)}
    np.savez(path, **{f"block1_conv1/{name}": values for name, values in parts.items()})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(weights, "BUNDLED_SHA256", digest)
    with pytest.raises(ValueError, match="allow_pickle"):
        weights._read_bundled(path)


def test_the_bundled_network_is_loaded_once_and_known_by_its_weights(vgg):
    assert weights.bundled_vgg19() is weights.bundled_vgg19()
    assert weights.weights_sha256(weights.bundled_vgg19()) == weights.weights_sha256(vgg)
    other = keras.models.clone_model(vgg)
    assert weights.weights_sha256(other) != weights.weights_sha256(vgg)  # initialized anew
