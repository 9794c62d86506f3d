"""A normal distribution with a diagonal covariance."""

import math

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.posteriors.closed_forms import register_closed_form
from keras_vae.posteriors.posterior import Posterior
from keras_vae.priors import ConditionalNormal, Laplace, StandardNormal

# The log-variance below which a normal distribution counts as a point.
NARROWEST = -80.0


@keras.saving.register_keras_serializable("keras_vae")
class DiagonalNormal(Posterior):
    """q(z|x) = N(mu(x), diag sigma(x)^2), drawn as z = mu + sigma * epsilon.

    Parameters: `mean` and `log_variance`, each `(batch, latent_dim)`.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", section 2.4 and equation 9.

    Args:
        latent_dim: Length of the code.
        seed: Int; `None` draws one now, so call `keras.utils.set_random_seed` before making the layer.
    """

    parameter_names = ("mean", "log_variance")
    is_diagonal_normal = True

    def __init__(self, latent_dim: int, seed: int | None = None, **kwargs):
        super().__init__(latent_dim, **kwargs)
        self.seed = seed
        self.seed_generator = noise.NoiseSeed(seed)

    def mean(self, params):
        return params["mean"]

    def variance(self, params):
        return ops.exp(params["log_variance"])

    def sample(self, params, num_samples: int = 1, seed=None, shared_noise: bool = False):
        """Draws codes by the reparameterization z = mu + exp(log_variance / 2) * epsilon.

        Every example, every sample and every latent has its own noise, unless it is to be shared.

        Args:
            params: Dict of `mean` and `log_variance`, each `(batch, latent_dim)`.
            num_samples: Draws for each example.
            seed: An int or a `SeedGenerator`; `None` draws from the layer's own generator.
            shared_noise: Give all examples the same noise, so that an example's score does not depend on its place in
                the batch. Never for training.

        Returns:
            Codes `(batch, num_samples, latent_dim)`.
        """
        mean = ops.expand_dims(params["mean"], 1)
        scale = ops.exp(0.5 * ops.expand_dims(params["log_variance"], 1))
        shape = (1 if shared_noise else ops.shape(mean)[0], num_samples, self.latent_dim)
        epsilon = noise.normal(shape, self.seed_generator if seed is None else seed, mean.dtype)
        return mean + scale * epsilon

    def log_prob(self, params, z):
        mean, log_variance = (ops.expand_dims(params[name], 1) for name in self.parameter_names)
        distance = z - mean
        squared = distance * distance * ops.exp(-log_variance)
        return -0.5 * ops.sum(squared + log_variance + math.log(2 * math.pi), axis=-1)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


def diagonal_normal_to_standard_normal(params, prior):
    """1/2 (mu^2 + sigma^2 - 1 - log sigma^2) for each latent.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix B, with its sign turned.
    """
    mean, log_variance = params["mean"], params["log_variance"]
    # expm1 keeps the digits that exp(v) - 1 loses near the prior; its last bit can still fall short of v,
    # and a divergence is never negative.
    excess = ops.maximum(ops.expm1(log_variance) - log_variance, 0.0)
    return 0.5 * (mean * mean + excess)


def diagonal_normal_to_laplace(params, prior):
    """log 2 + E|z| - 1/2 log(2 pi e sigma^2) for each latent, with the mean of a folded normal variable.

    E|z| = sigma sqrt(2 / pi) exp(-mu^2 / (2 sigma^2)) + mu erf(mu / (sigma sqrt(2))); source: Leone, Nelson and
    Nottingham 1961, "The Folded Normal Distribution", equation 5.
    """
    mean, log_variance = params["mean"], params["log_variance"]
    # Any narrower, E|z| is |mu| to the last bit, and 1 / sigma no longer finite.
    ratio = mean * ops.exp(-0.5 * ops.maximum(log_variance, NARROWEST)) / math.sqrt(2)
    folded_mean = math.sqrt(2 / math.pi) * ops.exp(0.5 * log_variance - ratio * ratio) + mean * ops.erf(ratio)
    return math.log(2) + folded_mean - 0.5 * (math.log(2 * math.pi * math.e) + log_variance)


def diagonal_normal_to_conditional_normal(params, prior, prior_params):
    """log s - log sigma + (sigma^2 + (mu - m)^2) / (2 s^2) - 1/2 for each latent, of p(z|c) = N(m, s^2)."""
    # In units of s it is the divergence from the standard normal.
    scale, log_scale = ops.exp(-prior_params["log_scale"]), prior_params["log_scale"]
    mean = (params["mean"] - prior_params["mean"]) * scale
    standardised = {"mean": mean, "log_variance": params["log_variance"] - 2 * log_scale}
    return diagonal_normal_to_standard_normal(standardised, prior)


register_closed_form(DiagonalNormal, ConditionalNormal, diagonal_normal_to_conditional_normal)
register_closed_form(DiagonalNormal, StandardNormal, diagonal_normal_to_standard_normal)
register_closed_form(DiagonalNormal, Laplace, diagonal_normal_to_laplace)
