import pytest

from keras_vae.evaluation.checks import check_has_prior
from tests.evaluation.linear import linear_autoencoder, linear_vae


def test_a_model_without_a_prior_is_refused():
    check_has_prior(linear_vae(), "rate")
    with pytest.raises(ValueError, match=r"^rate needs a posterior and a prior, which Autoencoder does not.* a VAE\.$"):
        check_has_prior(linear_autoencoder(), "rate")
