"""The optimization loop: from two pictures and three losses to a third picture.

The method is Gatys, Ecker, Bethge, CVPR 2016 (see `losses.py`), with two additions that a laptop
needs: it works from coarse to fine, and losses are divided by constants of the two targets, so
that a weight means the same strength at every size and for every painting.
"""

import contextlib
import functools
import hashlib
import inspect
import itertools
import math
import numbers
import sys
import time
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from . import card, machine
from .images import SHORTEST_SIDE, load_with_sha256, resize, size_with_longest_side
from .losses import content_loss, gram_matrix, style_loss, total_loss, total_variation
from .optimizers import LBFGS, Adam
from .vgg import feature_extractor, load_vgg19

CONTENT_LAYER = "block4_conv2"
STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1")
TERMS = ("content", "style", "tv")
STARTING_POINTS = ("content", "style", "noise")
OPTIMIZERS = {"lbfgs": LBFGS, "adam": Adam}
PRECISIONS = ("auto", "float32", "bfloat16")
NARROWEST = 16  # px, of the shorter side at the coarsest scale: four poolings leave one place of it
COARSEST_SIDE = 256  # scales are halved until they are no larger
COARSEST_PARTS = 4  # the coarsest scale gets this many times the steps of each finer one
STEPS_A_PART = 25
TRIAL_SIDE = 191  # of `plan`, px; a size at which nobody paints, so that no run has traced it before
_SECONDS_TO_TRACE = {}  # by precision, of the first trial of `plan`; a second one finds its graph in `_engine`
BAR = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} steps, {elapsed}{postfix}"
GROWTH = 1.9  # a step's seconds grow with the side to this power, a little slower than the pixels


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and says what to use instead."""


class RunStopped(RuntimeError):
    """A run cannot go on; the picture yielded last is still good, and the message says what to do."""


class LossNotFinite(RunStopped):
    """A loss became NaN or infinite; the message says which weight to lower."""


class OutOfMemory(RunStopped):
    """TensorFlow could not get the memory that a scale needs; the message names a smaller size."""


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

    def __iter__(self):
        return iter((self.content, self.grams, self.constants))


@dataclass(frozen=True)
class Step:
    """One evaluation of the loss, and the best picture so far (Adam's latest) with exactly its losses.

    number counts from 1 to `total` over all scales; side is the longest side at this scale, in
    pixels; losses: `{"content", "style", "tv", "total", layer: ...}`, weighted, so that the first
    three add up to the total, and the style layers' to `"style"`; seconds since the run began, and
    about how many are left (None before that can be said); constants: see `Targets`.
    """

    number: int
    total: int
    side: int
    losses: dict
    seconds: float
    seconds_left: float | None
    picture: tf.Tensor = field(repr=False)
    constants: dict = field(repr=False)


@dataclass(frozen=True)
class Result:
    """What `stylize` returns.

    picture: `(1, height, width, 3)`. history: one dict a step with `step`, `side`, `content`,
    `style`, `tv`, `total`, each style layer (weighted losses) and `seconds`. settings: those given
    and the defaults, fit for JSON. constants: of the last scale, see `compute_targets`. card: the settings and all
    else that tells how the picture was made, see `card.py`; `save_image` writes it into a file.
    message: empty, or why the run ended early.
    """

    picture: tf.Tensor = field(repr=False)
    history: list = field(repr=False)
    seconds: float
    settings: dict
    constants: dict = field(repr=False)
    card: dict = field(repr=False)
    message: str = ""


def stylize(
    content,
    style,
    size=512,
    steps=None,
    content_weight=1.0,
    style_weight=8.0,
    tv_weight=0.3,
    init="content",
    seed=0,
    content_layer=CONTENT_LAYER,
    style_layers=STYLE_LAYERS,
    optimizer="lbfgs",
    learning_rate=0.03,
    scales=None,
    precision="auto",
    vgg=None,
    progress=True,
    on_step=None,
):
    """Paint the content image in the manner of the style image.

    content, style: anything `load_image` takes. size: the longest side of the output in pixels;
    a smaller content image is not enlarged. steps: evaluations of the loss, over all scales
    together, or a list with one number a scale; None for as many as a good picture needs. The
    three weights: see `compute_targets`. init: where to start, `"content"`, `"style"` or
    `"noise"` (white noise from `seed`). content_layer, style_layers: Keras' layer names; style_layers
    may be a dict from a layer's name to a factor, 0 upward, for its share of the style loss.
    optimizer: `"lbfgs"` or `"adam"`, see `optimizers.py`; learning_rate: Adam's, at the start.
    scales: the longest sides from coarse to fine, the last one being the size (if the content
    image is smaller, they shrink with it); None for `choose_scales`. precision: `"float32"`,
    `"bfloat16"` or `"auto"`, see `machine.best_precision`. vgg: what
    `load_vgg19` returns; None loads the bundled weights, once. progress: show a bar. on_step: a function
    that is called with each `Step`; it may raise `KeyboardInterrupt` to end the run.

    Returns a `Result`. An interrupt (Ctrl-C, or the stop button of a notebook) ends the run and
    returns the picture it had reached; so does a loss that is not finite, and so does a finer
    scale for which there is no memory. `Result.message` says so. Raises `SettingsError`,
    `PictureError`, `WeightsError` or `LayerError` for input that cannot be used, and `RunStopped` if it ends before
    there is a picture.
    """
    start = time.perf_counter()
    settings = check_settings(
        size=size,
        steps=steps,
        content_weight=content_weight,
        style_weight=style_weight,
        tv_weight=tv_weight,
        init=init,
        seed=seed,
        content_layer=content_layer,
        style_layers=style_layers,
        optimizer=optimizer,
        learning_rate=learning_rate,
        scales=scales,
        precision=precision,
    )
    content, content_sha256 = load_with_sha256(content, max_side=settings["size"])
    side = max(content.shape[1:3])
    style, style_sha256 = load_with_sha256(style, max_side=side)
    painted = {"size": side, "scales": choose_scales(content, style), "precision": settings["precision"]}
    painted["steps"] = settings["steps"]
    if settings["scales"]:
        check_order(settings["scales"], settings["size"])
        painted |= shrink_scales(settings["scales"], settings["steps"], side / settings["size"])
    check_scales(painted["scales"], content, style)
    painted["steps"] = split_steps(painted["steps"], painted["scales"])
    if settings["precision"] == "auto":
        painted["precision"] = machine.best_precision()
    check_memory(content, style, painted["precision"])
    vgg = vgg or bundled_vgg19()
    facts = {
        "content_sha256": content_sha256,
        "style_sha256": style_sha256,
        "weights_sha256": weights_sha256(vgg),
        "machine": machine.describe(),
    }

    history, last, message = [], None, ""
    bar = tqdm(total=sum(painted["steps"]), disable=not progress, file=sys.stdout, ncols=90, bar_format=BAR)
    try:
        for last in paint(vgg, content, style, settings | painted):
            history.append({"step": last.number, "side": last.side, **last.losses, "seconds": round(last.seconds, 3)})
            left = "" if last.seconds_left is None else tqdm.format_interval(last.seconds_left) + " left, "
            bar.set_description_str(f"{last.side} px", refresh=False)
            bar.set_postfix_str(f"{left}loss {last.losses['total']:.3g}", refresh=False)
            bar.update()
            if on_step is not None:
                on_step(last)
    except KeyboardInterrupt:
        if last is None:
            raise
        message = f"Interrupted after {last.number} of {last.total} steps; this is the picture reached."
    except RunStopped as error:
        if last is None:
            raise
        message = str(error)
    except tf.errors.OpError as error:
        if last is None:
            raise RunStopped(
                f"TensorFlow cannot paint here ({_reason(error)}): install what it misses, or TensorFlow anew."
            ) from error
        message = (
            f"TensorFlow stopped the run after {last.number} of {last.total} steps ({_reason(error)}); "
            "this is the picture reached."
        )
    finally:
        bar.close()
    with machine.interrupts_ignored():  # an impatient second one must not cost the picture
        if message and on_step is None:  # whoever watches the steps has the words from the result
            print(message)
        picture = resize(last.picture, *content.shape[1:3])
        seconds = time.perf_counter() - start
        constants = {name: float(value) for name, value in last.constants.items()}
        done = {"steps_done": last.number, "losses": last.losses, "constants": constants, "seconds": round(seconds, 1)}
        made_by = card.make(settings, painted=painted, **done, **facts)
        return Result(picture, history, seconds, settings, last.constants, made_by, message)


DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(stylize).parameters.items()
    if name not in ("content", "style", "vgg", "progress", "on_step")
}


def paint(vgg, content, style, settings, weights=None, start=None):
    """The loop, as a generator: yields a `Step` after every evaluation of the loss.

    vgg: what `load_vgg19` returns. content, style: pictures. settings: as in `Result.settings`,
    but with `scales` and `steps` as lists, one entry a scale, and no `"auto"`. Each scale starts from the enlarged
    result of the last. weights: `{"content", "style", "tv"}`, read before every step, so that
    whoever holds this dict can change the weights while the picture is painted; None for those
    in the settings. It may also hold a style layer's name, with a factor for its share (1 by
    default), and `"learning_rate"`, Adam's. start: a picture to go on from, in place of the settings' init.
    Stop it at any step: the picture yielded last is whole.

    Raises `LossNotFinite` or `OutOfMemory`; the picture yielded last is then still good.
    """
    layers = settings["content_layer"], tuple(settings["style_layers"])
    factors = dict.fromkeys(layers[1], 1.0)
    if isinstance(settings["style_layers"], dict):
        factors = settings["style_layers"]
    weights = {term: settings[f"{term}_weight"] for term in TERMS} if weights is None else weights
    clock = Clock(settings["scales"], settings["steps"])
    best = start
    for scale, (side, steps) in enumerate(zip(settings["scales"], settings["steps"], strict=True)):
        with _memory_errors_said(side):
            content_here = resize(content, *size_with_longest_side(content, side))
            style_here = resize(style, *size_with_longest_side(style, side))
            extract, loss_and_gradient = _engine(vgg, *layers, tuple(content_here.shape))
            with machine.precision("float32"):
                targets = compute_targets(extract, content_here, style_here, *layers)
            if best is None:
                best = starting_point(settings["init"], content_here, style_here, settings["seed"])
            trial = best = resize(best, *content_here.shape[1:3])
            optimizer = OPTIMIZERS[settings["optimizer"]](best, steps, settings["learning_rate"])
        seen = in_force = None

        for _ in range(steps):
            if weights != seen:
                seen = dict(weights)
                optimizer.learning_rate = seen.get("learning_rate", settings["learning_rate"])
                now = factors | {name: seen[name] for name in seen if name != "learning_rate"}
                if now != in_force:
                    if in_force is not None:
                        trial = optimizer.forget()
                    in_force = now
                    tensors = {name: tf.constant(weight, tf.float32) for name, weight in in_force.items()}
            with _memory_errors_said(side):
                with machine.precision(settings["precision"]):
                    losses, gradient = loss_and_gradient(trial, *targets, tensors)
                values = {term: float(loss) for term, loss in losses.items()}
                number = clock.tick(scale)
                if not math.isfinite(values["total"]):
                    raise LossNotFinite(_what_to_lower(values, number, in_force))
                evaluated, trial = trial, optimizer.next(losses["total"], gradient)
            if optimizer.picture is evaluated:  # and not the one before, which was better
                best, losses_of_best = evaluated, values
            yield Step(number, clock.total, side, losses_of_best, clock.seconds, clock.left(), best, targets.constants)


@contextlib.contextmanager
def _memory_errors_said(side):
    """TensorFlow's errors for memory that it did not get, on a GPU above all, as `OutOfMemory`."""
    try:
        yield
    except tf.errors.OpError as error:
        words = ("out of memory", "failed to allocate", "alloc_failed")  # of CUDA's libraries, as an InternalError
        if not isinstance(error, tf.errors.ResourceExhaustedError) and not any(
            word in error.message.lower() for word in words
        ):
            raise
        raise OutOfMemory(
            f"A picture of {side} px does not fit the memory of this machine's processor or GPU: "
            f"ask for size={int(0.7 * side)} or less."
        ) from error


