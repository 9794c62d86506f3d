"""Which models have a prior, and the refusal of those that have none."""

import keras
import pytest

from keras_vae.models._has_prior import check_has_prior
from tests.tiny_models import tiny_autoencoder, tiny_vae


def test_a_vae_has_one_and_nothing_else_has():
    assert tiny_vae().has_prior
    check_has_prior(tiny_vae(), "This")
    for model in (tiny_autoencoder(), keras.Sequential()):
        expected = f"This needs a model with a prior.*Received: {type(model).__name__}.*has no prior\\. That needs none"
        with pytest.raises(ValueError, match=expected):
            check_has_prior(model, "This", "That needs none.")
