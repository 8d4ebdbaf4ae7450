"""The neighbors of the neighbor loss, worked out by hand or one position at a time."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from engine_tools import QUICK, TWO, quick_run

from nst_helpers import CONTENT_LAYER, feature_extractor, load_image, stylize
from nst_helpers.engine import DEFAULTS
from nst_helpers.method import losses, neighbors
from nst_helpers.method.neighbors import LAYERS, matching, nearest, side_by_side
from nst_helpers.pictures import GIVEN_PICTURE

SHAPE = 1, 3, 4  # of positions
LEFT = np.tile(np.repeat([1.0, 0.0], 4), (8, 1))


def some_features(seed, shape=SHAPE):
    values = np.random.default_rng(seed)
    channels = dict(zip(LAYERS, (2, 3, 4, 4, 5), strict=True))
    return {
        layer: tf.constant(values.uniform(0, 2, (*shape, count)), tf.float32)
        for layer, count in channels.items()
    }


def long_vectors(features, factors):
    """A row a position: the layers one after the other, each times its factor."""
    parts = [float(factors[layer]) * features[layer].numpy() for layer in LAYERS]
    return np.concatenate([part.reshape(-1, part.shape[-1]) for part in parts], axis=1)


def test_neighbor_loss_by_hand():
    """Two positions and two layers: (3, 4) against (1, 0) has the cosine 0.6, (0, 2) against it 0."""
    features = {"a": tf.constant([[[[3.0], [0.0]]]]), "b": tf.constant([[[[4.0], [2.0]]]])}
    matched = {"a": tf.constant([[[[1.0], [1.0]]]]), "b": tf.constant([[[[0.0], [0.0]]]])}
    assert float(losses.neighbor_loss(features, matched)) == pytest.approx((0.4 + 1) / 2)
    nothing = {name: 0 * values for name, values in matched.items()}
    assert float(losses.neighbor_loss(features, nothing, covered=tf.zeros((1, 1, 2)))) == 0


def test_features_stand_side_by_side_at_a_quarter_of_the_picture(vgg):
    picture = load_image("astronaut", max_side=50)[:, :, :45]
    features = feature_extractor(vgg, LAYERS)(picture)
    found = side_by_side(features)
    assert {tuple(values.shape[:3]) for values in found.values()} == {(1, 12, 11)}
    assert sum(values.shape[-1] for values in found.values()) == 64 + 128 + 256 + 256 + 512
    square = features["block1_conv2"][0, 4:8, 8:12]
    np.testing.assert_allclose(
        found["block1_conv2"][0, 1, 2], tf.reduce_mean(square, axis=(0, 1)), rtol=1e-5
    )


def test_the_nearest_is_found_without_the_means(monkeypatch):
    monkeypatch.setattr(neighbors, "AT_ONCE", 3)  # several blocks, the last one not full
    values = np.random.default_rng(0)
    queries, painting = values.normal(5, 1, (7, 4)), values.normal(2, 1, (9, 4))
    here, there = queries - queries.mean(0), painting - painting.mean(0)
    cosines = here @ there.T / np.linalg.norm(here, axis=1)[:, None] / np.linalg.norm(there, axis=1)
    found = nearest(tf.constant(queries, tf.float32), tf.constant(painting, tf.float32))
    np.testing.assert_array_equal(found, (cosines - cosines.max(axis=0) / 2).argmax(axis=1))
    assert (found.numpy() != (queries @ painting.T).argmax(axis=1)).any()


def test_a_row_that_resembles_everything_is_not_taken_everywhere(monkeypatch):
    """Directions in the plane: the row at 40° is nearest to all, and taken by its own query alone."""
    monkeypatch.setattr(neighbors, "_less_their_mean", lambda vectors: vectors)
    queries, rows = (
        tf.constant(np.stack([np.cos(angles), np.sin(angles)], axis=1), tf.float32)
        for angles in np.radians([[0, 40, 80], [-45, 40, 125]])
    )
    np.testing.assert_array_equal(tf.argmax(queries @ tf.transpose(rows), axis=1), [1, 1, 1])
    np.testing.assert_array_equal(nearest(queries, rows), [0, 1, 2])


def test_a_layer_counts_by_its_share_whatever_its_strength():
    features = some_features(0)
    louder = features | {"block4_conv2": 1000 * features["block4_conv2"]}
    for paintings in ([features], [louder]):
        factors = neighbors.factors_for(paintings)
        for layer, share in LAYERS.items():
            square = tf.reduce_mean(tf.square(factors[layer] * paintings[0][layer]))
            assert float(square) == pytest.approx(share**2, rel=1e-3)


def test_the_picture_is_matched_with_the_photo_by_its_share():
    photo, picture, painting = map(some_features, range(3))
    match = matching(photo, [painting], [None], [None])
    for share, features in ((0.0, photo), (1.0, picture)):
        found = match(picture, (1.0,), share)
        rows, there = (long_vectors(one, found.factors) for one in (features, painting))
        wanted = there[nearest(tf.constant(rows), tf.constant(there)).numpy()]
        wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
        ones = dict.fromkeys(LAYERS, 1.0)
        np.testing.assert_allclose(long_vectors(found.matched, ones), wanted, rtol=1e-4)


def test_a_picture_of_the_paintings_own_parts_loses_nothing():
    painting = some_features(0)
    turned = {layer: values[:, ::-1, ::-1] for layer, values in painting.items()}
    matched, factors, covered = matching(turned, [painting], [None], [None])(turned, (1.0,), 0.5)
    weighed = {layer: factors[layer] * values for layer, values in turned.items()}
    assert float(losses.neighbor_loss(weighed, matched, covered)) == pytest.approx(0, abs=1e-5)


def test_paintings_count_by_their_shares_or_each_in_its_region():
    photo, one, other = map(some_features, range(3))
    match = matching(photo, [one, other], [None] * 2, [None] * 2)
    first, second, both = (match(photo, shares, 0.5) for shares in ((1, 0), (0, 1), (0.75, 0.25)))
    for layer in LAYERS:
        mixed = 0.75 * first.matched[layer] + 0.25 * second.matched[layer]
        np.testing.assert_allclose(both.matched[layer], mixed, atol=1e-5)
    assert float(tf.reduce_max(tf.abs(both.covered - 1))) == 0
    left = np.zeros((*SHAPE, 1), np.float32)
    left[:, :, :2] = 1
    masks = [tf.constant(left), tf.constant(0.5 * (1 - left))]
    apart = matching(photo, [one, other], [None] * 2, masks)(photo, (0.5, 0.5), 0.5)
    np.testing.assert_allclose(apart.covered, (left + 0.5 * (1 - left))[..., 0])
    lengths = sum(tf.reduce_sum(values**2, -1) for values in apart.matched.values())
    np.testing.assert_allclose(lengths, (left + 0.25 * (1 - left))[..., 0], rtol=1e-4)
    np.testing.assert_allclose(
        apart.matched["block1_conv2"][:, :, :2], first.matched["block1_conv2"][:, :, :2], rtol=1e-4
    )


def test_a_position_counts_by_its_room():
    photo, picture, painting = map(some_features, range(3))
    room = tf.constant(np.random.default_rng(5).uniform(0, 1, (*SHAPE, 1)), tf.float32)
    alike, by_room = (
        matching(photo, [painting], [None], [None], rooms)(picture, (1.0,), 0.5)
        for rooms in (None, room)
    )
    weighed = {layer: alike.factors[layer] * values for layer, values in picture.items()}
    cosines = sum(tf.reduce_sum(weighed[layer] * alike.matched[layer], -1) for layer in LAYERS)
    cosines /= sum(tf.reduce_sum(values**2, -1) for values in weighed.values()) ** 0.5
    loss = losses.neighbor_loss(weighed, by_room.matched, by_room.covered)
    assert float(loss) == pytest.approx(float(tf.reduce_mean(room[..., 0] * (1 - cosines))))


def test_there_is_room_where_the_photo_is_smooth():
    """The left half is flat; the right one alternates between 0 and 1, with a deviation of 1/2."""
    photo = np.zeros((1, 240, 240, 3), np.float32)
    photo[:, :, 120::2] = 1
    room = neighbors.room_in(tf.constant(photo))[0, ..., 0].numpy()
    np.testing.assert_allclose(room[:, :114], 1, rtol=1e-4)  # 11 px is a window: 5 to each side
    # The mean deviation is about that of half of the picture, 1/4; here it is twice the mean.
    np.testing.assert_allclose(room[:, 126:], 1 / (1 + (2 / neighbors.ROOM) ** 2), rtol=0.15)
    flat = neighbors.room_in(tf.fill((1, 30, 40, 3), 0.3))
    assert flat.shape == (1, 30, 40, 1) and float(tf.reduce_min(flat)) > 0.99


def test_content_counts_twice_where_there_is_no_room():
    """A position of the content layer stands for 2 × 2 of the room's, and takes their mean."""
    room = tf.constant([[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.5, 0.5]])[None, :, :, None]
    np.testing.assert_allclose(neighbors.held(room, 1, 2)[0, 0, :, 0], [1, 2 - 0.25])


