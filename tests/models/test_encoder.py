"""q(z|x) as a model: any network, and clear words where it does not fit."""

import keras
import numpy as np
import pytest

from keras_vae import Encoder, networks, posteriors


def test_parameters_are_the_posterior_of_the_networks_features():
    network, posterior = networks.dense([5]), posteriors.DiagonalNormal(3)
    encoder, x = Encoder(network, posterior), np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    params = encoder(x)
    expected = posterior(network(x))
    assert set(params) == {"mean", "log_variance"}
    for name in params:
        np.testing.assert_array_equal(params[name], expected[name])


def functional(shape):
    inputs = keras.Input(shape)
    return keras.Model(inputs, keras.layers.Dense(5)(keras.layers.Flatten()(inputs)))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(5)

    def call(self, x):
        return self.dense(x)


@pytest.mark.parametrize(
    "network",
    [keras.layers.Dense(5), functional((6,)), Subclassed(), keras.Sequential([keras.layers.Dense(5)])],
    ids=["layer", "functional", "subclassed", "sequential"],
)
def test_any_keras_model_or_layer_serves(network):
    encoder, x = Encoder(network, posteriors.DiagonalNormal(3)), np.ones((4, 6), np.float32)
    np.testing.assert_allclose(encoder(x)["mean"], encoder.posterior(network(x))["mean"], rtol=1e-6)
    assert len(encoder.trainable_weights) == 4


def test_bytes_are_cast_for_the_network():
    encoder, x = Encoder(networks.dense([5]), posteriors.DiagonalNormal(3)), np.arange(24).reshape(4, 6)
    expected = encoder(x.astype(np.float32))["mean"]
    np.testing.assert_array_equal(encoder(x.astype(np.uint8))["mean"], expected)


@pytest.mark.parametrize(
    ("network", "posterior", "name"),
    [(abs, posteriors.DiagonalNormal(2), "network"), (networks.dense([4]), keras.layers.Dense(4), "posterior")],
)
def test_parts_of_another_kind_are_refused(network, posterior, name):
    with pytest.raises(ValueError, match=f"`{name}` must be of type"):
        Encoder(network, posterior)


def test_a_network_that_does_not_take_the_shape_says_so():
    encoder = Encoder(functional((8, 8, 1)), posteriors.DiagonalNormal(2))
    with pytest.raises(ValueError, match=r"encoder's network does not take inputs of shape \(None, 28, 28, 1\)"):
        encoder.build((None, 28, 28, 1))


def test_a_network_with_several_outputs_is_refused():
    inputs = keras.Input((6,))
    network = keras.Model(inputs, [keras.layers.Dense(2)(inputs), keras.layers.Dense(3)(inputs)])
    with pytest.raises(ValueError, match="must return one tensor"):
        Encoder(network, posteriors.DiagonalNormal(2)).build((None, 6))


def test_inputs_of_another_shape_are_refused_once_it_is_built():
    encoder = Encoder(networks.dense([5]), posteriors.DiagonalNormal(3))
    encoder.build((None, 8, 8, 1))
    with pytest.raises(ValueError, match=r"\(None, 8, 8, 1\)"):
        encoder(np.ones((2, 28, 28, 1), np.float32))
