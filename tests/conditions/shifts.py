"""A linear-Gaussian VAE whose condition shifts x, and nothing else."""

import keras
import numpy as np

from keras_vae import VAE, Decoder, Encoder, conditions, likelihoods, posteriors

# Of each of three classes what is added to two features.
SHIFTS = np.array([[0.0, 0.0], [10.0, -20.0], [-3.0, 5.0]], np.float32)


def shifted_vae(names=None) -> VAE:
    """q(z|x, c) has the mean x - shift(c), and p(x|z, c) the mean z + shift(c)."""
    vae = VAE(
        Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(2)),
        Decoder(keras.layers.Identity(), likelihoods.Normal((2,), 0.1)),
        condition=conditions.Labels(len(SHIFTS), names),
    )
    vae.build((None, 2))
    code = np.concatenate([np.eye(2), -SHIFTS]).astype(np.float32)
    log_variance, bias = np.zeros_like(code), np.zeros(4, np.float32)
    vae.encoder.posterior.projection.set_weights([np.concatenate([code, log_variance], axis=1), bias])
    vae.decoder.likelihood.projection.set_weights([np.concatenate([np.eye(2), SHIFTS]).astype(np.float32), bias[:2]])
    return vae