def test_only_a_paintings_part_is_taken():
    photo, painting = some_features(0), some_features(1)
    part = np.zeros((*SHAPE, 1), np.float32)
    part[:, 1, 2] = 1
    found = matching(photo, [painting], [tf.constant(part)], [None])(photo, (1.0,), 0.5)
    layer = "block4_conv2"
    only = painting[layer][0, 1, 2] / tf.norm(painting[layer][0, 1, 2])
    directions = tf.nn.l2_normalize(found.matched[layer], axis=-1)
    np.testing.assert_allclose(directions, np.broadcast_to(only, directions.shape), rtol=1e-4)


@pytest.mark.parametrize(
    "side, scales, init, share",
    [
        (96, [96, 400], "content", 1),
        (250, [96, 250], "content", 0.8),
        (400, [96, 400], "content", 0),
        (400, [400, 500], "content", 0.5),  # where a run begins, it counts at any size
        (400, [400], GIVEN_PICTURE, 0),
    ],
)
def test_how_much_it_counts_at_a_scale(side, scales, init, share):
    settings = dataclasses.replace(DEFAULTS, scales=scales, init=init)
    assert neighbors.share_at(side, settings) == share


@pytest.mark.parametrize(
    "style, settings",
    [
        ("mosaic", {}),
        (TWO, {}),
        (TWO, {"style_masks": [LEFT, 1 - LEFT]}),
        ("mosaic", {"original_colors": "luminance"}),
        ("mosaic", {"optimizer": "adam", "init": "noise"}),
    ],
    ids=["one", "two", "regions", "luminance", "Adam from noise"],
)
def test_a_run_lowers_it(vgg, style, settings):
    history = quick_run(vgg, style, steps=6, neighbor_weight=15, **settings).history
    begun, ended = history[0]["neighbor"], history[-1]["neighbor"]
    assert 0 < ended < begun
    parts = sum(history[-1][term] for term in losses.TERMS)
    assert history[-1]["total"] == pytest.approx(parts, rel=1e-4)


