"""q(z|x) as a model: any network, and clear words where it does not fit."""

import keras
import numpy as np
import pytest

from keras_vae import Autoencoder, ContractiveEncoder, Decoder, Encoder, likelihoods, load_model, networks, posteriors
from tests.models.small import small_vae


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


def units_cases():
    rng = np.random.default_rng(0)
    integers = rng.integers(0, 17, (8, 5)).astype(np.float32)
    table = (rng.normal(size=(8, 5)) * [1, 1e2, 1e4, 3, 1] + [0, 1e5, 2, 3, 4]).astype(np.float32)
    holes = rng.random((8, 5)) < 0.2
    return {
        "whole numbers": (likelihoods.BetaBinomial((5,), 17), integers, integers / 8 - 1),
        "holes": (
            likelihoods.Masked(likelihoods.Categorical((5,), 17)),
            np.where(holes, np.nan, integers).astype(np.float32),
            np.where(holes, 0, integers / 8 - 1),
        ),
        "table": (likelihoods.Tabular((5,)), table, (table - table.mean(0)) / table.std(0)),
    }


@pytest.fixture(params=["whole numbers", "holes", "table"])
def in_units(request):
    """A VAE, examples in the data's units, and the same as the network is to be given them."""
    likelihood, x, rescaled = units_cases()[request.param]
    # Not what a fixed scale would do by chance, and fitted after the model is made.
    model = small_vae(likelihood, event_shape=(5,))
    likelihood.adapt(x)
    return model, x, rescaled.astype(np.float32)


class TestInTheDatasUnits:
    """What the encoder gives is held to its network and posterior on numbers that were rescaled in NumPy."""

    def test_alone_and_in_its_model(self, in_units):
        model, x, rescaled = in_units
        expected = model.encoder.posterior(model.encoder.network(rescaled))
        # Float32 subtracts a mean of 1e5 from values of 1e2 about it: 5 of 7 digits are left of it.
        close = {"rtol": 1e-3, "atol": 1e-3}
        for given in (model.encoder(x), model.posterior_parameters(x)):
            assert given.keys() == expected.keys()
            for name, value in given.items():
                np.testing.assert_allclose(value, expected[name], **close)
        np.testing.assert_allclose(model.encode(x), expected["mean"], **close)

    def test_a_functional_model_of_it_is_trained_cloned_saved_and_loaded(self, in_units, eagerly, tmp_path):
        model, x, _ = in_units
        inputs = keras.Input((5,))
        params = model.encoder(inputs)
        codes = keras.Model(inputs, params["mean"])
        both = keras.Model(inputs, params)
        outputs = keras.layers.Dense(2)(params["mean"])
        classifier = keras.Model(inputs, outputs)
        before = model.encode(x)
        np.testing.assert_allclose(codes.predict(x, verbose=0), before, rtol=1e-5, atol=1e-6)
        assert both.predict(x, verbose=0).keys() == params.keys()
        classifier.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        classifier.fit(x, np.arange(8) % 2, verbose=0)
        # It is one encoder: the model that it came from moved with it.
        assert not np.allclose(model.encode(x), before)
        np.testing.assert_allclose(codes.predict(x, verbose=0), model.encode(x), rtol=1e-5, atol=1e-6)
        expected = classifier.predict(x, verbose=0)
        classifier.save(tmp_path / "classifier.keras")
        clone = keras.models.clone_model(classifier)
        clone.set_weights(classifier.get_weights())
        for other in (keras.saving.load_model(tmp_path / "classifier.keras"), clone):
            np.testing.assert_allclose(other.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6)

    def test_the_model_that_it_came_from_is_trained_saved_and_loaded(self, in_units, eagerly, tmp_path):
        model, x, _ = in_units
        inputs = keras.Input((5,))
        codes = keras.Model(inputs, model.encoder(inputs)["mean"])
        before = model.encode(x)
        model.compile("sgd")
        model.fit(x, verbose=0)
        assert not np.allclose(model.encode(x), before)
        np.testing.assert_allclose(codes.predict(x, verbose=0), model.encode(x), rtol=1e-5, atol=1e-6)
        model.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(loaded.encoder(x)["mean"], model.encode(x), rtol=1e-5, atol=1e-6)
        assert len(loaded.weights) == len(model.weights)

    def test_as_the_first_layer_of_a_sequential_it_gives_its_mean(self, in_units, eagerly, tmp_path):
        model, x, _ = in_units
        classifier = keras.Sequential([model.encoder, keras.layers.Dense(2)])
        classifier.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        classifier.fit(x, np.arange(8) % 2, verbose=0)
        kernel, bias = classifier.layers[-1].get_weights()
        np.testing.assert_allclose(
            classifier.predict(x, verbose=0), model.encode(x) @ kernel + bias, rtol=1e-4, atol=1e-5
        )
        # The network's layer and both parts of the posterior's; what was fitted to data is not trained.
        assert len(classifier.trainable_weights) == 6
        classifier.save(tmp_path / "classifier.keras")
        loaded = keras.saving.load_model(tmp_path / "classifier.keras")
        np.testing.assert_allclose(loaded.predict(x, verbose=0), classifier.predict(x, verbose=0), rtol=1e-5, atol=1e-6)

    def test_an_encoder_file_needs_no_model(self, in_units, tmp_path):
        model, x, _ = in_units
        model.encoder.save(tmp_path / "encoder.keras")
        loaded = keras.saving.load_model(tmp_path / "encoder.keras")
        for name, value in model.encoder(x).items():
            np.testing.assert_array_equal(loaded(x)[name], value)


def test_the_code_of_an_autoencoder_and_a_contractive_one_are_had_alike():
    _, x, _ = units_cases()["whole numbers"]
    contractive = ContractiveEncoder(networks.dense([4]), posteriors.Deterministic(2), weight=0.1)
    for encoder in (Encoder(networks.dense([4]), posteriors.Deterministic(2)), contractive):
        model = Autoencoder(encoder, Decoder(networks.dense([4]), likelihoods.BetaBinomial((5,), 17)))
        codes = keras.Sequential([keras.Input((5,)), model.encoder])
        np.testing.assert_allclose(codes(x), model.encode(x), rtol=1e-5, atol=1e-6)


def test_files_of_before_load_as_they_were(tmp_path):
    """Their configuration and their weights know nothing of the encoder's units."""
    likelihood, x, _ = units_cases()["table"]
    model = small_vae(likelihood, event_shape=(5,))
    likelihood.adapt(x)
    config, weights = model.get_config(), model.get_weights()
    del config["encoder"]["config"]["units"]
    again = type(model).from_config(config)
    again.build((None, 5))
    again.set_weights(weights)
    np.testing.assert_array_equal(again.encode(x), model.encode(x))
