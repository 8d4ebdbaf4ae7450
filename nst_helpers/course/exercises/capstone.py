"""The capstone of lesson 05: the whole loop that paints."""

from operator import mul

import keras
import numpy as np
import tensorflow as tf

from ..plain import Counted
from .exercise import Exercise, random_tensor

CLIPPED = (0.0, 1.0)


def _losses_of(picture, targets):
    apart = tf.reduce_mean(tf.square(picture - targets))
    levels = tf.square(tf.reduce_mean(picture) - tf.reduce_mean(targets) + 0.3)
    return {"content": apart, "style": levels, "tv": tf.reduce_mean(tf.abs(picture - 0.5))}


def _case(start, goal, weights, steps, learning_rate):
    return [start, Counted(lambda: goal), _losses_of, weights, steps, learning_rate]


def _random_case(seed, size, *others):
    """A small picture, and losses of it that pull some of its values out of 0 to 1."""
    goal = random_tensor(seed + 1, 1, *size, 3, low=-0.4, high=1.4)
    return _case(random_tensor(seed, 1, *size, 3), goal, *others)


def _schedule():
    return keras.optimizers.schedules.CosineDecay(0.1, 3, alpha=0.1)


def _cases():
    """By hand, as Adam's first steps are one learning rate long: a gray of 0.9, then 0.8, whose
    losses are 0.49 + 2 · 1 + 10 · 0.4 = 6.49 and 0.36 + 2 · 0.81 + 10 · 0.3 = 4.98."""
    gray, goal = (tf.fill((1, 1, 1, 3), value) for value in (0.9, 0.2))
    return [
        _case(gray, goal, {"content": 1.0, "style": 2.0, "tv": 10.0}, 2, 0.1),
        _random_case(1, (2, 7), {"style": 20.7, "tv": 0.9, "content": 1.3}, 5, 0.07),
        _random_case(3, (6, 4), {"content": 7.1, "style": 0.4, "tv": 2.3}, 4, 0.21),
        # The lesson's own cells, too, give a schedule.
        _random_case(5, (3, 5), {"content": 1.0, "style": 3.0, "tv": 0.6}, 3, _schedule()),
    ]


def _adam(rate, beta_1, beta_2, epsilon):
    return keras.optimizers.Adam(rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)


def paint_by(
    targets_once=True,
    one_variable=True,
    one_optimizer=True,
    loss_of=lambda losses, weights: sum(weights[name] * losses[name] for name in weights),
    gradient_of=None,
    clip="after",
    noted="before",
    number=lambda steps: steps,
    rate=lambda learning_rate: learning_rate,
    beta_1=0.9,
    beta_2=0.99,
    epsilon=1e-7,
):
    """The loop, and what it becomes by one slip each: a function like the learner's."""

    def paint(start, make_targets, losses_of, weights, steps, learning_rate):
        targets = make_targets() if targets_once else None
        picture, history = tf.Variable(start), []
        optimizer = _adam(rate(learning_rate), beta_1, beta_2, epsilon)
        for _ in range(number(steps)):
            if not targets_once:
                targets = make_targets()
            if not one_variable:
                picture = tf.Variable(start)
            if not one_optimizer:
                optimizer = _adam(rate(learning_rate), beta_1, beta_2, epsilon)
            with tf.GradientTape() as tape:
                seen = tf.clip_by_value(picture, *CLIPPED) if clip == "inside" else picture
                losses = losses_of(seen, targets)
                loss = loss_of(losses, weights)
                differentiated = gradient_of(losses) if gradient_of else loss
            gradient = tape.gradient(differentiated, picture)
            if clip == "before":
                picture.assign(tf.clip_by_value(picture, *CLIPPED))
            optimizer.apply_gradients([(gradient, picture)])
            if clip == "after":
                picture.assign(tf.clip_by_value(picture, *CLIPPED))
            if noted == "after":
                loss = loss_of(losses_of(picture, targets), weights)
            history.append(float(loss))
        return tf.convert_to_tensor(picture), history

    return paint


def _plain_descent(start, make_targets, losses_of, weights, steps, learning_rate):
    targets, picture, history = make_targets(), tf.Variable(start), []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            losses = losses_of(picture, targets)
            loss = sum(weights[name] * losses[name] for name in weights)
        picture.assign_sub(learning_rate * tape.gradient(loss, picture))
        picture.assign(tf.clip_by_value(picture, *CLIPPED))
        history.append(float(loss))
    return tf.convert_to_tensor(picture), history


def _outcome(value, arguments):
    """The losses, the picture, and how often the targets were computed, in one row of numbers.

    None if the value is not a picture and a list of numbers.
    """
    try:
        picture, history = (np.asarray(part, np.float64) for part in value)
    except (TypeError, ValueError):
        return None
    if not picture.ndim or history.ndim != 1:
        return None
    return np.concatenate([history, picture.reshape(-1), [arguments[1]]])


