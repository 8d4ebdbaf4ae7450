import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import (
    LayerError,
    WeightsError,
    feature_extractor,
    load_image,
    load_vgg19,
    preprocess,
)
from nst_helpers import weights as weights_module


def test_preprocess_is_what_keras_does():
    picture = tf.constant(np.random.default_rng(0).uniform(0, 1, (1, 5, 4, 3)), tf.float32)
    wanted = keras.applications.vgg19.preprocess_input(picture * 255)
    np.testing.assert_allclose(preprocess(picture), wanted, atol=1e-4)


def test_preprocess_by_hand():
    red = tf.constant([[[[1.0, 0.0, 0.0]]]])
    np.testing.assert_allclose(
        preprocess(red)[0, 0, 0], [-103.939, -116.779, 255 - 123.68], atol=1e-4
    )


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


def test_the_network_tells_a_photo_from_its_preprocessing_gone_wrong(vgg):
    # A hand-made trace: the network's own filters answer less to a photo with red and blue exchanged.
    extract = feature_extractor(vgg, ["block5_conv4"])
    photo = load_image("red_panda", max_side=224)
    right = extract(photo)["block5_conv4"]
    exchanged = extract(photo[..., ::-1])["block5_conv4"]
    assert float(tf.norm(right - exchanged) / tf.norm(right)) > 0.3


def test_features_are_the_named_layers_relu_included(vgg):
    extract = feature_extractor(vgg, ["block1_conv1", "block3_conv2"])
    features = extract(load_image("mosaic", max_side=64))
    assert {name: tuple(value.shape) for name, value in features.items()} == {
        "block1_conv1": (1, 64, 64, 64),
        "block3_conv2": (1, 16, 16, 256),
    }
    assert all(float(tf.reduce_min(value)) >= 0 for value in features.values())


def test_features_equal_the_whole_networks(vgg):
    picture = load_image("mosaic", max_side=64)
    whole = vgg(keras.applications.vgg19.preprocess_input(picture * 255))
    last = feature_extractor(vgg, ["block5_pool"])(picture)["block5_pool"]
    np.testing.assert_allclose(last, whole, rtol=1e-4, atol=1e-3)


def test_an_unknown_layer_gets_a_sentence(vgg):
    with pytest.raises(LayerError, match="no layer 'block4_conv9'; did you mean 'block4_conv"):
        feature_extractor(vgg, ["block4_conv9"])
    with pytest.raises(LayerError, match="its layers are block1_conv1"):
        feature_extractor(vgg, ["xyz"])


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


@pytest.mark.parametrize("name", ["none.h5", "text.h5", "text.txt", "text.npz", "text.keras"])
def test_other_bad_weights_files(tmp_path, name):
    if not name.startswith("none"):
        (tmp_path / name).write_text("these are no weights")
    with pytest.raises(WeightsError, match=name) as raised:
        load_vgg19(tmp_path / name)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("damage", ["cut", "altered", "missing"])
def test_damaged_bundled_weights_are_refused(tmp_path, monkeypatch, damage):
    content = bytearray(weights_module.BUNDLED_WEIGHTS.read_bytes())
    path = tmp_path / "vgg19_8bit.npz"
    if damage == "altered":
        content[len(content) // 2] ^= 1
    if damage != "missing":
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else content)
    monkeypatch.setattr(weights_module, "BUNDLED_WEIGHTS", path)
    with pytest.raises(WeightsError, match=r"vgg19_8bit\.npz.*reinstall"):
        load_vgg19()


def test_a_failing_download_gets_a_sentence(monkeypatch, tmp_path):
    def no_network(*_, **__):
        raise Exception("URL fetch failure: name resolution")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", no_network)
    with pytest.raises(WeightsError, match='could not download.*load_vgg19\\("bundled"\\)'):
        load_vgg19("imagenet")


def test_pickles_are_not_allowed():
    assert "allow_pickle=False" in inspect.getsource(weights_module)


def test_bfloat16_is_computed_inside_and_float32_comes_out(vgg):
    picture = load_image("astronaut", max_side=64)
    layers = ["block1_conv1", "block4_conv2"]
    exact, low = (feature_extractor(vgg, layers, name) for name in ("float32", "bfloat16"))
    graph = tf.function(low).get_concrete_function(tf.TensorSpec((1, 64, 64, 3))).graph
    convolutions = [op for op in graph.get_operations() if op.type == "Conv2D"]
    assert {op.outputs[0].dtype for op in convolutions} == {tf.bfloat16}
    for layer in layers:
        one, other = exact(picture)[layer], low(picture)[layer]
        assert other.dtype == tf.float32
        assert 0 < float(tf.norm(one - other) / tf.norm(one)) < 0.02
