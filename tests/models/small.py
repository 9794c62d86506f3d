"""Small models for the tests of this folder."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Autoencoder, Decoder, Encoder, likelihoods, networks, posteriors

EVENT_SHAPE, LATENT_DIM = (4, 3, 1), 2


def small_vae(likelihood=None, latent_dim=LATENT_DIM, event_shape=EVENT_SHAPE, **kwargs) -> VAE:
    """A VAE of a few hundred weights, built."""
    likelihood = likelihoods.Bernoulli(event_shape) if likelihood is None else likelihood
    vae = VAE(
        Encoder(networks.dense([8], activation="tanh"), posteriors.DiagonalNormal(latent_dim)),
        Decoder(networks.dense([8], activation="tanh"), likelihood),
        **kwargs,
    )
    vae.build((None, *event_shape))
    return vae


def small_autoencoder(likelihood=None, latent_dim=LATENT_DIM, event_shape=EVENT_SHAPE, **kwargs) -> Autoencoder:
    """An autoencoder of a few hundred weights, built."""
    likelihood = likelihoods.Bernoulli(event_shape) if likelihood is None else likelihood
    model = Autoencoder(
        Encoder(networks.dense([8], activation="tanh"), posteriors.Deterministic(latent_dim)),
        Decoder(networks.dense([8], activation="tanh"), likelihood),
        **kwargs,
    )
    model.build((None, *event_shape))
    return model


@keras.saving.register_keras_serializable("tests")
class Scaled(keras.layers.Layer):
    """A layer of a user's own, with a number that may be of NumPy."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * float(self.factor)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class Builder:
    """Makes the same model at each call of one latent size, and counts the models and those that were trained."""

    def __init__(self, make=small_vae, compiled=True):
        self.make, self.compiled, self.models = make, compiled, []

    def __call__(self, latent_dim=LATENT_DIM):
        keras.utils.set_random_seed(0)
        self.models.append(self.make(latent_dim=latent_dim))
        if self.compiled:
            self.models[-1].compile(keras.optimizers.Adam(0.01))
        return self.models[-1]

    @property
    def num_trained(self):
        return sum(model.compiled and int(model.optimizer.iterations) > 0 for model in self.models)


def binary(count: int, event_shape=EVENT_SHAPE, seed: int = 0) -> np.ndarray:
    """Binary examples `(count, *event_shape)`."""
    return (np.random.default_rng(seed).random((count, *event_shape)) < 0.4).astype(np.float32)


def passes(x: np.ndarray, count: int, batch_size: int) -> tf.data.Dataset:
    """So many passes over examples, which are one epoch for Keras: short epochs take longer than their steps."""
    return tf.data.Dataset.from_tensor_slices(x).shuffle(len(x), seed=0).batch(batch_size).repeat(count)


def without_noise(model) -> None:
    """Makes a VAE's posterior a point: its figures are then those of its means, without any draw."""
    kernel, bias = model.encoder.posterior.get_weights()
    latents = model.latent_dim
    kernel[:, latents:], bias[latents:] = 0, -200
    model.encoder.posterior.set_weights([kernel, bias])


def same_weights(first: keras.Model, second: keras.Model) -> bool:
    """Whether two models have the same weights to the last bit."""
    return all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True))


MODELS = pytest.mark.parametrize("make", [small_vae, small_autoencoder], ids=["vae", "autoencoder"])
