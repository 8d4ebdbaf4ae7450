"""The exercise of lesson 06: starts, optimizers, scales."""

import tensorflow as tf

from .exercise import Exercise, random_tensor

# v, g: velocity and gradient.
_MOMENTUM = {
    "the sign between the two products": [
        (lambda v, g, rate, keep: keep * v + rate * g,
         "The sign is wrong: subtract the gradient, since it points uphill.")],
    "what the gradient is multiplied by": [
        (lambda v, g, rate, keep: keep * v - (1 - keep) * rate * g,
         "You also multiplied the gradient by 1 - keep, as in a running mean: multiply it by the "
         "learning rate alone."),
        (lambda v, g, rate, keep: keep * v - (1 - keep) * g,
         "You took 1 - keep in place of the learning rate, as in a running mean: multiply the "
         "gradient by the learning rate."),
        (lambda v, g, rate, keep: keep * v - g,
         "The learning rate is missing: multiply the gradient by it.")],
    "what the gradient is multiplied by, and the sign before it": [
        (lambda v, g, rate, keep: keep * v + (1 - keep) * g,
         "That is a running mean of the gradients: subtract learning rate × gradient."),
        (lambda v, g, rate, keep: keep * v + g,
         "That is another convention, in which learning rate and sign come later: subtract "
         "learning rate × gradient here.")],
    "which number belongs to the velocity, and which to the gradient": [
        (lambda v, g, rate, keep: rate * v - keep * g,
         "Share and learning rate are exchanged: multiply the velocity by `keep` and the gradient "
         "by the learning rate."),
        (lambda v, g, rate, keep: keep * g - rate * v,
         "Velocity and gradient are exchanged: multiply the velocity by `keep` and the gradient by "
         "the learning rate.")],
    "how much of the old velocity stays": [
        (lambda v, g, rate, keep: (1 - keep) * v - rate * g,
         "You kept 1 - keep of the velocity: multiply it by `keep`, the share that stays."),
        (lambda v, g, rate, keep: v - rate * g,
         "You keep all of the old velocity: multiply it by `keep`.")],
    "what the learning rate is multiplied by": [
        (lambda v, g, rate, keep: rate * (keep * v - g),
         "You multiplied the velocity by the learning rate, too: multiply only the gradient by "
         "it.")],
    "how often `keep` and the gradient come in": [
        (lambda v, g, rate, keep: keep * (keep * v - rate * g) - rate * g,
         "That is Nesterov's way, which looks one step ahead: take each of the two products "
         "once.")],
    "where the two factors come from": [
        (lambda v, g, rate, keep: 0.9 * v - 0.1 * g,
         "You took the numbers of the example: use `keep` and the learning rate.")],
    "the number of terms": [
        (lambda v, g, rate, keep: keep * v,
         "The gradient does not come in: subtract learning rate × gradient."),
        (lambda v, g, rate, keep: -rate * g,
         "The old velocity does not come in: add keep × velocity.")],
    "how the four numbers are combined": [
        (lambda v, g, rate, keep: keep * v * rate * g,
         "You multiplied all four: subtract learning rate × gradient from keep × velocity.")],
    "what is done with the learning rate": [
        (lambda v, g, rate, keep: keep * v - g / rate,
         "You divided by the learning rate: multiply by it.")],
    "what `keep` is multiplied by": [
        (lambda v, g, rate, keep: keep * (v - rate * g),
         "You multiplied both products by `keep`: multiply only the old velocity by it.")],
}  # fmt: skip

EXERCISES = {
    "momentum": Exercise(
        reference=lambda velocity, gradient, rate, keep: keep * velocity - rate * gradient,
        look_at=_MOMENTUM, goes_on=True,
        cases=lambda: [
            [tf.constant(-0.2), tf.constant(1.4), 0.1, 0.9],  # the lesson's numbers
            [random_tensor(10, 2, 5), random_tensor(11, 2, 5), 0.13, 0.85],
            [random_tensor(12, 4), random_tensor(13, 4), 2.1, 0.55],
        ],
        right="Where gradients agree from step to step the velocity grows; "
              "where they alternate they cancel.",
    ),
}  # fmt: skip
