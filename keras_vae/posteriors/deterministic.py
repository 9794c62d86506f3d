"""A single code for each example."""

import keras
from keras import ops

from keras_vae.posteriors.posterior import Posterior


@keras.saving.register_keras_serializable("keras_vae")
class Deterministic(Posterior):
    """The code of an autoencoder: one point for each example, no noise and no KL divergence.

    Parameters: `mean` `(batch, latent_dim)`.

    Args:
        latent_dim: Length of the code.
    """

    parameter_names = ("mean",)

    def mean(self, params):
        return params["mean"]

    def variance(self, params):
        return ops.zeros_like(params["mean"])

    def sample(self, params, num_samples: int = 1, seed=None, shared_noise: bool = False):
        return ops.repeat(ops.expand_dims(params["mean"], 1), num_samples, axis=1)
