"""The kit and three well-known recipes, each as a generator that paints one step at a time.

Every generator yields a picture `(1, height, width, 3)` after each evaluation of its loss. The
recipes are this kit's own renderings of published settings, from the stated sources.
"""

import functools
import queue
import threading

import keras
import numpy as np
import scipy.optimize
import tensorflow as tf

from nst_helpers import (
    LBFGS,
    STYLE_LAYERS,
    feature_extractor,
    gram_matrix,
    load_image,
    machine,
    paint,
    preprocess,
    resize,
)
from nst_helpers.engine import DEFAULTS, check_settings, settle
from nst_helpers.method import IMAGENET_MEAN_BGR
from nst_helpers.pictures import mean_and_covariance, with_longest_side

HIGH = "block5_conv2"


def kit(vgg, photo, painting, **given):
    """`stylize` by Gatys' method alone, as the other recipes: no neighbor loss, unless it is given.

    The other settings are the defaults, but for those given.
    """
    settings = check_settings({"size": max(photo.shape[1:3]), "neighbor_weight": 0} | given)
    for step in paint(vgg, photo, painting, settle(settings, photo, painting)):
        yield step.picture


def tutorial_loss(vgg, photo, painting, precision="float32"):
    """(loss, gradient) of a picture by the objective of TensorFlow's tutorial.

    https://www.tensorflow.org/tutorials/generative/style_transfer
    """
    exact = feature_extractor(vgg, [HIGH, *STYLE_LAYERS])
    extract = feature_extractor(vgg, [HIGH, *STYLE_LAYERS], precision)
    content = exact(photo)[HIGH]
    features = exact(painting)
    grams = {layer: gram_matrix(features[layer]) for layer in STYLE_LAYERS}

    @tf.function
    def loss_and_gradient(picture):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            features = extract(picture)
            loss = 1e4 * tf.reduce_mean((features[HIGH] - content) ** 2)
            for layer in STYLE_LAYERS:
                gram = tf.linalg.einsum("bijc,bijd->bcd", features[layer], features[layer])[0]
                gram /= tf.cast(
                    tf.shape(features[layer])[1] * tf.shape(features[layer])[2], tf.float32
                )
                loss += 1e-2 / len(STYLE_LAYERS) * tf.reduce_mean((gram - grams[layer]) ** 2)
            loss += 30 * tf.reduce_sum(tf.image.total_variation(picture))
        return loss, tape.gradient(loss, picture)

    return loss_and_gradient


def tutorial(vgg, photo, painting):
    """TensorFlow's tutorial: Adam 0.02, β₁ 0.99, ε 0.1, from the photo, clipped to 0..1."""
    loss_and_gradient = tutorial_loss(vgg, photo, painting)
    picture = tf.Variable(photo)
    adam = keras.optimizers.Adam(learning_rate=0.02, beta_1=0.99, epsilon=1e-1)
    while True:
        loss, gradient = loss_and_gradient(picture)
        adam.apply_gradients([(gradient, picture)])
        picture.assign(tf.clip_by_value(picture, 0.0, 1.0))
        yield tf.identity(picture)


