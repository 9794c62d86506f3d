"""One part of each kind, written by what the base classes say and nothing else."""

import math

import keras
from keras import ops

from keras_vae import likelihoods, objectives, posteriors, priors
from keras_vae.ops import noise


@keras.saving.register_keras_serializable("outside")
class Geometric(likelihoods.Likelihood):
    """P(x) = p (1 - p)^x for x = 0, 1, 2, ..., with p = sigmoid(logits)."""

    parameter_names = ("logits",)
    domain = "whole numbers from 0"
    mend = "Give counts as they are."
    data_form = "integers"

    def element_log_prob(self, params, x):
        logits = params["logits"]
        return ops.log_sigmoid(logits) + x * ops.log_sigmoid(-logits)

    def mean(self, params):
        return ops.exp(-params["logits"])

    def sample(self, params, seed):
        logits = params["logits"]
        uniform = ops.maximum(noise.uniform(ops.shape(logits), seed, logits.dtype), 1e-30)
        return ops.floor(ops.log(uniform) / ops.log_sigmoid(-logits))

    def rescaled(self, x):
        return ops.log1p(ops.cast(x, self.compute_dtype))

    def in_domain(self, x):
        x = ops.cast(x, "float64")
        return ops.logical_and(x >= 0, ops.equal(x, ops.floor(x)))


@keras.saving.register_keras_serializable("outside")
class Logistic(posteriors.Posterior):
    """Independent logistic variables of a mean and a scale."""

    parameter_names = ("mean", "log_scale")

    def __init__(self, latent_dim, **kwargs):
        super().__init__(latent_dim, **kwargs)
        self.seed_generator = noise.NoiseSeed()

    def mean(self, params):
        return params["mean"]

    def variance(self, params):
        return math.pi**2 / 3 * ops.exp(2 * params["log_scale"])

    def sample(self, params, num_samples=1, seed=None, shared_noise=False):
        mean, scale = params["mean"][:, None], ops.exp(params["log_scale"])[:, None]
        shape = (1 if shared_noise else ops.shape(mean)[0], num_samples, self.latent_dim)
        uniform = noise.uniform(shape, self.seed_generator if seed is None else seed, mean.dtype)
        uniform = ops.clip(uniform, 1e-7, 1 - 1e-7)
        return mean + scale * (ops.log(uniform) - ops.log1p(-uniform))

    def log_prob(self, params, z):
        mean, log_scale = params["mean"][:, None], params["log_scale"][:, None]
        standardised = (z - mean) * ops.exp(-log_scale)
        return ops.sum(_log_density(standardised) - log_scale, axis=-1)


@keras.saving.register_keras_serializable("outside")
class StandardLogistic(priors.Prior):
    """Independent logistic variables of mean 0 and scale 1."""

    marginal = priors.Marginal(lambda mass: math.log(mass / (1 - mass)), lambda value: 1 / (1 + math.exp(-value)))

    def log_prob(self, z):
        return ops.sum(_log_density(z), axis=-1)

    def sample(self, num_samples, seed):
        uniform = noise.uniform((num_samples, self.latent_dim), seed, self.compute_dtype)
        uniform = ops.clip(uniform, 1e-7, 1 - 1e-7)
        return ops.log(uniform) - ops.log1p(-uniform)


@keras.saving.register_keras_serializable("outside")
class Renyi(objectives.Objective):
    """Renyi's bound 1 / (1 - alpha) log 1/K sum_k w_k^(1 - alpha) (Li and Turner 2016, equation 4)."""

    adds_kl, weighs_codes = False, True

    def __init__(self, alpha=0.5, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def cost(self, log_likelihood, outputs, beta):
        log_weights = (1 - self.alpha) * (log_likelihood + ops.cast(beta, log_likelihood.dtype) * outputs["log_ratio"])
        log_mean = ops.logsumexp(log_weights, axis=1) - math.log(log_weights.shape[1])
        return -log_mean / (1 - self.alpha)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


def _log_density(x):
    """The logistic density's logarithm, elementwise."""
    return ops.log_sigmoid(x) + ops.log_sigmoid(-x)
