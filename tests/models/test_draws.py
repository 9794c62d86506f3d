"""What a model says of its codes, against its parts by SciPy and NumPy."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from keras_vae import likelihoods, priors
from keras_vae.models.draws import Context
from keras_vae.ops import noise
from tests.models.small import LATENT_DIM, binary, small_autoencoder, small_vae

# Sums of some ten float32 terms of at most 100.
CLOSE = {"rtol": 1e-5, "atol": 1e-5}
X = binary(6)


def drawn(vae, num_samples=5, **options):
    """Context and draws by a fixed seed."""
    context = vae.context(X)
    return context, vae.draws(context, num_samples, noise.FixedSeed(3), **options)


def log_q_of(context, z):
    """log q(z|x) by SciPy, in float64."""
    q = {name: np.asarray(value, np.float64)[:, None] for name, value in context.q.items()}
    return stats.norm.logpdf(z, q["mean"], np.exp(q["log_variance"] / 2)).sum(axis=-1)


class TestDraws:
    def test_densities_and_divergence(self):
        context, draws = drawn(small_vae())
        z = np.asarray(draws.z, np.float64)
        assert z.shape == (6, 5, LATENT_DIM)
        np.testing.assert_allclose(draws.log_q, log_q_of(context, z), **CLOSE)
        np.testing.assert_allclose(draws.log_p, stats.norm.logpdf(z).sum(axis=-1), **CLOSE)
        mean, log_variance = (np.asarray(context.q[name], np.float64) for name in ("mean", "log_variance"))
        expected = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
        np.testing.assert_allclose(draws.kl_terms, expected, **CLOSE)

    def test_log_weights(self):
        vae = small_vae()
        context, draws = drawn(vae)
        z, logits = np.asarray(draws.z, np.float64), np.asarray(vae.decoder(draws.z)["logits"], np.float64)
        signs = 2.0 * X[:, None] - 1
        log_likelihood = special.log_expit(signs * logits).sum(axis=(2, 3, 4))
        expected = log_likelihood + stats.norm.logpdf(z).sum(axis=-1) - log_q_of(context, z)
        np.testing.assert_allclose(vae.log_weights(X, draws), expected, **CLOSE)

    def test_a_divergence_without_a_closed_form_is_estimated_by_the_draws_whether_asked_for_or_not(self):
        vae = small_vae(prior=priors.MixtureOfNormals(LATENT_DIM, num_components=3))
        _, draws = drawn(vae, densities=False)
        expected = np.mean(np.asarray(draws.log_q, np.float64) - draws.log_p, axis=1, keepdims=True)
        np.testing.assert_allclose(draws.kl_terms, expected, **CLOSE)
        assert draws.kl_terms.shape == (6, 1)

    def test_the_same_codes_come_with_and_without_what_is_said_of_them(self):
        vae = small_vae()
        _, whole = drawn(vae)
        for options in ({"decode": False}, {"densities": False}, {"stop_score": True}):
            np.testing.assert_array_equal(drawn(vae, **options)[1].z, whole.z)
        np.testing.assert_array_equal(vae.draw_codes(vae.context(X), 5, noise.FixedSeed(3)), whole.z)
        assert drawn(vae, decode=False)[1].params is None
        assert drawn(vae, densities=False)[1].log_q is None

    def test_examples_share_their_noise_where_it_is_asked_for(self):
        context, draws = drawn(small_vae(), shared_noise=True)
        mean, log_variance = (np.asarray(context.q[name])[:, None] for name in ("mean", "log_variance"))
        epsilon = (np.asarray(draws.z) - mean) / np.exp(log_variance / 2)
        np.testing.assert_allclose(epsilon, np.broadcast_to(epsilon[:1], epsilon.shape), rtol=1e-4, atol=1e-5)

    @pytest.mark.parametrize("stop_score", [False, True])
    def test_the_score_reaches_the_parameters_unless_it_is_stopped(self, stop_score):
        """z = m + s e: log q(z) = -e^2 / 2 - log s has the derivative -1/2 by log s^2; by z alone, -e^2 / 2."""
        vae = small_vae()
        with tf.GradientTape() as tape:
            q = {name: tf.constant(value) for name, value in vae.context(X).q.items()}
            tape.watch(q)
            log_q = vae.draws(Context(q), 1, noise.FixedSeed(3), decode=False, stop_score=stop_score).log_q
        found = tape.gradient(log_q, q["log_variance"])
        z = np.asarray(vae.draw_codes(Context(q), 1, noise.FixedSeed(3)), np.float64)[:, 0]
        epsilon = (z - q["mean"]) * np.exp(-np.asarray(q["log_variance"]) / 2)
        np.testing.assert_allclose(found, -0.5 * epsilon**2 if stop_score else np.full_like(epsilon, -0.5), **CLOSE)

    def test_a_point_is_one_draw_without_a_density(self):
        model = small_autoencoder()
        draws = model.draws(model.context(X), num_samples=7)
        np.testing.assert_allclose(np.asarray(draws.z)[:, 0], model.encode(X), **CLOSE)
        np.testing.assert_allclose(np.asarray(draws.params["logits"]), model.decoder(draws.z)["logits"], **CLOSE)
        assert draws.log_q is draws.log_p is draws.kl_terms is None


def test_the_priors_parameters_are_computed_once_and_weigh_codes_as_without_them():
    prior = priors.MixtureOfNormals(LATENT_DIM, num_components=3)
    vae = small_vae(prior=prior, likelihood=likelihoods.Bernoulli((4, 3, 1)))
    prior.set_weights([np.random.default_rng(0).normal(size=weight.shape) for weight in prior.get_weights()])
    z = np.random.default_rng(1).normal(size=(4, LATENT_DIM)).astype(np.float32)
    logits, means, log_scales = (weight.astype(np.float64) for weight in prior.get_weights())
    log_densities = stats.norm.logpdf(z[:, None], means, np.exp(log_scales)).sum(axis=-1)
    expected = special.logsumexp(special.log_softmax(logits) + log_densities, axis=1)
    np.testing.assert_allclose(vae.log_prior(z, vae.context(X)), expected, **CLOSE)
    np.testing.assert_allclose(vae.log_prior(z), expected, **CLOSE)
