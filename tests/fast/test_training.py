import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import KitError, RunStopped, SettingsError, WeightsError, load_image, stylize
from nst_helpers.engine import cost
from nst_helpers.fast import Network, fresh_weights, paint_fast, save_network, train_fast, training

QUICK = {"size": 64, "progress": False, "photos": ["red_panda"]}


@pytest.fixture(autouse=True)
def small_squares(monkeypatch):
    monkeypatch.setattr(training, "SIZES", (32, 48))


@pytest.fixture(scope="module")
def trained():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "SIZES", (32, 48))
        return train_fast(["starry_night", "great_wave"], steps=4, **QUICK)


def same(network, other):
    return all(np.array_equal(network.weights[n], other.weights[n]) for n in network.weights)


def test_training_lowers_the_loss():
    totals = []
    train_fast(
        "mosaic", steps=60, on_step=lambda step: totals.append(step.losses["total"]), **QUICK
    )
    assert len(totals) == 60
    assert np.mean(totals[-10:]) < 0.8 * np.mean(totals[:10])


def test_the_gradient_of_a_weight_is_that_of_the_loss(monkeypatch):
    """Against a difference: the loss a little to both sides of the weight."""
    monkeypatch.setattr(training.machine, "best_precision", lambda: "float32")
    photo = load_image("red_panda", max_side=64)[:, :32, :32]
    variables = training._variables(["a"], None, 0)
    painting = load_image("starry_night", max_side=64)
    vgg, asked = training.bundled_vgg19(), training.Settings(size=64)
    measure, gradients = training._graphs(vgg, [painting], variables, asked)
    example = photo, measure(photo), tf.constant(0)
    _, found = gradients(*example)
    for name in ("last/shift", "residual2b/scale", "first/kernel"):
        direction, here = found[name] / tf.norm(found[name]), tf.identity(variables[name])
        sides = []
        for sign in (1, -1):
            variables[name].assign(here + sign * 1e-3 * direction)
            sides.append(float(gradients(*example)[0]["total"]))
        variables[name].assign(here)
        slope = (sides[0] - sides[1]) / 2e-3
        assert slope == pytest.approx(float(tf.norm(found[name])), rel=0.05), name


def test_the_same_seed_trains_the_same_network(trained):
    again = train_fast(["starry_night", "great_wave"], steps=4, **QUICK)
    other = train_fast(["starry_night", "great_wave"], steps=4, seed=1, **QUICK)
    photo = load_image("red_panda", max_side=64)
    pictures = [paint_fast(photo, network).picture for network in (trained, again, other)]
    assert float(tf.reduce_max(tf.abs(pictures[0] - pictures[1]))) < 2 / 255
    assert float(tf.reduce_max(tf.abs(pictures[0] - pictures[2]))) > 0.1


def test_an_interrupt_keeps_what_was_learned_and_it_can_be_gone_on_from(capsys):
    def stop(step):
        if step.number == 2:
            raise KeyboardInterrupt

    network = train_fast("starry_night", steps=5, on_step=stop, **QUICK)
    assert "Interrupted after 2 of 5 steps; this is the network reached." in capsys.readouterr().out
    assert (network.card["steps"], network.card["steps_done"]) == (5, 2)
    assert not same(network, Network(fresh_weights(1), ("starry_night",), {}))
    further = train_fast("starry_night", steps=1, start=network, **QUICK)
    assert further.card["start"]["steps_done"] == 2
    # One small step from where it was, and not from the beginning.
    moved = [np.abs(further.weights[n] - network.weights[n]).max() for n in network.weights]
    assert 0 < max(moved) < 1e-3


def test_a_known_painting_keeps_its_scales_and_a_new_one_begins_with_the_mean(trained):
    variables = training._variables(["great_wave", "mosaic"], trained, 0)
    scales = trained.weights["half/scale"]
    np.testing.assert_array_equal(variables["half/scale"][0], scales[1])
    np.testing.assert_allclose(variables["half/scale"][1], np.mean(scales, 0), rtol=1e-6)
    np.testing.assert_array_equal(variables["half/kernel"], trained.weights["half/kernel"])


def test_minutes_become_steps():
    calls = []

    def gradients(*example):
        calls.append(example)
        training.time.sleep(0.05)

    end = training.time.perf_counter() + 5
    total = training._steps_until(end, gradients, iter(zip(range(99))), paintings=2)
    assert calls == [(number,) for number in range(8)]  # two sizes and paintings: traced, timed
    assert 40 <= total <= 92


def test_the_learning_rate_rises_then_falls():
    rates = [training.learning_rate(number, 1000) for number in range(1, 1001)]
    assert rates[0] == pytest.approx(training.LEARNING_RATE / training.WARM_UP, rel=1e-3)
    assert np.argmax(rates) + 1 == training.WARM_UP
    assert rates[-1] == pytest.approx(training.LEARNING_RATE * training.LAST_RATE, rel=0.01)
    assert all(np.diff(rates[training.WARM_UP :]) < 0)


