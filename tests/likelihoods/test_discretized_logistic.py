"""The discretized logistic likelihood against exact sums in float64."""

import numpy as np
import tensorflow as tf
from scipy import special

from keras_vae.likelihoods import DiscretizedLogistic
from tests.likelihoods.integer_cases import all_levels, assert_samples_agree

LIKELIHOOD = DiscretizedLogistic((1,))
MEANS = np.float32([-30.3, 0, 0.5, 3.2, 127.4, 250.9, 255, 300])
LOG_SCALES = np.float32([-7, -3, -1, -0.1, 0.1, 2, 4, 7])
GRID = {name: grid.ravel() for name, grid in zip(("mean", "log_scale"), np.meshgrid(MEANS, LOG_SCALES), strict=True)}


def reference():
    """log P(x = k) in float64, `(256, len(grid))`: a difference of distribution functions as a stable product."""
    mean, scale = GRID["mean"].astype(float), np.exp(GRID["log_scale"].astype(float))
    level = np.arange(256)[:, None]
    lower, upper = (level - 0.5 - mean) / scale, (level + 0.5 - mean) / scale
    log_p = special.log_expit(upper) + special.log_expit(-lower) + np.log(-np.expm1(-1 / scale))
    log_p[0], log_p[-1] = special.log_expit(upper[0]), special.log_expit(-lower[-1])
    return log_p


def test_the_reference_is_the_difference_of_distribution_functions():
    ordinary = (np.abs(GRID["mean"] - 127.4) < 1) & (GRID["log_scale"] > 1)
    mean, scale = GRID["mean"][ordinary].astype(float), np.exp(GRID["log_scale"][ordinary].astype(float))
    edges = (np.arange(257)[:, None] - 0.5 - mean) / scale
    edges[0], edges[-1] = -np.inf, np.inf
    np.testing.assert_allclose(np.exp(reference()[:, ordinary]), np.diff(special.expit(edges), axis=0), atol=1e-12)


def test_log_prob_over_ordinary_and_extreme_parameters():
    np.testing.assert_allclose(all_levels(LIKELIHOOD, GRID), reference(), rtol=1e-5, atol=1e-30)


def test_the_probabilities_sum_to_one():
    np.testing.assert_allclose(np.exp(all_levels(LIKELIHOOD, GRID)).sum(axis=0), 1, rtol=1e-5)


def test_the_mean_is_that_of_the_rounded_variable():
    exact = (np.exp(reference()) * np.arange(256)[:, None]).sum(axis=0)
    np.testing.assert_allclose(LIKELIHOOD.mean(GRID), exact, rtol=1e-5, atol=1e-4)


def test_samples_agree():
    some = {name: value[::7] for name, value in GRID.items()}
    assert_samples_agree(LIKELIHOOD, some, np.exp(reference()[:, ::7]))


def test_gradients_are_finite_everywhere():
    mean, log_scale = tf.constant(GRID["mean"]), tf.constant(GRID["log_scale"])
    for level in (0.0, 1.0, 128.0, 254.0, 255.0):
        with tf.GradientTape() as tape:
            tape.watch([mean, log_scale])
            log_p = LIKELIHOOD.element_log_prob({"mean": mean, "log_scale": log_scale}, tf.fill(mean.shape, level))
        assert all(np.all(np.isfinite(gradient)) for gradient in tape.gradient(log_p, [mean, log_scale]))


def test_the_head_starts_in_the_middle_of_the_range():
    params = DiscretizedLogistic((3,), levels=17)(np.zeros((2, 5), np.float32))
    np.testing.assert_allclose(params["mean"], np.full((2, 3), 8.0))
    np.testing.assert_allclose(np.exp(params["log_scale"]), np.full((2, 3), 17 / 8), rtol=1e-6)
