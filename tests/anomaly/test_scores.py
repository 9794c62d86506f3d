"""Scores against closed forms and NumPy, and that nothing but the example itself decides on its score.

That every part has scores, and what they are the sum of, is in test_attribution.py.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from keras_vae import likelihoods, priors
from keras_vae.anomaly.scores import SCORES, check_score, over_examples, score_batch
from keras_vae.ops import noise
from tests import seeds
from tests.evaluation import linear
from tests.models.small import binary, small_autoencoder, small_vae
from tests.oracles import linear_gaussian

NAMES = list(SCORES)
SEED_OF_DRAWS = 0


def scored(model, x, score, num_samples):
    return over_examples(model, score_batch, x, score, num_samples)


@pytest.fixture(scope="module")
def vae():
    """Of one model each score is compiled once."""
    seeds.set_all(0)
    return small_vae()


def trained_linear_vae():
    """Weights that differ from a start's, by hand: all closed forms depend on all of them."""
    vae = linear_gaussian.linear_vae(5, 2, scale=0.8)
    rng = np.random.default_rng(0)
    for weight in vae.encoder.weights + vae.decoder.weights:
        weight.assign(rng.normal(0, 0.4, weight.shape))
    return vae, rng.normal(size=(40, 5)).astype(np.float32)


class TestClosedForms:
    def test_elbo(self):
        vae, x = trained_linear_vae()
        # Loose: the mean of 4,096 draws, which are the same for all examples.
        np.testing.assert_allclose(scored(vae, x, "elbo", 4096), -linear_gaussian.elbo(vae, x), rtol=0.05)

    def test_elbo_by_the_same_noise_in_numpy(self):
        vae, x = trained_linear_vae()
        loadings, offset, scale = linear_gaussian.decoder_of(vae)
        mean, variance = linear_gaussian.posterior_of(vae, x)
        epsilon = np.asarray(noise.normal((1, 6, 2), noise.FixedSeed(SEED_OF_DRAWS)), np.float64)
        z = mean[:, None] + np.sqrt(variance)[:, None] * epsilon
        log_p = stats.norm.logpdf(x[:, None], z @ loadings.T + offset, scale).sum(axis=2)
        divergence = 0.5 * np.sum(mean**2 + variance - 1 - np.log(variance), axis=1)
        np.testing.assert_allclose(scored(vae, x, "elbo", 6), -log_p.mean(axis=1) + divergence, rtol=1e-5)
        np.testing.assert_allclose(scored(vae, x, "reconstruction_probability", 6), -log_p.mean(axis=1), rtol=1e-5)
        log_weights = log_p + stats.norm.logpdf(z).sum(axis=2)
        log_weights -= stats.norm.logpdf(z, mean[:, None], np.sqrt(variance)[:, None]).sum(axis=2)
        expected = np.log(6) - special.logsumexp(log_weights, axis=1)
        np.testing.assert_allclose(scored(vae, x, "log_likelihood", 6), expected, rtol=1e-5)

    def test_log_likelihood_is_the_marginal_where_the_posterior_is_exact(self):
        """All weights are then equal, and the estimate has no error however few the draws."""
        vae, loadings = linear_gaussian.linear_vae(5, 1, scale=0.8), np.array([[0.5, -1.0, 0.2, 2.0, 0.0]])
        variance = 1 / (1 + np.sum(loadings**2) / 0.8**2)
        to_mean = variance * loadings.T / 0.8**2
        kernel = np.concatenate([to_mean, np.zeros((5, 1))], axis=1)
        vae.encoder.posterior.set_weights([kernel, np.array([0.0, np.log(variance)])])
        vae.decoder.likelihood.set_weights([loadings, np.zeros(5)])
        x = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)
        np.testing.assert_allclose(
            scored(vae, x, "log_likelihood", 3), -linear_gaussian.log_marginal(vae, x), rtol=1e-4
        )

    def test_mse(self):
        vae, x = trained_linear_vae()
        loadings, offset, _ = linear_gaussian.decoder_of(vae)
        mean, _ = linear_gaussian.posterior_of(vae, x)
        expected = np.mean((x - mean @ loadings.T - offset) ** 2, axis=1)
        np.testing.assert_allclose(scored(vae, x, "mse", 1), expected, rtol=1e-4)

    def test_mse_of_standardised_columns_is_in_their_deviations(self):
        x = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32) * [1, 1000, 0.01] + [0, 5, -3]
        vae = small_vae(likelihoods.Tabular((3,)), event_shape=(3,))
        vae.decoder.likelihood.adapt(x)
        expected = np.mean(((x - vae.reconstruct(x)) / x.std(axis=0)) ** 2, axis=1)
        np.testing.assert_allclose(scored(vae, x, "mse", 1), expected, rtol=1e-3)

    def test_mse_is_over_what_was_observed(self):
        x = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32) * [1, 1000, 0.01]
        x[np.random.default_rng(1).random(x.shape) < 0.3] = np.nan
        x[:, 0] = 1
        vae = small_vae(likelihoods.Masked(likelihoods.Tabular((3,))), event_shape=(3,))
        vae.decoder.likelihood.adapt(x)
        unit = np.array([1, *np.nanstd(x[:, 1:], axis=0)])
        expected = np.nanmean(((x - vae.reconstruct(x)) / unit) ** 2, axis=1)
        np.testing.assert_allclose(scored(vae, x, "mse", 1), expected, rtol=1e-3)

    def test_an_autoencoder_has_a_point_and_no_divergence(self):
        model, x = linear.linear_autoencoder(), linear.examples(20)
        mean = linear.means(x) @ linear.TO_X + linear.X_BIAS
        expected = -stats.norm.logpdf(x, mean, linear.SCALE).sum(axis=1)
        for score in ("elbo", "reconstruction_probability"):
            np.testing.assert_allclose(scored(model, x, score, 16), expected, rtol=1e-5)
        np.testing.assert_allclose(scored(model, x, "mse", 1), np.mean((x - mean) ** 2, axis=1), rtol=1e-4)

    def test_the_elbo_is_the_score_that_models_export(self):
        vae, x = small_vae(prior=priors.Laplace(2)), binary(9)
        np.testing.assert_allclose(scored(vae, x, *("elbo", SCORES["elbo"][1])), vae.score(x), rtol=1e-6)


