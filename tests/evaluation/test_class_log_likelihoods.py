"""log p(x|c) of each class, against closed forms and the estimate of each class by itself."""

import numpy as np
import pytest

from keras_vae.evaluation import class_log_likelihoods, log_likelihood
from tests.models import labelled
from tests.models.small import small_autoencoder, small_vae

X = labelled.examples(7)


@pytest.fixture(scope="module")
def vae():
    vae = labelled.labelled_vae()
    labelled.loosen(vae)
    return vae


def test_by_the_exact_posterior_one_draw_gives_the_closed_form():
    found = class_log_likelihoods(labelled.labelled_vae(), X, num_samples=1)
    # Sums of some ten numbers of float32.
    np.testing.assert_allclose(found, labelled.log_likelihoods(X), atol=1e-5)
    assert found.dtype == np.float64


def test_by_another_it_approaches_it(vae):
    found = class_log_likelihoods(vae, X, num_samples=4000, seed=0)
    errors = [log_likelihood(vae, X, 4000, seed=0, condition=label).sampling_error for label in range(3)]
    assert np.all(np.abs(found - labelled.log_likelihoods(X)) < 4 * np.stack(errors, axis=1))


@pytest.mark.parametrize("batch_size", [3, 100])
def test_each_class_is_estimated_as_if_by_itself_with_the_same_draws(vae, batch_size):
    options = {"num_samples": 20, "batch_size": batch_size, "seed": 4}
    found = class_log_likelihoods(vae, X, **options)
    for label in range(labelled.NUM_CLASSES):
        alone = log_likelihood(vae, X, condition=label, **options)
        np.testing.assert_array_equal(found[:, label], alone.per_example)


def test_a_seed_is_drawn_once_for_all_classes(vae):
    """Here classes differ by their offsets alone, so that differences are off by next to nothing."""
    few = [class_log_likelihoods(vae, X, num_samples=10) for _ in range(30)]
    spread = np.std(few, axis=0).mean()
    of_differences = np.std([found[:, 1] - found[:, 0] for found in few], axis=0).mean()
    assert of_differences < 0.2 * spread


@pytest.mark.parametrize("make", [small_vae, small_autoencoder])
def test_a_model_without_labels_is_refused(make):
    with pytest.raises(ValueError, match=r"^class_log_likelihoods needs a model that was trained with labels"):
        class_log_likelihoods(make(), np.zeros((2, 4, 3, 1)))


def test_a_bad_number_of_draws_is_refused(vae):
    with pytest.raises(ValueError, match="`num_samples` must be a whole number of at least 1"):
        class_log_likelihoods(vae, X, num_samples=0)
