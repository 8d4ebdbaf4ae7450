"""Two ways to choose the next picture from the losses and gradients so far.

Both have the same form, so that the loop does not care which it drives: `picture` is the best
known so far; `next(loss, gradient)` takes the loss and its gradient at the picture that was asked
for last (at first: the starting point) and returns the picture to try next; `loss_changed()` says
that the loss has become another function, because a weight was changed, and returns the picture to
evaluate anew. Pictures, losses and gradients are tensors; a gradient has the picture's shape.
"""

import math

import tensorflow as tf

from ..machine import import_keras
from ..pictures import luminance

PAIRS = 6  # of steps and gradient changes; 5 to 20 reached the same loss in trials
SUFFICIENT = 1e-4  # share of the promised decrease that a step has to bring (Armijo's condition)
MAX_TRIES = 6
FIRST_STEP = 0.02  # mean change of a pixel's value in a first step, which knows no curvature


def new_optimizer(settings, picture, steps, before):
    """The optimizer of one scale, for these `Settings`.

    picture: where it starts. before: the one of the scale before, or None.
    """
    if settings.original_colors == "luminance":
        picture, project = luminance(picture), gray
    elif settings.optimizer == "adam" or settings.init == "noise" and before is None:
        project = tf.identity  # of noise the color must be able to change with every pixel
    else:
        project = color_at_half_resolution
    if settings.optimizer == "adam":
        return Adam(picture, steps, settings.learning_rate, project)
    return LBFGS(picture, before, project)


class Adam:
    """Adam (Kingma, Ba, arXiv 1412.6980) with a falling learning rate, clipped to 0..1.

    picture: the starting point. steps: how many there will be. learning_rate: at the start; it
    falls to a tenth along a half cosine. It may be changed between steps: the rest of the cosine
    then falls from it. β₂ is 0.99: runs are too short for the usual 0.999. project: what each
    gradient goes through first. Raises `KerasError`.
    """

    def __init__(self, picture, steps, learning_rate=0.03, project=tf.identity):
        self.picture = self._trial = tf.convert_to_tensor(picture)
        self._variable = tf.Variable(picture)
        self.learning_rate, self._project = learning_rate, project
        keras = import_keras()
        self._fall = keras.optimizers.schedules.CosineDecay(1.0, steps, alpha=0.1)
        self._adam = keras.optimizers.Adam(learning_rate, beta_2=0.99)

    def next(self, loss, gradient):
        self.picture = self._trial
        self._adam.learning_rate = self.learning_rate * self._fall(self._adam.iterations)
        self._adam.apply_gradients([(self._project(gradient), self._variable)])
        self._variable.assign(tf.clip_by_value(self._variable, 0.0, 1.0))
        self._trial = tf.identity(self._variable)  # a value; the variable goes on changing
        return self._trial

    def loss_changed(self):
        return self._trial  # the running means of gradients follow a new loss by themselves


