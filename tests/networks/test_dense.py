"""The multilayer perceptron against NumPy."""

import numpy as np
import pytest
from scipy.special import erf

from keras_vae import networks


def gelu(x):
    return 0.5 * x * (1 + erf(x / np.sqrt(2)))


def test_dense_is_a_chain_of_affine_maps_and_gelus_on_flat_inputs():
    x = np.random.default_rng(0).normal(size=(5, 3, 4)).astype(np.float32)
    network = networks.dense([7, 6])
    output = network(x)
    first, first_bias, second, second_bias = (weight.astype(np.float64) for weight in network.get_weights())
    hidden = gelu(x.reshape(5, 12) @ first + first_bias)
    np.testing.assert_allclose(output, gelu(hidden @ second + second_bias), rtol=1e-4, atol=1e-6)


def test_activation_reaches_every_layer():
    network = networks.dense([7, 6], activation="relu")
    assert np.min(network(np.random.default_rng(0).normal(size=(50, 3)))) == 0
    assert [layer.activation.__name__ for layer in network.layers[1:]] == ["relu", "relu"]


@pytest.mark.parametrize("units", [[], [0], [-4], [2.5], "64", 64])
def test_widths_that_are_none_are_refused(units):
    with pytest.raises(ValueError, match="units"):
        networks.dense(units)