@pytest.mark.parametrize("score", NAMES)
def test_neither_place_nor_company_decides_on_a_score(vae, score):
    x = binary(300)
    together = scored(vae, x, score, 5)
    np.testing.assert_array_equal(together, scored(vae, x, score, 5))
    alone = np.concatenate([scored(vae, x[i : i + 1], score, 5) for i in range(20)])
    np.testing.assert_allclose(alone, together[:20], rtol=2e-6)
    order = np.random.default_rng(0).permutation(300)
    np.testing.assert_allclose(scored(vae, x[order], score, 5), together[order], rtol=2e-6)
    dataset = tf.data.Dataset.from_tensor_slices(x).batch(7)
    np.testing.assert_allclose(scored(vae, dataset, score, 5), together, rtol=2e-6)


@pytest.mark.parametrize("score", NAMES)
def test_the_models_random_state_has_no_part_in_it(vae, score):
    x = binary(5)
    before = scored(vae, x, score, 5)
    vae.sample(3)
    vae.encode(x, sample=True)
    keras.utils.set_random_seed(7)
    np.testing.assert_array_equal(scored(vae, x, score, 5), before)


@pytest.mark.parametrize("score", ["elbo", "reconstruction_probability", "log_likelihood"])
def test_more_draws_are_other_draws(vae, score):
    x = binary(5)
    assert np.all(scored(vae, x, score, 5) != scored(vae, x, score, 4))


def test_nothing_has_no_scores():
    assert scored(small_vae(), binary(0), "elbo", 2).shape == (0,)


def test_large_examples_are_taken_one_by_one(monkeypatch, vae):
    x = binary(6)
    # How many are taken at once shows in the memory alone: the bound is lowered in place of examples of megabytes.
    monkeypatch.setattr("keras_vae.anomaly.scores.ELEMENTS_AT_ONCE", 1)
    found = scored(vae, x, "elbo", 5)
    monkeypatch.undo()
    np.testing.assert_allclose(found, scored(vae, x, "elbo", 5), rtol=2e-6)


def test_what_a_model_cannot_have():
    with pytest.raises(ValueError, match="A likelihood needs a VAE"):
        check_score(small_autoencoder(), "log_likelihood")
    greys = np.full((2, 4, 3, 1), 0.5, np.float32)
    with pytest.raises(ValueError, match="zeros and ones for Bernoulli"):
        scored(small_vae(), greys, "log_likelihood", 2)
    assert scored(small_vae(), greys, "elbo", 2).shape == (2,)
