import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import guided_gram_matrix
from nst_helpers.method.losses import (
    content_loss,
    gram_matrix,
    style_loss,
    total_loss,
    total_variation,
)

# Two channels, four pixels: channel 0 is 1 2 0 1, channel 1 is 0 1 1 3.
TINY = tf.constant([[[[1.0, 0.0], [2.0, 1.0]], [[0.0, 1.0], [1.0, 3.0]]]])
# Sums of products: 1+4+0+1 = 6, 0+2+0+3 = 5, 0+1+1+9 = 11; over four pixels.
TINY_GRAM = [[1.5, 1.25], [1.25, 2.75]]


def random_features(seed, shape=(1, 6, 5, 4), dtype=tf.float32):
    return tf.constant(np.random.default_rng(seed).uniform(0, 2, shape), dtype)


def test_gram_matrix_by_hand():
    np.testing.assert_allclose(gram_matrix(TINY), TINY_GRAM)


def test_gram_matrix_is_symmetric_and_positive_semidefinite():
    gram = gram_matrix(random_features(0, (1, 3, 3, 12))).numpy()
    np.testing.assert_allclose(gram, gram.T, rtol=1e-6)
    assert np.linalg.eigvalsh(gram.astype(np.float64)).min() > -1e-5


def test_gram_matrix_forgets_the_places():
    features = random_features(1)
    pixels = tf.reshape(features, (-1, 4)).numpy()
    shuffled = np.random.default_rng(2).permutation(pixels).reshape(features.shape)
    np.testing.assert_allclose(gram_matrix(tf.constant(shuffled)), gram_matrix(features), rtol=1e-5)


def test_gram_matrix_does_not_grow_with_the_picture():
    features = random_features(3)
    np.testing.assert_allclose(
        gram_matrix(tf.tile(features, (1, 3, 2, 1))), gram_matrix(features), rtol=1e-5
    )


def test_gram_matrix_of_unknown_size_in_a_graph():
    graph = tf.function(gram_matrix, input_signature=[tf.TensorSpec((1, None, None, 2))])
    np.testing.assert_allclose(graph(TINY), TINY_GRAM)


def test_content_loss_by_hand():
    target = tf.constant([[[[0.0, 0.0], [2.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]]]])
    assert float(content_loss(TINY, target)) == pytest.approx((1 + 1 + 4) / 8)
    assert float(content_loss(TINY, TINY)) == 0
    # By position the sums of the squares are 1, 0, 1 and 4.
    counts = tf.constant([[[[1.0], [2.0]], [[4.0], [0.5]]]])
    assert float(content_loss(TINY, target, counts)) == pytest.approx((1 + 4 + 2) / 8)


def test_content_loss_of_two_sizes_gets_a_sentence():
    with pytest.raises(ValueError, match="same size"):
        content_loss(TINY, TINY[:, :1])


def test_style_loss_by_hand():
    grams = {"a": tf.constant(TINY_GRAM), "b": tf.constant([[2.0]])}
    targets = {"a": tf.constant([[0.5, 0.25], [0.25, 0.75]]), "b": tf.constant([[5.0]])}
    # a: (1 + 1 + 1 + 4) / 4 = 1.75; b: 9
    assert float(style_loss(grams, targets)) == pytest.approx((1.75 + 9) / 2)
    assert float(style_loss(grams, targets, {"a": 2.0, "b": 0.5})) == pytest.approx(3.5 + 4.5)
    assert float(style_loss(targets, targets)) == 0


def test_style_loss_wants_the_same_layers():
    with pytest.raises(ValueError, match="layers differ"):
        style_loss({"a": tf.eye(2)}, {"a": tf.eye(2), "b": tf.eye(2)})


def test_total_variation_by_hand():
    picture = tf.reshape(tf.constant([[0.0, 1.0, 0.5], [0.25, 0.25, 0.25]]), (1, 2, 3, 1))
    down = (0.25 + 0.75 + 0.25) / 3
    across = (1 + 0.5 + 0 + 0) / 4
    assert float(total_variation(picture)) == pytest.approx(down + across)
    assert float(total_variation(tf.ones((1, 4, 4, 3)))) == 0


