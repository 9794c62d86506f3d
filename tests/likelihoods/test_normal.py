"""The normal likelihood and its four kinds of scale, against SciPy."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats

from keras_vae import Autoencoder, Decoder, Encoder, networks, posteriors
from keras_vae.likelihoods import Normal
from keras_vae.likelihoods.normal import MOMENTUM

RNG = np.random.default_rng(0)
MEAN = RNG.normal(scale=2, size=(5, 3, 4)).astype(np.float32)
X = RNG.normal(scale=2, size=(5, 3, 4)).astype(np.float32)
KINDS = [0.3, "shared", "predicted", "optimal"]


def features(seed=0):
    return np.random.default_rng(seed).normal(size=(6, 7)).astype(np.float32)


@pytest.mark.parametrize("scale", [np.exp(-7), 0.1, 1.0, np.exp(7)])
def test_log_prob_at_a_constant_scale_is_scipys(scale):
    x = MEAN + scale * RNG.normal(size=MEAN.shape)
    x = x.astype(np.float32)
    expected = stats.norm.logpdf(x.astype(float), MEAN.astype(float), scale).sum(axis=(1, 2))
    np.testing.assert_allclose(Normal((3, 4), scale).log_prob({"mean": MEAN}, x), expected, rtol=1e-5)


def test_log_prob_at_a_given_log_scale_is_scipys():
    log_scale = RNG.uniform(-3, 3, size=MEAN.shape).astype(np.float32)
    expected = stats.norm.logpdf(X.astype(float), MEAN.astype(float), np.exp(log_scale.astype(float))).sum(axis=(1, 2))
    params = {"mean": MEAN, "log_scale": log_scale}
    np.testing.assert_allclose(Normal((3, 4), "predicted").log_prob(params, X), expected, rtol=1e-5)


def test_the_density_integrates_to_one():
    likelihood = Normal((1,), 0.7)

    def density(x):
        return float(np.exp(likelihood.log_prob({"mean": np.array([[0.4]])}, np.array([[x]])))[0])

    assert abs(integrate.quad(density, -7, 8)[0] - 1) < 1e-6


def test_the_squared_error_is_the_likelihood_at_half_a_variance():
    likelihood = Normal((3, 4), scale=0.5**0.5)
    difference = likelihood.log_prob({"mean": X}, X) - likelihood.log_prob({"mean": MEAN}, X)
    np.testing.assert_allclose(difference, ((X - MEAN).astype(float) ** 2).sum(axis=(1, 2)), rtol=1e-5)


@pytest.mark.parametrize("scale", KINDS)
def test_samples_have_the_mean_and_the_scale_that_it_says(scale):
    likelihood = Normal((2,), scale)
    params = {name: np.repeat(value, 5000, axis=0) for name, value in likelihood(features()[:2]).items()}
    draws = np.asarray(likelihood.sample(params, seed=0), np.float64).reshape(2, 5000, 2)
    mean = np.asarray(likelihood.mean(params))[::5000]
    log_scale = np.broadcast_to(params.get("log_scale", np.log(0.3)), (10_000, 2))[::5000]
    for example, element in np.ndindex(2, 2):
        normal = stats.norm(mean[example, element], np.exp(log_scale[example, element]))
        assert stats.kstest(draws[example, :, element], normal.cdf).pvalue > 1e-3


def test_a_constant_scale_is_no_parameter():
    assert list(Normal((2,), 0.3)(features())) == ["mean"]


def test_the_shared_scale_is_one_learned_number():
    likelihood = Normal((2,), "shared")
    params = likelihood(features())
    assert params["log_scale"].shape == (6, 1)
    assert len(np.unique(params["log_scale"])) == 1
    assert likelihood.shared_log_scale.trainable
    likelihood.shared_log_scale.assign(1.7)
    np.testing.assert_allclose(likelihood(features())["log_scale"], np.full((6, 1), 1.7), rtol=1e-3)


@pytest.mark.parametrize("scale", ["shared", "predicted"])
def test_learned_scales_stay_above_the_floor_with_a_gradient_that_leads_out(scale):
    likelihood = Normal((2,), scale, min_scale=0.01)
    raw = tf.constant([-50.0, -6.0, 0.0, 5.0])
    with tf.GradientTape() as tape:
        tape.watch(raw)
        floored = likelihood._floored(raw)
    assert np.all(np.exp(floored) >= 0.01 * (1 - 1e-6))
    np.testing.assert_allclose(floored[3], 5.0, atol=1e-3)
    assert np.all(np.asarray(tape.gradient(floored, raw))[1:] > 0)


class TestOptimal:
    def test_training_takes_the_batchs_maximum_likelihood_scale(self):
        likelihood = Normal((3, 4), "optimal")
        likelihood(features())
        params = likelihood.fitted({"mean": MEAN, "log_scale": np.zeros((5, 1, 1), np.float32)}, X)
        best = np.sqrt(np.mean((X - MEAN).astype(float) ** 2))
        np.testing.assert_allclose(np.exp(params["log_scale"]), np.full((5, 1, 1), best), rtol=1e-5)
        expected = stats.norm.logpdf(X.astype(float), MEAN.astype(float), best).sum(axis=(1, 2))
        np.testing.assert_allclose(likelihood.log_prob(params, X), expected, rtol=1e-5)

    def test_no_other_scale_is_likelier(self):
        likelihood = Normal((3, 4), "optimal")
        likelihood(features())
        params = likelihood.fitted({"mean": MEAN, "log_scale": np.zeros((5, 1, 1), np.float32)}, X)
        best = np.sum(likelihood.log_prob(params, X))
        for factor in (0.9, 1.1):
            other = {**params, "log_scale": params["log_scale"] + np.log(factor)}
            assert np.sum(likelihood.log_prob(other, X)) < best

    def test_weights_weigh_the_errors(self):
        likelihood, weights = Normal((3, 4), "optimal"), np.array([1, 0, 3, 0.5, 0])
        likelihood(features())
        params = likelihood.fitted({"mean": MEAN, "log_scale": np.zeros((5, 1, 1), np.float32)}, X, weights)
        variance = np.average(np.mean((X - MEAN).astype(float) ** 2, axis=(1, 2)), weights=weights)
        np.testing.assert_allclose(np.exp(2 * params["log_scale"][0, 0, 0]), variance, rtol=1e-5)

    def test_samples_of_the_code_are_averaged_too(self):
        likelihood = Normal((4,), "optimal")
        likelihood(features())
        params = {"mean": MEAN, "log_scale": np.zeros((5, 3, 1), np.float32)}
        variance = np.mean((X[:, :1] - MEAN).astype(float) ** 2)
        fitted = likelihood.fitted(params, X[:, 0])
        np.testing.assert_allclose(np.exp(2 * fitted["log_scale"]), np.full((5, 3, 1), variance), rtol=1e-5)

    def test_elsewhere_a_running_average_is_used_that_begins_with_the_first_batch(self):
        likelihood, expected = Normal((3, 4), "optimal"), None
        likelihood(features())
        for step in range(150):
            x = MEAN + (1 + step / 50) * np.random.default_rng(step).normal(size=MEAN.shape)
            variance = np.mean((x - MEAN) ** 2)
            step_size = max(1 / (step + 1), 1 - MOMENTUM)
            expected = variance if expected is None else expected + step_size * (variance - expected)
            likelihood.fitted({"mean": MEAN, "log_scale": np.zeros((5, 1, 1), np.float32)}, x)
        np.testing.assert_allclose(likelihood.running_variance, expected, rtol=1e-4)
        np.testing.assert_allclose(
            np.exp(2 * likelihood(features())["log_scale"]), np.full((6, 1, 1), expected), rtol=1e-4
        )

    def test_batches_count_by_their_weight_and_none_by_zero(self):
        likelihood = Normal((3, 4), "optimal")
        likelihood(features())
        params = {"mean": MEAN, "log_scale": np.zeros((5, 1, 1), np.float32)}
        likelihood.fitted(params, X, np.array([1, 0, 3, 0.5, 0]))
        stored = float(likelihood.running_variance)
        likelihood.fitted(params, X, np.zeros(5))
        assert float(likelihood.running_variance) == stored
        likelihood.fitted(params, MEAN + 1, np.full(5, 0.9))
        # Two batches of weight 0.9 each: their mean.
        np.testing.assert_allclose(likelihood.running_variance, (stored + 1) / 2, rtol=1e-5)

    def test_a_perfect_reconstruction_stops_at_the_floor(self):
        likelihood = Normal((3, 4), "optimal", min_scale=0.01)
        likelihood(features())
        params = likelihood.fitted({"mean": X, "log_scale": np.zeros((5, 1, 1), np.float32)}, X)
        np.testing.assert_allclose(np.exp(params["log_scale"]), np.full((5, 1, 1), 0.01), rtol=1e-5)

    def test_a_frozen_layer_takes_its_stored_scale_and_leaves_it_alone(self):
        likelihood = Normal((3, 4), "optimal")
        likelihood(features())
        params = {"mean": MEAN, "log_scale": np.full((5, 1, 1), np.log(0.7), np.float32)}
        likelihood.fitted(params, X)
        stored = [np.asarray(weight) for weight in likelihood.weights]
        likelihood.trainable = False
        assert likelihood.fitted(params, 10 * X) is params
        for weight, before in zip(likelihood.weights, stored, strict=True):
            np.testing.assert_array_equal(weight, before)

    def test_a_frozen_decoder_is_the_same_after_training(self, eagerly):
        model = Autoencoder(
            Encoder(networks.dense([4]), posteriors.Deterministic(2)),
            Decoder(networks.dense([4]), Normal((3,), "optimal")),
        )
        x = RNG.normal(size=(16, 3)).astype(np.float32)
        model.compile("adam")
        model.fit(x, verbose=0)
        model.decoder.trainable = False
        model.compile("sgd")
        stored, variance = model.decoder.get_weights(), float(model.decoder.likelihood.running_variance)
        expected = -stats.norm.logpdf(10 * x, model.reconstruct(10 * x), variance**0.5).sum(axis=1).mean()
        np.testing.assert_allclose(model.train_on_batch(10 * x, return_dict=True)["loss"], expected, rtol=1e-4)
        for weight, before in zip(model.decoder.get_weights(), stored, strict=True):
            np.testing.assert_array_equal(weight, before)


@pytest.mark.parametrize("scale", [0.3, "shared", "predicted"])
def test_other_scales_are_not_fitted_to_the_batch(scale):
    params = {"mean": MEAN, "log_scale": np.zeros((5, 1, 1), np.float32)}
    assert Normal((3, 4), scale).fitted(params, X) is params


@pytest.mark.parametrize(
    "scale",
    [0, -1.0, True, float("nan"), float("inf"), "learned", "0.1", None, tf.constant(0.1), np.array([0.1]), [0.1]],
)
def test_other_scales_are_refused(scale):
    with pytest.raises(ValueError, match="`scale` must be a"):
        Normal((3,), scale)


def test_a_floor_of_zero_is_refused():
    with pytest.raises(ValueError, match="min_scale"):
        Normal((3,), "shared", min_scale=0.0)
