"""The capstone of lesson 05: the whole loop that paints."""

from operator import mul

import keras
import numpy as np
import tensorflow as tf

from ..plain import Counted
from .exercise import Exercise, clipped, random_tensor


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


def _cases():
    """By hand, as Adam's first steps are one learning rate long: a gray of 0.9, then 0.8, whose
    losses are 0.49 + 2 · 1 + 10 · 0.4 = 6.49 and 0.36 + 2 · 0.81 + 10 · 0.3 = 4.98."""
    gray, goal = (tf.fill((1, 1, 1, 3), value) for value in (0.9, 0.2))
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 3, alpha=0.1)
    return [
        _case(gray, goal, {"content": 1.0, "style": 2.0, "tv": 10.0}, 2, 0.1),
        _random_case(1, (2, 7), {"style": 20.7, "tv": 0.9, "content": 1.3}, 5, 0.07),
        _random_case(3, (6, 4), {"content": 7.1, "style": 0.4, "tv": 2.3}, 4, 0.21),
        # The lesson's own cells, too, give a schedule.
        _random_case(5, (3, 5), {"content": 1.0, "style": 3.0, "tv": 0.6}, 3, schedule),
    ]


def _adam(rate, beta_1=0.9, beta_2=0.99, epsilon=1e-7):
    return keras.optimizers.Adam(rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)


def _weighed_sum(losses, weights):
    return sum(weights[name] * losses[name] for name in weights)


def paint_by(
    in_each_step=(),
    loss_of=_weighed_sum,
    gradient_of=None,
    clip="after",
    noted="before",
    number=lambda steps: steps,
    optimizer_of=_adam,
):
    """The loop, and what it becomes by one slip each: a function like the learner's.

    in_each_step: what is made anew in each step, of "targets", "variable" and "optimizer".
    loss_of: the loss from losses and weights. gradient_of: what of the losses is differentiated
    in its place. clip: "before" or "after" the step, "inside" the loss, or None. noted: whether a
    loss is that "before" or "after" its step. number: how many steps are made. optimizer_of: the
    optimizer from the learning rate.
    """

    def paint(start, make_targets, losses_of, weights, steps, learning_rate):
        history = []
        for step in range(number(steps)):
            if step == 0 or "targets" in in_each_step:
                targets = make_targets()
            if step == 0 or "variable" in in_each_step:
                picture = tf.Variable(start)
            if step == 0 or "optimizer" in in_each_step:
                optimizer = optimizer_of(learning_rate)
            with tf.GradientTape() as tape:
                seen = clipped(picture) if clip == "inside" else picture
                losses = losses_of(seen, targets)
                loss = loss_of(losses, weights)
                differentiated = gradient_of(losses) if gradient_of else loss
            gradient = tape.gradient(differentiated, picture)
            if clip == "before":
                picture.assign(clipped(picture))
            optimizer.apply_gradients([(gradient, picture)])
            if clip == "after":
                picture.assign(clipped(picture))
            if noted == "after":
                loss = loss_of(losses_of(picture, targets), weights)
            history.append(float(loss))
        return tf.convert_to_tensor(picture), history

    return paint


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
    "No gradients provided": "The tape gave no gradient: it is asked first about the loss, then "
    "about the variable, as in `tape.gradient(loss, picture)`, and the losses have to be computed "
    "from that variable, inside the `with`.",
    "EagerTensor": "The picture begins as `tf.Variable(start)` and stays that variable only if "
    "`picture.assign(...)` changes it: after a line such as `picture = tf.clip_by_value(...)` it "
    "is a plain tensor. The optimizer takes pairs in the order `[(gradient, picture)]`.",
    "not enough values to unpack (expected 2, got 1)": "`apply_gradients` takes a list of pairs, "
    "`[(gradient, picture)]`, in square brackets, too.",
}


CALLED = {"content": "the content loss", "style": "the style loss", "tv": "total variation"}

