"""The mixture prior against SciPy."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from keras_vae.priors import MixtureOfNormals

LOGITS = np.array([0.0, 1.0, -1.0], np.float32)
MEANS = np.array([[-4.0, 0], [0, 3], [5, 5]], np.float32)
LOG_SCALES = np.log(np.array([[0.5, 1], [2, 0.3], [1, 1]], np.float32))


def mixture():
    prior = MixtureOfNormals(2, 3)
    prior.set_weights([LOGITS, MEANS, LOG_SCALES])
    return prior


def density(z, logits=LOGITS, means=MEANS, log_scales=LOG_SCALES):
    weights = special.softmax(logits.astype(float))
    parts = stats.norm.pdf(z[..., None, :].astype(float), means, np.exp(log_scales.astype(float))).prod(axis=-1)
    return parts @ weights


def test_log_prob_is_that_of_the_weighted_sum():
    z = np.random.default_rng(0).normal(scale=4, size=(50, 3, 2)).astype(np.float32)
    np.testing.assert_allclose(mixture().log_prob(z), np.log(density(z)), rtol=1e-5)


def test_far_from_every_component_it_stays_finite():
    assert np.all(np.isfinite(mixture().log_prob(np.full((1, 2), 1e4, np.float32))))


def test_samples_have_the_distribution():
    draws = np.asarray(mixture().sample(4000, seed=0), np.float64)
    weights = special.softmax(LOGITS.astype(float))
    for latent in range(2):

        def distribution(z, latent=latent):
            return stats.norm.cdf(z[:, None], MEANS[:, latent], np.exp(LOG_SCALES[:, latent])) @ weights

        assert stats.kstest(draws[:, latent], distribution).pvalue > 1e-3
    # Latents of one draw come from one component: the mixture's correlation, not none.
    mean = weights @ MEANS
    covariance = np.einsum("k,ki,kj->ij", weights, MEANS - mean, MEANS - mean)
    covariance += np.diag(weights @ np.exp(2 * LOG_SCALES))
    assert abs(np.cov(draws.T)[0, 1] - covariance[0, 1]) < 5 * np.sqrt(covariance[0, 0] * covariance[1, 1] / 4000) * 2


def test_gradients_of_everything_learned_are_those_of_finite_differences():
    z, prior, step = np.random.default_rng(0).normal(scale=3, size=(40, 2)).astype(np.float32), mixture(), 1e-5
    with tf.GradientTape() as tape:
        mean_log_prob = tf.reduce_mean(prior.log_prob(z))
    gradients = tape.gradient(mean_log_prob, [prior.logits, prior.means, prior.log_scales])
    for which, gradient in enumerate(gradients):
        for index in np.ndindex(*gradient.shape):
            values = []
            for sign in (1, -1):
                weights = [weight.astype(float) for weight in (LOGITS, MEANS, LOG_SCALES)]
                weights[which][index] += sign * step
                values.append(np.log(density(z, *weights)).mean())
            np.testing.assert_allclose(gradient[index], (values[0] - values[1]) / (2 * step), rtol=1e-4, atol=1e-6)


def test_all_of_it_is_learned():
    assert len(MixtureOfNormals(2, 3).trainable_weights) == 3
    assert len(np.unique(MixtureOfNormals(2, 3).means)) == 6


@pytest.mark.parametrize("num_components", [0, -1, 1.5])
def test_at_least_one_component(num_components):
    with pytest.raises(ValueError, match="num_components"):
        MixtureOfNormals(2, num_components)
