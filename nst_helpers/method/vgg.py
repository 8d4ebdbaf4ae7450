"""VGG19's side of the method: from a picture to its features in the network's layers.

Simonyan, Zisserman: *Very Deep Convolutional Networks for Large-Scale Image Recognition*, 2014.
"""

from collections.abc import Iterable

import tensorflow as tf

from ..errors import LayerError, PictureError

IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)


def preprocess(picture):
    """A picture in VGG's own convention: BGR instead of RGB, 0 to 255, minus the ImageNet mean.

    picture: `(1, height, width, 3)`, RGB, 0 to 1. Returns the same shape.
    The same as `keras.applications.vgg19.preprocess_input(picture * 255)`.
    """
    bgr = tf.reverse(picture, axis=[-1]) * 255.0
    return bgr - tf.constant(IMAGENET_MEAN_BGR, dtype=bgr.dtype)


def feature_extractor(vgg, layers, precision="float32", after=None):
    """A function from a picture to its features in the named layers.

    vgg: what `load_vgg19` returns. layers: Keras' layer names, such as `"block4_conv2"`.
    precision: `"float32"`, or `"bfloat16"` for convolutions in that, which processors with
    bfloat16 arithmetic compute in half the time. after: a layer's name; what is extracted from is
    then no picture, but what `extract` gave for that layer.

    Returns `extract(picture)`, which gives `{layer name: (1, height, width, channels)}`, always
    float32. VGG19's layers include their ReLU, so no feature is negative. Layers deeper than the
    deepest one named are not computed. Raises `LayerError` for an unknown layer name, or for none;
    `extract` raises `PictureError` for a picture without its batch axis.
    """
    known = [layer.name for layer in vgg.layers[1:]]
    layers = [layers] if isinstance(layers, str) else layers
    layers = list(layers) if isinstance(layers, Iterable) else []
    if not layers:
        raise LayerError("", known)
    for name in layers:
        if name not in known:
            raise LayerError(name, known)
    first = known.index(after) + 1 if after else 0
    path = known[first : 1 + max(map(known.index, layers))]
    # Cast once, here. Of a pooling layer this is an empty list.
    parameters = {
        name: [tf.cast(value, precision) for value in vgg.get_layer(name).weights] for name in path
    }

    # Layer by layer and not as a `keras.Model`, which would hold every layer's output until the
    # last is computed (2 GB at 2048 px) and compute in the precision set for all of Keras.
    def extract(picture):
        if len(picture.shape) != 4:  # of which TensorFlow's convolution would end the process
            shape = tuple(picture.shape)
            raise PictureError(f"The shape is {shape}: use picture[tf.newaxis] to add an axis.")
        values = tf.cast(picture if after else preprocess(picture), precision)
        features = {}
        for name in path:
            if parameters[name]:
                kernel, bias = parameters[name]  # (3, 3, channels in, channels), (channels,)
                values = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(values, kernel, 1, "SAME"), bias))
            else:
                values = tf.nn.max_pool2d(values, 2, 2, "VALID")  # half the height and width
            if name in layers:
                # Losses are float32: a line search needs more than bfloat16's three digits.
                features[name] = tf.cast(values, tf.float32)
        return features

    return extract


def stride(layer):
    """Pixels of the picture, in each direction, to one position of this layer."""
    block = int(layer[len("block")])
    return 2 ** (block if layer.endswith("pool") else block - 1)