@pytest.mark.parametrize("axis", [1, 2])
def test_total_variation_sees_both_directions(axis):
    stripes = tf.reshape(tf.constant([0.0, 1.0] * 4), (1, 8, 1, 1) if axis == 1 else (1, 1, 8, 1))
    stripes = tf.tile(stripes, (1, 1, 8, 3) if axis == 1 else (1, 8, 1, 3))
    assert float(total_variation(stripes)) == 1


def test_total_variation_against_tensorflows():
    picture = random_features(5, (1, 200, 300, 3))
    ratio = float(tf.image.total_variation(picture)[0] / total_variation(picture))
    assert ratio == pytest.approx(3 * 200 * 300, rel=0.01)


def test_total_loss_by_hand():
    assert float(total_loss(2.0, 3.0, 5.0, 10.0, 100.0, 0.5)) == 20 + 300 + 2.5


def test_the_papers_numbers_convert_as_the_docstrings_say():
    first, second = random_features(6), random_features(7)
    channels, pixels = 4, 30
    f, p = (np.reshape(x, (pixels, channels)).T for x in (first, second))
    assert 0.5 * ((f - p) ** 2).sum() == pytest.approx(
        0.5 * channels * pixels * float(content_loss(first, second)), rel=1e-5
    )
    gatys = ((f @ f.T - p @ p.T) ** 2).sum() / (4 * channels**2 * pixels**2)
    ours = float(style_loss({"x": gram_matrix(first)}, {"x": gram_matrix(second)}))
    assert gatys == pytest.approx(ours / 4, rel=1e-5)


@pytest.mark.parametrize("loss", ["content", "style", "variation"])
def test_gradients_against_finite_differences(loss):
    point = random_features(8, (1, 4, 3, 3), tf.float64)
    other = random_features(9, (1, 4, 3, 3), tf.float64)
    functions = {
        "content": lambda x: content_loss(x, other),
        "style": lambda x: style_loss({"a": gram_matrix(x)}, {"a": gram_matrix(other)}),
        "variation": total_variation,
    }
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = functions[loss](point)
    gradient = tape.gradient(value, point).numpy()
    step = 1e-6
    for index in [(0, 0, 0, 0), (0, 1, 2, 1), (0, 3, 1, 2)]:
        shift = np.zeros(point.shape)
        shift[index] = step
        slope = (functions[loss](point + shift) - functions[loss](point - shift)) / (2 * step)
        assert gradient[index] == pytest.approx(float(slope), rel=1e-5, abs=1e-8)


def random(*shape, seed=0):
    return tf.random.stateless_uniform(shape, (seed, 0))


def test_a_guided_gram_matrix_by_hand():
    features = tf.reshape(tf.range(24, dtype=tf.float32), (1, 3, 4, 2))
    guide = random(1, 3, 4, 1)
    vectors, weights = np.reshape(features, (-1, 2)), np.reshape(guide, (-1, 1))
    expected = sum(w * np.outer(v, v) for v, w in zip(vectors, weights)) / weights.sum()
    np.testing.assert_allclose(guided_gram_matrix(features, guide), expected, rtol=1e-5)
    everywhere = guided_gram_matrix(features, tf.fill((1, 3, 4, 1), 0.4))
    np.testing.assert_allclose(everywhere, gram_matrix(features), rtol=1e-6)


def test_a_guided_gram_matrixs_gradient_is_tensorflows():
    features, guide = random(1, 4, 5, 3), random(1, 4, 5, 1, seed=1)
    upstream = random(3, 3, seed=2)

    def plainly(features):
        vectors = tf.reshape(features, (-1, 3))
        weights = tf.reshape(guide, (-1, 1))
        return tf.transpose(vectors) @ (weights * vectors) / tf.reduce_sum(guide)

    gradients = []
    for function in (lambda features: guided_gram_matrix(features, guide), plainly):
        with tf.GradientTape() as tape:
            tape.watch(features)
            made = tf.reduce_sum(upstream * function(features))
        gradients.append(tape.gradient(made, features))
    np.testing.assert_allclose(*gradients, rtol=1e-4, atol=1e-6)
