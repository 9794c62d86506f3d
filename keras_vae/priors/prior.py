"""What every prior has in common."""

import keras

from keras_vae.ops.checks import checked_size
from keras_vae.ops.precision import head_dtype


class Prior(keras.layers.Layer):
    """Base class: a distribution over codes that does not depend on x.

    A subclass implements `log_prob` and `sample`.

    Args:
        latent_dim: Length of the code.
    """

    def __init__(self, latent_dim: int, **kwargs):
        super().__init__(**{"dtype": head_dtype(), **kwargs})
        self.latent_dim = checked_size(latent_dim, "latent_dim")
        self.built = True

    def log_prob(self, z):
        """Log-density in nats, summed over the latents: `(..., latent_dim)` to `(...)`."""
        raise NotImplementedError

    def sample(self, num_samples, seed):
        """Draws codes `(num_samples, latent_dim)`."""
        raise NotImplementedError

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}