def _place(position, arguments):
    steps, values = arguments[4], arguments[0].size
    if position < steps:
        return f"the loss of step {position + 1}"
    return "a value of the picture" if position < steps + values else "how often targets are made"


NO_GRADIENT = (
    "The tape gave no gradient: it is asked first about the loss, then about the variable, as in "
    "`tape.gradient(loss, picture)`, and the losses have to be computed from that variable, inside "
    "the `with`."
)
ERRORS = {
    "Counted": "You use the function that makes the targets without calling it: put brackets "
    "behind its name, `()`, and take what it returns.",
    "`type_value`": "The tape is asked about a plain number: ask it about the loss before you make "
    "a number of it for the list.",
    "dict' and": "You take the whole dictionary for a number: its entries have names, "
    "as `losses[name]`.",
    "CosineDecay": "The learning rate may be a schedule, too, with another rate for each step: "
    "give it to the optimizer as it is.",
    "Unknown variable": "You make a new variable in every step: make it once, before the loop.",
    "non-persistent GradientTape": "The tape is opened before the loop, and can be asked only "
    "once: open it in each step, with the losses inside and the question to it outside.",
    "No gradients provided": NO_GRADIENT,
    "EagerTensor": "A plain tensor stands where a variable has to be. The picture begins as "
    "`tf.Variable(start)` and stays that variable only if `picture.assign(...)` changes it: after "
    "a line such as `picture = tf.clip_by_value(...)` it is a plain tensor. The optimizer takes "
    "pairs in the order `[(gradient, picture)]`.",
    "not enough values to unpack (expected 2, got 1)": "`apply_gradients` takes a list of pairs, "
    "`[(gradient, picture)]`, in square brackets, too.",
}


def _without_tv(losses, weights):
    return sum(weights[name] * losses[name] for name in ("content", "style"))


def _weighed_but_for(one):
    return lambda losses, weights: sum(
        losses[name] * (1 if name == one else weights[name]) for name in weights
    )


def _mean(losses, weights):
    return sum(weights[name] * losses[name] for name in weights) / 3


