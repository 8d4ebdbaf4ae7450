"""The optimizers by themselves, on functions whose minimum is known."""

import numpy as np
import pytest
import scipy.optimize
import tensorflow as tf

from nst_helpers.method import optimizers
from nst_helpers.method.optimizers import LBFGS, Adam, color_at_half_resolution


def drive(optimizer, function, evaluations):
    """The losses of `optimizer.picture` after each evaluation."""
    trial, losses = optimizer.picture, []
    for _ in range(evaluations):
        loss, gradient = function(trial)
        trial = optimizer.next(loss, gradient)
        losses.append(float(function(optimizer.picture)[0]))
    return losses


def quadratic(target, curvature):
    """½ Σ c (x − t)², and its gradient."""
    return lambda x: (tf.reduce_sum(curvature * (x - target) ** 2) / 2, curvature * (x - target))


def rosenbrock(x):
    """In each pair of values (a, b): (1 − 2a)² + 100 (2b − 4a²)², least at (½, ½)."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        a, b = 2 * x[..., 0::2], 2 * x[..., 1::2]
        loss = tf.reduce_sum((1 - a) ** 2 + 100 * (b - a**2) ** 2)
    return loss, tape.gradient(loss, x)


def random(seed, low=0.0, high=1.0):
    return tf.random.stateless_uniform((1, 4, 5, 2), (seed, 0), low, high)


def test_a_step_that_does_not_help_is_shortened_six_times_and_then_begun_anew():
    """The loss is worse wherever it looks, so that each try is a tenth of the one before."""
    optimizer, gradient = LBFGS(tf.zeros(4)), -tf.ones(4)
    moved = [float(optimizer.next(tf.constant(1.0), gradient)[0])]
    moved += [float(optimizer.next(tf.constant(9.0), gradient)[0]) for _ in range(7)]
    np.testing.assert_allclose(moved, [0.02 / 10**tries for tries in (*range(7), 1)], rtol=1e-5)
    assert not optimizer.picture.numpy().any()


@pytest.mark.parametrize("steepness", [1e-5, 1.0, 300.0])
def test_the_first_step_is_as_long_whatever_the_gradients_size(steepness):
    gradient = steepness * tf.constant([-1.0, -3.0])
    moved = LBFGS(tf.zeros(2)).next(tf.constant(1.0), gradient)
    np.testing.assert_allclose(moved, [0.01, 0.03], rtol=1e-4)  # 0.02 on average


@pytest.mark.parametrize("loss, moved", [(1.03, 0.2 * 0.02), (1.0, 0.5 * 0.02), (2.0, 0.1 * 0.02)])
def test_a_step_is_shortened_to_the_lowest_point_of_a_parabola(loss, moved):
    """Of slope −1 at its beginning, and 1 there. Never to less than a tenth, or more than half."""
    optimizer, gradient = LBFGS(tf.zeros(1)), tf.constant([-1.0])
    optimizer.next(tf.constant(1.0), gradient)
    np.testing.assert_allclose(optimizer.next(tf.constant(loss), gradient), [moved], rtol=1e-4)


@pytest.mark.parametrize("share, taken", [(2e-4, True), (0.5e-4, False)])
def test_a_step_has_to_bring_a_ten_thousandth_of_what_it_promised(share, taken):
    optimizer, gradient = LBFGS(tf.zeros(1000)), -tf.ones(1000)
    optimizer.next(tf.constant(0.0), gradient)
    optimizer.next(tf.constant(-share * 1000 * 0.02), gradient)
    assert optimizer.picture.numpy().any() == taken


@pytest.mark.parametrize(
    "second, remembered", [(0.5, True), (2.0, False), (-1.5e8, True), (-2.5e8, False)]
)
def test_only_positive_curvature_is_remembered(second, remembered):
    """Of what is concave, it would go uphill; a change so large is of a kink or of rounding."""
    optimizer = LBFGS(tf.constant([0.5]))
    optimizer.next(tf.constant(1.0), tf.constant([1.0]))
    trial = optimizer.next(tf.constant(0.9), tf.constant([second]))
    assert bool(optimizer._pairs) == remembered
    assert (trial < optimizer.picture) == (second > 0)


@pytest.mark.parametrize("change, kept", [([0.1, -1.9], 0), ([0.75, -3.25], 0), ([1.0, 0.5], 1)])
def test_only_positive_curvature_is_kept_for_a_larger_picture(change, kept):
    """The first two changes have a positive product with the step, and have not when smoothed."""
    step, change = (tf.reshape(tf.constant(one), (1, 1, 2, 1)) for one in ([2.0, 0.0], change))
    before = LBFGS(tf.zeros((1, 1, 2, 1)))
    before._pairs = [(step, change, 1 / tf.reduce_sum(step * change))]
    pairs = before.pairs_enlarged(tf.zeros((1, 1, 4, 1)))
    assert len(pairs) == kept
    for step, change, inverse in pairs:
        assert float(inverse * tf.reduce_sum(step * change)) == pytest.approx(1)


@pytest.mark.parametrize("kind", [LBFGS, Adam])
def test_finds_the_minimum_inside_the_bounds(kind):
    optimizer = LBFGS(random(1)) if kind is LBFGS else Adam(random(1), 300, 0.05)
    drive(
        optimizer,
        quadratic(random(2, 0.2, 0.8), random(3, 1.0, 50.0)),
        60 if kind is LBFGS else 300,
    )
    np.testing.assert_allclose(optimizer.picture, random(2, 0.2, 0.8), atol=2e-3)


@pytest.mark.parametrize("kind", [LBFGS, Adam])
def test_stays_within_the_bounds_where_the_minimum_is_outside(kind):
    target = random(4, -1.0, 2.0)
    optimizer = LBFGS(random(1)) if kind is LBFGS else Adam(random(1), 300, 0.05)
    drive(optimizer, quadratic(target, random(3, 1.0, 50.0)), 60 if kind is LBFGS else 300)
    np.testing.assert_allclose(optimizer.picture, tf.clip_by_value(target, 0, 1), atol=2e-3)


def test_the_two_loops_give_the_direction_of_the_dense_formula():
    """Against the BFGS update of the inverse Hessian, multiplied out (Nocedal, Wright, equation 6.17)."""
    generator = np.random.default_rng(0)
    size, pairs = 6, []
    hessian = np.diag(np.arange(1.0, size + 1))
    for _ in range(3):
        step = generator.normal(size=size)
        change = hessian @ step
        pairs.append((step, change, 1 / (step @ change)))
    gradient = generator.normal(size=size)
    step, change, _ = pairs[-1]
    inverse = np.eye(size) * (step @ change) / (change @ change)
    for step, change, rho in pairs:
        left = np.eye(size) - rho * np.outer(step, change)
        inverse = left @ inverse @ left.T + rho * np.outer(step, step)
    tensors = [tuple(tf.constant(value) for value in pair) for pair in pairs]
    direction = optimizers._two_loop(tf.constant(gradient), tensors)
    np.testing.assert_allclose(direction, -inverse @ gradient, rtol=1e-10)


def test_lbfgs_needs_about_as_many_evaluations_as_scipys():
    """SciPy's line search costs more code and, on this narrow valley, about half the evaluations."""
    start, enough = random(1), 0.01
    ours = next(
        number
        for number, loss in enumerate(drive(LBFGS(start), rosenbrock, 150), 1)
        if loss < enough
    )
    seen = []

    def flat(values):
        loss, gradient = rosenbrock(tf.reshape(tf.constant(values), start.shape))
        seen.append(float(loss))
        return float(loss), gradient.numpy().ravel()

    first = start.numpy().astype(np.float64).ravel()
    scipy.optimize.minimize(flat, first, jac=True, method="L-BFGS-B", bounds=[(0, 1)] * 40)
    theirs = next(number for number, loss in enumerate(seen, 1) if loss < enough)
    assert ours < 2.5 * theirs


