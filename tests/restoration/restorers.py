"""A model that reconstructs each example as a constant, for tests of what is done around it."""

import numpy as np

from keras_vae import Autoencoder, Decoder, Encoder, likelihoods, networks, posteriors


class Recorded(Autoencoder):
    """An autoencoder that notes what it was given to reconstruct."""

    def reconstruct(self, x, batch_size=256):
        """Reconstructs x, and keeps it."""
        self.given = np.asarray(x)
        return super().reconstruct(x, batch_size)


def constant(value: float, event_shape, likelihood=None, corruption=None) -> Recorded:
    """A model whose reconstructions are one value everywhere."""
    likelihood = likelihood or likelihoods.Normal(event_shape)
    model = Recorded(
        Encoder(networks.dense([3]), posteriors.Deterministic(2)),
        Decoder(networks.dense([3]), likelihood),
        corruption=corruption,
    )
    model.build((None, *event_shape))
    projection = getattr(likelihood, "likelihood", likelihood).projection
    projection.kernel.assign(np.zeros(projection.kernel.shape))
    projection.bias.assign(np.full(projection.bias.shape, value))
    return model
