"""The discretized logistic likelihood against exact sums in float64."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from keras_vae.likelihoods import DiscretizedLogistic
from tests.likelihoods.integer_cases import all_levels, assert_samples_agree

LIKELIHOOD = DiscretizedLogistic((1,))
MEANS = np.float32([-30.3, 0, 0.5, 3.2, 100, 127.4, 250.9, 255, 300])
# Narrow, about the change from sum to integral at scale 1, and wide.
LOG_SCALES = np.float32([-7, -3, -2.8, -2.7, -1, -0.1, 1e-3, 0.01, 0.1, 0.5, 2, 4, 7, 12, 20, 60])
GRID = {name: grid.ravel() for name, grid in zip(("mean", "log_scale"), np.meshgrid(MEANS, LOG_SCALES), strict=True)}


def reference(mean=GRID["mean"], log_scale=GRID["log_scale"]):
    """log P(x = k) in float64, `(256, len(mean))`: a difference of distribution functions as a stable product."""
    mean, scale = np.asarray(mean, float), np.exp(np.asarray(log_scale, float))
    level = np.arange(256)[:, None]
    lower, upper = (level - 0.5 - mean) / scale, (level + 0.5 - mean) / scale
    width = np.where(scale < 1, np.log1p(-np.exp(-np.maximum(1 / scale, 1))), np.log(-np.expm1(-1 / scale)))
    log_p = special.log_expit(upper) + special.log_expit(-lower) + width
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
    np.testing.assert_allclose(LIKELIHOOD.mean(GRID), exact, rtol=1e-5, atol=1e-12)


def test_samples_agree():
    some = {name: value[::7] for name, value in GRID.items()}
    assert_samples_agree(LIKELIHOOD, some, np.exp(reference()[:, ::7]))


def value_and_gradients(mean, log_scale, level):
    mean, log_scale = tf.constant(mean), tf.constant(log_scale)
    with tf.GradientTape() as tape:
        tape.watch([mean, log_scale])
        params = {"mean": mean, "log_scale": log_scale}
        log_p = LIKELIHOOD.element_log_prob(params, tf.fill(mean.shape, float(level)))
    return log_p, *tape.gradient(log_p, [mean, log_scale])


@pytest.mark.parametrize("level", [0, 1, 100, 128, 254, 255])
def test_gradients_are_those_of_finite_differences(level):
    _, by_mean, by_log_scale = value_and_gradients(**GRID, level=level)
    mean, log_scale, step = GRID["mean"].astype(float), GRID["log_scale"].astype(float), 1e-5
    # In units of the scale, which from narrow to wide differs by 29 orders of magnitude.
    scale = np.exp(log_scale)
    by_units = (reference(mean + step * scale, log_scale) - reference(mean - step * scale, log_scale))[level]
    np.testing.assert_allclose(by_mean * scale, by_units / (2 * step), rtol=1e-4, atol=1e-5)
    by_log = (reference(mean, log_scale + step) - reference(mean, log_scale - step))[level]
    np.testing.assert_allclose(by_log_scale, by_log / (2 * step), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("log_scale", [-1e4, -100, -89, -81, 81, 88, 104, 1e4])
def test_beyond_what_a_float_can_hold_the_scale_stays_where_it_is(log_scale):
    mean, log_scales = np.float32([10.2, 10.2, 255]), np.full(3, log_scale, np.float32)
    for level in (10, 11, 255):
        log_p, *gradients = value_and_gradients(mean, log_scales, level)
        np.testing.assert_allclose(log_p, reference(mean, np.clip(log_scales, -80, 80))[level], rtol=1e-5)
        assert np.all(np.isfinite(gradients))
    params = {"mean": mean, "log_scale": log_scales}
    expected = [10, 10, 255] if log_scale < 0 else [127.5] * 3
    np.testing.assert_allclose(LIKELIHOOD.mean(params), expected, rtol=1e-6)
    ends = [10, 10, 255] if log_scale < 0 else [0, 255]
    assert np.all(np.isin(LIKELIHOOD.sample(params, seed=0), ends))


def test_the_head_starts_in_the_middle_of_the_range():
    params = DiscretizedLogistic((3,), levels=17)(np.zeros((2, 5), np.float32))
    np.testing.assert_allclose(params["mean"], np.full((2, 3), 8.0))
    np.testing.assert_allclose(np.exp(params["log_scale"]), np.full((2, 3), 17 / 8), rtol=1e-6)
