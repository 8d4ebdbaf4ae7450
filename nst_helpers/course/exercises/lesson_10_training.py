"""The exercise of lesson 10 on training: the gradient with respect to a network's weights."""

from operator import mul

import numpy as np
import tensorflow as tf

from .exercise import Exercise, clipped, random_tensor


def _losses_of(*names):
    def losses_of(painted, photo):
        losses = {
            "content": tf.reduce_sum(tf.reduce_mean(tf.square(painted - photo), (0, 1, 2))) / 3,
            "style": tf.square(tf.reduce_mean(painted) - 0.1),
            "tv": tf.reduce_mean(tf.square(painted[:, :, 1:] - painted[:, :, :-1])),
        }
        return {name: losses[name] for name in names}

    return losses_of


def _times(weights, picture):
    return weights["factor"] * picture


def _two_layers(weights, picture):
    inner = tf.nn.relu(tf.tensordot(picture, weights["inner"], 1))
    return tf.tensordot(inner, weights["outer"], 1) + weights["shift"]


def _step_cases():
    """By hand a network of one weight, 3, and a gray of 0.2, which it paints as 0.6: losses of
    0.4² = 0.16 and 0.5² = 0.25, so 0.16 + 4 · 0.25 = 1.16, whose slope along the painted pixel is
    2 · 0.4 + 4 · 2 · 0.5 = 4.8, and along the weight 4.8 · 0.2 = 0.96."""
    gray, factors = tf.fill((1, 1, 1, 3), 0.2), {"content": 1.0, "style": 4.0}
    of_two = _losses_of("content", "style")
    cases = [[{"factor": tf.Variable(3.0)}, gray, _times, of_two, factors]]
    for seed, size, factors in (
        (150, (2, 7, 3), {"style": 12.7, "content": 1.3, "tv": 2.1}),
        (154, (5, 6, 3), {"tv": 0.7, "style": 3.4, "content": 2.2}),
    ):
        weights = {
            name: tf.Variable(random_tensor(seed + number, *shape, low=-0.4, high=1.6))
            for number, (name, shape) in enumerate(
                {"outer": (4, 3), "inner": (3, 4), "shift": (3,)}.items()
            )
        }
        losses_of = _losses_of("content", "style", "tv")
        cases.append([weights, random_tensor(seed + 3, 1, *size), _two_layers, losses_of, factors])
    return cases


def _weighed_sum(losses, factors):
    return sum(factors[name] * losses[name] for name in factors)


def _step(
    paint=lambda network, weights, photo: network(weights, photo),
    compare=lambda losses_of, painted, photo: losses_of(painted, photo),
    loss_of=_weighed_sum,
    differentiated=None,
    finish=lambda gradient: gradient,
):
    """Loss and gradients of a training step, and what they become by one slip each.

    differentiated: what of losses and factors the tape is asked about in place of the loss.
    """

    def weight_gradients(weights, photo, network, losses_of, factors):
        with tf.GradientTape() as tape:
            losses = compare(losses_of, paint(network, weights, photo), photo)
            loss = loss_of(losses, factors)
            asked = differentiated(losses, factors) if differentiated else loss
        found = tape.gradient(asked, weights)
        return loss, {name: finish(gradient) for name, gradient in found.items()}

    return weight_gradients


def _clipped_network(network, weights, photo):
    return clipped(network(weights, photo))


def _step_outcome(value, arguments):
    """The loss, then the gradients by the weights' names, in one row; None for another form.

    A gradient that is None counts as 0; what is no dictionary is made as long as one would be.
    """
    if not isinstance(value, list) or len(value) != 2 or np.size(value[0]) != 1:
        return None
    loss, gradients = value
    sizes = {name: np.size(arguments[0][name]) for name in sorted(arguments[0])}
    if isinstance(gradients, dict):
        if set(gradients) != set(sizes):
            return None
        gradients = [
            np.zeros(size) if gradients[name] is None else gradients[name]
            for name, size in sizes.items()
        ]
    elif not isinstance(gradients, list):
        gradients = [gradients]
    if not gradients or any(not isinstance(part, (np.ndarray, float)) for part in gradients):
        return None
    row = np.concatenate([np.ravel(part) for part in gradients])
    return np.concatenate([np.ravel(loss), np.resize(row, sum(sizes.values()))])


def _step_place(position, arguments):
    if position == 0:
        return "the loss"
    for name in sorted(arguments[0]):
        size = np.size(arguments[0][name])
        if position <= size:
            return f"the gradient of `{name}`"
        position -= size
    return "what comes after the gradients"


def _unseen(weights, photo, network, losses_of, factors):
    """The network paints outside of the tape's sight."""
    loss = _weighed_sum(losses_of(network(weights, photo), photo), factors)
    return loss, dict.fromkeys(weights)


