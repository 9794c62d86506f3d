"""The linear-Gaussian VAE whose p(z | observed) and p(x | observed) are known in closed form."""

import numpy as np

from tests.oracles.linear_gaussian import decoder_of, linear_vae

NUM_FEATURES, LATENT_DIM, SCALE = 6, 2, 0.5


def trained() -> tuple:
    """A VAE of these sizes, and what `p_of_z` needs of it."""
    rng = np.random.default_rng(3)
    vae = linear_vae(NUM_FEATURES, LATENT_DIM, SCALE)
    kernel = rng.normal(size=(LATENT_DIM, NUM_FEATURES)).astype(np.float32)
    vae.decoder.likelihood.projection.set_weights([kernel, np.linspace(-1, 1, NUM_FEATURES, dtype=np.float32)])
    return vae, decoder_of(vae)


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
