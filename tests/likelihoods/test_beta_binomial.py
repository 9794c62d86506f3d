"""The beta-binomial likelihood against SciPy."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from keras_vae.likelihoods import BetaBinomial
from keras_vae.likelihoods.beta_binomial import log_ways
from tests.likelihoods.integer_cases import all_levels, assert_samples_agree

LIKELIHOOD = BetaBinomial((1,))
LOGS = np.float32([-7, -2, 0, 1.3, 4, 7])
GRID = {name: grid.ravel() for name, grid in zip(("log_alpha", "log_beta"), np.meshgrid(LOGS, LOGS), strict=True)}
# Here SciPy's own differences of log Gamma have no digits left.
WIDE_LOGS = np.float32([-60, -20, -3, 0, 3, 11, 20, 25, 30, 40, 60])
WIDE = {name: grid.ravel() for name, grid in zip(GRID, np.meshgrid(WIDE_LOGS, WIDE_LOGS), strict=True)}


def sums(terms):
    """The sums of the first 0, 1, ... 255 terms, for each column: `(256, columns)`."""
    return np.concatenate([np.zeros((1, terms.shape[1])), np.cumsum(terms, axis=0)])


def by_sums_of_logs(params):
    """log P(x = k) for every level, `(256, len(parameter))`: every Gamma(a + k) / Gamma(a) is a product."""
    alpha, beta = (np.exp(params[name].astype(float)) for name in GRID)
    steps = np.arange(255.0)[:, None]
    ways = sums(np.log((255 - steps) / (steps + 1)))
    either = sums(np.log(alpha + steps)) + sums(np.log(beta + steps))[::-1]
    return ways + either - sums(np.log(alpha + beta + steps))[-1]


def reference():
    alpha, beta = (np.exp(GRID[name].astype(float)) for name in GRID)
    return stats.betabinom.logpmf(np.arange(256)[:, None], 255, alpha, beta)


def test_log_prob_is_scipys_over_ordinary_and_extreme_parameters():
    np.testing.assert_allclose(all_levels(LIKELIHOOD, GRID), reference(), rtol=1e-5, atol=1e-10)


def test_log_prob_keeps_its_digits_however_large_and_small_the_parameters():
    np.testing.assert_allclose(all_levels(LIKELIHOOD, WIDE), by_sums_of_logs(WIDE), rtol=1e-5, atol=1e-10)


def test_the_probabilities_sum_to_one_however_large_and_small_the_parameters():
    np.testing.assert_allclose(np.exp(all_levels(LIKELIHOOD, WIDE)).sum(axis=0), 1, rtol=1e-5)


def test_the_probabilities_sum_to_one():
    np.testing.assert_allclose(np.exp(all_levels(LIKELIHOOD, GRID)).sum(axis=0), 1, rtol=1e-5)


def test_equal_ones_are_the_uniform_distribution():
    params = {"log_alpha": np.zeros(1, np.float32), "log_beta": np.zeros(1, np.float32)}
    np.testing.assert_allclose(all_levels(LIKELIHOOD, params), np.full((256, 1), -np.log(256)), rtol=1e-6)


def test_the_mean_is_scipys():
    alpha, beta = (np.exp(GRID[name].astype(float)) for name in GRID)
    np.testing.assert_allclose(LIKELIHOOD.mean(GRID), stats.betabinom.mean(255, alpha, beta), rtol=1e-5)


def test_samples_agree_also_where_all_of_the_mass_is_at_the_ends():
    some = {name: value[::5] for name, value in GRID.items()}
    assert_samples_agree(LIKELIHOOD, some, np.exp(reference()[:, ::5]))


@pytest.mark.parametrize("pair", [(-88, -88), (-95, -94), (-88, 90), (90, 90), (90, 89), (200, -200)])
def test_samples_agree_where_the_parameters_are_no_floats(pair):
    params = {name: np.float32([value]) for name, value in zip(GRID, pair, strict=True)}
    assert_samples_agree(LIKELIHOOD, params, np.exp(by_sums_of_logs(params)))


@pytest.mark.parametrize("level", [0, 1, 100, 255])
def test_gradients_keep_their_digits_however_large_and_small_the_parameters(level):
    log_alpha, log_beta = (tf.constant(WIDE[name]) for name in WIDE)
    with tf.GradientTape() as tape:
        tape.watch([log_alpha, log_beta])
        params = {"log_alpha": log_alpha, "log_beta": log_beta}
        log_p = LIKELIHOOD.element_log_prob(params, tf.fill(log_alpha.shape, float(level)))
    alpha, beta = (np.exp(WIDE[name].astype(float)) for name in WIDE)
    steps = np.arange(255.0)[:, None]
    both = (1 / (alpha + beta + steps)).sum(axis=0)
    expected = [
        alpha * ((1 / (alpha + steps[:level])).sum(axis=0) - both),
        beta * ((1 / (beta + steps[: 255 - level])).sum(axis=0) - both),
    ]
    np.testing.assert_allclose(tape.gradient(log_p, [log_alpha, log_beta]), expected, rtol=1e-5, atol=1e-10)


def test_gradients_are_those_of_finite_differences():
    log_alpha, log_beta = (tf.constant(GRID[name]) for name in GRID)
    step = 1e-5
    alpha, beta = (GRID[name].astype(float) for name in GRID)
    for level in (0, 1, 100, 255):
        with tf.GradientTape() as tape:
            tape.watch([log_alpha, log_beta])
            params = {"log_alpha": log_alpha, "log_beta": log_beta}
            log_p = LIKELIHOOD.element_log_prob(params, tf.fill(log_alpha.shape, float(level)))
        by_alpha, by_beta = tape.gradient(log_p, [log_alpha, log_beta])

        def log_pmf(a, b, level=level):
            return stats.betabinom.logpmf(level, 255, np.exp(a), np.exp(b))

        expected = (log_pmf(alpha + step, beta) - log_pmf(alpha - step, beta)) / (2 * step)
        np.testing.assert_allclose(by_alpha, expected, rtol=1e-3, atol=1e-4)
        expected = (log_pmf(alpha, beta + step) - log_pmf(alpha, beta - step)) / (2 * step)
        np.testing.assert_allclose(by_beta, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("levels", [1, 2, 17, 256])
def test_the_ways_are_binomial_coefficients(levels):
    assert log_ways(levels - 1) == [math.log(math.comb(levels - 1, x)) for x in range(levels)]


def test_there_are_ways_for_16_bits():
    x = np.arange(65_536)
    # A difference of three logarithms of factorials of size 7e5 is good to some of their last places, 1e-10.
    expected = special.gammaln(65_536) - special.gammaln(x + 1) - special.gammaln(65_536 - x)
    np.testing.assert_allclose(log_ways(65_535), expected, rtol=1e-9, atol=1e-8)
