"""The transposed-convolutional trunk, for any size."""

import keras
import numpy as np
import pytest

from keras_vae import networks


@pytest.mark.parametrize("event_shape", [(28, 28, 1), (32, 32, 3), (17, 23, 2), (50, 2), (5, 6, 7, 1), (1, 1, 1)])
def test_features_have_the_sides_of_the_event(event_shape):
    network = networks.conv_transpose([6, 4], event_shape)
    assert network(np.zeros((2, 3))).shape == (2, *event_shape[:-1], 4)


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