def _of_the_picture(weights, photo, network, losses_of, factors):
    """As in the loop: the gradient with respect to what was painted."""
    with tf.GradientTape() as tape:
        painted = network(weights, photo)
        tape.watch(painted)
        loss = _weighed_sum(losses_of(painted, photo), factors)
    return loss, tape.gradient(loss, painted)


def _as_a_list(*arguments):
    loss, gradients = _step()(*arguments)
    return loss, [gradients[name] for name in arguments[0]]


_CALLED = {"content": "the content loss", "style": "the style loss"}

_STEP = {
    "what stands inside the `with`": [
        (_unseen,
         "No gradient gets to the weights: let the network paint inside the `with`, and compute "
         "the losses from what it painted.")],
    "what the gradient is taken with respect to": [
        (_of_the_picture,
         "You took the gradient with respect to the painted picture, as the loop does: ask for the "
         "one with respect to the weights.")],
    "the form in which you return the gradients": [
        (_as_a_list,
         "You returned the gradients in a list: ask the tape about the dictionary of weights "
         "itself, and it returns a dictionary with the same names.")],
    "what `losses_of` is given": [
        (_step(compare=lambda f, painted, photo: f(photo, painted)),
         "You gave the photo as what was painted: call `losses_of(painted, photo)`.")],
    "what the network paints": [
        (_step(paint=_clipped_network),
         "You clipped what the network painted, and where it was out of bounds the gradient is 0: "
         "leave it as it is."),
        (_step(paint=lambda network, weights, photo: network(weights, network(weights, photo))),
         "The network painted its own picture once more: let it paint the photo, once.")],
    "what your loss consists of": [
        *((_step(loss_of=lambda losses, factors, name=name: losses[name]),
           f"Your loss is {called} only: add up all losses, each times its factor.")
          for name, called in _CALLED.items()),
        *((_step(loss_of=lambda losses, factors, name=name: factors[name] * losses[name]),
           f"Your loss is {called} only, times its factor: add up all of them.")
          for name, called in _CALLED.items() if name == "style")],
    "what each loss is multiplied by": [
        (_step(loss_of=lambda losses, factors: sum(losses.values())),
         "You added up the losses without their factors: multiply each by `factors[name]`.")],
    "how a loss and its factor find each other": [
        (_step(loss_of=lambda losses, factors: sum(map(mul, factors.values(), losses.values()))),
         "You paired losses and factors by their order in the dictionaries, which may differ: "
         "multiply each loss by the factor of the same name.")],
    "how the weighted losses are combined": [
        (_step(loss_of=lambda losses, factors: _weighed_sum(losses, factors) / len(factors)),
         "You took the mean of the weighted losses: add them up.")],
    "what the tape is asked about": [
        (_step(differentiated=lambda losses, factors: sum(losses.values())),
         "You asked for the gradient of the losses without their factors: ask for that of the "
         "weighted sum."),
        *((_step(differentiated=lambda losses, factors, name=name: losses[name]),
           f"You asked for the gradient of {called} alone: ask for that of the weighted sum.")
          for name, called in _CALLED.items())],
    "what you do with the gradients": [
        (_step(finish=lambda gradient: -gradient),
         "You changed the gradients' sign: return them as they are, since the optimizer "
         "subtracts."),
        (_step(finish=tf.sign),
         "You returned only the gradients' signs: return them as they are."),
        (_step(finish=lambda gradient: gradient / tf.norm(gradient)),
         "You divided each gradient by its length: return it as it is."),
        (_step(finish=clipped),
         "You clipped the gradients: return them as they are, since only a picture has to stay "
         "between 0 and 1."),
        (_step(finish=lambda gradient: tf.fill(tf.shape(gradient), tf.reduce_mean(gradient))),
         "You took the mean of each gradient: return it as it is, since each weight has its "
         "own.")],
}  # fmt: skip

STEP_ERRORS = {
    "dict' and": "You take the whole dictionary of losses for a number: its entries have names, "
    "as `losses[name]`.",
    "`type_value`": "The tape is asked about a plain number: ask it about the loss before you make "
    "a number of it.",
    "has no attribute 'gradient'": "It is the tape that gives the gradient: "
    "`tape.gradient(loss, weights)`.",
    "'NoneType'": "A gradient is None: ask first about the loss, then about the weights, as in "
    "`tape.gradient(loss, weights)`, and let the network paint inside the `with`.",
}

EXERCISES = {
    "weight gradients": Exercise(
        reference=_step(), cases=_step_cases, look_at=_STEP, goes_on=True,
        outcome=_step_outcome, place=_step_place, errors=STEP_ERRORS,
        right="The same losses as in the loop, and the tape goes one stage further back, through "
              "the network that painted.",
        nothing="Your function has to return two things: the loss, and a dictionary with a "
                "gradient for each weight. The tape gives it if it is asked first about the loss, "
                "then about the weights; about the photo, or in the other order, it gives None.",
    ),
}  # fmt: skip
