import numpy as np
import pytest

from keras_vae.evaluation.checks import (
    are_probabilities,
    check_has_prior,
    checked_codes,
    checked_labels,
    checked_logits,
    checked_probabilities,
)
from tests.evaluation.linear import linear_autoencoder, linear_vae


def test_a_model_without_a_prior_is_refused():
    check_has_prior(linear_vae(), "rate")
    with pytest.raises(ValueError, match=r"^rate needs a posterior and a prior, which Autoencoder does not.* a VAE\.$"):
        check_has_prior(linear_autoencoder(), "rate")


def test_codes_become_float64():
    codes = checked_codes([[1, 2], [3, 4]])
    assert codes.dtype == np.float64
    np.testing.assert_array_equal(codes, [[1, 2], [3, 4]])


def test_codes_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="`codes` must hold finite numbers"):
        checked_codes([[1.0, np.nan]])


def test_logits_may_be_minus_infinity_where_another_of_the_row_is_not():
    np.testing.assert_array_equal(checked_logits([[-np.inf, 2]]), [[-np.inf, 2.0]])
    with pytest.raises(ValueError, match="finite numbers in each row"):
        checked_logits([[-np.inf, -np.inf]])


def test_probabilities_are_told_from_logits():
    assert are_probabilities(np.array([[0.25, 0.75], [1.0, 0.0]]))
    assert not are_probabilities(np.array([[0.25, 0.75], [1.0, 0.1]]))
    assert not are_probabilities(np.array([[-0.25, 1.25]]))
    # Of single precision.
    assert are_probabilities(np.full((1, 1000), np.float32(0.001)).astype(np.float64))
    with pytest.raises(ValueError, match=r"the sum 1 in each row.*values from 1, and sums from 3 to 3"):
        checked_probabilities([[1.0, 2.0]])


def test_labels_are_whole_numbers_of_classes_that_there_are():
    np.testing.assert_array_equal(checked_labels(np.array([1, 0], np.uint8), (2, 2)), [1, 0])
    for labels in ([0], [[0], [1]], [0.0, 1.0]):
        with pytest.raises(ValueError, match="one for each of 2 examples"):
            checked_labels(labels, (2, 2))
    for labels in ([0, 2], [0, -1]):
        with pytest.raises(ValueError, match="must be from 0 to 1"):
            checked_labels(labels, (2, 2))
