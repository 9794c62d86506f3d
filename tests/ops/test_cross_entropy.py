"""The cross-entropy from logits, against SciPy in float64."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from keras_vae.ops.cross_entropy import binary_cross_entropy

LOGITS = np.array([-80, -60, -17, -3, -1e-4, 0, 1e-4, 0.5, 8, 17, 60, 80], np.float32)
VALUES = np.array([0, 1e-4, 0.25, 0.5, 0.9999, 1], np.float32)


def expected(logits, x):
    logits, x = logits.astype(float), x.astype(float)
    return -x * special.log_expit(logits) - (1 - x) * special.log_expit(-logits)


def test_every_pair_keeps_its_digits():
    logits, x = (grid.ravel() for grid in np.meshgrid(LOGITS, VALUES))
    np.testing.assert_allclose(binary_cross_entropy(logits, x), expected(logits, x), rtol=1e-6)


@pytest.mark.parametrize("jit", [False, True])
def test_gradients_are_the_error_and_minus_the_logit(jit):
    logits, x = (tf.constant(grid.ravel()) for grid in np.meshgrid(LOGITS, VALUES))

    @tf.function(jit_compile=jit)
    def gradients(logits, x):
        with tf.GradientTape() as tape:
            tape.watch([logits, x])
            value = 3.0 * binary_cross_entropy(logits, x)
        return tape.gradient(value, [logits, x])

    by_logits, by_x = gradients(logits, x)
    error = special.expit(logits.numpy().astype(float)) - x.numpy().astype(float)
    # Where sigmoid and x are close, what is left is the rounding of the sigmoid.
    np.testing.assert_allclose(by_logits, 3 * error, rtol=1e-6, atol=3 * np.finfo(np.float32).eps)
    np.testing.assert_allclose(by_x, -3 * logits, rtol=1e-6)


def test_x_is_compared_with_every_sample_and_its_gradient_is_their_sum():
    logits = tf.constant(np.random.default_rng(0).normal(size=(2, 3, 4)), tf.float32)
    x = tf.constant([[[0, 1, 0.5, 1]], [[1, 1, 0, 0.25]]], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = binary_cross_entropy(logits, x)
    np.testing.assert_allclose(value, expected(logits.numpy(), x.numpy()), rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(value, x), -tf.reduce_sum(logits, axis=1, keepdims=True), rtol=1e-5)
