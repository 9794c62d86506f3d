"""The Laplace distribution, for codes of which most are near zero."""

import math

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.priors.marginal import Marginal
from keras_vae.priors.prior import Prior


def _quantile(probability: float) -> float:
    return math.log(2 * probability) if probability < 0.5 else -math.log(2 * (1 - probability))


def _cdf(value: float) -> float:
    return 0.5 * math.exp(value) if value < 0 else 1 - 0.5 * math.exp(-value)


@keras.saving.register_keras_serializable("keras_vae")
class Laplace(Prior):
    """p(z) = prod_j exp(-|z_j|) / 2: sharp at zero, with long tails, so that few latents stand out at a time.

    Source: Johnson, Kotz and Balakrishnan 1995, "Continuous Univariate Distributions", chapter 24, at location 0
    and scale 1.

    Args:
        latent_dim: Length of the code.
    """

    marginal = Marginal(_quantile, _cdf)

    def log_prob(self, z):
        return -ops.sum(ops.abs(z) + math.log(2), axis=-1)

    def sample(self, num_samples, seed):
        # The difference of two exponential draws.
        draws = noise.uniform((2, num_samples, self.latent_dim), seed, self.compute_dtype)
        exponential = -ops.log1p(-draws)
        return exponential[0] - exponential[1]
