"""The objective by hand, on a picture that is its own features, without the network."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import compute_targets, make_loss_and_gradient
from nst_helpers.method.losses import TERMS, gram_matrix, guided_gram_matrix, total_variation
from nst_helpers.method.objective import compare, loss_and_gradient_by, measuring

PICTURE, PHOTO, PAINTING = (
    tf.random.stateless_uniform((1, 3, 4, 3), (seed, 0), maxval=9.0) for seed in range(3)
)
WEIGHTS = dict.fromkeys(TERMS, 0.0) | {"content": 2.0, "style": 3.0, "tv": 5.0}


def measure(picture, guides=None):
    return picture, {"one": [gram_matrix(picture)], "other": [gram_matrix(picture[:, :2] / 9)]}


def targets_of(photo, painting):
    return compare(measure(photo), measure(painting)[1])


def by_hand(picture, factors):
    constants = targets_of(PHOTO, PAINTING).constants
    grams, wanted = measure(picture)[1], measure(PAINTING)[1]
    losses = {
        name: 3 * factor * np.mean((grams[name][0] - wanted[name][0]) ** 2) / 2 / constants[name][0]
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
    targets = targets_of(PHOTO, PAINTING)
    losses, gradient = loss_and_gradient_by(measure)(PICTURE, targets, WEIGHTS | given)
    factors = {"one": 1.0, "other": 1.0} | given
    expected = by_hand(PICTURE, factors)
    found = {name: float(losses[name]) for name in expected}
    assert found == pytest.approx(expected, rel=1e-4)
    direction = tf.random.stateless_normal(PICTURE.shape, (9, 0))
    up, down = (by_hand(PICTURE + way * 0.003 * direction, factors) for way in (1, -1))
    slope = (up["total"] - down["total"]) / 0.006
    assert float(tf.reduce_sum(gradient * direction)) == pytest.approx(slope, rel=0.02)


def test_constants_are_mean_squares_of_the_larger_and_at_least_one():
    def strength(values):
        return max(1.0, float(np.mean(np.square(values))))

    for photo, painting in ((PHOTO, PAINTING), (PAINTING, PHOTO)):
        constants = targets_of(photo, painting).constants
        assert float(constants["content"]) == pytest.approx(strength(photo))
        pair = [measure(picture)[1]["one"][0] for picture in (photo, painting)]
        assert float(constants["one"][0]) == pytest.approx(max(map(strength, pair)))
        assert float(constants["other"][0]) == 1.0  # of so weak a layer


def test_each_region_has_a_term_of_its_own():
    """The sum over layers and regions, each by its constant, which its area makes larger."""
    extract = lambda picture: {"a": picture, "b": picture[:, ::2] / 9}  # noqa: E731
    measure = measuring(extract, "a", ["a", "b"])
    left = tf.reshape(tf.constant([1.0, 1, 0, 0] * 3), (1, 3, 4, 1))
    guides = {"a": [left, 1 - left], "b": [left[:, ::2], 1 - left[:, ::2]]}
    paintings = PAINTING, PAINTING[:, ::-1] ** 0.5
    grams = {
        layer: [gram_matrix(extract(painting)[layer]) for painting in paintings] for layer in guides
    }
    targets = compare(measure(PHOTO, guides), grams, guides, (0.25, 0.75))
    losses, _ = loss_and_gradient_by(measure)(PICTURE, targets, WEIGHTS | {"b": 0.5})
    style = 0.0
    for layer, factor in {"a": 1.0, "b": 0.5}.items():
        for region, area in enumerate((0.25, 0.75)):
            gram, photo, target = (
                np.asarray(matrix)
                for matrix in (
                    guided_gram_matrix(extract(PICTURE)[layer], guides[layer][region]),
                    guided_gram_matrix(extract(PHOTO)[layer], guides[layer][region]),
                    grams[layer][region],
                )
            )
            constant = max(1, np.mean(target**2), np.mean(photo**2)) / area
            style += 3 * factor * np.mean((gram - target) ** 2) / (2 * constant)
    assert float(losses["style"]) == pytest.approx(style, rel=1e-4)


def test_the_public_functions_are_of_one_region_and_of_any_size():
    layers = "a", ["a"]
    extract = lambda picture: {"a": picture}  # noqa: E731
    function = make_loss_and_gradient(extract, *layers)
    for photo, painting in ((PHOTO, PAINTING), (PHOTO[:, :2], PAINTING[:, :, :3])):
        targets = compute_targets(extract, photo, painting, *layers)
        np.testing.assert_allclose(targets.grams["a"], gram_matrix(painting), rtol=1e-6)
        measure = measuring(extract, *layers)
        same = compare(measure(photo), measure(painting)[1])
        losses, gradient = function(2 * photo, *targets[:3], WEIGHTS)
        expected, direction = loss_and_gradient_by(measure)(2 * photo, same, WEIGHTS)
        assert {name: float(losses[name]) for name in losses} == pytest.approx(
            {name: float(expected[name]) for name in expected}, rel=1e-5
        )
        np.testing.assert_allclose(gradient, direction, rtol=1e-4, atol=1e-6)
