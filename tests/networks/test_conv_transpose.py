"""The transposed-convolutional trunk, for any size."""

import math

import keras
import numpy as np
import pytest

from keras_vae import networks


@pytest.mark.parametrize("event_shape", [(28, 28, 1), (32, 32, 3), (17, 23, 2), (50, 2), (5, 6, 7, 1), (1, 1, 1)])
def test_features_have_the_sides_of_the_event(event_shape):
    network = networks.conv_transpose([6, 4], event_shape)
    assert network(np.zeros((2, 3))).shape == (2, *event_shape[:-1], 4)


@pytest.mark.parametrize("kernel_size", [3, 5])
def test_a_layer_spreads_what_a_dense_layer_gives_by_its_kernel_each_with_the_activation(kernel_size):
    network = networks.conv_transpose([3], (10, 2), kernel_size=kernel_size, activation="relu")
    z = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    output = network(z)
    dense_kernel, dense_bias, kernel, bias = network.get_weights()
    grid = np.maximum(z @ dense_kernel + dense_bias, 0).reshape(4, 5, 3)
    spread = np.zeros((4, 2 * 5 + kernel_size, 3))
    for place in range(5):
        spread[:, 2 * place : 2 * place + kernel_size] += np.einsum("nc,kfc->nkf", grid[:, place], kernel)
    # What a convolution with "same" leaves out before the first place: half of what the kernel exceeds the stride by.
    first = (kernel_size - 2) // 2
    expected = np.maximum(spread[:, first : first + 10] + bias, 0)
    np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-5)


def test_odd_sides_are_the_middle_of_what_the_layers_give():
    network = networks.conv_transpose([4, 3], (17, 23, 2))
    z = np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32)
    cropped = np.asarray(network(z))
    whole = np.asarray(keras.Sequential(network.layers[:-1])(z))
    assert whole.shape == (2, 20, 24, 3)
    np.testing.assert_array_equal(cropped, whole[:, 1:-2, :-1])


def test_sides_that_fit_are_not_cropped():
    assert not any("cropping" in layer.name for layer in networks.conv_transpose([4, 3], (28, 28, 1)).layers)


def test_the_code_reaches_every_place():
    network = networks.conv_transpose([8, 8], (9, 9, 1), activation="linear")
    near, far = np.asarray(network(np.eye(2, 4)))
    assert np.all(np.any(near != far, axis=-1))


@pytest.mark.parametrize("event_shape", [(30,), (2, 2, 2, 2, 2)])
def test_events_without_sides_are_refused(event_shape):
    with pytest.raises(ValueError, match=r"networks\.dense"):
        networks.conv_transpose([4], event_shape)


@pytest.mark.parametrize(
    ("event_shape", "filters"),
    [((1000, 12, 1), [64, 32, 32, 32, 32, 32, 32]), ((4, 64, 64, 1), [64, 32, 32]), ((1, 200, 3), [32, 32, 32, 32])],
)
def test_a_short_side_is_not_multiplied_beyond_its_length(event_shape, filters):
    network = networks.conv_transpose(filters, event_shape)
    network.build((None, 8))
    assert network.output_shape == (None, *event_shape[:-1], 32)
    largest = max(math.prod(layer.output.shape[1:]) for layer in network.layers)
    # Of a side of 12 one of 16 is made, and of 1,000 one of 1,024.
    assert largest < 1.5 * 32 * math.prod(event_shape[:-1])
