"""Models for 8x8 images that compile and train in a moment."""

import keras
import numpy as np

from keras_vae import VAE, Autoencoder, Decoder, Encoder, conditions, likelihoods, networks, posteriors

EVENT_SHAPE = (8, 8, 1)


def tiny_vae(latent_dim: int = 2, likelihood=None, built: bool = True) -> VAE:
    """A VAE with one hidden layer on each side; a Bernoulli likelihood unless another is given."""
    likelihood = likelihood or likelihoods.Bernoulli(EVENT_SHAPE)
    vae = VAE(
        Encoder(networks.dense([16]), posteriors.DiagonalNormal(latent_dim)),
        Decoder(networks.dense([16]), likelihood),
    )
    if built:
        vae.build((None, *EVENT_SHAPE))
    return vae


def conditional_vae(condition, prior=None, likelihood=None) -> VAE:
    """A tiny VAE under a condition, of weights that tell all conditions apart."""
    vae = VAE(
        Encoder(networks.dense([16]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([16]), likelihood or likelihoods.Bernoulli(EVENT_SHAPE)),
        prior,
        condition=condition,
    )
    vae.build((None, *EVENT_SHAPE))
    rng = np.random.default_rng(0)
    for weight in vae.trainable_weights:
        weight.assign_add(rng.normal(0, 0.3, weight.shape))
    return vae


def vae_of_classes(likelihood, parameters) -> VAE:
    """A VAE whose p(x|z, c) depends on the class alone and whose q(z|x, c) is N(0, I): all is known of it.

    Args:
        likelihood: One whose head projects flat features to one number for each element.
        parameters: That number for each class, such as a logit.
    """
    vae = VAE(
        Encoder(networks.dense([2]), posteriors.DiagonalNormal(2)),
        Decoder(keras.layers.Identity(), likelihood),
        condition=conditions.Labels(len(parameters)),
    )
    vae.build((None, *likelihood.event_shape))
    for weight in vae.trainable_weights:
        weight.assign(np.zeros(weight.shape))
    # The head sees the code and, beside it, the label as one-hot.
    kernel = np.zeros(likelihood.projection.kernel.shape)
    kernel[2:] = np.reshape(parameters, (-1, 1))
    likelihood.projection.kernel.assign(kernel)
    return vae


def tiny_autoencoder(latent_dim: int = 2) -> Autoencoder:
    """An autoencoder with one hidden layer on each side, built."""
    model = Autoencoder(
        Encoder(networks.dense([16]), posteriors.Deterministic(latent_dim)),
        Decoder(networks.dense([16]), likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    model.build((None, *EVENT_SHAPE))
    return model