def test_weight_0_is_gatys_method_and_computes_none_of_it(vgg, monkeypatch):
    monkeypatch.setattr(neighbors, "matching", None)
    assert {row["neighbor"] for row in quick_run(vgg, steps=2, neighbor_weight=0).history} == {0}


def test_in_a_run_content_counts_more_where_there_is_no_room(vgg):
    photo, start = load_image("astronaut", max_side=64), load_image("horses", max_side=64)
    start = tf.image.resize(start, photo.shape[1:3])
    settings = QUICK | {"size": 64, "scales": [64], "steps": 1, "init": start, "vgg": vgg}
    extract = feature_extractor(vgg, [CONTENT_LAYER])
    found, target = extract(start)[CONTENT_LAYER], extract(photo)[CONTENT_LAYER]
    held = neighbors.held(neighbors.room_in(photo), *target.shape[1:3])
    for weight, counts in ((0, 1.0), (15, held)):
        row = stylize(photo, "mosaic", neighbor_weight=weight, **settings).history[0]
        divided = losses.content_loss(found, target, counts) / tf.reduce_mean(target**2)
        assert row["content"] == pytest.approx(float(divided), rel=1e-3)


def test_a_large_run_that_goes_on_from_a_picture_has_none(vgg, monkeypatch):
    """As the last scales of any other: it would only add grain."""
    monkeypatch.setattr(neighbors, "LARGEST_WITH_NEIGHBORS", 48)
    start = load_image("astronaut", max_side=64)
    for init, has_some in (("content", True), (start, False)):
        (row,) = quick_run(vgg, steps=1, scales=[64], init=init).history
        assert (row["neighbor"] > 0) == has_some


def test_it_is_matched_again_halfway_but_not_in_a_few_steps(vgg, monkeypatch):
    calls = []
    original = neighbors.nearest
    monkeypatch.setattr(neighbors, "nearest", lambda *rows: calls.append(1) or original(*rows))
    stylize(
        "astronaut", "mosaic", **QUICK, scales=[48, 64], steps=[6, 5], neighbor_weight=5, vgg=vgg
    )
    assert len(calls) == 3


def test_two_steps_move_the_picture(vgg):
    start, moved = (quick_run(vgg, steps=steps).picture for steps in (1, 2))
    assert np.abs(moved - start).mean() > 0.001
