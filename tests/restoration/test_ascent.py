"""Ascents on functions whose maxima are known."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae.restoration.ascent import ascend, start_ascent

CURVATURE = np.array([4.0, 0.25], np.float32)
CENTRES = np.array([[[1.0, -2.0]], [[0.0, 3.0]], [[-4.0, 0.5]]], np.float32)


def bowl(z):
    """A log-likelihood with its maximum at CENTRES, and a prior about 0."""
    log_likelihood = -0.5 * tf.reduce_sum(CURVATURE * (z - CENTRES) ** 2, axis=-1)
    return log_likelihood - 0.5 * tf.reduce_sum(z**2, axis=-1), log_likelihood


def climbed(log_joint, z, step_size, num_steps, variance=1.0):
    state = start_ascent(log_joint, tf.constant(z, tf.float32), step_size)
    compiled = tf.function(lambda now: ascend(log_joint, now, tf.constant(variance, tf.float32), num_steps))
    return state, compiled(state)


@pytest.mark.parametrize("step_size", [1e-5, 0.1, 1e4])
def test_the_mode_is_reached_from_any_step_size(step_size):
    # The starts are far below in the likelihood: that it never falls does not bind.
    _, state = climbed(bowl, CENTRES * 0 + 20.0, step_size, 150)
    np.testing.assert_allclose(state["z"], CENTRES * CURVATURE / (CURVATURE + 1), atol=1e-3)


def test_variances_precondition():
    """With the inverse curvature as the variances, one step of size 1 is Newton's."""
    curvature = np.array([400.0, 0.01], np.float32)

    def narrow(z):
        value = -0.5 * tf.reduce_sum(curvature * (z - 1.0) ** 2, axis=-1)
        return value, value

    _, state = climbed(narrow, np.full((1, 1, 2), 5.0), 1.0, 1, 1 / curvature)
    np.testing.assert_allclose(state["z"], np.ones((1, 1, 2)), atol=1e-5)


@pytest.mark.parametrize("step_size", [1e-3, 1.0, 1e6])
def test_neither_falls_at_any_step_where_the_prior_pulls_the_other_way(step_size):
    starts = np.tile(CENTRES, (1, 20, 1)) + np.random.default_rng(0).normal(size=(3, 20, 2))
    state, _ = climbed(bowl, starts, step_size, 0)
    first, one_step = state["log_likelihood"], tf.function(lambda now: ascend(bowl, now, tf.ones(2), 1))
    for _ in range(40):
        following = one_step(state)
        assert np.all(following["value"] >= state["value"])
        assert np.all(following["log_likelihood"] >= first)
        state = following
    # Without the bound the modes, nearer to 0, would lie lower.
    modes = np.broadcast_to(CENTRES * CURVATURE / (CURVATURE + 1), starts.shape)
    assert np.any(bowl(tf.constant(modes, tf.float32))[1] < first)


def test_steps_into_what_is_not_a_number_are_not_taken():
    def cliff(z):
        value = tf.reduce_sum(tf.math.log(1.0 - z), axis=-1) + tf.reduce_sum(3 * z, axis=-1)
        return value, value

    _, state = climbed(cliff, np.zeros((1, 1, 1)), 50.0, 200)
    # d/dz (log(1 - z) + 3 z) = 0 at 2/3; beyond 1 there is no number.
    np.testing.assert_allclose(state["z"], [[[2 / 3]]], atol=1e-3)


def test_no_steps_change_nothing():
    start, state = climbed(bowl, CENTRES, 0.1, 0)
    for name, value in start.items():
        np.testing.assert_array_equal(state[name], value)
