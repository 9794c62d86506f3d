"""The reparameterization z = mu + sigma * epsilon, which the source documents drew without mu."""

import keras
import numpy as np
import tensorflow as tf
from scipy import stats

from keras_vae.posteriors import DiagonalNormal

MEAN = np.array([[3.0, -2.0, 0.0], [-1.0, 0.5, 10.0]], np.float32)
LOG_VARIANCE = np.log(np.array([[4.0, 0.25, 1.0], [0.01, 9.0, 1e-4]], np.float32))
PARAMS = {"mean": MEAN, "log_variance": LOG_VARIANCE}


def test_a_draw_is_the_mean_plus_scaled_noise():
    epsilon = np.asarray(keras.random.normal((2, 5, 3), seed=11))
    expected = MEAN[:, None] + np.sqrt(np.exp(LOG_VARIANCE))[:, None] * epsilon
    np.testing.assert_allclose(DiagonalNormal(3).sample(PARAMS, 5, seed=11), expected, rtol=1e-6)


def test_draws_have_the_distribution_that_the_parameters_say():
    draws = np.asarray(DiagonalNormal(3, seed=0).sample(PARAMS, 4000), np.float64)
    for example in range(2):
        for latent in range(3):
            normal = stats.norm(MEAN[example, latent], np.exp(0.5 * LOG_VARIANCE[example, latent]))
            assert stats.kstest(draws[example, :, latent], normal.cdf).pvalue > 1e-3


def test_examples_samples_and_latents_have_noise_of_their_own():
    params = {"mean": np.zeros((200, 4), np.float32), "log_variance": np.zeros((200, 4), np.float32)}
    draws = np.asarray(DiagonalNormal(4, seed=0).sample(params, 3))
    assert len(np.unique(draws)) > 0.999 * draws.size
    assert np.abs(np.corrcoef(draws.reshape(200, 12).T) - np.eye(12)).max() < 0.3


def test_calls_draw_anew_and_a_seed_repeats_itself():
    posterior = DiagonalNormal(3, seed=0)
    assert not np.array_equal(posterior.sample(PARAMS), posterior.sample(PARAMS))
    np.testing.assert_array_equal(posterior.sample(PARAMS, seed=4), posterior.sample(PARAMS, seed=4))
    np.testing.assert_array_equal(DiagonalNormal(3, seed=9).sample(PARAMS), DiagonalNormal(3, seed=9).sample(PARAMS))


def test_shared_noise_is_the_same_for_all_examples():
    draws = np.asarray(DiagonalNormal(3).sample(PARAMS, 4, seed=1, shared_noise=True), np.float64)
    epsilon = (draws - MEAN[:, None]) / np.exp(0.5 * LOG_VARIANCE)[:, None]
    np.testing.assert_allclose(epsilon[0, :, :2], epsilon[1, :, :2], atol=1e-4)


def test_gradients_reach_mean_and_log_variance():
    mean, log_variance = tf.constant(MEAN), tf.constant(LOG_VARIANCE)
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        z = DiagonalNormal(3).sample({"mean": mean, "log_variance": log_variance}, seed=2)
    by_mean, by_log_variance = tape.gradient(z, [mean, log_variance])
    np.testing.assert_allclose(by_mean, np.ones_like(MEAN))
    # dz / d log_variance = sigma epsilon / 2 = (z - mu) / 2; z near 10 has lost its last digits.
    np.testing.assert_allclose(by_log_variance, (np.asarray(z)[:, 0] - MEAN) / 2, rtol=1e-3)


def test_log_prob_is_scipys_summed_over_the_latents():
    z = np.random.default_rng(0).normal(scale=4, size=(2, 5, 3)).astype(np.float32)
    normal = stats.norm(MEAN[:, None].astype(float), np.exp(0.5 * LOG_VARIANCE.astype(float))[:, None])
    np.testing.assert_allclose(DiagonalNormal(3).log_prob(PARAMS, z), normal.logpdf(z).sum(axis=-1), rtol=1e-5)


def test_mean_and_variance_are_those_of_the_draws():
    draws = np.asarray(DiagonalNormal(3, seed=0).sample(PARAMS, 20_000), np.float64)
    variance = DiagonalNormal(3).variance(PARAMS)
    np.testing.assert_allclose(variance, [[4, 0.25, 1], [0.01, 9, 1e-4]], rtol=1e-6)
    # The variance of 20,000 draws is known to 1%.
    np.testing.assert_allclose(draws.var(axis=1), variance, rtol=0.04)
