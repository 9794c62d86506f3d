import numpy as np
import pytest

from keras_vae.evaluation.checks import check_has_prior, checked_codes
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
