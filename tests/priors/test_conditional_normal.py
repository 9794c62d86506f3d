"""p(z|c) against SciPy."""

import numpy as np
import pytest
from scipy import stats

from keras_vae import VAE, divergences
from keras_vae.conditions import Labels
from keras_vae.posteriors import DiagonalNormal
from keras_vae.priors import ConditionalNormal
from tests.models.small import small_vae

RNG = np.random.default_rng(0)
FEATURES = np.eye(3)[[0, 2]]


def a_prior(condition_size: int = 3, latent_dim: int = 2) -> ConditionalNormal:
    prior = ConditionalNormal(latent_dim, condition_size, dtype="float64")
    prior.set_weights([RNG.normal(size=(condition_size, latent_dim)) for _ in range(2)])
    return prior


def parameters_of(prior) -> tuple[np.ndarray, np.ndarray]:
    means, log_scales = prior.get_weights()
    return FEATURES @ means, np.exp(FEATURES @ log_scales)


def test_it_starts_as_the_standard_normal():
    prior, z = ConditionalNormal(2, 3), RNG.normal(size=(2, 4, 2))
    expected = stats.norm.logpdf(z).sum(axis=-1)
    np.testing.assert_allclose(prior.log_prob(z, prior.parameters(FEATURES)), expected, rtol=1e-6)


def test_log_prob_is_that_of_each_class():
    prior, z = a_prior(), RNG.normal(size=(2, 4, 2))
    mean, scale = parameters_of(prior)
    expected = stats.norm.logpdf(z, mean[:, None], scale[:, None]).sum(axis=-1)
    params = prior.parameters(FEATURES)
    np.testing.assert_allclose(prior.log_prob(z, params), expected, rtol=1e-12)
    np.testing.assert_allclose(prior.log_prob(z[:, 0], params), expected[:, 0], rtol=1e-12)


def test_draws_are_of_each_class():
    prior = a_prior()
    mean, scale = parameters_of(prior)
    params = prior.parameters(np.repeat(FEATURES, 2000, axis=0))
    standardised = (np.asarray(prior.sample(4000, 0, params)).reshape(2, 2000, 2) - mean[:, None]) / scale[:, None]
    for row in range(2):
        assert stats.kstest(standardised[row].ravel(), "norm").pvalue > 1e-3
    np.testing.assert_array_equal(prior.sample(4000, 0, params), prior.sample(4000, 0, params))


def test_the_divergence_is_that_of_two_normals():
    """The closed form against quadrature of q log(q / p), one latent at a time."""
    prior, posterior = a_prior(), DiagonalNormal(2)
    mean, scale = parameters_of(prior)
    q_mean, log_variance = RNG.normal(size=(2, 2)), RNG.normal(size=(2, 2))
    q = {"mean": q_mean, "log_variance": log_variance}
    terms = divergences.kl_terms(posterior, prior, q, prior_params=prior.parameters(FEATURES))
    assert divergences.kl_axis(posterior, prior) == "latent"
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    z = q_mean[..., None] + np.exp(log_variance / 2)[..., None] * nodes
    ratio = stats.norm.logpdf(z, q_mean[..., None], np.exp(log_variance / 2)[..., None])
    ratio -= stats.norm.logpdf(z, mean[..., None], scale[..., None])
    expected = ratio @ weights / weights.sum()
    np.testing.assert_allclose(terms, expected, rtol=1e-5, atol=1e-6)


def test_a_model_makes_its_weights():
    vae = small_vae(prior=ConditionalNormal(2), condition=Labels(3))
    assert [weight.shape for weight in vae.prior.trainable_weights] == [(3, 2), (3, 2)]
    assert ConditionalNormal.from_config(vae.prior.get_config()).condition_size == 3
    with pytest.raises(ValueError, match="the model has no condition"):
        small_vae(prior=ConditionalNormal(2))
    fresh = small_vae(condition=Labels(4))
    with pytest.raises(ValueError, match="made for a condition of 3 features, and the model's has 4"):
        VAE(fresh.encoder, fresh.decoder, prior=vae.prior, condition=Labels(4))
