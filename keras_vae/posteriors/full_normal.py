"""A normal distribution with a full covariance."""

import math

import keras
import numpy as np
from keras import ops

from keras_vae.ops import noise
from keras_vae.posteriors.closed_forms import register_closed_form
from keras_vae.posteriors.posterior import Posterior
from keras_vae.priors import StandardNormal

# A factor of so many latents has 32,896 numbers for each example.
MOST_LATENTS = 256


@keras.saving.register_keras_serializable("keras_vae")
class FullNormal(Posterior):
    """q(z|x) = N(mu(x), L(x) L(x)^T), drawn as z = mu + L epsilon.

    The Cholesky factor is L = diag(s) (I + N), with scales s above 0 and N below the diagonal: N says how the latents
    depend on each other whatever their scales, and without N this is a `DiagonalNormal`, as it is at the start.

    Parameters: `mean` `(batch, latent_dim)`, and `cholesky` `(batch, latent_dim (latent_dim + 1) / 2)`: log s, then the
    entries of N below its diagonal, row by row. Any number is allowed.

    Source: Kingma and Welling 2019, "An Introduction to Variational Autoencoders", section 2.5.1.

    Args:
        latent_dim: Length of the code, at most 256.
        seed: Int; `None` draws one now, so call `keras.utils.set_random_seed` before making the layer.

    Raises:
        ValueError: If `latent_dim` is above 256.
    """

    parameter_names = ("mean", "cholesky")

    def __init__(self, latent_dim: int, seed: int | None = None, **kwargs):
        super().__init__(latent_dim, **kwargs)
        if self.latent_dim > MOST_LATENTS:
            raise ValueError(
                f"FullNormal has a covariance of at most {MOST_LATENTS} latents. Received: latent_dim={latent_dim}. "
                "Use DiagonalNormal, or fewer latents."
            )
        self.seed = seed
        self.seed_generator = noise.NoiseSeed(seed)
        # Where each element of N lies among the numbers below the diagonal, of which the one before the first is 0.
        below = np.tril(np.ones((self.latent_dim, self.latent_dim), bool), -1)
        self._places = np.where(below, np.cumsum(below).reshape(below.shape), 0).reshape(-1)

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"mean": self.latent_shape, "cholesky": (self.latent_dim * (self.latent_dim + 1) // 2,)}

    def mean(self, params):
        return params["mean"]

    def variance(self, params):
        log_scale, lower = self._log_scale(params), self._lower(params)
        return ops.exp(2.0 * log_scale) * (1.0 + ops.sum(lower * lower, axis=-1))

    def sample(self, params, num_samples: int = 1, seed=None, shared_noise: bool = False):
        """Draws codes by the reparameterization z = mu + s * (epsilon + N epsilon).

        Args:
            params: Dict of `mean` and `cholesky`.
            num_samples: Draws for each example.
            seed: An int or a `SeedGenerator`; `None` draws from the layer's own generator.
            shared_noise: As in `DiagonalNormal.sample`. Never for training.

        Returns:
            Codes `(batch, num_samples, latent_dim)`.
        """
        mean, scale = ops.expand_dims(params["mean"], 1), ops.expand_dims(ops.exp(self._log_scale(params)), 1)
        shape = (1 if shared_noise else ops.shape(mean)[0], num_samples, self.latent_dim)
        epsilon = noise.normal(shape, self.seed_generator if seed is None else seed, mean.dtype)
        return mean + scale * (epsilon + ops.matmul(epsilon, ops.swapaxes(self._lower(params), 1, 2)))

    def log_prob(self, params, z):
        mean, log_scale = ops.expand_dims(params["mean"], 1), ops.expand_dims(self._log_scale(params), 1)
        standardised = ops.swapaxes((z - mean) * ops.exp(-log_scale), 1, 2)
        lower = self._lower(params)
        # (I + N) epsilon = (z - mu) / s, and the determinant of I + N is 1.
        epsilon = ops.solve_triangular(lower + ops.eye(self.latent_dim, dtype=lower.dtype), standardised, lower=True)
        squared = ops.sum(epsilon * epsilon, axis=1)
        return -0.5 * (squared + self.latent_dim * math.log(2 * math.pi)) - ops.sum(log_scale, axis=-1)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}

    def _log_scale(self, params):
        """log s: `(batch, latent_dim)`."""
        return params["cholesky"][:, : self.latent_dim]

    def _lower(self, params):
        """N: `(batch, latent_dim, latent_dim)`."""
        numbers = ops.pad(params["cholesky"][:, self.latent_dim :], ((0, 0), (1, 0)))
        return ops.reshape(ops.take(numbers, self._places, axis=1), (-1, self.latent_dim, self.latent_dim))


def full_normal_to_standard_normal(params, prior):
    """1/2 (|mu|^2 + tr L L^T - d - log det L L^T), of the whole code.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix B, for any covariance.
    """
    mean = params["mean"]
    log_scale, below = params["cholesky"][:, : prior.latent_dim], params["cholesky"][:, prior.latent_dim :]
    # As for a diagonal covariance: the digits near the prior, and never below zero.
    excess = ops.maximum(ops.expm1(2.0 * log_scale) - 2.0 * log_scale, 0.0)
    rows, _ = np.tril_indices(prior.latent_dim, -1)
    # s_i N_ij for each number below the diagonal.
    scaled = ops.take(ops.exp(log_scale), rows, axis=1) * below
    terms = ops.concatenate([mean * mean + excess, scaled * scaled], axis=1)
    return 0.5 * ops.sum(terms, axis=1, keepdims=True)


register_closed_form(FullNormal, StandardNormal, full_normal_to_standard_normal, whole_code=True)
