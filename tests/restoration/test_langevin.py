"""Chains on densities whose moments and distribution functions are known."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae.restoration.langevin import BEST_ACCEPTANCE, move, start_chains

PRECISION = np.linalg.inv([[2.0, 1.2], [1.2, 1.0]]).astype(np.float32)
MEAN = np.array([1.0, -3.0], np.float32)


def normal(z):
    centred = z - MEAN
    return -0.5 * tf.einsum("bci,ij,bcj->bc", centred, PRECISION, centred), None


def run(log_density, starts, num_steps, adapts=True, step_size=0.5, variance=1.0, seed=0, stream=0):
    chains = start_chains(log_density, tf.constant(starts, tf.float32), step_size)
    return compiled(log_density, variance)(chains, seed, stream, 0, num_steps, adapts)


def compiled(log_density, variance=1.0):
    return tf.function(lambda state, *numbers: move(log_density, state, variance, *numbers), autograph=False)


def test_draws_have_the_mean_and_the_covariance_of_a_normal_distribution():
    state = run(normal, np.zeros((1, 4000, 2)), 100)
    z = np.asarray(state["z"])[0]
    errors = np.sqrt(np.array([2.0, 1.0]) / 4000)
    assert np.all(np.abs(z.mean(axis=0) - MEAN) < 4 * errors)
    np.testing.assert_allclose(np.cov(z.T), np.linalg.inv(PRECISION), atol=0.15)


@pytest.mark.parametrize("step_size", [0.3, 2.5])
def test_the_density_is_left_as_it_is_whatever_the_step_size(step_size):
    """Exact draws stay exact draws: without the right acceptance a long step would spread them, or draw them in."""
    exact = np.random.default_rng(0).laplace(size=(1, 20_000, 1))
    state = run(lambda z: (-tf.reduce_sum(tf.abs(z), axis=-1), None), exact, 20, False, step_size)
    moved = np.asarray(state["z"]).ravel()
    assert np.mean(moved != exact.ravel()) > 0.5
    assert stats.kstest(moved, "laplace").pvalue > 0.01


def test_variances_are_the_scales_of_the_steps():
    scales = np.array([100.0, 0.01], np.float32)
    state = run(
        lambda z: (-0.5 * tf.reduce_sum((z / scales) ** 2, axis=-1), None),
        np.zeros((1, 4000, 2)),
        60,
        variance=scales**2,
    )
    np.testing.assert_allclose(np.asarray(state["z"])[0].std(axis=0) / scales, 1.0, atol=0.06)


@pytest.mark.parametrize("step_size", [0.02, 50.0])
def test_the_step_size_goes_where_enough_steps_are_taken(step_size):
    state = run(normal, np.zeros((2, 200, 2)), 300, step_size=step_size)
    held = {**state, "accepted": tf.zeros_like(state["accepted"])}
    after = compiled(normal)(held, 1, 1000, 300, 400, False)
    np.testing.assert_array_equal(after["log_step_size"], state["log_step_size"])
    assert np.mean(after["accepted"]) / 100 == pytest.approx(BEST_ACCEPTANCE, abs=0.05)


def test_nowhere_is_never_entered():
    def half(z):
        value = tf.where(z[..., 0] > 0, -z[..., 0], np.nan)
        return value, None

    state = run(half, np.ones((1, 5000, 1)), 200, step_size=3.0)
    z = np.asarray(state["z"]).ravel()
    assert z.min() > 0
    assert stats.kstest(z, "expon").pvalue > 0.01


def test_steps_of_a_seed_are_the_same_however_they_are_cut_up():
    starts = np.zeros((2, 3, 2))
    whole = run(normal, starts, 7, seed=5, stream=100)
    parts = start_chains(normal, tf.constant(starts, tf.float32), 0.5)
    for first, last in ((0, 3), (3, 7)):
        parts = move(normal, parts, 1.0, 5, 100, first, last, True)
    for name, value in whole.items():
        np.testing.assert_allclose(parts[name], value, rtol=1e-5, atol=1e-6)
    other = run(normal, starts, 7, seed=6, stream=100)
    assert np.all(other["z"] != whole["z"])
