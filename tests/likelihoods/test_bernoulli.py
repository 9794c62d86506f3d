"""The Bernoulli likelihood against SciPy."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from keras_vae.likelihoods import Bernoulli

LOGITS = np.array([-60.0, -20.0, -3.0, -1e-4, 0.0, 0.7, 12.0, 60.0], np.float32)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_element_log_prob_keeps_its_digits_at_extreme_logits(value):
    x = np.full_like(LOGITS, value)
    # logpmf of the probability loses the digits that the logit has: the log of sigmoid in float64 does not.
    expected = special.log_expit(LOGITS.astype(float) * (2 * value - 1))
    np.testing.assert_allclose(Bernoulli((8,)).element_log_prob({"logits": LOGITS}, x), expected, rtol=1e-6)


def test_log_prob_is_scipys_summed_over_the_event():
    rng = np.random.default_rng(0)
    logits, x = rng.normal(scale=3, size=(5, 3, 4)).astype(np.float32), rng.integers(0, 2, (5, 3, 4))
    expected = stats.bernoulli.logpmf(x, special.expit(logits.astype(float))).sum(axis=(1, 2))
    np.testing.assert_allclose(Bernoulli((3, 4)).log_prob({"logits": logits}, x), expected, rtol=1e-5)


def test_the_two_values_have_probabilities_that_sum_to_one():
    likelihood = Bernoulli((8,))
    mass = sum(np.exp(likelihood.element_log_prob({"logits": LOGITS}, np.full_like(LOGITS, x))) for x in (0, 1))
    np.testing.assert_allclose(mass, np.ones(8), rtol=1e-6)


def test_grey_values_have_the_cross_entropy():
    grey = np.linspace(0, 1, 8)
    p = special.expit(LOGITS[1:7].astype(float))
    expected = grey[1:7] * np.log(p) + (1 - grey[1:7]) * np.log1p(-p)
    params = {"logits": LOGITS[1:7]}
    np.testing.assert_allclose(Bernoulli((6,)).element_log_prob(params, grey[1:7]), expected, rtol=1e-5)


def test_gradient_is_the_error_of_the_mean_everywhere():
    logits, x = tf.constant(LOGITS), np.array([1, 0, 0.25, 1, 0.5, 1, 1, 0], np.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        log_prob = Bernoulli((8,)).log_prob({"logits": logits[None]}, x[None])
    np.testing.assert_allclose(tape.gradient(log_prob, logits), x - special.expit(LOGITS.astype(float)), atol=1e-6)


def test_samples_are_binary_with_the_mean_that_it_says():
    likelihood, logits = Bernoulli((6,)), np.array([-60, -2, -0.5, 0, 1.5, 60], np.float32)
    draws = np.asarray(likelihood.sample({"logits": np.tile(logits, (20_000, 1))}, seed=0))
    mean = np.asarray(likelihood.mean({"logits": logits}), np.float64)
    assert set(np.unique(draws)) == {0.0, 1.0}
    np.testing.assert_allclose(mean, special.expit(logits.astype(float)), rtol=1e-6)
    assert np.all(np.abs(draws.mean(axis=0) - mean) <= 4 * np.sqrt(mean * (1 - mean) / len(draws)))


def test_domain_and_support():
    x = np.array([0.0, 1.0, 0.5, -0.1, 1.1, np.nan, np.inf])
    np.testing.assert_array_equal(Bernoulli((7,)).in_domain(x), [True, True, True, False, False, False, False])
    np.testing.assert_array_equal(Bernoulli((7,)).in_support(x), [True, True, False, False, False, False, False])
