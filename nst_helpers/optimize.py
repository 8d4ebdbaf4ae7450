"""The optimization loop: from two pictures and three losses to a third picture.

The method is Gatys, Ecker, Bethge, CVPR 2016 (see `losses.py`), with three differences that a
laptop needs: Adam instead of L-BFGS, from coarse to fine, and losses divided by constants of
the two targets, so that a weight means the same strength at every size and for every painting.
"""

import math
import sys
import time
from dataclasses import dataclass, field

import keras
import tensorflow as tf
from tqdm import tqdm

from .images import SHORTEST_SIDE, load_image, resize, size_with_longest_side
from .losses import content_loss, gram_matrix, style_loss, total_loss, total_variation
from .vgg import feature_extractor, load_vgg19

CONTENT_LAYER = "block4_conv2"
STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1")
STARTING_POINTS = ("content", "style", "noise")
COARSEST_SIDE = 256  # scales are halved until they are no larger
COARSEST_PARTS = 4  # the coarsest scale gets this many times the steps of each finer one
STEPS_A_PART = 28


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and says what to use instead."""


class LossNotFinite(RuntimeError):
    """A loss became NaN or infinite; the message says which weight to lower."""


@dataclass(frozen=True)
class Targets:
    """What the generated image is compared with at one size. Computed once; never changes.

    content: the content image's features, `(1, height, width, channels)`.
    grams: `{layer: (channels, channels)}`, the style image's Gram matrices.
    constants: `{"content": number, layer: number, ...}`, what the plain losses are divided by;
    `compute_targets` says how they are chosen.
    """

    content: tf.Tensor
    grams: dict
    constants: dict


@dataclass(frozen=True)
class Step:
    """One evaluation of the loss: the picture, and the losses of exactly this picture.

    number counts from 1 to `total` over all scales; side is the longest side at this scale, in
    pixels; losses: `{"content", "style", "tv", "total"}`, weighted, so that the first three add
    up to the total; seconds since the run began; constants: see `Targets`.
    """

    number: int
    total: int
    side: int
    losses: dict
    seconds: float
    picture: tf.Tensor = field(repr=False)
    constants: dict = field(repr=False)


@dataclass(frozen=True)
class Result:
    """What `stylize` returns.

    picture: `(1, height, width, 3)`. history: one dict a step with `step`, `side`, `content`,
    `style`, `tv`, `total` (weighted losses) and `seconds`. settings: everything that made it,
    fit for JSON. constants: of the last scale, see `compute_targets`. message: empty, or why the
    run ended early.
    """

    picture: tf.Tensor = field(repr=False)
    history: list = field(repr=False)
    seconds: float
    settings: dict
    constants: dict = field(repr=False)
    message: str = ""


def stylize(
    content,
    style,
    size=512,
    steps=None,
    content_weight=1.0,
    style_weight=8.0,
    tv_weight=3.0,
    init="content",
    seed=0,
    content_layer=CONTENT_LAYER,
    style_layers=STYLE_LAYERS,
    learning_rate=0.03,
    vgg=None,
    progress=True,
):
    """Paint the content image in the manner of the style image.

    content, style: anything `load_image` takes. size: the longest side of the output in pixels;
    a smaller content image is not enlarged. steps: evaluations of the loss, over all scales
    together; None for as many as a good picture needs. The three weights: see `compute_targets`.
    init: where to start, `"content"`, `"style"` or `"noise"` (white noise from `seed`).
    content_layer, style_layers: Keras' layer names. learning_rate: Adam's, at the start.
    vgg: what `load_vgg19` returns; None loads the bundled weights. progress: show a bar.

    Returns a `Result`. An interrupt (Ctrl-C, or the stop button of a notebook) ends the run and
    returns the picture it had reached; so does a loss that is not finite. `Result.message` says
    so. Raises `SettingsError`, `PictureError`, `WeightsError` or `LayerError` for input that
    cannot be used.
    """
    start = time.perf_counter()
    settings = {
        "size": size,
        "steps": steps,
        "content_weight": content_weight,
        "style_weight": style_weight,
        "tv_weight": tv_weight,
        "init": init,
        "seed": seed,
        "content_layer": content_layer,
        "style_layers": list(style_layers),
        "learning_rate": learning_rate,
    }
    check_settings(settings)
    content = load_image(content, max_side=size)
    style = load_image(style, max_side=size)
    settings["size"] = max(content.shape[1:3])
    settings["scales"] = scales(content, style)
    settings["steps"] = split_steps(steps, settings["scales"])
    extract = feature_extractor(vgg or load_vgg19(), [content_layer, *style_layers])

    history, last, message = [], None, ""
    bar = tqdm(total=sum(settings["steps"]), disable=not progress, file=sys.stdout, unit="step", ncols=90)
    try:
        for last in paint(extract, content, style, settings):
            history.append({"step": last.number, "side": last.side, **last.losses, "seconds": round(last.seconds, 3)})
            bar.set_description_str(f"{last.side} px", refresh=False)
            bar.set_postfix_str(f"loss {last.losses['total']:.3g}", refresh=False)
            bar.update()
    except KeyboardInterrupt:
        if last is None:
            raise
        message = f"Interrupted after {last.number} of {last.total} steps; this is the picture reached."
    except LossNotFinite as error:
        if last is None:
            raise
        message = str(error)
    finally:
        bar.close()
    if message:
        print(message)
    picture = resize(last.picture, *content.shape[1:3])
    return Result(picture, history, time.perf_counter() - start, settings, last.constants, message)


def paint(extract, content, style, settings):
    """The loop, as a generator: yields a `Step` after every evaluation of the loss.

    extract: from `feature_extractor`. content, style: pictures. settings: as in
    `Result.settings`; its `scales` and `steps` are lists, one entry a scale. Each scale starts
    from the enlarged result of the last. Raises `LossNotFinite`; the picture yielded last is
    then still good.
    """
    start = time.perf_counter()
    layers = settings["content_layer"], settings["style_layers"]
    loss_and_gradient = make_loss_and_gradient(extract, *layers)
    weights = {term: tf.constant(settings[f"{term}_weight"], tf.float32) for term in ("content", "style", "tv")}
    number, picture = 0, None
    for side, steps in zip(settings["scales"], settings["steps"], strict=True):
        content_here = resize(content, *size_with_longest_side(content, side))
        style_here = resize(style, *size_with_longest_side(style, side))
        targets = compute_targets(extract, content_here, style_here, *layers)
        if picture is None:
            value = starting_point(settings["init"], content_here, style_here, settings["seed"])
        else:
            value = resize(picture, *content_here.shape[1:3])
        picture = tf.Variable(value)
        rate = keras.optimizers.schedules.CosineDecay(settings["learning_rate"], steps, alpha=0.1)
        optimizer = keras.optimizers.Adam(rate, beta_2=0.99)

        for _ in range(steps):
            number += 1
            value = tf.identity(picture)  # a value, not the variable, which goes on changing
            losses, gradient = loss_and_gradient(value, targets.content, targets.grams, targets.constants, weights)
            losses = {term: float(loss) for term, loss in losses.items()}
            if not math.isfinite(losses["total"]):
                raise LossNotFinite(_what_to_lower(losses, number, weights))
            seconds = time.perf_counter() - start
            yield Step(number, sum(settings["steps"]), side, losses, seconds, value, targets.constants)
            optimizer.apply_gradients([(gradient, picture)])
            picture.assign(tf.clip_by_value(picture, 0.0, 1.0))


def make_loss_and_gradient(extract, content_layer, style_layers):
    """The function that the loop calls: a picture's weighted losses, and the total's gradient.

    Returns `f(picture, content_target, style_targets, constants, weights)`, a `tf.function` that
    gives `({"content", "style", "tv", "total"}, gradient)`; the gradient has the picture's
    shape. Weights and constants are tensors, so changing them does not trace it again.
    """

    @tf.function
    def loss_and_gradient(picture, content_target, style_targets, constants, weights):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            features = extract(picture)
            content = content_loss(features[content_layer], content_target) / constants["content"]
            grams = {layer: gram_matrix(features[layer]) for layer in style_layers}
            layer_weights = {layer: 1 / (len(style_layers) * constants[layer]) for layer in style_layers}
            style = style_loss(grams, style_targets, layer_weights)
            variation = total_variation(picture)
            total = total_loss(content, style, variation, weights["content"], weights["style"], weights["tv"])
        losses = {
            "content": weights["content"] * content,
            "style": weights["style"] * style,
            "tv": weights["tv"] * variation,
            "total": total,
        }
        return losses, tape.gradient(total, picture)

    return loss_and_gradient


def compute_targets(extract, content, style, content_layer, style_layers):
    """The `Targets` for one size: run the network once on each of the two pictures.

    extract: from `feature_extractor`. content, style: pictures at this size.

    The plain losses of `losses.py` grow with the features, by factors of thousands between
    layers, sizes and paintings. `stylize` divides them by constants of the two targets, so that
    each becomes a relative squared error:

    * `constants["content"]` is the mean square of the content image's features P. The divided
      content loss is ‖F − P‖² / ‖P‖²: 0 for the photo, about 1 when nothing of it is left.
    * `constants[layer]` is the mean square of the style image's Gram matrix A or of the content
      image's, whichever is larger. The divided style loss is 0 for the painting's own Gram
      matrices, and between about 0.3 and 0.9 for an unpainted photo, whatever the size or painting.

    To convert: `content_weight` c here is a plain content weight of c / constants["content"];
    `style_weight` s here is, for each of the n layers, a weight of s / (n · constants[layer]) on
    the mean squared difference of the Gram matrices over height × width.
    """
    content_features = extract(content)
    style_features = extract(style)
    grams = {layer: gram_matrix(style_features[layer]) for layer in style_layers}
    constants = {"content": _mean_square(content_features[content_layer])}
    for layer in style_layers:
        photo_gram = gram_matrix(content_features[layer])
        constants[layer] = tf.maximum(_mean_square(grams[layer]), _mean_square(photo_gram))
    return Targets(content_features[content_layer], grams, constants)


def starting_point(init, content, style, seed=0):
    """The picture that the loop starts from, in the content image's size.

    init: `"content"`, `"style"` (the style image, stretched to that size) or `"noise"` (white
    noise; the same seed gives the same noise). content, style: pictures.
    """
    if init == "content":
        return content
    if init == "style":
        return resize(style, *content.shape[1:3])
    return tf.random.stateless_uniform(content.shape, seed=(seed, 0))


def scales(content, style):
    """The longest side at each scale, from coarse to fine, in pixels.

    The last one is the content image's own; each before it is half the next, until one is at
    most 256 px or a picture would be too narrow for the network.
    """
    sides = [max(content.shape[1:3])]
    while sides[0] > COARSEST_SIDE:
        half = sides[0] // 2
        if any(min(size_with_longest_side(picture, half)) < SHORTEST_SIDE for picture in (content, style)):
            break
        sides.insert(0, half)
    return sides


def split_steps(steps, sides):
    """How many steps each scale gets: most where they are cheap. steps: over all scales, or None."""
    parts = [COARSEST_PARTS] + [1] * (len(sides) - 1)
    if steps is None:
        return [STEPS_A_PART * part for part in parts]
    if steps < len(sides):
        raise SettingsError(f"steps is {steps}: ask for at least {len(sides)}, one for each of the scales {sides}.")
    counts = [max(1, round(steps * part / sum(parts))) for part in parts]
    counts[0] += steps - sum(counts)
    return counts


def check_settings(settings):
    """Raise `SettingsError` for a setting of `stylize` that no run could use."""
    if settings["size"] < SHORTEST_SIDE:
        raise SettingsError(f"size is {settings['size']} px: ask for at least {SHORTEST_SIDE} px.")
    if settings["steps"] is not None and settings["steps"] < 1:
        raise SettingsError(f"steps is {settings['steps']}: ask for at least 1.")
    weights = {name: settings[name] for name in ("content_weight", "style_weight", "tv_weight")}
    for name, weight in weights.items():
        if not math.isfinite(weight) or weight < 0:
            raise SettingsError(f"{name} is {weight}: a weight is a number from 0 upward.")
    if not any(weights.values()):
        raise SettingsError("All three weights are 0: give at least one of them a value.")
    if settings["init"] not in STARTING_POINTS:
        raise SettingsError(f"init is {settings['init']!r}: choose one of {', '.join(map(repr, STARTING_POINTS))}.")
    if not settings["style_layers"]:
        raise SettingsError("style_layers is empty: name at least one layer, such as 'block1_conv1'.")
    rate = settings["learning_rate"]
    if not (math.isfinite(rate) and rate > 0):
        raise SettingsError(f"learning_rate is {rate}: use a number above 0, such as 0.03.")


def _mean_square(values):
    return tf.maximum(tf.reduce_mean(tf.square(values)), 1.0)  # never 0: features are in the hundreds


def _what_to_lower(losses, number, weights):
    broken = [term for term in ("content", "style", "tv") if not math.isfinite(losses[term])]
    term = broken[0] if broken else max(("content", "style", "tv"), key=losses.get)
    return (
        f"The {term} loss is not finite at step {number}: the run stops with its last good picture. "
        f"Lower {term}_weight (it is {float(weights[term]):g})."
    )
