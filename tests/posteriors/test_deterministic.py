"""The code of an autoencoder is its mean, whoever asks; and what a sparse one pays is counted once."""

import keras
import numpy as np
import pytest
from scipy.special import expit

from keras_vae import Autoencoder, Decoder, Encoder, likelihoods, load_model, networks
from keras_vae.posteriors import Deterministic
from keras_vae.regularizers import KullbackLeiblerSparsity
from keras_vae.training import fast_path
from tests.models.small import EVENT_SHAPE, binary, passes
from tests.regularizers.test_kullback_leibler_sparsity import divergence

L1 = keras.regularizers.L1


def test_samples_are_the_mean():
    mean = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    posterior = Deterministic(3)
    np.testing.assert_array_equal(posterior.mean({"mean": mean}), mean)
    np.testing.assert_array_equal(posterior.sample({"mean": mean}, 2), np.stack([mean, mean], axis=1))
    np.testing.assert_array_equal(posterior.variance({"mean": mean}), np.zeros((5, 3)))


def test_the_activation_is_the_codes():
    features = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    posterior = Deterministic(3, activation="sigmoid")
    code = np.asarray(posterior(features)["mean"])
    kernel, bias = posterior.get_weights()
    np.testing.assert_allclose(code, expit(features @ kernel + bias), rtol=1e-5)
    assert np.asarray(Deterministic(3, "relu")(features)["mean"]).min() == 0


def sparse(activation=None, regularizer=None) -> Autoencoder:
    """An autoencoder with a code of 6 units, built and compiled so that `fit` changes nothing."""
    model = Autoencoder(
        Encoder(networks.dense([8]), Deterministic(6, activation, regularizer)),
        Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    model.build((None, *EVENT_SHAPE))
    model.compile(keras.optimizers.SGD(0.0))
    return model


def added(logs) -> float:
    return logs["loss"] - logs["reconstruction"]


PENALTIES = {
    # Of the whole data, since each batch is as large: the divergence is of means over a batch.
    "L1": ("linear", L1(0.7), lambda code: 0.7 * np.mean(np.sum(np.abs(code), axis=1))),
    "Kullback-Leibler": ("sigmoid", KullbackLeiblerSparsity(0.1, 2.0), lambda code: 2 * divergence(code, 0.1)),
}


@pytest.mark.parametrize("name", PENALTIES)
class TestWhatIsAdded:
    def test_evaluate_counts_it_once(self, eagerly, name, tmp_path):
        activation, regularizer, penalty = PENALTIES[name]
        model, x = sparse(activation, regularizer), binary(12)
        expected = penalty(model.encode(x).astype(np.float64))
        assert expected > 0.1
        assert added(model.evaluate(x, verbose=0, return_dict=True)) == pytest.approx(expected, rel=1e-4)
        model.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        assert type(loaded.encoder.posterior.activity_regularizer) is type(regularizer)
        assert added(loaded.evaluate(x, verbose=0, return_dict=True)) == pytest.approx(expected, rel=1e-4)

    def test_it_does_not_grow_with_the_batch(self, eagerly, name):
        activation, regularizer, penalty = PENALTIES[name]
        model, x = sparse(activation, regularizer), binary(6)
        expected = penalty(model.encode(x).astype(np.float64))
        for times in (1, 4):
            logs = model.train_on_batch(np.tile(x, (times, 1, 1, 1)), return_dict=True)
            assert added(logs) == pytest.approx(expected, rel=1e-4), times

    @pytest.mark.parametrize("compiled", [False, True])
    def test_fit_counts_it_once_on_the_fast_path(self, name, compiled, monkeypatch):
        # Whether the fast path is taken hangs on the length alone: thousands of steps would take a minute.
        monkeypatch.setattr(fast_path, "STEPS_WORTH_COMPILING", 4 if compiled else 1000)
        activation, regularizer, penalty = PENALTIES[name]
        model, x = sparse(activation, regularizer), np.tile(binary(5), (4, 1, 1, 1))
        expected = penalty(model.encode(x).astype(np.float64))
        arguments = {"x": x, "batch_size": 5, "epochs": 1, "shuffle": False}
        assert fast_path.settings_for(model, arguments) == fast_path.Settings(4, compiled)
        history = model.fit(**arguments, validation_data=(x,), validation_batch_size=5, verbose=0).history
        assert history["loss"][0] - history["reconstruction"][0] == pytest.approx(expected, rel=1e-4)
        assert history["val_loss"][0] - history["val_reconstruction"][0] == pytest.approx(expected, rel=1e-4)

    def test_what_is_not_the_loss_is_without_it(self, eagerly, name):
        activation, regularizer, _ = PENALTIES[name]
        model, x = sparse(activation, regularizer), binary(6)
        expected = -np.mean(model.decoder.likelihood.log_prob(model.decoder(model.encode(x)), x))
        assert model.evaluate(x, verbose=0, return_dict=True)["reconstruction"] == pytest.approx(expected, rel=1e-5)
        assert np.mean(model.score(x)) == pytest.approx(expected, rel=1e-5)


def test_a_penalty_makes_units_exactly_zero(binary_images):
    def zeros(regularizer):
        keras.utils.set_random_seed(0)
        model = Autoencoder(
            Encoder(networks.dense([32]), Deterministic(16, "relu", regularizer)),
            Decoder(networks.dense([32]), likelihoods.Bernoulli((8, 8, 1))),
        )
        model.compile(keras.optimizers.SGD(0.05))
        model.fit(passes(binary_images, 30, 48), verbose=0)
        return np.mean(model.encode(binary_images) == 0)

    assert zeros(L1(1.0)) > zeros(None) + 0.1


def test_a_target_draws_the_mean_activations(binary_images):
    model = Autoencoder(
        Encoder(networks.dense([32]), Deterministic(16, "sigmoid", KullbackLeiblerSparsity(0.1, 100.0))),
        Decoder(networks.dense([32]), likelihoods.Bernoulli((8, 8, 1))),
    )
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(passes(binary_images, 60, 96), verbose=0)
    np.testing.assert_allclose(model.encode(binary_images).mean(axis=0), 0.1, atol=0.03)


def test_an_activation_that_the_sparsity_cannot_use_is_refused_at_construction():
    with pytest.raises(ValueError, match=r"KullbackLeiblerSparsity needs a code between 0 and 1.*'linear'"):
        Deterministic(3, activity_regularizer=KullbackLeiblerSparsity())
