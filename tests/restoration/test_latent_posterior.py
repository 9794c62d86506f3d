"""p(z | observed) for tensors: densities and the places where ascents and chains begin."""

import numpy as np
import tensorflow as tf
from scipy import stats

from keras_vae.restoration.latent_posterior import LatentPosterior
from keras_vae.restoration.observation import MissingElements
from tests.oracles.linear_gaussian import posterior_of
from tests.restoration import linear


def begun(num_chains):
    vae, decoder = linear.trained()
    y = linear.examples(vae, 3, 0)
    y[:, 4:] = np.nan
    latent_posterior = LatentPosterior(vae, MissingElements(vae), num_chains)
    seed, stream = tf.constant(0, tf.int64), tf.constant(0, tf.int64)
    return vae, decoder, y, latent_posterior, latent_posterior.begin(tf.constant(y), 0.5, seed, stream)


def test_the_start_is_the_encoders_code_of_the_guess():
    vae, _, y, latent_posterior, (_, variance, state) = begun(2)
    mean, expected = posterior_of(vae, latent_posterior.observation.start(tf.constant(y)))
    np.testing.assert_allclose(state["z"][:, 0], mean, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(variance[:, 0], expected, rtol=1e-4)


def test_the_density_is_that_of_prior_and_likelihood():
    _, (loadings, offset, scale), y, _, (_, _, state) = begun(2)
    z = np.asarray(state["z"], np.float64)[:, 0]
    log_likelihood = np.nansum(stats.norm.logpdf(y, z @ loadings.T + offset, scale), axis=1)
    np.testing.assert_allclose(state["log_likelihood"][:, 0], log_likelihood, rtol=1e-5)
    np.testing.assert_allclose(state["value"][:, 0], log_likelihood + stats.norm.logpdf(z).sum(axis=1), rtol=1e-5)


def test_chains_begin_about_a_code_as_wide_as_the_encoder_is_unsure():
    _, _, _, latent_posterior, (known, _, _) = begun(4000)
    z, variance = tf.fill((3, 1, 2), 5.0), tf.constant([[[0.25, 4.0]]] * 3)
    starts = np.asarray(latent_posterior.begin_chains(known, z, variance, 0.5, 0, 1)["z"])
    assert starts.shape == (3, 4000, 2)
    np.testing.assert_allclose(starts.mean(axis=1), 5.0, atol=0.15)
    np.testing.assert_allclose(starts.std(axis=1), [[0.5, 2.0]] * 3, rtol=0.06)


def test_draws_are_those_of_the_likelihood_and_means_its_means():
    _, (loadings, offset, scale), y, latent_posterior, (known, _, _) = begun(4000)
    z = np.array([[0.5, -1.0]] * 3, np.float32)
    drawn, mean = latent_posterior.draw(known, tf.repeat(z[:, None], 4000, axis=1), 0, 0)
    expected = np.where(np.isnan(y), z @ loadings.T + offset, y)
    np.testing.assert_allclose(mean[:, 0], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(latent_posterior.picture(known, tf.constant(z)), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.mean(drawn, axis=1), expected, atol=0.05)
    np.testing.assert_allclose(np.std(drawn, axis=1), np.where(np.isnan(y), scale, 0.0), atol=0.03)