# fmt: off
EXERCISES = {
    "paint": Exercise(
        reference=paint_by(),
        cases=_cases,
        outcome=_outcome,
        place=_place,
        right="Five steps give the same losses and the same picture as the kit's. This is the "
              "whole method.",
        nothing="`paint` has to return two things: the picture and the list of losses. End it, "
                "after the loop, with `return picture, history`.",
        goes_on=True,
        errors=ERRORS,
        mistakes=[
            (paint_by(targets_once=False),
             "what is computed inside the loop",
             "You compute the targets in every step: compute them once, before the loop, since "
             "they are constants."),
            (paint_by(one_variable=False, one_optimizer=False),
             "what is made inside the loop",
             "Each step begins again from `start`: make the variable once, before the loop."),
            (paint_by(one_optimizer=False),
             "what is made inside the loop",
             "You make a new optimizer in every step, and Adam forgets its running means: make it "
             "once, before the loop."),
            (paint_by(clip=None),
             "the range of the colors after a step",
             "Some colors have left 0 to 1: clip the picture after each step."),
            (paint_by(clip="inside"),
             "the place where you clip",
             "You clip inside the loss, where it makes the gradient 0 for every value that is out "
             "of bounds: clip the variable itself, after the step."),
            (paint_by(clip="inside", noted="after"),
             "the place where you clip, and the moment at which you note the loss",
             "You clip inside the loss, and note each loss after its step: clip the variable "
             "itself, after the step, and note the loss that the step was computed from."),
            (paint_by(loss_of=lambda losses, weights: losses["content"]),
             "what your loss consists of",
             "Your loss is the content loss only: add up all three, each times its weight."),
            (paint_by(loss_of=lambda losses, weights: losses["style"]),
             "what your loss consists of",
             "Your loss is the style loss only: add up all three, each times its weight."),
            (paint_by(loss_of=lambda losses, weights: sum(losses.values())),
             "what each loss is multiplied by",
             "You add up the losses without their weights: multiply each by `weights[name]`."),
            (paint_by(loss_of=lambda losses, weights: sum(map(mul, weights.values(),
                                                              losses.values()))),
             "how a loss and its weight find each other",
             "You pair losses and weights by their order in the dictionaries, which may differ: "
             "multiply each loss by the weight of the same name."),
            (paint_by(clip="before"),
             "the order of the last lines in the loop",
             "You clip before the optimizer's step: clip after it, since it is the step that takes "
             "colors out of 0 to 1."),
            (paint_by(loss_of=_mean),
             "how the weighted losses are combined",
             "You take the mean of the weighted losses: add them up."),
            (paint_by(gradient_of=lambda losses: losses["content"]),
             "what the tape is asked about",
             "The losses are added up, but the gradient is that of the content loss alone: ask the "
             "tape for the gradient of the sum."),
            (paint_by(gradient_of=lambda losses: losses["style"]),
             "what the tape is asked about",
             "The losses are added up, but the gradient is that of the style loss alone: ask the "
             "tape for the gradient of the sum."),
            (paint_by(gradient_of=lambda losses: losses["tv"]),
             "what the tape is asked about",
             "The losses are added up, but the gradient is that of total variation alone: ask the "
             "tape for the gradient of the sum."),
            (paint_by(noted="after"),
             "the moment at which you note the loss",
             "You note each loss after its step: note the loss that the step was computed from, so "
             "that the first one belongs to the start."),
            (paint_by(gradient_of=lambda losses: sum(losses.values())),
             "what the tape is asked about",
             "You ask for the gradient of the losses without their weights: ask for that of the "
             "weighted sum."),
            (paint_by(loss_of=_without_tv),
             "what your loss consists of",
             "Total variation is missing in your sum: add up all three."),
            (paint_by(number=lambda steps: steps + 1),
             "how often the loop runs",
             "You make one step too many: use `range(steps)`."),
            (paint_by(number=lambda steps: steps - 1),
             "how often the loop runs",
             "You make one step too few: use `range(steps)`."),
            (paint_by(number=lambda steps: 1),
             "how often the loop runs",
             "There is only one step: move `return` to the left, so that it stands after the "
             "loop."),
            (paint_by(rate=lambda _: 0.001),
             "what the optimizer is given",
             "Your optimizer has Keras' own learning rate: give it yours, "
             "`keras.optimizers.Adam(learning_rate, beta_2=0.99)`."),
            (paint_by(beta_2=0.999),
             "what the optimizer is given",
             "Your Adam measures a gradient's usual size over a thousand steps: give it "
             "`beta_2=0.99`, about a hundred."),
            (paint_by(beta_1=0.99, beta_2=0.999, epsilon=0.1),
             "what the optimizer is given",
             "Your Adam is that of TensorFlow's tutorial: make it with "
             "`keras.optimizers.Adam(learning_rate, beta_2=0.99)`."),
            (paint_by(beta_1=0.99, beta_2=0.999),
             "what the optimizer is given",
             "Your Adam has 0.99 for `beta_1`: name the argument, `beta_2=0.99`."),
            (paint_by(rate=lambda learning_rate: -learning_rate),
             "the direction of the steps",
             "You step uphill: give the optimizer the gradient and the learning rate as they are, "
             "since Adam subtracts by itself."),
            (paint_by(loss_of=lambda losses, weights: sum(losses.values()) * sum(weights.values())),
             "the order of adding up and multiplying by the weights",
             "You multiply the sum of the losses by the sum of the weights: multiply each loss by "
             "its own weight, then add up."),
            (paint_by(loss_of=_weighed_but_for("content")),
             "what each loss is multiplied by",
             "The content loss has no weight: multiply each loss by its own."),
            (paint_by(loss_of=_weighed_but_for("style")),
             "what each loss is multiplied by",
             "The style loss has no weight: multiply each loss by its own."),
            (paint_by(loss_of=_weighed_but_for("tv")),
             "what each loss is multiplied by",
             "Total variation has no weight: multiply each loss by its own."),
            (paint_by(clip=None, one_optimizer=False),
             "what is made inside the loop, and the range of the colors after a step",
             "You make a new optimizer in every step, and some colors have left 0 to 1: make it "
             "once, before the loop, and clip after each step."),
            (paint_by(clip=None, beta_2=0.999),
             "what the optimizer is given, and the range of the colors after a step",
             "Your Adam lacks `beta_2=0.99`, and some colors have left 0 to 1: give it that, and "
             "clip after each step."),
            (paint_by(clip=None, noted="after"),
             "the moment at which you note the loss, and the range of the colors after a step",
             "You note each loss after its step, and some colors have left 0 to 1: note the loss "
             "that the step was computed from, and clip after the step."),
            (paint_by(clip=None, targets_once=False),
             "what is computed inside the loop, and the range of the colors after a step",
             "You compute the targets in every step, and some colors have left 0 to 1: compute "
             "them once, before the loop, and clip after each step."),
            (paint_by(loss_of=lambda losses, weights: losses["tv"]),
             "what your loss consists of",
             "Your loss is total variation only: add up all three, each times its weight."),
            (_plain_descent,
             "how the picture gets its new values",
             "You make plain gradient steps: let Adam choose the step, with "
             "`optimizer.apply_gradients([(gradient, picture)])`."),
        ],
    ),
}
# fmt: on
