"""This package, as its README has it: `compile`, `fit`, and nothing set."""

import keras
import numpy as np
from cases import CONV_FEATURES, EVENT_SHAPE, KERNEL_SIZE, Case

from keras_vae import VAE, Decoder, Encoder, datasets, likelihoods, networks, posteriors


class Contender:
    """Loads its data itself, by `datasets.load`, of which only the number of images is asked."""

    def __init__(self, case: Case, images: np.ndarray, seed: int):
        keras.utils.set_random_seed(seed)
        self.data = datasets.load("mnist", f"train[:{len(images)}]", case.batch_size, binarize="dynamic")
        self.vae = dense_vae(case) if case.network == "dense" else conv_vae(case)
        self.vae.compile(optimizer="adam" if case.schedule is None else scheduled_adam(*case.schedule))

    def train(self, epochs: int) -> list[float]:
        return self.vae.fit(self.data, epochs=epochs, verbose=0).history["loss"]

    def negative_elbo(self, images) -> float:
        return -float(self.vae.elbo(images, seed=0).mean())


def dense_vae(case) -> VAE:
    """Dense trunks; posterior and likelihood own the last layers."""
    return VAE(
        Encoder(networks.dense(case.widths, case.activation), posteriors.DiagonalNormal(case.latent_dim)),
        Decoder(networks.dense(case.widths[::-1], case.activation), likelihoods.Bernoulli(EVENT_SHAPE)),
    )


def conv_vae(case) -> VAE:
    """The Keras documentation's network.

    The likelihood projects features point by point: here the one channel that the last 3x3 kernel gives, by a factor
    which starts at 1, a multiplication for each pixel more than the others have.
    """
    layers = keras.layers
    encoder = keras.Sequential(
        [
            networks.conv(case.widths, KERNEL_SIZE, activation=case.activation),
            layers.Flatten(),
            layers.Dense(CONV_FEATURES, case.activation),
        ]
    )
    decoder = keras.Sequential(
        [
            networks.conv_transpose(case.widths[::-1], EVENT_SHAPE, KERNEL_SIZE, activation=case.activation),
            layers.Conv2DTranspose(1, KERNEL_SIZE, padding="same"),
        ]
    )
    vae = VAE(
        Encoder(encoder, posteriors.DiagonalNormal(case.latent_dim)),
        Decoder(decoder, likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    vae.build((None, *EVENT_SHAPE))
    vae.decoder.likelihood.projection.kernel.assign([[1.0]])
    return vae


def scheduled_adam(peak, warm_up, total) -> keras.optimizers.Adam:
    """Adam with linear warm-up and cosine decay to 0."""
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=total - warm_up, warmup_target=peak, warmup_steps=warm_up
    )
    return keras.optimizers.Adam(schedule)
