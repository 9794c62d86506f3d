"""Covariates: standardised inside."""

import keras
import numpy as np
import pytest
from scipy import stats

from keras_vae.conditions import Covariates

RNG = np.random.default_rng(0)


def test_they_are_seen_as_they_are_before_adapt_and_standardised_after():
    values = RNG.normal([5.0, -300.0], [0.1, 40.0], (50, 2)).astype(np.float32)
    covariates = Covariates(2)
    np.testing.assert_array_equal(covariates(values), values)
    covariates.adapt(values)
    # Of 7 digits those of 300 / 40 are left.
    np.testing.assert_allclose(covariates(values), stats.zscore(values.astype(np.float64)), atol=1e-4)


def test_what_never_varies_keeps_its_unit():
    covariates = Covariates(1)
    covariates.adapt(np.full((5, 1), 3.0))
    np.testing.assert_array_equal(covariates(np.float32([[3.0], [4.0]])), [[0.0], [1.0]])


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((3, 1)), [[0, np.nan]]])
def test_adapt_checks_what_it_is_given(values):
    with pytest.raises(ValueError, match="`values`"):
        Covariates(2).adapt(values)


def test_its_config_makes_it_again():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Covariates(3)))
    assert (type(again), again.dim, again.size) == (Covariates, 3, 3)
