"""Control: whose colors, several paintings, regions, the size of strokes, and where to start."""

import itertools
import json

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import LAYERS, QUICK

from nst_helpers import (
    PAINTINGS,
    PATTERNS,
    PHOTOS,
    STYLE_LAYERS,
    PictureError,
    SettingsError,
    card,
    circle,
    color_range,
    compute_targets,
    feature_extractor,
    gram_matrix,
    guided_gram_matrix,
    half,
    in_colors_of,
    load_image,
    luminance,
    stylize,
)
from nst_helpers.engine.inputs import load_inputs
from nst_helpers.engine.settings import DEFAULTS
from nst_helpers.method import (
    Paintings,
    blended,
    finished,
    guides_for,
    measure_pictures,
    measuring,
    start_from,
)
from nst_helpers.pictures import (
    as_bright_as,
    load_mask,
    mean_and_covariance,
    shared_out,
    square_root,
    with_colors_of,
)

TWO = ["mosaic", "waves"]


def paint(vgg, style="mosaic", steps=3, **settings):
    return stylize("astronaut", style, steps=steps, vgg=vgg, **QUICK | settings)


def picture(*rows):
    """One of so many pixels, `(1, height, width, 3)`."""
    return tf.constant([rows], tf.float32)


def random(*shape, seed=0):
    return tf.random.stateless_uniform(shape, (seed, 0))


def white(height=8, width=8):
    return np.ones((height, width))


# Colors.


