"""The categorical likelihood against SciPy's softmax."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from keras_vae.likelihoods import Categorical

RNG = np.random.default_rng(0)
LOGITS = np.concatenate([RNG.normal(scale=3, size=(6, 5)), np.diag([60.0, 60, 60, 60, 60])]).astype(np.float32)


def odds_of_others(logits, level):
    """(1 - p) / p of one level, in float64: where p is near 1, SciPy's log-softmax has no digits left."""
    logits = logits.astype(float)
    return np.exp(np.delete(logits, level, axis=-1) - logits[..., level, None]).sum(axis=-1)


def test_log_prob_is_the_log_softmax_over_ordinary_and_extreme_logits():
    for level in range(5):
        result = Categorical((11,), 5).element_log_prob({"logits": LOGITS}, np.full(11, level))
        expected = -np.log1p(odds_of_others(LOGITS, level))
        np.testing.assert_allclose(result, expected, rtol=1e-5)
        softmax = special.log_softmax(LOGITS.astype(float), axis=-1)[:, level]
        np.testing.assert_allclose(expected, softmax, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("gap", range(8, 31))
def test_confident_logits_keep_their_digits_and_their_gradients(gap):
    logits = np.array([[0.3, -1.0, 0.3 + gap, 0.0, 0.1]], np.float32)
    odds = odds_of_others(logits, 2)
    with tf.GradientTape() as tape:
        tape.watch(tensor := tf.constant(logits))
        log_p = Categorical((1,), 5).element_log_prob({"logits": tensor}, tf.constant([2.0]))
    np.testing.assert_allclose(log_p, -np.log1p(odds), rtol=1e-5)
    probabilities = np.exp(logits.astype(float) - logits[0, 2]) / (1 + odds)
    probabilities[0, 2] = -odds[0] / (1 + odds[0])
    np.testing.assert_allclose(tape.gradient(log_p, tensor), -probabilities, rtol=1e-5)


def test_log_prob_is_summed_over_the_event_and_compared_with_each_sample():
    logits = RNG.normal(size=(3, 3, 2, 4, 5)).astype(np.float32)
    x = RNG.integers(0, 5, (3, 2, 4))
    log_p = special.log_softmax(logits.astype(float), axis=-1)
    expected = np.take_along_axis(log_p, np.broadcast_to(x[:, None], (3, 3, 2, 4))[..., None], -1)[..., 0].sum((2, 3))
    np.testing.assert_allclose(Categorical((2, 4), 5).log_prob({"logits": logits}, x), expected, rtol=1e-5)


def test_the_probabilities_sum_to_one():
    likelihood = Categorical((11,), 5)
    mass = sum(np.exp(likelihood.element_log_prob({"logits": LOGITS}, np.full(11, level))) for level in range(5))
    np.testing.assert_allclose(mass, np.ones(11), rtol=1e-5)


def test_mean_and_samples_agree_with_the_probabilities():
    likelihood, probabilities = Categorical((11,), 5), special.softmax(LOGITS.astype(float), axis=-1)
    np.testing.assert_allclose(likelihood.mean({"logits": LOGITS}), probabilities @ np.arange(5), rtol=1e-5, atol=1e-6)
    draws = np.asarray(likelihood.sample({"logits": np.tile(LOGITS, (4000, 1, 1))}, seed=0)).astype(int)
    counted = np.stack([np.bincount(column, minlength=5) for column in draws.T]) / 4000
    assert np.all(np.abs(counted - probabilities) <= 5 * np.sqrt(probabilities * (1 - probabilities) / 4000))


def test_gradients_are_one_hot_minus_softmax():
    logits, x = tf.constant(LOGITS), np.arange(11) % 5
    with tf.GradientTape() as tape:
        tape.watch(logits)
        log_p = Categorical((11,), 5).log_prob({"logits": logits[None]}, x[None])
    expected = np.eye(5)[x] - special.softmax(LOGITS.astype(float), axis=-1)
    np.testing.assert_allclose(tape.gradient(log_p, logits), expected, atol=1e-6)


def test_the_head_gives_each_class_its_logit_on_grids_and_from_flat_features():
    for features in (RNG.normal(size=(2, 3, 6)), RNG.normal(size=(2, 6))):
        likelihood = Categorical((3, 2), 5)
        logits = likelihood(features.astype(np.float32))["logits"]
        kernel, bias = likelihood.get_weights()
        np.testing.assert_allclose(logits, (features @ kernel + bias).reshape(2, 3, 2, 5), rtol=1e-4, atol=1e-5)
