import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import evaluation
from tests.evaluation.linear import LATENT_DIM, TO_MEAN, coded_vae, examples, linear_autoencoder, linear_vae, means

MODELS = pytest.mark.parametrize("make", [linear_vae, linear_autoencoder], ids=["vae", "autoencoder"])


@MODELS
def test_variances_are_those_of_the_mean_codes(make):
    x = examples(40)
    expected = np.diag(TO_MEAN.T @ np.cov(x.T, ddof=0) @ TO_MEAN)
    np.testing.assert_allclose(evaluation.code_variances(make(), x), expected, rtol=1e-5)


@MODELS
def test_batches_and_datasets_leave_nothing_out(make):
    model, x = make(), examples(7)
    expected = means(x).var(axis=0)
    for cut in ({"batch_size": 3}, {"batch_size": 7}, {"batch_size": 1}, {}):
        np.testing.assert_allclose(evaluation.code_variances(model, x, **cut), expected, rtol=1e-5)
    dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros(7))).batch(3)
    np.testing.assert_allclose(evaluation.code_variances(model, dataset), expected, rtol=1e-5)
    assert evaluation.active_units(model, dataset, np.sort(expected)[0] * 1.01) == LATENT_DIM - 1


def test_they_are_float64_and_keep_small_variances_beside_large_means():
    keras.config.set_dtype_policy("float64")
    vae, x = linear_vae(mean_bias=np.array([1e6, -1e6])), 1e-3 * examples(50)
    variances = evaluation.code_variances(vae, x, batch_size=8)
    assert variances.dtype == np.float64
    np.testing.assert_allclose(variances, (x @ TO_MEAN).var(axis=0), rtol=1e-3)


def with_deviations(deviations):
    """A VAE and two examples, whose mean codes lie so far to both sides of 0."""
    mean = np.array([deviations, -np.array(deviations)])
    return coded_vae(mean, np.zeros_like(mean)), np.eye(2)


@pytest.mark.parametrize(("deviations", "active"), [([1, 2, 0.2], 3), ([0, 0.05, 0.001], 0), ([0, 0.05, 0.2], 1)])
def test_latents_above_a_hundredth_are_active(deviations, active):
    assert evaluation.active_units(*with_deviations(deviations)) == active


def test_a_latent_at_the_threshold_is_not_active():
    vae, x = with_deviations([0.5, 0.25])
    np.testing.assert_array_equal(evaluation.code_variances(vae, x), [0.25, 0.0625])
    assert evaluation.active_units(vae, x, threshold=0.25) == 0
    assert evaluation.active_units(vae, x, threshold=np.nextafter(0.25, 0)) == 1
    assert evaluation.active_units(vae, x, threshold=0.0625) == 1
    assert evaluation.active_units(vae, x, threshold=0.0) == 2


def test_duplicates_do_not_vary_and_repeating_the_data_changes_nothing():
    vae, x = linear_vae(), examples(5)
    np.testing.assert_array_equal(evaluation.code_variances(vae, np.repeat(x[:1], 9, axis=0), batch_size=4), [0, 0])
    assert evaluation.active_units(vae, np.repeat(x[:1], 9, axis=0), threshold=0.0) == 0
    repeated = evaluation.code_variances(vae, np.tile(x, (3, 1)), batch_size=4)
    np.testing.assert_allclose(repeated, evaluation.code_variances(vae, x), rtol=1e-6)


def test_the_posteriors_own_variance_does_not_count():
    mean = np.zeros((2, 1))
    assert evaluation.active_units(coded_vae(mean, np.array([[3.0], [5.0]])), np.eye(2)) == 0


@pytest.mark.parametrize("threshold", [-0.1, np.nan, "1"])
def test_a_threshold_that_is_none_is_refused(threshold):
    with pytest.raises(ValueError, match="`threshold` must be a finite number of at least 0"):
        evaluation.active_units(linear_vae(), examples(3), threshold)


def test_examples_are_checked():
    with pytest.raises(ValueError, match="`x` is empty"):
        evaluation.active_units(linear_vae(), examples(0))
    with pytest.raises(ValueError, match=r"`x` must have shape \(batch, 3\)"):
        evaluation.active_units(linear_vae(), examples(4)[:, :2])
    with pytest.raises(ValueError, match="`x` must hold finite numbers"):
        evaluation.active_units(linear_vae(), np.where(examples(4) > 0, np.nan, 0))
