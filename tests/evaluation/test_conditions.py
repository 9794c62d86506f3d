"""Figures of a model with a condition, against those that are written down for its classes."""

import functools
import math

import numpy as np
import pytest
import tensorflow as tf

from keras_vae import conditions, evaluation, priors
from tests.evaluation import linear
from tests.models.small import Builder, binary, small_vae

X, LABELS = linear.examples(30), np.arange(30) % 2
MEANS = linear.means(X) + linear.SHIFTS_OF_CODES[LABELS]
LOG_VARIANCES = X @ linear.TO_LOG_VARIANCE + linear.LOG_VARIANCE_BIAS
ERRORS = X - MEANS @ linear.TO_X - linear.SHIFTS_OF_X[LABELS] - linear.X_BIAS
KL = 0.5 * (MEANS**2 + np.exp(LOG_VARIANCES) - 1 - LOG_VARIANCES)
TOLERANCE = {"rtol": 1e-4}
OF_DICTS = tf.data.Dataset.from_tensor_slices({"x": X, "condition": LABELS}).batch(11)


@functools.cache
def vae():
    return linear.conditional_vae()


def test_figures_are_those_of_each_example_under_its_class():
    np.testing.assert_allclose(evaluation.kl_per_latent(vae(), X, condition=LABELS), KL.mean(axis=0), **TOLERANCE)
    found = evaluation.mean_squared_error(vae(), X, condition=LABELS)
    np.testing.assert_allclose(found, np.mean(ERRORS**2), **TOLERANCE)
    found = evaluation.code_variances(vae(), X, condition=LABELS)
    np.testing.assert_allclose(found, MEANS.var(axis=0), **TOLERANCE)
    between = float(np.mean(found))
    assert evaluation.active_units(vae(), X, between, condition=LABELS) == 1
    # Under one class the codes differ by x alone.
    found = evaluation.code_variances(vae(), X, condition=1)
    np.testing.assert_allclose(found, linear.means(X).var(axis=0), **TOLERANCE)


def test_rate_and_distortion():
    rate, distortion = evaluation.rate_distortion(vae(), X, num_samples=2000, condition=LABELS)
    np.testing.assert_allclose(rate, KL.sum(axis=1).mean(), **TOLERANCE)
    spread = np.exp(LOG_VARIANCES) @ linear.TO_X**2
    per_element = (ERRORS**2 + spread) / (2 * linear.SCALE**2) + math.log(linear.SCALE) + 0.5 * math.log(2 * math.pi)
    # 60,000 draws; the same in batches of a dataset, with noise of their own.
    np.testing.assert_allclose(distortion, per_element.sum(axis=1).mean(), rtol=0.02)
    found = evaluation.rate_distortion(vae(), OF_DICTS, num_samples=2000)
    np.testing.assert_allclose(found, (rate, distortion), rtol=0.02)


def test_the_aggregate_posterior_is_of_all_classes_together():
    found = evaluation.aggregate_posterior(vae(), X, num_samples=300, condition=LABELS)
    np.testing.assert_allclose(found.mean, MEANS.mean(axis=0), **TOLERANCE)
    variance = np.exp(LOG_VARIANCES).mean(axis=0) + MEANS.var(axis=0)
    np.testing.assert_allclose(found.variance, variance, **TOLERANCE)
    np.testing.assert_allclose(found.rate, KL.sum(axis=1).mean(), **TOLERANCE)
    assert found.mutual_information < math.log(30) + 5 * found.standard_error


def test_under_a_prior_of_each_class_the_rate_is_from_that_and_there_is_no_aggregate():
    of_classes = linear.conditional_vae(priors.ConditionalNormal(2))
    of_classes.prior.set_weights([linear.SHIFTS_OF_CODES, np.zeros((2, 2))])
    moved = MEANS - linear.SHIFTS_OF_CODES[LABELS]
    expected = 0.5 * (moved**2 + np.exp(LOG_VARIANCES) - 1 - LOG_VARIANCES)
    found = evaluation.kl_per_latent(of_classes, OF_DICTS)
    np.testing.assert_allclose(found, expected.mean(axis=0), **TOLERANCE)
    with pytest.raises(ValueError, match=r"another one under each condition.*Received: ConditionalNormal"):
        evaluation.aggregate_posterior(of_classes, X, condition=LABELS)


def test_a_curve_of_models_with_a_condition(eagerly):
    x, labels = binary(24), np.arange(24) % 2
    build = Builder(functools.partial(small_vae, condition=conditions.Labels(2)))
    examples = {"x": x, "condition": labels}
    (point,) = evaluation.rate_distortion_curve(lambda: build(2), [0.5], examples, examples, 1, batch_size=12)
    measured = evaluation.rate_distortion(build.models[0], x, condition=labels)
    np.testing.assert_allclose((point.rate, point.distortion), measured, rtol=1e-5)
    with pytest.raises(ValueError, match="`test` cannot be measured: The model has a condition"):
        evaluation.rate_distortion_curve(lambda: build(2), [0.5], examples, x, 1)
