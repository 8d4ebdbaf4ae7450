"""The exercises of lesson 05: the optimization loop."""

import numpy as np
import tensorflow as tf

from .exercise import Exercise, clipped, random_tensor, sum_of_squares


def _function_cases():
    """First the lesson's single pixel.

    In the last function, a part is constant for the tape, as the targets of a loss can be, and not
    for a difference of two values. The exercise is about the tape: a difference only comes near the
    slope, and for a picture it would need an evaluation more for every value. So it is not right.
    """
    return [
        [lambda x: (x - 0.2) ** 2, 0.9],
        [lambda x: x**3 + x, 2.3],
        [lambda x: tf.sin(3 * x), 0.5],
        [lambda x: x**2 + tf.stop_gradient(3 * x), 1.7],
    ]


def _difference(ahead, behind):
    """The slope as a difference of two values of the function, over `ahead + behind`."""

    def slope(function, x):
        x = tf.Variable(float(x))
        return (function(x + ahead) - function(x - behind)) / (ahead + behind)

    return slope


def _slope(function, x):
    return _gradient(tf.Variable(float(x)), function)


def _gradient(variable, function):
    with tf.GradientTape() as tape:
        value = function(variable)
    return tape.gradient(value, variable)


def _step_case(start, goal, rate):
    return [tf.Variable(start), lambda picture: sum_of_squares(picture - goal), rate]


def _step_cases():
    """First the lesson's single pixel, which goes from 0.9 to 0.76."""
    cases = [_step_case([[[[0.9]]]], 0.2, 0.1)]
    for seed, size, rate in ((6, (2, 7), 0.13), (7, (6, 4), 2.3)):
        start = random_tensor(seed, 1, *size, 3, low=0.2, high=0.8)
        cases.append(_step_case(start, random_tensor(5, 1, *size, 3), rate))
    return cases


def _set_to(value, clip=clipped):
    """A step that sets the picture to `value(picture, loss function, learning rate)`, clipped."""
    return lambda *arguments: arguments[0].assign(clip(value(*arguments)))


_step = _set_to(lambda p, f, r: p - r * _gradient(p, f))


TAPE_ERRORS = {
    "`type_value`: <function": "The tape is asked about a function: call it inside the `with`, and "
    "ask about the value that it gives.",
    "`type_value`": "The tape is asked about a plain number, and it knows tensors and variables "
    "only: both what is differentiated and what it is differentiated by have to be one.",
    **dict.fromkeys(
        ["NoneType", "value (None)"],
        "Something is None that should be a tensor. `tape.gradient` gives None if the loss was not "
        "computed from the variable, inside the `with`, or if the two are given in the wrong "
        "order: the loss comes first, then the variable.",
    ),
    "has no attribute 'gradient'": "It is the tape that gives the gradient: "
    "`tape.gradient(loss, variable)`.",
}

# f, x: a function and where its slope is asked for. p, f, r: picture, loss function, learning rate.
_SLOPE = {
    "where `function` is used": [
        (lambda f, x: 2 * (float(x) - 0.2),
         "That is the slope of the example only: let the tape find the slope of any function.")],
    "how often the tape is asked": [
        (lambda f, x: _slope(lambda y: _gradient(y, f), x),
         "You took the gradient of the gradient: take it once.")],
    "what is done with the tape's answer": [
        (lambda f, x: float(x) - _slope(f, x),
         "That is where a step against the slope ends: return the slope itself."),
        (lambda f, x: float(x) - 0.1 * _slope(f, x),
         "That is where a step against the slope ends: return the slope itself.")],
    "where the number that you return comes from": [
        (lambda f, x: f(tf.constant(float(x))) / float(x),
         "You divided the function's value by x, which is the slope of a line from 0: ask the tape "
         "for the slope of the function at x."),
        *((_difference(step, behind),
           "You took a difference of two values, which only comes near the slope, knows nothing of "
           "`tf.stop_gradient`, and needs an evaluation more for every value of a picture: ask the "
           "tape, which goes backwards once for all of them.")
          for step in (0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)
          for behind in (0.0, step))],
    "what becomes of the gradient": [
        (lambda f, x: f(tf.constant(float(x))),
         "You returned the function's value: return its gradient, for which the tape is asked.")],
    "what is differentiated": [
        (lambda f, x: 1.0,
         "You took the gradient of x itself, which is always 1: take that of the function's "
         "value.")],
    "what is computed inside the `with`": [
        (lambda f, x: _slope(lambda y: f(y) ** 2, x),
         "You squared the function's value: differentiate it as it is.")],
}  # fmt: skip

