"""Stand-in for the room `evaluation`, until it is there."""

import keras
import numpy as np

from keras_vae import divergences


def kl_per_latent(vae, x) -> np.ndarray:
    """KL divergence of each latent, averaged over examples: `(latent_dim,)`, in nats."""
    terms = [
        divergences.kl_terms(vae.encoder.posterior, vae.prior, vae.encoder(vae.rescaled(batch), training=False))
        for batch in _batches(x)
    ]
    return np.concatenate(terms).mean(axis=0)


def code_variances(vae, x) -> np.ndarray:
    """Variance of each latent's mean over examples: `(latent_dim,)`."""
    return vae.encode(x).astype(np.float64).var(axis=0)


def active_units(vae, x, threshold=0.01) -> int:
    """Latents whose mean varies by more than a threshold."""
    return int(np.sum(code_variances(vae, x) > threshold))


def mean_squared_error(model, x) -> float:
    """Of reconstructions, over all elements."""
    return float(np.mean(np.concatenate([(np.asarray(b, float) - model.reconstruct(b)) ** 2 for b in _batches(x)])))


def _batches(x):
    if hasattr(x, "element_spec"):
        for element in x:
            yield np.asarray(keras.utils.unpack_x_y_sample_weight(element)[0])
    else:
        yield np.asarray(x)