_PAINT = {
    "what is computed inside the loop": [
        (paint_by(in_each_step={"targets"}),
         "You compute the targets in every step: compute them once, before the loop, since they "
         "are constants.")],
    "what is made inside the loop": [
        (paint_by(in_each_step={"variable", "optimizer"}),
         "Each step begins again from `start`: make the variable once, before the loop."),
        (paint_by(in_each_step={"optimizer"}),
         "You make a new optimizer in every step, and Adam forgets its running means: make it "
         "once, before the loop.")],
    "the range of the colors after a step": [
        (paint_by(clip=None),
         "Some colors have left 0 to 1: clip the picture after each step.")],
    "the place where you clip": [
        (paint_by(clip="inside"),
         "You clip inside the loss, where it makes the gradient 0 for every value that is out of "
         "bounds: clip the variable itself, after the step.")],
    "the place where you clip, and the moment at which you note the loss": [
        (paint_by(clip="inside", noted="after"),
         "You clip inside the loss, and note each loss after its step: clip the variable itself, "
         "after the step, and note the loss that the step was computed from.")],
    "what your loss consists of": [
        *((paint_by(loss_of=lambda losses, weights, name=name: losses[name]),
           f"Your loss is {called} only: add up all three, each times its weight.")
          for name, called in CALLED.items()),
        (paint_by(loss_of=lambda losses, weights: _weighed_sum(losses, weights | {"tv": 0})),
         "Total variation is missing in your sum: add up all three.")],
    "what each loss is multiplied by": [
        (paint_by(loss_of=lambda losses, weights: sum(losses.values())),
         "You add up the losses without their weights: multiply each by `weights[name]`."),
        *((paint_by(loss_of=lambda losses, weights, name=name: _weighed_sum(
            losses, weights | {name: 1})),
           f"{called.capitalize()} has no weight: multiply each loss by its own.")
          for name, called in CALLED.items())],
    "how a loss and its weight find each other": [
        (paint_by(loss_of=lambda losses, weights: sum(map(mul, weights.values(), losses.values()))),
         "You pair losses and weights by their order in the dictionaries, which may differ: "
         "multiply each loss by the weight of the same name.")],
    "the order of the last lines in the loop": [
        (paint_by(clip="before"),
         "You clip before the optimizer's step: clip after it, since it is the step that takes "
         "colors out of 0 to 1.")],
    "how the weighted losses are combined": [
        (paint_by(loss_of=lambda losses, weights: _weighed_sum(losses, weights) / 3),
         "You take the mean of the weighted losses: add them up.")],
    "what the tape is asked about": [
        *((paint_by(gradient_of=lambda losses, name=name: losses[name]),
           f"The losses are added up, but the gradient is that of {called} alone: ask the tape for "
           "the gradient of the sum.")
          for name, called in CALLED.items()),
        (paint_by(gradient_of=lambda losses: sum(losses.values())),
         "You ask for the gradient of the losses without their weights: ask for that of the "
         "weighted sum.")],
    "the moment at which you note the loss": [
        (paint_by(noted="after"),
         "You note each loss after its step: note the loss that the step was computed from, so "
         "that the first one belongs to the start.")],
    "how often the loop runs": [
        (paint_by(number=lambda steps: steps + 1),
         "You make one step too many: use `range(steps)`."),
        (paint_by(number=lambda steps: steps - 1),
         "You make one step too few: use `range(steps)`."),
        (paint_by(number=lambda steps: 1),
         "There is only one step: move `return` to the left, so that it stands after the loop.")],
    "what the optimizer is given": [
        (paint_by(optimizer_of=lambda rate: _adam(0.001)),
         "Your optimizer has Keras' own learning rate: give it yours, "
         "`keras.optimizers.Adam(learning_rate, beta_2=0.99)`."),
        (paint_by(optimizer_of=lambda rate: _adam(rate, beta_2=0.999)),
         "Your Adam measures a gradient's usual size over a thousand steps: give it `beta_2=0.99`, "
         "about a hundred."),
        (paint_by(optimizer_of=lambda rate: _adam(rate, beta_1=0.99, beta_2=0.999, epsilon=0.1)),
         "Your Adam is that of TensorFlow's tutorial: make it with "
         "`keras.optimizers.Adam(learning_rate, beta_2=0.99)`."),
        (paint_by(optimizer_of=lambda rate: _adam(rate, beta_1=0.99, beta_2=0.999)),
         "Your Adam has 0.99 for `beta_1`: name the argument, `beta_2=0.99`.")],
    "the direction of the steps": [
        (paint_by(optimizer_of=lambda rate: _adam(-rate)),
         "You step uphill: give the optimizer the gradient and the learning rate as they are, "
         "since Adam subtracts by itself.")],
    "the order of adding up and multiplying by the weights": [
        (paint_by(loss_of=lambda losses, weights: sum(losses.values()) * sum(weights.values())),
         "You multiply the sum of the losses by the sum of the weights: multiply each loss by its "
         "own weight, then add up.")],
    "what is made inside the loop, and the range of the colors after a step": [
        (paint_by(clip=None, in_each_step={"optimizer"}),
         "You make a new optimizer in every step, and some colors have left 0 to 1: make it once, "
         "before the loop, and clip after each step.")],
    "what the optimizer is given, and the range of the colors after a step": [
        (paint_by(clip=None, optimizer_of=lambda rate: _adam(rate, beta_2=0.999)),
         "Your Adam lacks `beta_2=0.99`, and some colors have left 0 to 1: give it that, and clip "
         "after each step.")],
    "the moment at which you note the loss, and the range of the colors after a step": [
        (paint_by(clip=None, noted="after"),
         "You note each loss after its step, and some colors have left 0 to 1: note the loss that "
         "the step was computed from, and clip after the step.")],
    "what is computed inside the loop, and the range of the colors after a step": [
        (paint_by(clip=None, in_each_step={"targets"}),
         "You compute the targets in every step, and some colors have left 0 to 1: compute them "
         "once, before the loop, and clip after each step.")],
    "how the picture gets its new values": [
        # By 1.0 times a schedule it stops, as does a step that is written by hand.
        (paint_by(optimizer_of=lambda rate: keras.optimizers.SGD(1.0 * rate)),
         "You make plain gradient steps: let Adam choose the step, with "
         "`optimizer.apply_gradients([(gradient, picture)])`.")],
}  # fmt: skip

EXERCISES = {
    "paint": Exercise(
        reference=paint_by(), cases=_cases, look_at=_PAINT, goes_on=True,
        outcome=_outcome, place=_place, errors=ERRORS,
        right="Five steps give the same losses and the same picture as the kit's. This is the "
              "whole method.",
        nothing="`paint` has to return two things: the picture and the list of losses. End it, "
                "after the loop, with `return picture, history`.",
    ),
}  # fmt: skip
