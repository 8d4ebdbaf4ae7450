"""Neural style transfer in one file: the method of lessons 01 to 06, with TensorFlow and Pillow.

    python nst_in_one_file.py PHOTO PAINTING [RESULT.png] [SIZE]

Gatys, Ecker, Bethge (CVPR 2016), from coarse to fine, by Adam, without recoloring and without the
photo's detail. The network comes with the lessons; without them, Keras downloads it (80 MB).
"""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

CONTENT_LAYER = "block4_conv2"
STYLE_LAYERS = [f"block{number}_conv1" for number in range(1, 6)]
SHARES = dict(zip(STYLE_LAYERS, [1.8, 1.4, 0.9, 0.5, 0.4]))  # shallow layers draw the strokes
WEIGHTS = {"content": 1.0, "style": 20.0, "tv": 1.0}
STEPS = {128: 120, 256: 60, 512: 30}  # for each scale; most where they are cheap
WEIGHTS_FILE = Path(__file__).resolve().parent.parent / "nst_helpers/data/vgg19_8bit.npz"


def load(path, size):
    """A file as a picture: (1, height, width, 3), RGB, 0 to 1, its longer side `size` px."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    sides = [max(32, round(size * side / max(image.size))) for side in image.size]
    return tf.constant(np.asarray(image.resize(sides, Image.LANCZOS), np.float32)[None] / 255)


# Lesson 01: the network, and a picture in its convention.
def load_vgg19():
    bundled = np.load(WEIGHTS_FILE) if WEIGHTS_FILE.exists() else None
    vgg = keras.applications.VGG19(include_top=False, weights=None if bundled else "imagenet")
    for layer in vgg.layers:
        if bundled and layer.weights:  # kept in a byte each
            values = bundled[f"{layer.name}/codebook"][bundled[f"{layer.name}/codes"]]
            layer.set_weights([values, bundled[f"{layer.name}/bias"]])
    vgg.trainable = False
    outputs = {name: vgg.get_layer(name).output for name in [CONTENT_LAYER, *STYLE_LAYERS]}
    return keras.Model(vgg.inputs, outputs)


def preprocess(picture):
    return tf.reverse(picture, [-1]) * 255.0 - (103.939, 116.779, 123.68)  # BGR, minus the mean


# Lessons 02 to 04: the losses.
def gram_matrix(features):
    vectors = tf.reshape(features, (-1, features.shape[-1]))  # (positions, channels)
    return tf.matmul(vectors, vectors, transpose_a=True) / tf.cast(tf.shape(vectors)[0], tf.float32)


def mean_square(values):
    return tf.reduce_mean(tf.square(values))


def total_variation(picture):
    down = tf.abs(picture[:, 1:] - picture[:, :-1])
    across = tf.abs(picture[:, :, 1:] - picture[:, :, :-1])
    return tf.reduce_mean(down) + tf.reduce_mean(across)


def compute_targets(network, photo, painting):
    of_photo, of_painting = network(preprocess(photo)), network(preprocess(painting))
    content, grams, constants = of_photo[CONTENT_LAYER], {}, {}
    for layer in STYLE_LAYERS:
        grams[layer] = gram_matrix(of_painting[layer])
        of_both = mean_square(grams[layer]), mean_square(gram_matrix(of_photo[layer]))
        constants[layer] = tf.maximum(*of_both)
    return content, grams, constants | {"content": mean_square(content)}


def compute_loss(network, picture, content, grams, constants):
    features = network(preprocess(picture))
    content_loss = mean_square(features[CONTENT_LAYER] - content) / constants["content"]
    style_loss = sum(
        SHARES[layer] * mean_square(gram_matrix(features[layer]) - grams[layer]) / constants[layer]
        for layer in STYLE_LAYERS
    ) / len(STYLE_LAYERS)
    terms = {"content": content_loss, "style": style_loss, "tv": total_variation(picture)}
    return sum(WEIGHTS[name] * terms[name] for name in terms)


# Lesson 05: the loop.
def paint(network, start, photo, painting, steps, learning_rate=0.03):
    targets = compute_targets(network, photo, painting)
    picture = tf.Variable(start)
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=0.1)
    optimizer = keras.optimizers.Adam(rate, beta_2=0.99)

    @tf.function
    def loss_and_gradient():
        with tf.GradientTape() as tape:
            loss = compute_loss(network, picture, *targets)
        return loss, tape.gradient(loss, picture)

    for step in range(1, steps + 1):
        loss, gradient = loss_and_gradient()
        optimizer.apply_gradients([(gradient, picture)])
        picture.assign(tf.clip_by_value(picture, 0.0, 1.0))
        line = f"{max(picture.shape)} px, step {step} of {steps}: loss {loss:.2f}"
        print(line, end="\r" if step < steps else "\n", flush=True)
    return tf.convert_to_tensor(picture)


def main(photo, painting, result="painted.png", size=512):
    network, picture = load_vgg19(), None
    for side in [side for side in STEPS if side < int(size)] + [int(size)]:
        here = load(photo, side)
        start = here if picture is None else tf.image.resize(picture, here.shape[1:3])
        picture = paint(network, start, here, load(painting, side), STEPS.get(side, 30))
    Image.fromarray(np.uint8(np.round(255 * picture[0]))).save(result)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
