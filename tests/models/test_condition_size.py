"""Which features of a condition a part takes."""

import numpy as np
import pytest

from keras_vae import VAE, Encoder, networks, posteriors
from keras_vae.conditions import Labels
from tests.models.small import EVENT_SHAPE, small_vae


def test_parts_that_are_built_take_no_other_condition():
    vae = small_vae(condition=Labels(3))
    with pytest.raises(ValueError, match="encoder was built for a condition of 3 features, and the model's has 2"):
        VAE(vae.encoder, small_vae(condition=Labels(2)).decoder, condition=Labels(2))
    plain = small_vae()
    with pytest.raises(ValueError, match="encoder was built for a condition of 0 features"):
        VAE(plain.encoder, plain.decoder, condition=Labels(2))
    unbuilt = Encoder(networks.dense([8]), posteriors.DiagonalNormal(2))
    with pytest.raises(ValueError, match="decoder was built for a condition of 0 features"):
        VAE(unbuilt, plain.decoder, condition=Labels(2))
    assert VAE(vae.encoder, vae.decoder, condition=Labels(3)).encoder is vae.encoder


def test_a_part_alone_asks_for_the_features():
    vae = small_vae(condition=Labels(3))
    with pytest.raises(ValueError, match=r"call it as `encoder\(tensor, features\)`"):
        vae.encoder(np.zeros((2, *EVENT_SHAPE)))
    with pytest.raises(ValueError, match=r"call it as `decoder\(tensor, features\)`"):
        vae.decoder(np.zeros((2, 2)))
