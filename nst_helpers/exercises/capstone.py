"""The capstone of lesson 05: the whole loop that paints."""

import keras
import numpy as np
import tensorflow as tf

from .exercise import Exercise, random_tensor

CLIPPED = (0.0, 1.0)


class Counted:
    """A function that counts its calls."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        self.calls += 1
        return self.function(*arguments)


def _case(seed, weights, steps, learning_rate):
    """A small picture, and losses of it that pull some of its values out of 0 to 1."""
    start = random_tensor(seed, 1, 4, 5, 3)
    goal = random_tensor(seed + 1, 1, 4, 5, 3, low=-0.4, high=1.4)

    def losses_of(picture, targets):
        apart = tf.reduce_mean(tf.square(picture - targets))
        levels = tf.square(tf.reduce_mean(picture) - tf.reduce_mean(targets) + 0.3)
        return {"content": apart, "style": levels, "tv": tf.reduce_mean(tf.abs(picture - 0.5))}

    return [start, Counted(lambda: goal), losses_of, weights, steps, learning_rate]


def _cases():
    return [
        _case(1, {"content": 1.3, "style": 20.7, "tv": 0.9}, 5, 0.07),
        _case(3, {"content": 7.1, "style": 0.4, "tv": 2.3}, 4, 0.21),
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

    def paint(start, compute_targets, losses_of, weights, steps, learning_rate):
        targets = compute_targets() if targets_once else None
        picture, history = tf.Variable(start), []
        optimizer = _adam(rate(learning_rate), beta_1, beta_2, epsilon)
        for _ in range(number(steps)):
            if not targets_once:
                targets = compute_targets()
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
            optimizer.apply_gradients([(gradient, picture)])
            if clip == "after":
                picture.assign(tf.clip_by_value(picture, *CLIPPED))
            if noted == "after":
                loss = loss_of(losses_of(picture, targets), weights)
            history.append(float(loss))
        return tf.convert_to_tensor(picture), history

    return paint


def _plain_descent(start, compute_targets, losses_of, weights, steps, learning_rate):
    targets, picture, history = compute_targets(), tf.Variable(start), []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            losses = losses_of(picture, targets)
            loss = sum(weights[name] * losses[name] for name in weights)
        picture.assign_sub(learning_rate * tape.gradient(loss, picture))
        picture.assign(tf.clip_by_value(picture, *CLIPPED))
        history.append(float(loss))
    return tf.convert_to_tensor(picture), history


def _outcome(value, arguments):
    """The losses, the picture, and how often the targets were computed, in one row of numbers."""
    start, compute_targets = arguments[:2]
    if (
        not isinstance(value, (tuple, list))
        or len(value) != 2
        or any(part is None for part in value)
    ):
        return value if value is Ellipsis else None
    picture, history = value
    picture = np.asarray(tf.convert_to_tensor(picture), np.float64)
    history = np.asarray([float(loss) for loss in history], np.float64)
    return np.concatenate([history, picture.reshape(-1), [compute_targets.calls]])


def _place(position, arguments):
    steps, values = arguments[4], arguments[0].size
    if position < steps:
        return f"the loss of step {position + 1}"
    return "a value of the picture" if position < steps + values else "how often targets are made"


NO_GRADIENT = (
    "The tape gave no gradient: what it is asked about has to be the variable itself, and the "
    "losses have to be computed from it, inside the `with`."
)
ERRORS = {
    "Counted object": "You use `compute_targets` without calling it: write `compute_targets()`.",
    "Counted' object": "You use `compute_targets` without calling it: write `compute_targets()`.",
    "`type_value`": "The tape is asked about a plain number: ask it about the loss before you make "
    "a number of it for the list.",
    "dict' and": "You take the whole dictionary for a number: its entries have names, "
    "as `losses[name]`.",
    "Unknown variable": "You make a new variable in every step: make it once, before the loop.",
    "non-persistent GradientTape": "The tape is opened before the loop, and can be asked only "
    "once: open it in each step, with the losses inside and the question to it outside.",
    "No gradients provided": NO_GRADIENT,
    "EagerTensor": "A tensor is to be changed, and only a variable can be: the picture has to be "
    "`tf.Variable(start)`, and the optimizer takes pairs in the order `[(gradient, picture)]`.",
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
             "You compute the targets in every step. They are constants: compute them once, before "
             "the loop."),
            (paint_by(one_variable=False, one_optimizer=False),
             "Each step begins again from `start`: make the variable once, before the loop."),
            (paint_by(one_optimizer=False),
             "You make a new optimizer in every step, and Adam forgets its running means: make it "
             "once, before the loop."),
            (paint_by(clip=None),
             "Some colors have left 0 to 1: clip the picture after each step."),
            (paint_by(clip="inside"),
             "You clip inside the loss, where it makes the gradient 0 for every value that is out "
             "of bounds: clip the variable itself, after the step."),
            (paint_by(clip="inside", noted="after"),
             "You clip inside the loss: clip the variable itself, after the step."),
            (paint_by(loss_of=lambda losses, weights: losses["content"]),
             "Your loss is the content loss only: add up all three, each times its weight."),
            (paint_by(loss_of=lambda losses, weights: losses["style"]),
             "Your loss is the style loss only: add up all three, each times its weight."),
            (paint_by(loss_of=lambda losses, weights: sum(losses.values())),
             "You add up the losses without their weights: multiply each by `weights[name]`."),
            (paint_by(loss_of=_mean),
             "You take the mean of the weighted losses: the total loss is their sum."),
            (paint_by(gradient_of=lambda losses: losses["content"]),
             "The losses are added up, but the gradient is that of the content loss alone: ask the "
             "tape for the gradient of the sum."),
            (paint_by(gradient_of=lambda losses: losses["style"]),
             "The losses are added up, but the gradient is that of the style loss alone: ask the "
             "tape for the gradient of the sum."),
            (paint_by(gradient_of=lambda losses: losses["tv"]),
             "The losses are added up, but the gradient is that of the last term alone: ask the "
             "tape for the gradient of the sum."),
            (paint_by(noted="after"),
             "You note each loss after its step. Note the loss that the step was computed from, so "
             "that the first one belongs to the start."),
            (paint_by(gradient_of=lambda losses: sum(losses.values())),
             "You ask for the gradient of the losses without their weights: ask for that of the "
             "weighted sum."),
            (paint_by(loss_of=_without_tv),
             "The total variation is missing in your sum: add up all three."),
            (paint_by(number=lambda steps: steps + 1),
             "You make one step too many: use `range(steps)`."),
            (paint_by(number=lambda steps: steps - 1),
             "You make one step too few: use `range(steps)`."),
            (paint_by(number=lambda steps: 1),
             "There is only one step: `return` stands inside the loop, so move it to the left."),
            (paint_by(rate=lambda _: 0.001),
             "Your optimizer has Keras' own learning rate: give it yours, "
             "`keras.optimizers.Adam(learning_rate, beta_2=0.99)`."),
            (paint_by(beta_2=0.999),
             "Your Adam measures a gradient's usual size over a thousand steps: give it "
             "`beta_2=0.99`."),
            (paint_by(beta_1=0.99, beta_2=0.999, epsilon=0.1),
             "Your Adam is that of TensorFlow's tutorial: give it "
             "`keras.optimizers.Adam(learning_rate, beta_2=0.99)`."),
            (paint_by(beta_1=0.99, beta_2=0.999),
             "Your Adam has 0.99 for `beta_1`: name it, `beta_2=0.99`."),
            (paint_by(rate=lambda learning_rate: -learning_rate),
             "You step uphill: Adam subtracts the gradient by itself, so give it the gradient as "
             "it is."),
            (paint_by(loss_of=lambda losses, weights: sum(losses.values()) * sum(weights.values())),
             "You multiply the sum of the losses by the sum of the weights: each loss belongs with "
             "its own weight."),
            (paint_by(loss_of=_weighed_but_for("content")),
             "The content loss has no weight: multiply each loss by its own."),
            (paint_by(loss_of=_weighed_but_for("style")),
             "The style loss has no weight: multiply each loss by its own."),
            (paint_by(loss_of=_weighed_but_for("tv")),
             "The total variation has no weight: multiply each loss by its own."),
            (paint_by(clip=None, one_optimizer=False),
             "You make a new optimizer in every step, and some colors have left 0 to 1: make it "
             "once, before the loop, and clip after each step."),
            (paint_by(clip=None, beta_2=0.999),
             "Your Adam lacks `beta_2=0.99`, and some colors have left 0 to 1: clip after each "
             "step."),
            (paint_by(clip=None, noted="after"),
             "You note each loss after its step, and some colors have left 0 to 1: note the loss "
             "that the step was computed from, and clip after the step."),
            (paint_by(clip=None, targets_once=False),
             "You compute the targets in every step, and some colors have left 0 to 1: compute "
             "them once, before the loop, and clip after each step."),
            (paint_by(loss_of=lambda losses, weights: losses["tv"]),
             "Your loss is the total variation only: add up all three, each times its weight."),
            (_plain_descent,
             "You make plain gradient steps: let Adam choose the step, with "
             "`optimizer.apply_gradients([(gradient, picture)])`."),
        ],
    ),
}
# fmt: on
