"""The objective by hand, on a picture that is its own features, without the network."""

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import LAYERS

from nst_helpers import (
    STYLE_LAYERS,
    compute_targets,
    feature_extractor,
    half,
    load_image,
    make_loss_and_gradient,
)
from nst_helpers.method import Paintings, guides_for, measure_pictures
from nst_helpers.method.losses import TERMS, gram_matrix, guided_gram_matrix, total_variation
from nst_helpers.method.objective import Measured, compare, loss_and_gradient_by, measuring

PICTURE, PHOTO, PAINTING = (
    tf.random.stateless_uniform((1, 3, 4, 3), (seed, 0), maxval=9.0) for seed in range(3)
)
WEIGHTS = dict.fromkeys(TERMS, 0.0) | {"content": 2.0, "style": 3.0, "tv": 5.0}


def measure(picture, guides=None):
    grams = {"one": [gram_matrix(picture)], "other": [gram_matrix(picture[:, :2] / 9)]}
    return Measured(picture, grams, {})


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


def test_a_region_is_its_own(vgg):
    """What is far to the left changes the left half's Gram matrices, and none of the right's."""
    extract = feature_extractor(vgg, ["block1_conv1", "block2_conv1", "block3_conv1"])
    layers = ("block1_conv1", "block2_conv1", "block3_conv1")
    photo = load_image("astronaut", max_side=128)
    changed = tf.concat([1 - photo[:, :, :32], photo[:, :, 32:]], axis=2)
    masks = tf.concat([half(photo, side)[..., :1] for side in ("left", "right")], axis=-1)
    guides, areas = guides_for(masks, layers)
    assert [float(area) for area in areas] == [0.5, 0.5]
    measure = measuring(extract, layers[0], layers)
    before, after = (measure(picture, guides).grams for picture in (photo, changed))
    for layer in layers:
        np.testing.assert_allclose(after[layer][1], before[layer][1], rtol=1e-5, atol=1e-3)
        assert np.abs(after[layer][0] - before[layer][0]).max() > 1


def test_a_half_counts_as_much_as_its_pixels_do(vgg):
    """The same painting in both halves of one texture: nearly the loss of the undivided picture."""
    photo, painting = load_image("waves", max_side=128), load_image("mosaic", max_side=128)
    measure = measuring(feature_extractor(vgg, [LAYERS[0], *STYLE_LAYERS]), *LAYERS)
    whole = compute_targets(
        feature_extractor(vgg, [LAYERS[0], *STYLE_LAYERS]), photo, painting, *LAYERS
    )
    masks = tf.concat([half(photo, side)[..., :1] for side in ("left", "right")], axis=-1)
    paintings = Paintings((painting, painting), (0.5, 0.5), masks)
    targets = measure_pictures(measure, photo, paintings, STYLE_LAYERS)(None)
    grams = measure(photo, targets.guides).grams
    undivided = measure(photo).grams
    for layer in STYLE_LAYERS:
        divided = sum(
            float(tf.reduce_mean((gram - target) ** 2) / constant)
            for gram, target, constant in zip(
                grams[layer], targets.grams[layer], targets.constants[layer]
            )
        )
        alone = float(
            tf.reduce_mean((undivided[layer][0] - whole.grams[layer]) ** 2) / whole.constants[layer]
        )
        assert divided == pytest.approx(alone, rel=0.35), layer


def test_a_paintings_mask_leaves_out_the_rest_of_it(vgg):
    """A painting beside another one in one file, and masked, is that painting alone."""
    one, other = load_image("mosaic", max_side=64), load_image("waves", max_side=64)
    together = tf.concat([one, other], axis=2)
    measure = measuring(feature_extractor(vgg, [LAYERS[0], *STYLE_LAYERS]), *LAYERS)
    own = half(together, "left")[..., :1]
    paintings = Paintings((together,), (1.0,), None, (own,))
    masked, alone, plain = (
        measure_pictures(measure, one, each, STYLE_LAYERS)(None)
        for each in (paintings, Paintings((one,)), Paintings((together,)))
    )
    for layer in STYLE_LAYERS[:2]:
        of_masked, of_both = (
            np.linalg.norm(targets.grams[layer][0] - alone.grams[layer][0])
            for targets in (masked, plain)
        )
        assert of_masked < 0.2 * of_both, (of_masked, of_both)


def test_a_deep_layers_region_is_a_position_smaller_but_never_gone():
    masks = tf.concat(
        [half(tf.zeros((1, 64, 64, 3)), "left")[..., :1], tf.zeros((1, 64, 64, 1))], -1
    )
    thin = tf.one_hot([3], 64, axis=0)[None, None, ..., :1] * tf.ones((1, 64, 1, 1))
    guides, _ = guides_for(
        tf.concat([masks[..., :1], tf.reshape(thin, (1, 64, 64, 1))], -1), STYLE_LAYERS
    )
    across = [np.asarray(guides[layer][0])[0, 0, :, 0].sum() for layer in STYLE_LAYERS]
    assert across == [32, 16, 7, 3, 1]  # of 64, 32, 16, 8 and 4
    assert all(float(tf.reduce_sum(guides[layer][1])) > 0 for layer in STYLE_LAYERS)