def test_each_square_of_all_photos_is_painted_like_each_painting():
    photos = [tf.fill((1, 60, 80, 3), value) for value in (0.4, 0.6)]
    examples = training._examples(photos, tf.reduce_mean, 2, 0)
    found = [example for example, _ in zip(examples, range(80))]
    assert [square.shape[1:3] for square, *_ in found[:6]] == [(32, 32)] * 2 + [(48, 48)] * 2 + [
        (32, 32)
    ] * 2
    assert [int(which) for *_, which in found[:4]] == [0, 1, 0, 1]
    for square, measured, _ in found:
        assert float(tf.reduce_mean(square)) == float(measured)
        assert 0 <= float(tf.reduce_min(square)) and float(tf.reduce_max(square)) <= 1
    values = [float(measured) for _, measured, _ in found]
    assert min(values) < 0.3 and max(values) > 0.7  # darker, brighter


@pytest.mark.parametrize(
    "change, words",
    [
        ({"steps": 0}, "steps is 0"),
        ({"minutes": "ten"}, "minutes is 'ten'"),
        ({"size": 8}, "size is 8 px"),
        ({"style_weight": -1}, "style_weight is -1"),
        ({"photos": []}, "one photo to learn from"),
        ({"photos": "no_such_photo.jpg"}, "no_such_photo.jpg: there is no such file"),
        ({"steps": [1, 2]}, r"steps is \[1, 2\]: give a whole number"),
        ({"minutes": -5}, "minutes is -5"),
        ({"start": "no.safetensors"}, "There is no network"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_trained(change, words):
    with pytest.raises(KitError, match=words):
        train_fast("starry_night", **({"steps": 1} | QUICK | change))


def test_too_little_memory_is_said_before_anything_is_trained(monkeypatch):
    monkeypatch.setattr(cost, "available_memory", lambda: 1e9)
    with pytest.raises(SettingsError, match="only 1.0 GB is available"):
        train_fast("starry_night", steps=1, **QUICK)


def test_two_paintings_of_one_name_are_refused():
    with pytest.raises(SettingsError, match="Two of the paintings are called 'mosaic'"):
        train_fast(["mosaic", "mosaic"], steps=1, **QUICK)


def test_paint_fast_returns_a_result_like_stylize(trained, tmp_path):
    result = paint_fast("red_panda", trained, "great_wave", size=64)
    assert result.picture.shape == (1, 36, 64, 3)
    assert result.card["settings"]["painting"] == {"starry_night": 0.0, "great_wave": 1.0}
    assert result.card["network"]["steps"] == 4
    same = stylize("red_panda", "mosaic", size=64, steps=1, progress=False).card["content_sha256"]
    assert result.card["content_sha256"] == same
    path = save_network(trained, tmp_path / "two.safetensors")
    from_file = paint_fast("red_panda", path, {"great_wave": 3.0}, size=64)
    assert float(tf.reduce_max(tf.abs(from_file.picture - result.picture))) < 0.1


@pytest.mark.parametrize("style_weight", [1e37, 3.4e38, 1e39])
def test_a_network_that_is_not_finite_is_neither_kept_nor_saved(style_weight, tmp_path):
    said = f"Lower style_weight (it is {style_weight:g})"
    try:
        made = train_fast("mosaic", steps=3, style_weight=style_weight, **QUICK)
    except RunStopped as error:
        assert said in str(error)
    else:
        assert all(np.isfinite(values).all() for values in made.weights.values())
    broken = fresh_weights(1) | {"last/shift": np.full((1, 3), np.nan, np.float32)}
    with pytest.raises(WeightsError, match="not finite"):
        save_network(Network(broken, ("mosaic",), {}), tmp_path / "a.safetensors")


def test_the_largest_shares_are_shares_of_one(trained):
    shares = {"starry_night": 1e308, "great_wave": 1e308}
    painted = paint_fast("red_panda", trained, shares, size=64)
    assert painted.settings["painting"] == {"starry_night": 0.5, "great_wave": 0.5}


def test_a_mixture_lies_between(trained):
    half = paint_fast("red_panda", trained, {"starry_night": 2, "great_wave": 2}, size=64)
    assert half.settings["painting"] == {"starry_night": 0.5, "great_wave": 0.5}


@pytest.mark.parametrize(
    "painting, words",
    [
        ("mosaic", "does not know 'mosaic': choose one of starry_night, great_wave"),
        ({"great_wave": 0}, "a share above 0"),
        ({"great_wave": -1, "starry_night": 2}, "a share above 0"),
        ({"great_wave": "half"}, "The share of great_wave is 'half'"),
        ({}, "a share above 0"),
        (["great_wave"], "give a name, or shares by name"),
    ],
)
def test_a_painting_that_cannot_be_used_is_said(trained, painting, words):
    with pytest.raises(SettingsError, match=words):
        paint_fast("red_panda", trained, painting, size=64)


def test_a_picture_too_large_for_the_memory_is_refused(trained, monkeypatch):
    from nst_helpers.fast import painting

    monkeypatch.setattr(cost, "available_memory", lambda: painting.BASE_BYTES + 1e6)
    with pytest.raises(SettingsError, match="ask for size="):
        paint_fast("red_panda", trained, size=256)
