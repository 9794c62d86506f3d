"""The standard normal distribution."""

import math
import statistics

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.priors.marginal import Marginal
from keras_vae.priors.prior import Prior


@keras.saving.register_keras_serializable("keras_vae")
class StandardNormal(Prior):
    """p(z) = N(0, I).

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", section 3.

    Args:
        latent_dim: Length of the code.
    """

    marginal = Marginal(statistics.NormalDist().inv_cdf, statistics.NormalDist().cdf)

    def log_prob(self, z):
        return -0.5 * ops.sum(z * z + math.log(2 * math.pi), axis=-1)

    def sample(self, num_samples, seed):
        return noise.normal((num_samples, self.latent_dim), seed, self.compute_dtype)