def kit_on_tutorial_loss(vgg, photo, painting, coarse_steps=60):
    """The tutorial's objective, minimized the kit's way: two scales, L-BFGS, the best precision."""
    picture, side = photo, max(photo.shape[1:3])
    for scale, steps in ((side // 2, coarse_steps), (side, None)):
        here = with_longest_side(photo, scale)
        painting_here = with_longest_side(painting, scale)
        loss_and_gradient = tutorial_loss(vgg, here, painting_here, machine.best_precision())
        optimizer = LBFGS(resize(picture, *here.shape[1:3]))
        trial, done = optimizer.picture, 0
        while steps is None or done < steps:
            loss, gradient = loss_and_gradient(trial)
            trial = optimizer.next(loss, gradient)
            picture, done = optimizer.picture, done + 1
            yield picture


def gatys(vgg, photo, painting, evaluations=500):
    """Gatys' own notebook: L-BFGS, not clipped, from the photo; SciPy's in place of PyTorch's.

    https://github.com/leongatys/PytorchNeuralStyleTransfer: relu4_2 × 1, relu{1..5}_1 ×
    1000 / channels², Gram matrices over height × width, mean squared differences. PyTorch's L-BFGS
    remembers 100 steps and has no line search, SciPy's remembers as many and searches; what is
    yielded is the best picture so far. The notebook makes the shorter side 512 px, and goes on at 800 px; here
    all recipes paint the same size.
    """
    layers = {
        "block1_conv1": 64,
        "block2_conv1": 128,
        "block3_conv1": 256,
        "block4_conv1": 512,
        "block5_conv1": 512,
    }
    extract = feature_extractor(vgg, ["block4_conv2", *layers])
    content = extract(photo)["block4_conv2"]
    features = extract(painting)
    grams = {layer: gram_matrix(features[layer]) for layer in layers}

    @tf.function
    def loss_and_gradient(scaled):
        with tf.GradientTape() as tape:
            tape.watch(scaled)
            features = extract(
                scaled / 255
            )  # its variable is in 0..255, which sets L-BFGS' first step
            loss = tf.reduce_mean((features["block4_conv2"] - content) ** 2)
            for layer, channels in layers.items():
                loss += (
                    1e3
                    / channels**2
                    * tf.reduce_mean((gram_matrix(features[layer]) - grams[layer]) ** 2)
                )
        return loss, tape.gradient(loss, scaled)

    def run(show):
        best = {"loss": float("inf")}

        def flat(values):
            scaled = tf.reshape(tf.constant(values, tf.float32), photo.shape)
            loss, gradient = loss_and_gradient(scaled)
            if float(loss) < best["loss"]:
                best.update(loss=float(loss), picture=tf.clip_by_value(scaled / 255, 0.0, 1.0))
            show(best["picture"])
            return float(loss), gradient.numpy().astype(np.float64).ravel()

        first = photo.numpy().astype(np.float64).ravel() * 255
        options = {
            "maxfun": evaluations,
            "maxiter": evaluations,
            "ftol": 0,
            "gtol": 0,
            "maxcor": 100,
        }
        scipy.optimize.minimize(flat, first, jac=True, method="L-BFGS-B", options=options)

    yield from as_generator(run)


def keras_example(vgg, photo, painting):
    """The Keras example: SGD 100 × 0.96 every 100 steps, raw Gram sums, three pictures a step.

    https://keras.io/examples/generative/neural_style_transfer/. Its painting is squashed to the photo's shape.
    """
    painting = resize(painting, *photo.shape[1:3])
    model = keras.Model(
        vgg.inputs, {layer: vgg.get_layer(layer).output for layer in (HIGH, *STYLE_LAYERS)}
    )
    height, width = photo.shape[1:3]
    photo, painting = preprocess(photo), preprocess(painting)

    def raw_gram(features):
        vectors = tf.reshape(tf.transpose(features, (2, 0, 1)), (features.shape[-1], -1))
        return tf.matmul(vectors, vectors, transpose_b=True)

    @tf.function
    def loss_and_gradient(picture):
        with tf.GradientTape() as tape:
            features = model(tf.concat([photo, painting, picture], axis=0))
            loss = 2.5e-8 * tf.reduce_sum((features[HIGH][2] - features[HIGH][0]) ** 2)
            for layer in STYLE_LAYERS:
                difference = raw_gram(features[layer][1]) - raw_gram(features[layer][2])
                share = tf.reduce_sum(difference**2) / (4.0 * 3**2 * (height * width) ** 2)
                loss += 1e-6 / len(STYLE_LAYERS) * share
            down = (picture[:, :-1, :-1] - picture[:, 1:, :-1]) ** 2
            across = (picture[:, :-1, :-1] - picture[:, :-1, 1:]) ** 2
            loss += 1e-6 * tf.reduce_sum((down + across) ** 1.25)
        return loss, tape.gradient(loss, picture)

    picture = tf.Variable(photo)
    sgd = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(100.0, 100, 0.96))
    while True:
        loss, gradient = loss_and_gradient(picture)
        sgd.apply_gradients([(gradient, picture)])
        bgr = (picture + tf.constant(IMAGENET_MEAN_BGR, tf.float32)) / 255
        yield tf.clip_by_value(tf.reverse(bgr, [-1]), 0.0, 1.0)


WASSERSTEIN_WEIGHTS = dict(zip(STYLE_LAYERS, np.array([256, 64, 16, 4, 1]) / 341, strict=True))
WASSERSTEIN_STEPS = {136: 1000, 192: 500, 272: 500, 384: 500}  # longest side, px: steps


def wasserstein(vgg, photo, painting, steps=None):
    """crowsonkb/style-transfer-pytorch: means and covariances of features, from coarse to fine.

    https://github.com/crowsonkb/style-transfer-pytorch, its defaults at 384 px: the squared
    Wasserstein-2 distance between two Gaussians for each style layer, shallow ones weighted most;
    content block4_conv2 × 0.015, total variation with squares × 2; Adam 0.02 at four scales; what is
    shown is a running mean of the pictures. Keras' weights are another training than PyTorch's, so
    each layer is divided by its mean for the photo. Left out: its first convolution repeats the border, and
    Adam's memory is carried from scale to scale, neither of which costs time. steps: as
    WASSERSTEIN_STEPS, which it is if None.
    """
    average = None
    for side, number in (steps or WASSERSTEIN_STEPS).items():
        here, painting_here = with_longest_side(photo, side), with_longest_side(painting, side)
        loss_and_gradient = wasserstein_loss(vgg, here, painting_here)
        picture = tf.Variable(here if average is None else resize(average, *here.shape[1:3]))
        adam = keras.optimizers.Adam(0.02, beta_2=0.99)
        total = tf.zeros_like(picture)
        for step in range(1, number + 1):
            loss, gradient = loss_and_gradient(tf.identity(picture))
            adam.apply_gradients([(gradient, picture)])
            picture.assign(tf.clip_by_value(picture, 0.0, 1.0))
            total = 0.99 * total + 0.01 * picture
            average = total / (1 - 0.99**step)  # as Adam's, it starts from 0
            yield average


def wasserstein_loss(vgg, photo, painting):
    """(loss, gradient) of a picture by crowsonkb's objective."""
    plain = feature_extractor(vgg, ["block4_conv2", *STYLE_LAYERS])
    sizes = {layer: tf.reduce_mean(values) for layer, values in plain(photo).items()}

    def extract(picture):
        return {layer: values / sizes[layer] for layer, values in plain(picture).items()}

    content, features = extract(photo)["block4_conv2"], extract(painting)
    goals = {}
    for layer in STYLE_LAYERS:
        mean, covariance = mean_and_covariance(features[layer])
        goals[layer] = mean, covariance, symmetric_root(covariance)

    def distance(features, mean, covariance, root):
        own_mean, own_covariance = mean_and_covariance(features)
        values = tf.linalg.eigvalsh(root @ own_covariance @ root)
        overlap = tf.reduce_sum(tf.sqrt(tf.maximum(values, 1e-4)))
        traces = tf.linalg.trace(own_covariance) + tf.linalg.trace(covariance)
        channels = features.shape[-1]
        return tf.reduce_mean((own_mean - mean) ** 2) + (traces - 2 * overlap) / channels

    @tf.function
    def loss_and_gradient(picture):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            features = extract(picture)
            off = features["block4_conv2"] - content
            loss = 0.015 * tf.reduce_sum(off**2) / (tf.reduce_sum(tf.abs(off)) + 1e-8)
            for layer, goal in goals.items():
                loss += WASSERSTEIN_WEIGHTS[layer] * distance(features[layer], *goal)
            down = picture[:, 1:, :-1] - picture[:, :-1, :-1]
            across = picture[:, :-1, 1:] - picture[:, :-1, :-1]
            loss += 2 * tf.reduce_mean(down**2 + across**2)
        return loss, tape.gradient(loss, picture)

    return loss_and_gradient


def symmetric_root(matrix):
    values, vectors = tf.linalg.eigh(matrix)
    return (vectors * tf.sqrt(tf.maximum(values, 0.0))) @ tf.transpose(vectors)


def as_generator(run):
    """A function that calls back, `run(show)`, as a generator of what it shows; it waits in between."""
    shown, go_on = queue.Queue(), queue.Queue()

    def show(value):
        shown.put(value)
        go_on.get()

    def work():
        go_on.get()
        try:
            run(show)
        except Exception as error:  # carried over to the other thread, where it is raised
            shown.put(error)
        shown.put(None)

    threading.Thread(target=work, daemon=True).start()
    while True:
        go_on.put(None)
        value = shown.get()
        if isinstance(value, Exception):
            raise value
        if value is None:
            return
        yield value


RECIPES = {
    "kit": kit,
    "kit, float32": functools.partial(kit, precision="float32"),
    "kit by default": functools.partial(kit, neighbor_weight=DEFAULTS.neighbor_weight),
    "TensorFlow tutorial": tutorial,
    "Gatys' notebook": gatys,
    "Keras example": keras_example,
}


def load(name, side):
    """A sample at this side, enlarged if it is smaller."""
    return with_longest_side(load_image(name, max_side=side), side)
