import json

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import WeightsError, load_image
from nst_helpers.fast import (
    Network,
    fresh_weights,
    in_one_pass,
    instance_norm,
    load_network,
    save_network,
)


@pytest.fixture(scope="module")
def network():
    """One of two paintings, whose scales and shifts are not the same."""
    weights, random = fresh_weights(2), np.random.default_rng(1)
    for name in weights:
        if not name.endswith("/kernel"):
            weights[name] += random.normal(0, 0.3, weights[name].shape).astype("float32")
    return Network({n: tf.constant(v) for n, v in weights.items()}, ("one", "two"), {"steps": 3})


def test_instance_norm_by_hand():
    values = tf.reshape(tf.constant([1.0, 10.0, 3.0, 10.0]), (1, 1, 2, 2))  # mean 2 and 10
    normed = instance_norm(values, tf.constant([2.0, 5.0]), tf.constant([1.0, -1.0]))
    np.testing.assert_allclose(normed[0, 0], [[-1, -1], [3, -1]], atol=1e-4)


@pytest.mark.parametrize("height, width", [(64, 64), (33, 50), (20, 21)])
def test_the_painted_picture_has_the_photos_shape_and_range(network, height, width):
    photo = load_image("red_panda", max_side=64)[:, :height, :width]
    photo = tf.image.resize(photo, (height, width))
    painted = in_one_pass(network.weights, photo, tf.constant([1.0, 0.0]))
    assert painted.shape == photo.shape
    assert 0 <= float(tf.reduce_min(painted)) < float(tf.reduce_max(painted)) <= 1


def test_between_two_paintings_scales_and_shifts_are_mixed(network):
    photo = load_image("red_panda", max_side=64)
    mixed = in_one_pass(network.weights, photo, tf.constant([0.25, 0.75]))
    half_way = {
        name: values if name.endswith("/kernel") else 0.25 * values[:1] + 0.75 * values[1:]
        for name, values in network.weights.items()
    }
    np.testing.assert_allclose(mixed, in_one_pass(half_way, photo, tf.ones(1)), atol=1e-5)
    for number in range(2):
        one = in_one_pass(network.weights, photo, tf.one_hot(number, 2))
        assert float(tf.reduce_max(tf.abs(one - mixed))) > 0.05


def test_a_file_keeps_the_network_but_for_its_rounding(network, tmp_path):
    path = save_network(network, tmp_path / "two.safetensors")
    assert path.stat().st_size < 250_000
    read = load_network(path)
    assert (read.paintings, read.card) == (network.paintings, network.card)
    photo, shares = load_image("red_panda", max_side=64), tf.constant([0.0, 1.0])
    before, after = (in_one_pass(n.weights, photo, shares) for n in (network, read))
    assert float(tf.reduce_mean(tf.abs(before - after))) < 0.01
    # What was rounded once is not rounded again.
    again = load_network(save_network(read, tmp_path / "again.safetensors"))
    for name, values in read.weights.items():
        np.testing.assert_allclose(again.weights[name], values, rtol=1e-5, atol=1e-8)


def test_the_file_is_laid_out_as_safetensors(network, tmp_path):
    content = save_network(network, tmp_path / "two.safetensors").read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    assert header.pop("__metadata__")["paintings"] == '["one", "two"]'
    ends = [entry["data_offsets"][1] for entry in header.values()]
    assert size % 8 == 0 and max(ends) == len(content) - 8 - size
    first = header["first/kernel"]
    assert (first["dtype"], first["shape"]) == ("I8", [7, 7, 3, 16])


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 100, b"\x02" + b"\0" * 7 + b"{}", b"\x04" + b"\0" * 7 + b"null"]
)
def test_a_file_that_holds_no_network_is_refused(tmp_path, content):
    path = tmp_path / "photo.png"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="photo.png is no network of this kit"):
        load_network(path)


def test_a_file_that_is_cut_off_or_has_another_shape_is_refused(network, tmp_path):
    path = save_network(network, tmp_path / "two.safetensors")
    whole = path.read_bytes()
    for content in (
        whole[:-4],
        whole.replace(b'"[\\"one\\", \\"two\\"]"', b'"[\\"one\\"]        "'),
    ):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match="is no network"):
            load_network(path)


def test_a_name_that_there_is_not_is_said():
    with pytest.raises(WeightsError, match="There is no network 'starry_nigth'; did you mean"):
        load_network("starry_nigth")
    with pytest.raises(WeightsError, match="is not a path"):
        load_network(3)