class LBFGS:
    """L-BFGS within 0..1 (Nocedal, Wright, *Numerical Optimization*, 2nd ed., algorithms 7.4, 7.5).

    picture: the starting point. before: the optimizer of a smaller scale, whose curvature is taken
    over, or None. project: a function of a gradient that leaves what the picture may change by.

    A step is tried at full length; if it does not lower the loss enough, it is shortened to where a
    parabola through what is known has its lowest point. After each step the picture is clipped to
    0..1, and values that a bound stops are held out of the next direction. It works in float32
    where the picture is, and has no learning rate: curvature takes its place.
    """

    def __init__(self, picture, before=None, project=tf.identity):
        self.picture = tf.convert_to_tensor(picture)
        self._project = project
        self.loss_changed()
        if before is not None:
            self._pairs = before.pairs_enlarged(picture)

    def loss_changed(self):
        """Forget losses and gradients of before; returns the picture to evaluate next."""
        self._pairs = []  # (step, change of the gradient, 1 / their product)
        self._first_step = FIRST_STEP
        self._trial = self.picture
        self._loss = self._gradient = None
        return self._trial

    def next(self, loss, gradient):
        """The picture to evaluate next, given the loss and its gradient at the one before.

        loss: a scalar tensor. gradient: in the picture's shape. The best picture so far is in
        `picture`; what is returned may be a trial that turns out worse.
        """
        gradient = self._project(gradient)
        if self._loss is not None:
            promised = tf.reduce_sum(self._gradient * (self._trial - self.picture))
            # Clipped, a step may point uphill.
            if loss <= self._loss + SUFFICIENT * tf.minimum(promised, 0.0):
                self._remember(gradient)
                self.picture = self._trial
            elif self._tries < MAX_TRIES:
                self._tries += 1
                lowest = -promised / (2 * (loss - self._loss - promised))  # of the parabola
                self._length *= tf.clip_by_value(lowest, 0.1, 0.5)
                self._trial = _stepped(self.picture, self._direction, self._length)
                return self._trial
            else:  # even a tiny step fails: what it remembers of the curvature is wrong
                loss, gradient = self._loss, self._gradient
                self._pairs = []
                self._first_step /= 10
        self._loss, self._gradient, self._tries, self._length = loss, gradient, 0, tf.constant(1.0)
        movable = _movable(self.picture, gradient)
        self._direction = _two_loop(gradient * movable, self._pairs, self._first_step) * movable
        self._trial = _stepped(self.picture, self._direction, self._length)
        return self._trial

    def pairs_enlarged(self, picture):
        """What it knows of the curvature, for a larger picture.

        The loss of a larger picture is about the same, so that each pixel's gradient is smaller.
        """
        size = picture.shape[1:3]
        growth = math.prod(size) / math.prod(self.picture.shape[1:3])
        pairs = []
        for step, change, _ in self._pairs:
            step = tf.image.resize(step, size)
            change = tf.image.resize(change, size) / growth
            product = tf.reduce_sum(step * change)
            if product > 0:  # else the curvature would not be positive
                pairs.append((step, change, 1 / product))
        return pairs

    def _remember(self, gradient):
        step, change = self._trial - self.picture, gradient - self._gradient
        product = tf.reduce_sum(step * change)
        # Else the curvature would not be positive.
        if product > 1e-10 * tf.reduce_sum(change * change):
            self._pairs = [*self._pairs[1 - PAIRS :], (step, change, 1 / product)]


@tf.function(reduce_retracing=True)
def _stepped(picture, direction, length):
    return tf.clip_by_value(picture + length * direction, 0.0, 1.0)


@tf.function(reduce_retracing=True)
def _movable(picture, gradient):
    """1 where a value may move against the gradient, 0 where it would leave 0..1."""
    stopped = ((picture <= 0) & (gradient > 0)) | ((picture >= 1) & (gradient < 0))
    return 1 - tf.cast(stopped, picture.dtype)


def _two_loop(gradient, pairs, first_step=FIRST_STEP):
    """The direction −H·gradient, H being the inverse Hessian as the pairs know it."""
    if not pairs:
        return -gradient * first_step / (tf.reduce_mean(tf.abs(gradient)) + 1e-30)
    direction, shares = gradient, []
    for step, change, inverse in reversed(pairs):
        share = inverse * tf.reduce_sum(step * direction)
        direction -= share * change
        shares.append(share)
    step, change, inverse = pairs[-1]
    direction *= 1 / (inverse * tf.reduce_sum(change * change))
    for (step, change, inverse), share in zip(pairs, reversed(shares), strict=True):
        direction += step * (share - inverse * tf.reduce_sum(change * direction))
    return -direction


@tf.function(reduce_retracing=True)
def color_at_half_resolution(gradient):
    """The gradient, its brightness as it is and its color averaged over 2 × 2 pixels.

    gradient: `(1, height, width, 3)`. The network hardly sees color that changes from one pixel to
    the next, and leaves specks of it. This is an orthogonal projection, so that L-BFGS searches
    among the pictures without such a change of color as it would among all.
    """
    height, width = tf.shape(gradient)[1], tf.shape(gradient)[2]
    blocks = tf.nn.avg_pool2d(gradient, 2, 2, "SAME")
    coarse = tf.repeat(tf.repeat(blocks, 2, axis=1), 2, axis=2)[:, :height, :width]
    return coarse + tf.reduce_mean(gradient - coarse, axis=-1, keepdims=True)


@tf.function(reduce_retracing=True)
def gray(gradient):
    """The gradient averaged over the three colors: a gray picture stays gray. A projection, too."""
    return tf.reduce_mean(gradient, axis=-1, keepdims=True) + tf.zeros_like(gradient)
