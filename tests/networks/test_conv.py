"""The convolutional trunk."""

import keras
import numpy as np
import pytest

from keras_vae import networks


@pytest.mark.parametrize(
    ("event_shape", "rank", "expected"),
    [
        ((28, 28, 1), 2, (7, 7, 6)),
        ((32, 32, 3), 2, (8, 8, 6)),
        ((17, 23, 2), 2, (5, 6, 6)),
        ((50, 2), 1, (13, 6)),
        ((5, 6, 7, 1), 3, (2, 2, 2, 6)),
    ],
)
def test_each_layer_halves_the_sides_rounded_up(event_shape, rank, expected):
    assert networks.conv([4, 6], rank=rank)(np.zeros((2, *event_shape))).shape == (2, *expected)


@pytest.mark.parametrize(("kernel_size", "strides"), [(3, 2), (5, 2), (3, 1)])
def test_a_layer_is_the_strided_convolution_with_its_activation(kernel_size, strides):
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 2)).astype(np.float32)
    network = networks.conv([3], kernel_size=kernel_size, strides=strides, activation="relu")
    output = network(x)
    kernel, bias = network.get_weights()
    # Of odd sides and odd kernels the filling-up is the same on both sides.
    sides = (kernel_size // 2, kernel_size // 2)
    padded = np.pad(x, ((0, 0), sides, sides, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size), axis=(1, 2))
    expected = np.einsum("nijchw,hwcf->nijf", windows[:, ::strides, ::strides], kernel) + bias
    np.testing.assert_allclose(output, np.maximum(expected, 0), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "arguments", [{"filters": []}, {"filters": [0]}, {"filters": [4], "kernel_size": 0}, {"filters": [4], "strides": 0}]
)
def test_sizes_that_are_none_are_refused(arguments):
    with pytest.raises(ValueError, match="must be"):
        networks.conv(**arguments)


def test_unknown_rank_is_refused():
    with pytest.raises(ValueError, match="rank"):
        networks.conv([4], rank=4)


def test_trunks_are_plain_keras_models_that_can_be_saved():
    network = networks.conv([4], name="trunk")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(network))
    assert isinstance(again, keras.Sequential)
    assert again.name == "trunk"


def test_channels_first_are_refused_by_name_and_dense_networks_do_without(monkeypatch):
    monkeypatch.setattr(keras.config, "image_data_format", lambda: "channels_first")
    for make in (lambda: networks.conv([4]), lambda: networks.conv_transpose([4], (8, 8, 1))):
        with pytest.raises(ValueError, match=r"'channels_last'.*Received: 'channels_first'"):
            make()
    flatten = networks.dense([3]).layers[0]
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    np.testing.assert_array_equal(flatten(x), x.reshape(2, 12))