def test_lbfgs_never_accepts_a_higher_loss_and_recovers_from_a_wrong_curvature():
    function = quadratic(random(2), random(3, 1.0, 50.0))
    optimizer = LBFGS(random(1))
    losses = drive(optimizer, function, 5)
    optimizer._pairs = [
        (random(seed, -1), random(seed + 1, -1), tf.constant(-9.0)) for seed in (7, 9)
    ]
    losses += drive(optimizer, function, 60)
    assert all(after <= before for before, after in zip(losses, losses[1:], strict=False))
    assert losses[-1] < 1e-3


def test_a_step_that_clipping_turned_uphill_is_not_accepted():
    """With this curvature the direction is (5, 3), of which the bound leaves (0.01, 0.5)."""
    hessian, gradient = np.array([[5.0, -8.0], [-8.0, 13.0]]), tf.constant([-1.0, 1.0])
    steps = np.linalg.inv(
        np.linalg.cholesky(hessian)
    ).T  # two of them, conjugate: L-BFGS then knows the whole Hessian
    optimizer = LBFGS(tf.constant([0.99, 0.5]))
    optimizer._pairs = [
        tuple(
            tf.constant(value, tf.float32)
            for value in (step, hessian @ step, 1 / (step @ hessian @ step))
        )
        for step in steps.T
    ]
    trial = optimizer.next(tf.constant(1.0), gradient)
    np.testing.assert_allclose(trial, [1.0, 1.0], atol=1e-3)
    assert float(tf.reduce_sum(gradient * (trial - optimizer.picture))) > 0.4
    optimizer.next(tf.constant(1.00004), gradient)
    np.testing.assert_allclose(optimizer.picture, [0.99, 0.5])


