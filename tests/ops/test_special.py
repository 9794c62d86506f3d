"""Special functions against SciPy."""

import numpy as np
import tensorflow as tf
from scipy import special

from keras_vae.ops.special import log_gamma

X = np.geomspace(1e-4, 1e4, 200)


def test_log_gamma_is_scipys_in_float64():
    # Near its zeros at 1 and 2 the absolute error counts.
    np.testing.assert_allclose(log_gamma(X), special.gammaln(X), rtol=1e-12, atol=1e-13)


def test_its_gradient_is_the_digamma_function():
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = log_gamma(x)
    np.testing.assert_allclose(tape.gradient(value, x), special.digamma(X), rtol=1e-9, atol=1e-9)
