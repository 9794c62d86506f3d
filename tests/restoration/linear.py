"""The linear-Gaussian VAE whose p(z | observed) and p(x | observed) are known in closed form."""

import keras
import numpy as np

from keras_vae import VAE, Decoder, Encoder, conditions, likelihoods, networks, posteriors, priors
from tests.oracles.linear_gaussian import decoder_of, linear_vae

NUM_FEATURES, LATENT_DIM, SCALE = 6, 2, 0.5


def trained() -> tuple:
    """A VAE of these sizes, and what `p_of_z` needs of it."""
    rng = np.random.default_rng(3)
    vae = linear_vae(NUM_FEATURES, LATENT_DIM, SCALE)
    kernel = rng.normal(size=(LATENT_DIM, NUM_FEATURES)).astype(np.float32)
    vae.decoder.likelihood.projection.set_weights([kernel, np.linspace(-1, 1, NUM_FEATURES, dtype=np.float32)])
    return vae, decoder_of(vae)


def conditional() -> VAE:
    """Such a VAE of two classes, with a shift of x and a prior for each: see `standardised`."""
    rng = np.random.default_rng(4)
    vae = VAE(
        Encoder(networks.dense([3]), posteriors.DiagonalNormal(LATENT_DIM)),
        Decoder(keras.layers.Identity(), likelihoods.Normal((NUM_FEATURES,), SCALE)),
        priors.ConditionalNormal(LATENT_DIM),
        condition=conditions.Labels(2),
    )
    vae.build((None, NUM_FEATURES))
    kernel = rng.normal(size=(LATENT_DIM + 2, NUM_FEATURES))
    vae.decoder.likelihood.projection.set_weights([kernel, np.zeros(NUM_FEATURES)])
    vae.prior.set_weights([np.array([[2.0, -1.0], [-3.0, 0.5]]), np.log([[0.5, 2.0], [1.0, 0.3]])])
    return vae


def standardised(vae, label: int) -> tuple:
    """Of a class of `conditional`, what `posterior` needs of it for codes in units of the prior, and its m and s."""
    kernel = vae.decoder.likelihood.projection.get_weights()[0].astype(np.float64)
    loadings, shifts = kernel[:LATENT_DIM].T, kernel[LATENT_DIM:]
    means, log_scales = (weight.astype(np.float64)[label] for weight in vae.prior.get_weights())
    scales = np.exp(log_scales)
    return (loadings * scales, shifts[label] + loadings @ means, SCALE), means, scales


def examples(vae, count: int, seed: int) -> np.ndarray:
    """Draws of x from the model `(count, NUM_FEATURES)`."""
    loadings, offset, scale = decoder_of(vae)
    rng = np.random.default_rng(seed)
    z, noise = rng.normal(size=(count, LATENT_DIM)), rng.normal(size=(count, NUM_FEATURES))
    return (z @ loadings.T + offset + scale * noise).astype(np.float32)


def posterior(loadings, offset, scale, y) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of p(z | y) for one y ~ N(loadings z + offset, scale^2), NaN where it is missing.

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", equations 2.116 and 2.117.
    """
    seen = ~np.isnan(y)
    some = loadings[seen]
    covariance = np.linalg.inv(np.eye(loadings.shape[1]) + some.T @ some / scale**2)
    return covariance @ some.T @ (y[seen] - offset[seen]) / scale**2, covariance