def test_lbfgs_forgets_when_the_loss_becomes_another():
    first, second = (
        quadratic(random(2), random(3, 1.0, 50.0)),
        quadratic(random(5), random(6, 1.0, 50.0)),
    )
    optimizer = LBFGS(random(1))
    drive(optimizer, first, 30)
    assert len(optimizer._pairs) > 0
    assert optimizer.loss_changed() is optimizer.picture
    assert not optimizer._pairs
    drive(optimizer, second, 60)
    np.testing.assert_allclose(optimizer.picture, random(5), atol=2e-3)


def test_lbfgs_remembers_no_more_than_its_pairs():
    optimizer = LBFGS(random(1))
    drive(optimizer, rosenbrock, 40)
    assert len(optimizer._pairs) == optimizers.PAIRS


def test_a_flat_loss_moves_nothing():
    optimizer = LBFGS(random(1))
    drive(optimizer, lambda x: (tf.constant(1.0), tf.zeros_like(x)), 5)
    np.testing.assert_array_equal(optimizer.picture, random(1))


def test_values_that_a_bound_stops_are_held():
    picture = tf.constant([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5])
    gradient = tf.constant([0.5, -0.5, 0.0, 0.5, -0.5, 0.0, 0.5])  # a step goes against it
    np.testing.assert_array_equal(optimizers._movable(picture, gradient), [0, 1, 1, 1, 0, 1, 1])


def test_color_at_half_resolution_by_hand():
    """Two pixels, one red: brightness differs as before, each has the mean of both colors."""
    picture = tf.constant([[[[0.9, 0.0, 0.0], [0.0, 0.0, 0.0]]]])
    expected = [[[[0.6, 0.15, 0.15], [0.3, -0.15, -0.15]]]]
    np.testing.assert_allclose(color_at_half_resolution(picture), expected, atol=1e-6)


@pytest.mark.parametrize("height, width", [(6, 8), (7, 5), (1, 3)])
def test_color_at_half_resolution_is_an_orthogonal_projection(height, width):
    one, other = (tf.random.stateless_normal((1, height, width, 3), (seed, 0)) for seed in (1, 2))
    projected = color_at_half_resolution(one)
    np.testing.assert_allclose(color_at_half_resolution(projected), projected, atol=1e-6)
    np.testing.assert_allclose(
        tf.reduce_sum(projected * other),
        tf.reduce_sum(one * color_at_half_resolution(other)),
        rtol=1e-4,
    )
    np.testing.assert_allclose(
        tf.reduce_mean(projected, -1), tf.reduce_mean(one, -1), atol=1e-6
    )  # brightness


def test_lbfgs_stays_in_the_space_of_its_projection():
    start = tf.fill((1, 4, 6, 3), 0.5)
    target = tf.random.stateless_uniform((1, 4, 6, 3), (5, 0), 0.3, 0.7)
    optimizer = LBFGS(start, project=color_at_half_resolution)
    drive(optimizer, quadratic(target, 3.0), 30)
    nearest = start + color_at_half_resolution(target - start)
    np.testing.assert_allclose(optimizer.picture, nearest, atol=1e-3)


def mean_square(target, curvature):
    """As a picture's losses are: a mean over the pixels, whatever their number."""
    return lambda x: (
        tf.reduce_mean(curvature * (x - target) ** 2) / 2,
        curvature * (x - target) / tf.size(x, out_type=tf.float32),
    )


def test_what_lbfgs_knows_is_of_use_on_a_larger_picture():
    """On a mean square, what it knows of a small picture is exactly true of a larger one."""
    small, large = (1, 4, 6, 3), (1, 8, 12, 3)
    before = LBFGS(tf.fill(small, 0.2))
    drive(before, mean_square(tf.fill(small, 0.6), 5.0), 3)
    target = tf.fill(large, 0.8)
    losses = {}
    for name, one in {"with": before, "without": None}.items():
        optimizer = LBFGS(tf.fill(large, 0.4), before=one)
        losses[name] = drive(optimizer, mean_square(target, 5.0), 2)[-1]
    assert losses["with"] < 1e-6 < 1e-3 < losses["without"]
