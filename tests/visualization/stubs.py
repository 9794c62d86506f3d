"""Models whose pictures say which code they were decoded from."""

import types

import numpy as np

from keras_vae import priors


class CodePictures:
    """Decodes a code to a flat picture of 56x56 pixels: red is its first latent, green its second, from -4 to 4.

    Encodes a picture to the code of its first pixel, further latents being 1.
    """

    event_shape = (56, 56, 3)
    condition = None

    def __init__(self, latent_dim=2, prior=None, levels=None):
        self.latent_dim = latent_dim
        self.has_prior = True
        prior = priors.StandardNormal(latent_dim) if prior is None else prior
        self.prior_marginal, self.sample_prior = prior.marginal, prior.sample
        self.has_conditional_prior = prior.is_conditional
        self.encoder = types.SimpleNamespace(input_spec=None)
        self.decoder = types.SimpleNamespace(likelihood=types.SimpleNamespace(levels=levels))

    def decode(self, z, condition=None):
        """`(n, latent_dim)` to `(n, 56, 56, 3)`."""
        assert condition is None
        assert z.dtype == np.float32
        pictures = np.zeros((len(z), *self.event_shape))
        pictures[..., :2] = (z[:, np.newaxis, np.newaxis, :2] + 4) / 8
        return pictures

    def encode(self, x, condition=None):
        """`(n, 56, 56, 3)` to `(n, latent_dim)`."""
        codes = np.ones((len(x), self.latent_dim), np.float32)
        codes[:, :2] = 8 * x[:, 0, 0, :2] - 4
        return codes


def codes_of(picture, rows, columns) -> np.ndarray:
    """The first two latents of each cell of a grid of such pictures: `(rows, columns, 2)`."""
    cells = picture[2:, 2:][::58, ::58][:rows, :columns, :2]
    return cells / 255 * 8 - 4
