"""The KL divergence: its closed form, Monte Carlo, quadrature, and its laws."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats

from keras_vae import divergences, posteriors, priors
from tests.whole_code import Whole, whole, whole_code

POSTERIOR, PRIOR = posteriors.DiagonalNormal(3), priors.StandardNormal(3)
MEAN = np.array([[0.3, -2.0, 0.0], [4.0, 0.0, 1e-3]], np.float32)
LOG_VARIANCE = np.array([[0.5, -3.0, 0.0], [-6.0, 2.0, 1e-3]], np.float32)
PARAMS = {"mean": MEAN, "log_variance": LOG_VARIANCE}


PRIORS = {"normal": (PRIOR, stats.norm), "laplace": (priors.Laplace(3), stats.laplace)}


def by_quadrature(mean, log_variance, prior):
    q = stats.norm(mean, np.exp(0.5 * log_variance))

    def integrand(z):
        return q.pdf(z) * (q.logpdf(z) - prior.logpdf(z))

    # A break at the Laplace density's kink.
    low, high = q.interval(1 - 1e-15)
    edges = [low, *([0.0] if low < 0 < high else []), high]
    return sum(integrate.quad(integrand, *pair, epsabs=1e-12)[0] for pair in itertools.pairwise(edges))


@pytest.mark.parametrize("name", PRIORS)
def test_each_latent_agrees_with_quadrature(name):
    prior, distribution = PRIORS[name]
    expected = np.vectorize(lambda m, v: by_quadrature(m, v, distribution))(
        MEAN.astype(float), LOG_VARIANCE.astype(float)
    )
    np.testing.assert_allclose(divergences.kl_terms(POSTERIOR, prior, PARAMS, None), expected, rtol=2e-5, atol=1e-7)


def test_the_divergence_is_the_sum_over_the_latents():
    per_latent = np.asarray(divergences.kl_terms(POSTERIOR, PRIOR, PARAMS, None))
    np.testing.assert_allclose(
        divergences.kl_divergence(POSTERIOR, PRIOR, PARAMS, None), per_latent.sum(axis=1), rtol=1e-6
    )


def test_monte_carlo_approaches_the_closed_form():
    z = np.asarray(POSTERIOR.sample(PARAMS, 20_000, seed=0), np.float64)
    log_q = stats.norm.logpdf(z, MEAN[:, None], np.exp(0.5 * LOG_VARIANCE)[:, None]).sum(axis=-1)
    ratios = log_q - np.asarray(PRIOR.log_prob(z))
    standard_error = ratios.std(axis=1) / np.sqrt(ratios.shape[1])
    closed = np.asarray(divergences.kl_divergence(POSTERIOR, PRIOR, PARAMS, None))
    assert np.all(np.abs(ratios.mean(axis=1) - closed) < 4 * standard_error)


def test_without_a_closed_form_it_is_the_mean_log_ratio_of_the_codes_that_were_drawn():
    mixture = priors.MixtureOfNormals(3, 2)
    z = POSTERIOR.sample(PARAMS, 7, seed=0)
    log_q = stats.norm.logpdf(z, MEAN[:, None], np.exp(0.5 * LOG_VARIANCE)[:, None]).sum(axis=-1)
    expected = (log_q - np.asarray(mixture.log_prob(z))).mean(axis=1)
    assert divergences.closed_form(POSTERIOR, mixture) is None
    np.testing.assert_allclose(divergences.kl_divergence(POSTERIOR, mixture, PARAMS, z), expected, rtol=1e-4, atol=1e-5)


def test_a_mixture_of_one_standard_component_approaches_the_closed_form():
    mixture = priors.MixtureOfNormals(3, 1)
    mixture.set_weights([np.zeros(1), np.zeros((1, 3)), np.zeros((1, 3))])
    z = POSTERIOR.sample(PARAMS, 20_000, seed=1)
    ratios = np.asarray(POSTERIOR.log_prob(PARAMS, z) - mixture.log_prob(z), np.float64)
    closed = np.asarray(divergences.kl_divergence(POSTERIOR, PRIOR, PARAMS, None))
    assert np.all(np.abs(ratios.mean(axis=1) - closed) < 4 * ratios.std(axis=1) / np.sqrt(20_000))


def test_it_is_zero_at_the_prior():
    zeros = {"mean": np.zeros((2, 3), np.float32), "log_variance": np.zeros((2, 3), np.float32)}
    np.testing.assert_array_equal(divergences.kl_divergence(POSTERIOR, PRIOR, zeros, None), [0, 0])


def test_it_is_never_negative_however_close_to_the_prior():
    close = np.concatenate([np.linspace(-1e-3, 1e-3, 30_001), np.geomspace(1e-30, 1e-3, 30_000)]).astype(np.float32)
    params = {"mean": np.zeros((close.size, 1), np.float32), "log_variance": close[:, None]}
    kl = np.asarray(divergences.kl_terms(posteriors.DiagonalNormal(1), PRIOR, params, None), np.float64)
    assert kl.min() >= 0
    # (v^2 / 4) by Taylor: half of the excess v^2 / 2.
    np.testing.assert_allclose(kl[:, 0], close.astype(float) ** 2 / 4, rtol=1e-2, atol=1e-10)


def test_its_gradient_is_that_of_the_formula():
    mean, log_variance = tf.constant(MEAN), tf.constant(LOG_VARIANCE)
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        kl = divergences.kl_divergence(POSTERIOR, PRIOR, {"mean": mean, "log_variance": log_variance}, None)
    by_mean, by_log_variance = tape.gradient(kl, [mean, log_variance])
    np.testing.assert_allclose(by_mean, MEAN, rtol=1e-6)
    # The derivative exp(v) - 1 is taken in float32 about 1: its absolute error is that of a 1.
    np.testing.assert_allclose(by_log_variance, 0.5 * np.expm1(LOG_VARIANCE.astype(float)), rtol=1e-6, atol=6e-8)


@pytest.mark.parametrize("log_variance", [-80, -150, -178, -200, -1000])
def test_a_point_beside_the_laplace_prior_is_as_far_as_it_lies(log_variance):
    mean = tf.constant([[0.0, 3.0, -1000.0]])
    with tf.GradientTape() as tape:
        log_variances = tf.fill(mean.shape, float(log_variance))
        tape.watch([mean, log_variances])
        params = {"mean": mean, "log_variance": log_variances}
        kl = divergences.kl_terms(POSTERIOR, priors.Laplace(3), params)
    # -H(q) - log p at the mean: E|z| is |mu|.
    entropy = 0.5 * (np.log(2 * np.pi * np.e) + log_variance)
    np.testing.assert_allclose(kl, [-entropy + np.log(2) + np.array([0, 3, 1000])], rtol=1e-6)
    by_mean, by_log_variance = tape.gradient(kl, [mean, log_variances])
    np.testing.assert_allclose(by_mean, [[0, 1, -1]], atol=1e-6)
    np.testing.assert_allclose(by_log_variance, np.full((1, 3), -0.5), rtol=1e-6)


def test_without_a_closed_form_codes_are_asked_for():
    with pytest.raises(ValueError, match=r"DiagonalNormal \|\| MixtureOfNormals\) has no closed form.*`z`"):
        divergences.kl_divergence(POSTERIOR, priors.MixtureOfNormals(3, 2), PARAMS)


def test_the_axis_of_the_terms_is_said():
    assert divergences.kl_axis(POSTERIOR, PRIOR) == "latent"
    assert divergences.kl_axis(POSTERIOR, priors.MixtureOfNormals(3, 2)) == "code"
    assert divergences.kl_axis(whole(3), PRIOR) == "code"


def test_a_closed_form_of_the_whole_code_is_one_number():
    terms = divergences.kl_terms(whole(3), PRIOR, PARAMS)
    assert terms.shape == (2, 1)
    expected = divergences.kl_divergence(POSTERIOR, PRIOR, PARAMS)
    np.testing.assert_array_equal(divergences.kl_divergence(whole(3), PRIOR, PARAMS), expected)
    # In one latent both are the same.
    one = {name: value[:, :1] for name, value in PARAMS.items()}
    pairs = (whole(1), posteriors.DiagonalNormal(1))
    np.testing.assert_array_equal(*(divergences.kl_terms(q, priors.StandardNormal(1), one) for q in pairs))


@pytest.mark.parametrize(
    ("function", "whole_code", "message"),
    [
        (whole_code, False, r"one term for each latent, \(batch, 3\)\. The function returned shape \(.*, 1\)"),
        (lambda params, prior: params["mean"], True, r"one number for the whole code, \(batch, 1\).*\(.*, 3\)"),
        (lambda params, prior: params["mean"][:, 0], True, r"one number for the whole code, \(batch, 1\).*\(.*,\)"),
        (lambda params, prior: params["mean"][:, 0], False, r"one term for each latent, \(batch, 3\).*\(.*,\)"),
    ],
)
def test_a_closed_form_has_the_axis_that_it_was_registered_with(function, whole_code, message):
    divergences.register_closed_form(Whole, priors.StandardNormal, function, whole_code=whole_code)
    with pytest.raises(ValueError, match=rf"KL\(Whole \|\| StandardNormal\) was registered as {message}.*Correct it"):
        divergences.kl_terms(Whole(3), PRIOR, PARAMS)
    # Where a graph is made for batches of any size, too.
    spec = {name: tf.TensorSpec((None, 3)) for name in PARAMS}
    with pytest.raises(ValueError, match=message):
        tf.function(lambda params: divergences.kl_terms(Whole(3), PRIOR, params)).get_concrete_function(spec)
