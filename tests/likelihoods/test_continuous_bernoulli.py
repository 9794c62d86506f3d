"""The continuous Bernoulli against closed forms in float64 and quadrature."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, special, stats

from keras_vae.likelihoods import ContinuousBernoulli
from keras_vae.likelihoods.continuous_bernoulli import SMALL_LOGIT, log_normalizer

# Extreme, ordinary, about the change from series to closed form, and about the singularity at 0.
LOGITS = np.float32(
    [
        -60,
        -20,
        -3,
        -0.5,
        -SMALL_LOGIT - 1e-3,
        -SMALL_LOGIT + 1e-3,
        -1e-3,
        -1e-8,
        0,
        1e-8,
        1e-3,
        0.1,
        0.299,
        0.301,
        5,
        60,
    ]
)
GREYS = np.linspace(0, 1, 41).astype(np.float32)


def reference(logits, x):
    """log p(x) in float64; 1/(e^l - 1) is what the density of exp(l x) on [0, 1] is divided by, times l."""
    logits, x = np.asarray(logits, np.float64), np.asarray(x, np.float64)
    half = np.where(np.abs(logits) < 1e-4, 1, logits) / 2
    normalizer = np.where(np.abs(logits) < 1e-4, np.log(2) + logits**2 / 12, np.log(2 * half / np.tanh(half)))
    return x * special.log_expit(logits) + (1 - x) * special.log_expit(-logits) + normalizer


def test_log_prob_over_ordinary_and_extreme_logits():
    logits, x = (grid.ravel() for grid in np.meshgrid(LOGITS, GREYS))
    result = ContinuousBernoulli((1,)).element_log_prob({"logits": logits}, x)
    # Where log p crosses zero its relative error has no bound: the absolute one is that of its terms.
    np.testing.assert_allclose(result, reference(logits, x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("logit", LOGITS)
def test_the_density_integrates_to_one_and_has_the_mean_that_it_says(logit):
    likelihood, pieces = ContinuousBernoulli((1,)), list(itertools.pairwise([0, 0.01, 0.05, 0.95, 0.99, 1]))

    def density(x):
        return np.exp(likelihood.element_log_prob({"logits": np.full_like(x, logit)}, x))

    # In float64, as the arrays are.
    assert abs(sum(integrate.fixed_quad(density, *piece, n=60)[0] for piece in pieces) - 1) < 1e-8
    mean = sum(integrate.fixed_quad(lambda x: x * density(x), *piece, n=60)[0] for piece in pieces)
    np.testing.assert_allclose(likelihood.mean({"logits": np.array([logit])}), [mean], atol=1e-6)


def test_the_mean_and_its_gradient_keep_their_digits_at_extreme_logits():
    extreme = np.float32([-1e4, -100, -89, -88, -60, -5, -0.31, 0.31, 5, 60, 88, 89, 100, 1e4])
    with tf.GradientTape() as tape:
        tape.watch(logits := tf.constant(extreme))
        mean = ContinuousBernoulli((1,)).mean({"logits": logits})
    a = np.abs(extreme).astype(float)
    distance = 1 / a - np.exp(-a) / (1 - np.exp(-a))
    np.testing.assert_allclose(mean, np.where(extreme > 0, 1 - distance, distance), rtol=2e-6)
    # In an exponential family the mean's derivative is the variance.
    variance = 1 / a**2 - np.exp(-a) / (1 - np.exp(-a)) ** 2
    np.testing.assert_allclose(tape.gradient(mean, logits), variance, rtol=1e-4)


@pytest.mark.parametrize("logit", LOGITS)
def test_samples_have_the_distribution(logit):
    draws = np.asarray(ContinuousBernoulli((4000,)).sample({"logits": np.full(4000, logit)}, seed=0), np.float64)
    assert draws.min() >= 0
    assert draws.max() <= 1
    steepness = float(logit)

    def distribution(x):
        return x if abs(steepness) < 1e-4 else np.expm1(steepness * x) / np.expm1(steepness)

    assert stats.kstest(draws, distribution).pvalue > 1e-3


def test_gradients_are_finite_and_those_of_the_moments():
    logits = tf.constant(LOGITS)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        normalizer = log_normalizer(logits)
    # d log p / dl = x - E[x], and the cross-entropy gives x - sigmoid(l): the rest is the normalizer's.
    expected = special.expit(LOGITS.astype(float)) - np.asarray(
        ContinuousBernoulli((1,)).mean({"logits": LOGITS}), np.float64
    )
    np.testing.assert_allclose(tape.gradient(normalizer, logits), expected, atol=2e-6)


def test_greys_have_a_density_and_other_values_do_not():
    x = np.array([0.0, 0.5, 1.0, -0.1, 255.0, np.nan])
    likelihood = ContinuousBernoulli((6,))
    np.testing.assert_array_equal(likelihood.in_domain(x), [True, True, True, False, False, False])
    np.testing.assert_array_equal(likelihood.in_support(x), likelihood.in_domain(x))