def test_luminance_by_hand():
    made = luminance(picture([[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [0.5, 0.5, 0.5]]))
    np.testing.assert_allclose(made[0, :, :, 0], [[0.299, 0.587], [0.114, 0.5]], atol=1e-6)
    np.testing.assert_array_equal(made[..., 0], made[..., 2])


def in_black_and_white(name, side=96):
    return tf.cast(luminance(load_image(name, max_side=side)) > 0.5, tf.float32)


def few_colors():
    """Pictures whose colors fill no volume: `{name: picture}`."""
    red, yellow = tf.constant([0.9, 0.1, 0.1]), tf.constant([1.0, 0.9, 0.0])
    where = tf.cast(random(1, 40, 48, 1) > 0.5, tf.float32)
    return {name: in_black_and_white(name) for name in PHOTOS + PAINTINGS + PATTERNS} | {
        "gray": luminance(load_image("astronaut", max_side=96)),
        "white": tf.ones((1, 40, 48, 3)),
        "black": tf.zeros((1, 40, 48, 3)),
        "one color": tf.ones((1, 40, 48, 3)) * red,
        "two colors": where * red + (1 - where) * yellow,
        "nearly one": 0.5 + 1e-4 * random(1, 40, 48, 3),
        "no blue": random(1, 40, 48, 3) * [1.0, 1.0, 0.0],
        "one pixel": tf.reshape(red, (1, 1, 1, 3)),
        "two pixels": picture([[1, 0, 0], [0, 0, 1]]),
        "colors": load_image("mosaic", max_side=96),
    }


def test_pictures_of_few_colors_give_finite_starts():
    """The covariance of black and white has no inverse; its root was NaN for 16 of 90 pairs."""
    pictures = few_colors()
    for photo, painting in itertools.product(pictures, repeat=2):
        made = in_colors_of(pictures[painting], pictures[photo])
        assert np.isfinite(made).all(), (photo, painting)
    parts = tf.zeros((1, 40, 48, 1)), tf.ones((1, 40, 48, 1))
    for part, other in itertools.product(parts, repeat=2):  # also where no color counts
        assert np.isfinite(in_colors_of(pictures["white"], pictures["black"], part, other)).all()


def test_the_root_of_a_matrix_by_eigenvalues_is_the_root():
    """For pictures of many colors nothing has changed: within 1e-3 of `tf.linalg.sqrtm`."""
    for name in ("honey_bee", "neuschwanstein", "starry_night", "waves"):
        _, covariance = mean_and_covariance(load_image(name, max_side=96))
        root = square_root(covariance + 1e-4 * tf.eye(3))
        np.testing.assert_allclose(root, tf.linalg.sqrtm(covariance + 1e-4 * tf.eye(3)), atol=1e-5)
        np.testing.assert_allclose(root @ root, covariance + 1e-4 * tf.eye(3), atol=1e-6)
    singular = tf.ones((3, 3))
    np.testing.assert_allclose(square_root(singular) @ square_root(singular), singular, atol=1e-5)


@pytest.mark.parametrize("init", ["recolored", "overlay"])
def test_a_picture_in_black_and_white_is_painted_with_the_default_settings(vgg, init):
    photo, painting = (in_black_and_white(one, 64) for one in ("neuschwanstein", "night_cafe"))
    made = stylize(photo, painting, steps=2, init=init, vgg=vgg, **QUICK)
    assert not made.message and np.isfinite(made.picture).all()


def test_a_gray_painting_gets_the_photos_mean_and_deviation():
    photo, painting = (luminance(0.4 + 0.2 * random(1, 9, 7, 3, seed=seed)) for seed in (1, 2))
    made = as_bright_as(photo, 0.5 * painting)
    assert float(tf.reduce_mean(made)) == pytest.approx(float(tf.reduce_mean(photo)), abs=1e-5)
    wanted = float(tf.math.reduce_std(photo))
    assert float(tf.math.reduce_std(made)) == pytest.approx(wanted, rel=1e-3)
    flat = as_bright_as(photo, tf.fill((1, 5, 5, 3), 0.3))  # has no contrast to be stretched
    np.testing.assert_allclose(flat, float(tf.reduce_mean(photo)), atol=1e-5)


def test_color_gives_way_to_nothing():
    """Where brightness and color do not go together in 0..1, it is the brightness that changes."""
    photo = picture([[1, 0, 0], [0.2, 0.4, 0.6]])
    made = with_colors_of(photo, tf.fill((1, 1, 2, 3), 0.9))
    np.testing.assert_allclose(made - luminance(made), photo - luminance(photo), atol=1e-6)
    np.testing.assert_allclose(made[0, 0, 0], [1, 0, 0], atol=1e-6)  # pure red has one brightness
    assert np.max(made) == pytest.approx(1) and np.min(made) >= -1e-6


@pytest.mark.parametrize("init", ["recolored", "noise", "style"])
@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_luminance_keeps_the_photos_color(vgg, init, optimizer):
    photo = load_image("astronaut", max_side=64)
    made = paint(vgg, original_colors="luminance", init=init, optimizer=optimizer).picture
    difference = (made - luminance(made)) - (photo - luminance(photo))
    assert np.abs(difference).max() < 0.5 / 255
    assert np.abs(luminance(made) - luminance(photo)).mean() > 0.02


def test_match_paints_like_the_painting_in_the_photos_colors(vgg):
    photo, painting = load_image("astronaut", max_side=64), load_image("mosaic", max_side=64)
    by_hand = stylize(photo, in_colors_of(photo, painting), steps=3, vgg=vgg, **QUICK)
    made = paint(vgg, original_colors="match")
    np.testing.assert_allclose(made.picture, by_hand.picture, atol=1 / 255)
    assert np.abs(made.picture - paint(vgg).picture).mean() > 0.05


def test_the_colors_of_a_part():
    """The left half is mapped to the right half of the painting alone, as if the rest were not."""
    photo, painting = random(1, 8, 8, 3, seed=3), random(1, 8, 6, 3, seed=4)
    left, right = half(photo, "left")[..., :1], half(painting, "right")[..., :1]
    made = in_colors_of(painting, photo, right, left)[:, :, :4]
    alone = in_colors_of(painting[:, :, 3:], photo[:, :, :4])
    np.testing.assert_allclose(made, alone, atol=1e-4)


# Several paintings.


def test_a_blend_of_one_is_that_painting_alone(vgg):
    alone = paint(vgg)
    for style, weights in [(["mosaic"], None), (TWO, [1, 0]), (TWO[::-1], [0, 7])]:
        made = paint(vgg, style, style_blend_weights=weights)
        np.testing.assert_array_equal(made.picture, alone.picture)


def test_a_blend_by_hand():
    """Each matrix is divided by its strength; the sum has the strength of both in the mean."""
    one, other = tf.constant([[3.0, 0], [0, 3]]), tf.constant([[0, 40.0], [40, 0]])
    made = blended([{"layer": one}, {"layer": other}], [0.25, 0.75])["layer"]
    strengths = 3 / 2**0.5, 40 / 2**0.5  # roots of the mean squares
    mean = 0.25 * strengths[0] + 0.75 * strengths[1]
    np.testing.assert_allclose(
        made, mean * (0.25 * one / strengths[0] + 0.75 * other / strengths[1]), rtol=1e-5
    )


def test_the_order_of_paintings_does_not_count(vgg):
    masks = [half(load_image("astronaut", max_side=64), side) for side in ("left", "right")]
    for more in ({}, {"style_masks": masks}):
        turned = {name: value[::-1] for name, value in more.items()}
        one = paint(vgg, TWO, style_blend_weights=[1, 3], steps=2, **more)
        other = paint(vgg, TWO[::-1], style_blend_weights=[3, 1], steps=2, **turned)
        np.testing.assert_allclose(one.picture, other.picture, atol=2 / 255)
        assert one.history[0]["total"] == pytest.approx(other.history[0]["total"], rel=1e-4)


def test_a_blend_starts_between_its_paintings_colors():
    photo = load_image("astronaut", max_side=64)
    pictures = tuple(load_image(name, max_side=64) for name in TWO)
    one, other = (start_from("recolored", photo, Paintings((each,)), 0) for each in pictures)
    both = start_from("recolored", photo, Paintings(pictures, (0.3, 0.7)), 0)
    np.testing.assert_allclose(both, 0.3 * one + 0.7 * other, atol=1e-6)


# Regions.


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


def test_one_white_mask_is_none(vgg):
    plain, guided = paint(vgg), paint(vgg, ["mosaic"], style_masks=[white()])
    for name in ("content", "style", "total"):
        assert guided.history[0][name] == pytest.approx(plain.history[0][name], rel=1e-4)
    np.testing.assert_allclose(guided.picture, plain.picture, atol=4 / 255)


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
    (_, before), (_, after) = measure(photo, guides), measure(changed, guides)
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
    _, grams = measure(photo, targets.guides)
    _, undivided = measure(photo)
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


def test_where_no_mask_is_the_photo_stays(vgg):
    photo = load_image("astronaut", max_side=64)
    made = paint(vgg, ["mosaic"], style_masks=[half(photo, "left")])
    np.testing.assert_allclose(made.picture[:, :, 32:], photo[:, :, 32:], atol=1e-6)
    assert np.abs(made.picture - photo)[:, :, :30].mean() > 0.05


def test_each_region_begins_in_its_paintings_colors():
    photo = load_image("astronaut", max_side=64)
    flat = tuple(tf.fill((1, 40, 40, 3), value) for value in (0.2, 0.8))
    masks = tf.concat([half(photo, side)[..., :1] for side in ("left", "right")], axis=-1)
    start = start_from("recolored", photo, Paintings(flat, (0.5, 0.5), masks), 0)
    assert float(tf.reduce_mean(start[:, :, :30])) == pytest.approx(0.2, abs=0.02)
    assert float(tf.reduce_mean(start[:, :, 34:])) == pytest.approx(0.8, abs=0.02)


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


def test_masks_share_what_they_all_cover():
    left, all_over, gray = (
        tf.constant([[1.0, 0]]),
        tf.constant([[1.0, 1]]),
        tf.constant([[0.5, 0.5]]),
    )
    masks = [tf.reshape(mask, (1, 1, 2, 1)) for mask in (left, all_over, gray)]
    made = shared_out(masks[:2], (0.25, 0.75))
    np.testing.assert_allclose(made[0, 0], [[0.25, 0.75], [0, 1]], atol=1e-6)
    np.testing.assert_allclose(shared_out(masks[2:], (1.0,))[0, 0], [[0.5], [0.5]], atol=1e-6)
    without = shared_out(masks[:2], (1.0, 0.0))  # a painting that does not count covers nothing
    np.testing.assert_allclose(without[0, 0], [[1, 0], [0, 0]], atol=1e-6)


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


def test_laid_over_by_hand():
    photo, painted = tf.zeros((1, 1, 2, 3)), tf.ones((1, 1, 2, 3))
    masks = tf.reshape(tf.constant([1.0, 0.25]), (1, 1, 2, 1))
    made = finished(painted, photo, Paintings((painted,), (1.0,), masks), False)
    np.testing.assert_allclose(made[0, 0, :, 0], [1, 0.25])


# Masks made by hand.


def test_half_circle_and_color_range():
    photo = tf.concat([tf.zeros((1, 10, 10, 3)), tf.ones((1, 10, 10, 3))], axis=2)
    np.testing.assert_array_equal(half(photo, "right"), photo)
    assert float(tf.reduce_mean(half(photo, "top"))) == 0.5
    assert float(half(photo, "bottom")[0, 9, 0, 0]) == 1 == float(half(photo, "left")[0, 0, 9, 0])
    np.testing.assert_array_equal(color_range(photo, (0.9, 1, 1)), photo)
    white = photo[0, 0, -1]  # a tensor, as a pixel is in lesson 07
    np.testing.assert_array_equal(color_range(photo, white), photo)
    round_one = circle(tf.zeros((1, 100, 200, 3)), x=0.75, radius=0.3)
    assert float(tf.reduce_sum(round_one[..., 0])) == pytest.approx(np.pi * 30**2, rel=0.01)
    places = np.argwhere(np.asarray(round_one)[0, :, :, 0])
    np.testing.assert_allclose(places.mean(0), [49.5, 149.5])
    with pytest.raises(SettingsError, match="middle"):
        half(photo, "middle")


def test_masks_are_loaded_from_whatever_there_is(tmp_path):
    photo = tf.zeros((1, 30, 60, 3))
    true = np.zeros((3, 6), bool)
    true[0] = True
    for source in (true, true.astype(float), half(tf.zeros((1, 32, 64, 3)), "top")):
        mask = load_mask(source, "it", photo)
        assert mask.shape[-1] == 1 and float(tf.reduce_max(mask)) == 1
    assert float(tf.reduce_mean(load_mask(true, "it", photo))) == pytest.approx(1 / 3)
    assert load_mask(white(31, 60), "it", photo).shape == (1, 31, 60, 1)  # as rounding leaves it


@pytest.mark.parametrize(
    "style, settings, error, words",
    [
        (TWO, {"style_masks": [white()] * 3}, SettingsError, "3 for 2 paintings"),
        (TWO, {"painting_masks": [white()]}, SettingsError, "1 for 2 paintings"),
        (TWO, {"style_blend_weights": [1, 2, 3]}, SettingsError, "number of paintings is 2"),
        (TWO, {"style_blend_weights": [0, 0]}, SettingsError, "above 0"),
        (TWO, {"style_blend_weights": [1, -1]}, SettingsError, "from 0 upward"),
        (TWO, {"style_masks": [white(), 0 * white()]}, PictureError, "mask 2 is black"),
        (TWO, {"style_masks": [white(), white(80, 90)]}, PictureError, "mask 2 is 90 × 80"),
        ([], {}, PictureError, "no painting"),
        ("mosaic", {"style_scale": 5}, SettingsError, "0.25 to 4"),
        ("mosaic", {"style_scale": 0.2}, SettingsError, "0.25 to 4"),
        ("mosaic", {"original_colors": True}, SettingsError, "'match'"),
        ("mosaic", {"original_colors": "gray"}, SettingsError, "'match'"),
        ("mosaic", {"init": "picture"}, SettingsError, "none is given"),
        ("mosaic", {"init": None}, SettingsError, "choose one of"),
        ("mosaic", {"init": np.zeros((64, 32, 3))}, PictureError, "32 × 64"),
        ("mosaic", {"init": "there_is_none.png"}, SettingsError, "'noise', or"),
    ],
)
def test_what_does_not_go_together_gets_a_sentence(vgg, style, settings, error, words):
    with pytest.raises(error, match=words):
        paint(vgg, style, **settings)


# The size of strokes.


def test_a_painting_is_seen_at_its_scale(vgg):
    asked = DEFAULTS.__class__(size=64, style_scale=2.0)
    content, paintings, *_ = load_inputs(asked, "astronaut", "starry_night")
    assert max(paintings.pictures[0].shape[1:3]) == 128
    assert max(paintings.at(32, content, 2.0).pictures[0].shape[1:3]) == 64
    np.testing.assert_array_equal(paint(vgg, style_scale=1).picture, paint(vgg).picture)
    assert np.abs(paint(vgg, style_scale=2).picture - paint(vgg).picture).mean() > 0.01


# Where to start.


def test_a_run_goes_on_from_a_picture(vgg, tmp_path):
    first = paint(vgg, steps=6)
    second = paint(vgg, steps=2, init=first.picture)
    assert second.history[0]["total"] == pytest.approx(first.history[-1]["total"], rel=1e-3)
    assert second.settings["init"] == "picture" and len(second.card["init_sha256"]) == 64
    assert second.card["painted"]["scales"] == [64]
    large = stylize(
        "astronaut", "mosaic", init="astronaut", size=256, steps=1, vgg=vgg, progress=False
    )
    assert large.card["painted"]["scales"] == [256]  # a smaller one would undo what is painted


def test_the_card_tells_of_paintings_and_masks(vgg, tmp_path):
    made = paint(vgg, TWO, style_masks=[white()] * 2, painting_masks=[white()] * 2, steps=1).card
    assert len(set(made["style_sha256"])) == 2
    assert len(made["style_masks_sha256"]) == len(made["painting_masks_sha256"]) == 2
    assert len(made["constants"]["block1_conv1"]) == 2
    (tmp_path / "card.json").write_text(json.dumps(made))
    assert card.read(tmp_path / "card.json") == made
