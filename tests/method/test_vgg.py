"""From a picture to its features: preprocessing, the layers' values, and their precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    LayerError,
    PictureError,
    feature_extractor,
    load_image,
    preprocess,
)


def test_preprocess_is_what_keras_does():
    picture = tf.constant(np.random.default_rng(0).uniform(0, 1, (1, 5, 4, 3)), tf.float32)
    wanted = keras.applications.vgg19.preprocess_input(picture * 255)
    np.testing.assert_allclose(preprocess(picture), wanted, atol=1e-4)


def test_preprocess_by_hand():
    red = tf.constant([[[[1.0, 0.0, 0.0]]]])
    np.testing.assert_allclose(
        preprocess(red)[0, 0, 0], [-103.939, -116.779, 255 - 123.68], atol=1e-4
    )


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
    with pytest.raises(LayerError, match="its layers run from block1_conv1"):
        feature_extractor(vgg, ["xyz"])
    with pytest.raises(LayerError, match="at least one"):
        feature_extractor(vgg, [])


def convolutions(extract):
    """The convolutions in the graph that TensorFlow makes of a feature extractor."""
    graph = tf.function(extract).get_concrete_function(tf.TensorSpec((1, 64, 64, 3))).graph
    return [op for op in graph.get_operations() if op.type == "Conv2D"]


def test_the_network_is_cut_after_the_deepest_layer(extract):
    """Without the cut, the two layers behind block5_conv1 would be computed as well."""
    assert len(convolutions(extract)) == 13


def test_in_bfloat16_convolutions_are_and_features_are_not(vgg, extract):
    """Losses of features in bfloat16, with its three digits, would be too coarse for a line search."""
    layers = [CONTENT_LAYER, *STYLE_LAYERS]
    low = feature_extractor(vgg, layers, "bfloat16")
    for op in convolutions(low):
        assert op.inputs[0].dtype == op.outputs[0].dtype == tf.bfloat16
    assert {op.inputs[0].dtype for op in convolutions(extract)} == {tf.float32}
    picture = load_image("mosaic", max_side=64)
    exact, rounded = extract(picture), low(picture)
    for layer in layers:
        assert rounded[layer].dtype == exact[layer].dtype == tf.float32
        assert 0 < tf.norm(rounded[layer] - exact[layer]) < 0.02 * tf.norm(exact[layer]), layer


def test_a_picture_without_its_batch_axis_gets_a_sentence(vgg):
    """Not an abort of the whole process, which is what TensorFlow's convolution makes of it."""
    with pytest.raises(PictureError, match=r"\(32, 48, 3\).*add an axis"):
        feature_extractor(vgg, "block1_conv1")(tf.zeros((32, 48, 3)))
