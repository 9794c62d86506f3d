"""Models and data that the tests of compression share."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, datasets, likelihoods, networks, posteriors
from tests import seeds
from tests.models.small import passes

SHAPE = (8, 8, 1)


def _digits(**kwargs) -> np.ndarray:
    return np.concatenate([batch.numpy() for batch in datasets.load("digits", "test", **kwargs)])


def trained(likelihood, data, epochs: int) -> VAE:
    """A small VAE; one that has learned something has a posterior that tells images apart."""
    seeds.set_all(0)
    vae = VAE(Encoder(networks.dense([64]), posteriors.DiagonalNormal(4)), Decoder(networks.dense([64]), likelihood))
    vae.build((None, *SHAPE))
    if epochs:
        vae.compile(optimizer=keras.optimizers.Adam(1e-2))
        vae.fit(passes(data, epochs, 50), verbose=0)
    return vae


@pytest.fixture(scope="session")
def binary() -> np.ndarray:
    """297 digits of zeros and ones, float32."""
    return _digits(binarize="static")


@pytest.fixture(scope="session")
def grey() -> np.ndarray:
    """297 digits of 17 levels, uint8."""
    return _digits(integers=True)


@pytest.fixture(scope="session")
def binary_vae(binary) -> VAE:
    """A VAE for them."""
    return trained(likelihoods.Bernoulli(SHAPE), binary, 15)


@pytest.fixture(scope="session")
def grey_vae(grey) -> VAE:
    """A VAE for them."""
    return trained(likelihoods.BetaBinomial(SHAPE, 17), grey, 15)