class Clock:
    """Counts a run's steps and says how long the rest will take."""

    def __init__(self, scales, steps):
        self._scales, self._steps = scales, steps
        self._start = self._last = time.perf_counter()
        self._first, self._later = {}, {}  # seconds by scale: of the first step, of the steps after it
        self.number, self.total, self.seconds = 0, sum(steps), 0.0

    def tick(self, scale):
        """One more step at this scale is done; returns its number, from 1."""
        now = time.perf_counter()
        took, self._last, self._scale = now - self._last, now, scale
        if scale in self._first:
            self._later.setdefault(scale, []).append(took)
        else:
            self._first[scale] = took  # with the targets and the tracing
        self.number += 1
        self.seconds = now - self._start
        return self.number

    def left(self):
        """The seconds that the rest of the run should take; None before there is a step to go by."""
        here = self._scale
        if here in self._later:
            recent = sorted(self._later[here][-9:])
            step = recent[len(recent) // 2]
        elif here - 1 in self._later:
            before = sorted(self._later[here - 1])
            step = before[len(before) // 2] * (self._scales[here] / self._scales[here - 1]) ** GROWTH
        elif self.number == self.total:
            return 0.0
        else:
            return None
        tracing = max(0.0, self._first[here] - step)
        left = step * (sum(self._steps[: here + 1]) - self.number)
        for side, steps in zip(self._scales[here + 1 :], self._steps[here + 1 :], strict=True):
            left += tracing + step * steps * (side / self._scales[here]) ** GROWTH
        return left


@functools.lru_cache(maxsize=8)
def _engine(vgg, content_layer, style_layers, shape):
    """The extractor and the loop's function for one shape of picture; kept, so that a second run need not trace it."""
    extract = _extractor(vgg, content_layer, style_layers)
    return extract, make_loss_and_gradient(extract, content_layer, style_layers)


@functools.lru_cache(maxsize=4)
def _extractor(vgg, content_layer, style_layers):
    """One for all shapes, so that `_measuring` is traced once."""
    return feature_extractor(vgg, [content_layer, *style_layers])


@functools.cache
def bundled_vgg19():
    """The network with the bundled weights, loaded once."""
    return load_vgg19()


@functools.lru_cache(maxsize=1)
def weights_sha256(vgg):
    """The sha256 of a network's weights, layer by layer. Kept, so load a network anew to change its weights."""
    digest = hashlib.sha256()
    for values in vgg.get_weights():
        digest.update(values.tobytes())
    return digest.hexdigest()


def plan(size=512, steps=None, aspect=1.5, precision="auto", vgg=None):
    """What a run will cost on this machine: `{"seconds", "gigabytes", "scales", "steps", "fits"}`.

    size, steps, precision: as for `stylize`. aspect: long side ÷ short side of the photo; the
    painting may be up to a square. The seconds come from a timed trial of about two seconds at a small size,
    without import and loading; the gigabytes are the process's peak, see `machine.peak_memory`; `fits` says
    whether they can be had now (always true on a GPU, of whose memory nothing is known before). Raises `SettingsError`.
    """
    settings = check_settings(**DEFAULTS | {"size": size, "steps": steps, "precision": precision})
    if _number("aspect", aspect) < 1:
        raise SettingsError(f"aspect is {aspect:g}: give the long side ÷ the short side of the photo, 1 or more.")
    size, height = settings["size"], round(settings["size"] / aspect)
    picture = np.broadcast_to(np.float32(0), (1, height, size, 3))  # a shape that takes no memory
    sides = choose_scales(picture, picture)
    counts = split_steps(settings["steps"], sides)
    trial_side = min(TRIAL_SIDE, size)
    trial = tf.zeros((1, max(SHORTEST_SIDE, round(trial_side / aspect)), trial_side, 3))
    settings |= {"scales": [trial_side], "steps": [5], "init": "noise"}
    if precision == "auto":
        settings["precision"] = machine.best_precision()
    times = [step.seconds for step in paint(vgg or bundled_vgg19(), trial, trial, settings)]
    step = min(after - before for before, after in itertools.pairwise(times))
    tracing = _SECONDS_TO_TRACE.setdefault(settings["precision"], times[0] - step)
    seconds = sum(
        tracing + step * count * (side / trial_side) ** GROWTH for side, count in zip(sides, counts, strict=True)
    )
    needed = machine.peak_memory(_pixels_that_count((height, size), (size, size)), settings["precision"])
    return {
        "seconds": seconds,
        "gigabytes": needed / 1e9,
        "scales": sides,
        "steps": counts,
        "fits": machine.has_gpu() or needed <= machine.memory_within_reach(),
    }


def make_loss_and_gradient(extract, content_layer, style_layers):
    """The function that the loop calls: a picture's weighted losses, and the total's gradient.

    Returns `f(picture, content_target, style_targets, constants, weights)`, a `tf.function` that
    gives `(losses, gradient)`: the losses as in `Step`, the gradient in the picture's shape. Weights
    (of the three terms, and factors for style layers, see `paint`) and constants are tensors, so
    changing them does not trace it again.
    """

    @tf.function
    def loss_and_gradient(picture, content_target, style_targets, constants, weights):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            features = extract(picture)
            content = content_loss(features[content_layer], content_target) / constants["content"]
            grams = {layer: gram_matrix(features[layer]) for layer in style_layers}
            layer_weights = {
                layer: weights.get(layer, 1.0) / (len(style_layers) * constants[layer]) for layer in style_layers
            }
            by_layer = {
                layer: style_loss({layer: grams[layer]}, {layer: style_targets[layer]}, layer_weights)
                for layer in style_layers
            }
            style = tf.add_n(list(by_layer.values()))
            variation = total_variation(picture)
            total = total_loss(content, style, variation, weights["content"], weights["style"], weights["tv"])
        losses = {
            "content": weights["content"] * content,
            "style": weights["style"] * style,
            "tv": weights["tv"] * variation,
            "total": total,
            **{layer: weights["style"] * part for layer, part in by_layer.items()},
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
    measure = _measuring(extract, content_layer, tuple(style_layers))
    target, photo_grams = measure(content)
    _, grams = measure(style)
    constants = {"content": _mean_square(target)}
    for layer in style_layers:
        constants[layer] = tf.maximum(_mean_square(grams[layer]), _mean_square(photo_grams[layer]))
    return Targets(target, grams, constants)


@functools.lru_cache(maxsize=8)
def _measuring(extract, content_layer, style_layers):
    """A function from a picture to its features in the content layer and its Gram matrices in the style layers.

    A graph, which lets go of features once they are used: at 2048 px, of 2 GB. Traced for all sizes and by hand,
    since TensorFlow warns of a function that is traced as often as it is called.
    """

    @tf.function
    def measure(picture):
        features = extract(picture)
        return features[content_layer], {layer: gram_matrix(features[layer]) for layer in style_layers}

    return measure.get_concrete_function(tf.TensorSpec((1, None, None, 3)))


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


def choose_scales(content, style):
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


def check_order(sides, size):
    """Raise `SettingsError` unless the scales that were given rise to the size asked for."""
    if sides != sorted(set(sides)) or sides[-1] != size or sides[0] < SHORTEST_SIDE:
        raise SettingsError(
            f"scales are {sides}: give longest sides from coarse to fine, from {SHORTEST_SIDE} px, "
            f"the last one being the size, {size}."
        )


def shrink_scales(sides, steps, factor):
    """`{"scales", "steps"}` for a photo that is smaller than the size asked for; too small a scale is left out."""
    shrunk = [round(side * factor) for side in sides]
    kept = [number for number, side in enumerate(shrunk) if side >= SHORTEST_SIDE and side not in shrunk[number + 1 :]]
    if isinstance(steps, list) and len(steps) == len(sides):  # else `split_steps` says what is wrong
        steps = [steps[number] for number in kept]
    return {"scales": [shrunk[number] for number in kept], "steps": steps}


def check_scales(sides, content, style):
    """Raise `SettingsError` unless VGG19 can see both pictures at the coarsest scale."""
    for name, picture in {"content image": content, "style image": style}.items():
        shorter = min(size_with_longest_side(picture, sides[0]))
        if shorter < NARROWEST:
            raise SettingsError(
                f"At {sides[0]} px on its longer side the {name} is {shorter} px on the shorter, and VGG19 needs "
                f"{NARROWEST}: use larger scales or a larger size, or crop it nearer to a square."
            )


def split_steps(steps, sides):
    """How many steps each scale gets: most where they are cheap.

    steps: over all scales, a list with one number a scale, or None. Raises `SettingsError`.
    """
    if isinstance(steps, (list, tuple)):
        if len(steps) != len(sides):
            raise SettingsError(f"steps is {list(steps)}: give one number for each of the scales {sides}.")
        return list(steps)
    parts = [COARSEST_PARTS] + [1] * (len(sides) - 1)
    if steps is None:
        return [STEPS_A_PART * part for part in parts]
    if steps < len(sides):
        raise SettingsError(f"steps is {steps}: ask for at least {len(sides)}, one for each of the scales {sides}.")
    counts = [max(1, round(steps * part / sum(parts))) for part in parts]
    counts[0] += steps - sum(counts)
    return counts


def check_memory(content, style, precision):
    """Raise `SettingsError` if pictures of this size do not fit the memory now available."""
    if machine.has_gpu():
        return  # what a GPU has free is not known beforehand; see `OutOfMemory`
    height, width = content.shape[1:3]

    def pixels(side):
        return _pixels_that_count(*(size_with_longest_side(picture, side) for picture in (content, style)))

    side = max(height, width)
    needed, reach = machine.peak_memory(pixels(side), precision), machine.memory_within_reach()
    if needed > reach:
        largest = math.floor(side * math.sqrt(machine.pixels_that_fit(reach, precision) / pixels(side)))
        while largest >= SHORTEST_SIDE and machine.peak_memory(pixels(largest), precision) > reach:
            largest -= 1  # the shorter sides were rounded up
        fits = largest >= SHORTEST_SIDE
        way_out = f"the largest size that fits is {largest}." if fits else "close other programs first."
        raise SettingsError(
            f"A picture of {width} × {height} px needs about {needed / 1e9:.1f} GB of memory, and "
            f"{max(reach, 0) / 1e9:.1f} GB can be had: {way_out}"
        )


def _pixels_that_count(photo, painting):
    """For the peak of memory, of two pictures' `(height, width)`. The painting's gradient is never taken."""
    return max(math.prod(photo), math.prod(painting) / 2)


def check_settings(**settings):
    """The settings of `stylize` in plain types, fit for JSON; raises `SettingsError` for one that no run could use."""
    for name in ("content_weight", "style_weight", "tv_weight", "learning_rate"):
        settings[name] = _number(name, settings[name])
    for name in ("size", "seed"):
        settings[name] = _whole_number(name, settings[name])
    if settings["size"] < SHORTEST_SIDE:
        raise SettingsError(f"size is {settings['size']} px: ask for at least {SHORTEST_SIDE} px.")
    if not 0 <= settings["seed"] < 2**31:
        raise SettingsError(f"seed is {settings['seed']}: use a whole number from 0 to {2**31 - 1}.")
    weights = {name: settings[name] for name in ("content_weight", "style_weight", "tv_weight")}
    for name, weight in weights.items():
        if weight < 0:
            raise SettingsError(f"{name} is {weight:g}: a weight is a number from 0 upward.")
    if not any(weights.values()):
        raise SettingsError("All three weights are 0: give at least one of them a value.")
    if settings["learning_rate"] <= 0:
        raise SettingsError(f"learning_rate is {settings['learning_rate']:g}: use a number above 0, such as 0.03.")
    for name, known in {"init": STARTING_POINTS, "optimizer": OPTIMIZERS, "precision": PRECISIONS}.items():
        if settings[name] not in tuple(known):
            raise SettingsError(f"{name} is {settings[name]!r}: choose one of {', '.join(map(repr, known))}.")
    for name in ("steps", "scales"):
        value = settings[name]
        if isinstance(value, (list, tuple, np.ndarray)):
            settings[name] = [_whole_number(name, one) for one in value]
        elif value is not None and name == "steps":
            settings[name] = _whole_number(name, value)
        elif value is not None:
            raise SettingsError(f"scales is {value!r}: give a list of longest sides, such as [256, 512].")
        if settings[name] is not None and np.min(settings[name], initial=1) < 1:
            raise SettingsError(f"{name} is {value}: ask for at least 1.")
    layers = settings["style_layers"]
    layers = [layers] if isinstance(layers, str) else layers
    if not isinstance(layers, (list, tuple, dict)) or not layers:
        raise SettingsError(f"style_layers is {layers!r}: name at least one layer, such as ['block1_conv1'].")
    for name in (settings["content_layer"], *layers):
        if not isinstance(name, str):
            raise SettingsError(f"A layer is called {name!r}: give Keras' name of a layer, such as 'block4_conv2'.")
    settings["style_layers"] = list(dict.fromkeys(layers))  # each once
    if isinstance(layers, dict):
        settings["style_layers"] = {name: _number(f"The factor of {name}", factor) for name, factor in layers.items()}
        for name, factor in settings["style_layers"].items():
            if factor < 0:
                raise SettingsError(f"The factor of {name} is {factor:g}: a factor is a number from 0 upward.")
    return settings


def _number(name, value):
    if not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise SettingsError(f"{name} is {value!r}: give a number.")
    return float(value)


def _whole_number(name, value):
    if _number(name, value) != int(value):
        raise SettingsError(f"{name} is {value!r}: give a whole number.")
    return int(value)


def _mean_square(values):
    return tf.maximum(tf.reduce_mean(tf.square(values)), 1.0)  # never 0: features are in the hundreds


def _what_to_lower(losses, number, weights):
    broken = [term for term in TERMS if not math.isfinite(losses[term])]
    term = broken[0] if broken else max(TERMS, key=losses.get)  # each finite, but their sum too large
    kept = ": the run stops with its last good picture" if number > 1 else ""
    return f"The {term} loss is not finite at step {number}{kept}. Lower {term}_weight (it is {weights[term]:g})."


def _reason(error):
    """The sentence in a TensorFlow error that says what happened, without the places it names before and after."""
    around = ("Graph execution error", "Detected at", "<stack traces", "File ", "[[")
    lines = [line.strip() for line in error.message.splitlines()]
    said = [line for line in lines if line and not line.startswith(around)]
    return said[0] if said else type(error).__name__
