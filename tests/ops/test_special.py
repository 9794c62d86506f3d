"""Special functions against SciPy."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, special

from keras_vae.ops.special import LARGE, log_gamma, log_one_minus_exp, log_rising_factorial, softplus_difference

X = np.geomspace(1e-4, 1e4, 200)
# Tiny, huge, and on both sides of where the series takes over.
STARTS = np.concatenate([np.geomspace(1e-30, 1e40, 71), LARGE * np.array([0.5, 0.999, 1, 1.001, 2])])
COUNTS = [0, 1, 2, 100, 255]


def test_log_gamma_is_scipys_in_float64():
    # Near its zeros at 1 and 2 the absolute error counts.
    np.testing.assert_allclose(log_gamma(X), special.gammaln(X), rtol=1e-12, atol=1e-13)


def test_its_gradient_is_the_digamma_function():
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = log_gamma(x)
    np.testing.assert_allclose(tape.gradient(value, x), special.digamma(X), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("count", COUNTS)
def test_log_rising_factorial_is_the_sum_of_its_logarithms(count):
    expected = [math.fsum(math.log(start + i) for i in range(count)) for start in STARTS]
    result = log_rising_factorial(tf.constant(STARTS), tf.fill(STARTS.shape, np.float64(count)))
    np.testing.assert_allclose(result, expected, rtol=1e-13, atol=1e-11)


@pytest.mark.parametrize("count", COUNTS)
def test_its_gradient_is_the_sum_of_the_reciprocals(count):
    start = tf.constant(STARTS)
    with tf.GradientTape() as tape:
        tape.watch(start)
        value = log_rising_factorial(start, tf.fill(STARTS.shape, np.float64(count)))
    expected = [math.fsum(1 / (start + i) for i in range(count)) for start in STARTS]
    np.testing.assert_allclose(tape.gradient(value, start), expected, rtol=1e-9)


def test_log_one_minus_exp_has_its_digits_and_its_gradient_at_both_ends():
    a = np.geomspace(1e-30, 80, 300).astype(np.float32)
    exact = a.astype(float)
    expected = np.where(exact < 1, np.log(-np.expm1(-exact)), np.log1p(-np.exp(-np.maximum(exact, 1))))
    with tf.GradientTape() as tape:
        tape.watch(tensor := tf.constant(a))
        value = log_one_minus_exp(tensor)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(value, tensor), 1 / np.expm1(exact), rtol=1e-5)


@pytest.mark.parametrize("gap", [1e-30, 1e-8, 0.1, 0.999, 1.001, 30.0, 255.0])
@pytest.mark.parametrize("a", [-300.0, -5.0, 0.0, 0.5, 5.0, 300.0])
def test_softplus_difference_is_the_integral_of_the_sigmoid(a, gap):
    edges = np.unique(np.clip([0, (a - 40) / gap, (a - 5) / gap, a / gap, (a + 5) / gap, (a + 40) / gap, 1], 0, 1))
    pieces = [
        integrate.quad(lambda t: special.expit(a - gap * t), *edges[i : i + 2], epsabs=0)[0]
        for i in range(len(edges) - 1)
    ]
    result = softplus_difference(np.float64(a), np.float64(gap))
    np.testing.assert_allclose(result, gap * math.fsum(pieces), rtol=1e-9)
