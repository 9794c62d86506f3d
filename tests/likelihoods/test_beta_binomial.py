"""The beta-binomial likelihood against SciPy."""

import numpy as np
import tensorflow as tf
from scipy import stats

from keras_vae.likelihoods import BetaBinomial
from tests.likelihoods.integer_cases import all_levels, assert_samples_agree

LIKELIHOOD = BetaBinomial((1,))
LOGS = np.float32([-7, -2, 0, 1.3, 4, 7])
GRID = {name: grid.ravel() for name, grid in zip(("log_alpha", "log_beta"), np.meshgrid(LOGS, LOGS), strict=True)}


def reference():
    alpha, beta = (np.exp(GRID[name].astype(float)) for name in GRID)
    return stats.betabinom.logpmf(np.arange(256)[:, None], 255, alpha, beta)


def test_log_prob_is_scipys_over_ordinary_and_extreme_parameters():
    np.testing.assert_allclose(all_levels(LIKELIHOOD, GRID), reference(), rtol=1e-5, atol=1e-10)


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