_GRADIENT_STEP = {
    "how the new values get into the picture": [
        (lambda p, f, r: None,
         "The picture did not change: give the new values to `picture.assign(...)`, since a new "
         "tensor leaves the variable as it was.")],
    "what is clipped": [
        (_set_to(lambda p, f, r: p - r * clipped(_gradient(p, f)), clip=tf.identity),
         "You clipped the gradient: clip the new picture."),
        (_set_to(lambda p, f, r: p - clipped(r * _gradient(p, f)), clip=tf.identity),
         "You clipped the step: clip the new picture."),
        (_set_to(lambda p, f, r: p - r * clipped(_gradient(p, f))),
         "You clipped the gradient, too: clip the new picture only.")],
    "what `assign` is given": [
        (_set_to(lambda p, f, r: r * _gradient(p, f), clip=tf.identity),
         "You set the picture to the step alone: subtract the step from the picture, and clip."),
        (_set_to(lambda p, f, r: -r * _gradient(p, f), clip=tf.identity),
         "You set the picture to the step alone: add the picture, and clip."),
        (_set_to(lambda p, f, r: -r * _gradient(p, f)),
         "You set the picture to the step alone: add the picture before you clip."),
        (_set_to(lambda p, f, r: r * _gradient(p, f)),
         "You set the picture to learning rate × gradient: subtract that from the picture.")],
    "what is done with the gradient": [
        (_set_to(lambda p, f, r: p - r * _gradient(p, f) / tf.norm(_gradient(p, f))),
         "You divided the gradient by its length: use it as it is."),
        (_set_to(lambda p, f, r: p - r * tf.reduce_mean(_gradient(p, f))),
         "You took the mean of the gradient: use it as it is, since each value of the picture has "
         "its own."),
        (_set_to(lambda p, f, r: p - r * tf.sign(_gradient(p, f))),
         "You stepped by the sign of the gradient only: use its size, too.")],
    "the length of the step, and the bounds of the new values": [
        (_set_to(lambda p, f, r: p - _gradient(p, f), clip=tf.identity),
         "The learning rate is missing, and nothing is clipped: multiply the gradient by the "
         "learning rate, and clip the new picture to 0..1.")],
    "how many steps you make": [
        (lambda *arguments: [_step(*arguments) for _ in range(2)],
         "You made two steps: make one.")],
    "how picture and step are combined": [
        (_set_to(lambda p, f, r: p * (1 - r * _gradient(p, f))),
         "You multiplied the picture by the step: subtract learning rate × gradient.")],
    "what is done with the learning rate": [
        (_set_to(lambda p, f, r: p - _gradient(p, f) / r),
         "You divided by the learning rate: multiply by it.")],
    "the direction of the step": [
        (_set_to(lambda p, f, r: p + r * _gradient(p, f)),
         "You step uphill: subtract the gradient.")],
    "the bounds of the new values": [
        (lambda p, f, r: p.assign_sub(r * _gradient(p, f)),
         "The picture is not clipped: clip the new values to 0..1 and assign the result. "
         "(`tf.clip_by_value` leaves what it is given as it is, and returns a new tensor.)")],
    "the direction of the step, and the bounds of the new values": [
        (lambda p, f, r: p.assign_add(r * _gradient(p, f)),
         "You step uphill and do not clip: subtract the gradient, then clip to 0..1.")],
    "the length of the step": [
        (_set_to(lambda p, f, r: p - _gradient(p, f)),
         "The learning rate is missing: multiply the gradient by it.")],
    "what is multiplied by the learning rate": [
        (_set_to(lambda p, f, r: p - r * f(p)),
         "You subtracted the loss: subtract its gradient.")],
}  # fmt: skip

EXERCISES = {
    "slope": Exercise(
        reference=_slope, cases=_function_cases, look_at=_SLOPE, errors=TAPE_ERRORS,
        right="The tape needs no formula: it differentiates what was computed.",
        nothing="Your function gives None: end it with `return`, make `x` a `tf.Variable`, and "
                "call `function(x)` inside the `with`; the tape sees only what happens there. Ask "
                "`tape.gradient` first for what is differentiated, then for `x`.",
    ),
    "gradient step": Exercise(
        reference=_step, cases=_step_cases, look_at=_GRADIENT_STEP, errors=TAPE_ERRORS,
        outcome=lambda value, arguments: np.asarray(arguments[0]),
        right="The tape gives the direction, the learning rate the length of the step, "
              "and `assign` changes the picture itself.",
    ),
}  # fmt: skip
