"""The objective by hand, on a picture that is its own features, without the network."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers.losses import gram_matrix, total_variation
from nst_helpers.objective import loss_and_gradient_by, make_loss_and_gradient, targets_by

PICTURE, PHOTO, PAINTING = (
    tf.random.stateless_uniform((1, 3, 4, 3), (seed, 0), maxval=9.0) for seed in range(3)
)
WEIGHTS = {"content": 2.0, "style": 3.0, "tv": 5.0}


def measure(picture):
    return picture, {"one": gram_matrix(picture), "other": gram_matrix(picture[:, :2] / 9)}


def by_hand(picture, factors):
    constants = targets_by(measure, PHOTO, PAINTING).constants
    grams, wanted = measure(picture)[1], measure(PAINTING)[1]
    losses = {
        name: 3 * factor * np.mean((grams[name] - wanted[name]) ** 2) / (2 * constants[name])
        for name, factor in factors.items()
    }
    losses["style"] = losses["one"] + losses["other"]
    losses["content"] = 2 * np.mean((picture - PHOTO) ** 2) / constants["content"]
    losses["tv"] = 5 * total_variation(picture)
    losses["total"] = losses["content"] + losses["style"] + losses["tv"]
    return {name: float(loss) for name, loss in losses.items()}


@pytest.mark.parametrize("given", [{}, {"one": 0.5, "other": 4.0}])
def test_losses_and_gradient(given):
    """A layer without a factor has the factor 1."""
    targets = targets_by(measure, PHOTO, PAINTING)
    fixed = targets.content, targets.grams, targets.constants
    losses, gradient = loss_and_gradient_by(measure)(PICTURE, *fixed, WEIGHTS | given)
    factors = {"one": 1.0, "other": 1.0} | given
    found = {name: float(loss) for name, loss in losses.items()}
    assert found == pytest.approx(by_hand(PICTURE, factors), rel=1e-4)
    direction = tf.random.stateless_normal(PICTURE.shape, (9, 0))
    up, down = (by_hand(PICTURE + way * 0.003 * direction, factors) for way in (1, -1))
    slope = (up["total"] - down["total"]) / 0.006
    assert float(tf.reduce_sum(gradient * direction)) == pytest.approx(slope, rel=0.02)


def test_constants_are_mean_squares_of_the_larger_and_at_least_one():
    def strength(values):
        return max(1.0, float(np.mean(np.square(values))))

    for photo, painting in ((PHOTO, PAINTING), (PAINTING, PHOTO)):
        constants = targets_by(measure, photo, painting).constants
        assert float(constants["content"]) == pytest.approx(strength(photo))
        pair = [measure(one)[1]["one"] for one in (photo, painting)]
        assert float(constants["one"]) == pytest.approx(max(map(strength, pair)))
        assert float(constants["other"]) == 1.0  # of so weak a layer


def test_pictures_of_many_sizes_are_traced_twice():
    function = make_loss_and_gradient(lambda picture: {"one": picture}, "one", ["one"])
    weights = {name: tf.constant(1.0) for name in WEIGHTS}
    for side in range(20, 25):
        picture = tf.ones((1, side, 30, 3))
        function(picture, picture, {"one": tf.eye(3)}, {"content": 1.0, "one": 1.0}, weights)
    assert function.experimental_get_tracing_count() == 2
