"""The Kullback-Leibler divergence from a prior to a posterior."""

import math

from keras import ops

from keras_vae.divergences.closed_forms import closed_form, register_closed_form
from keras_vae.posteriors import DiagonalNormal
from keras_vae.priors import Laplace, StandardNormal

# The log-variance below which a normal distribution counts as a point.
NARROWEST = -80.0


def kl_divergence(posterior, prior, params, z=None):
    """KL(q(z|x) || p(z)) in nats, summed over the latents.

    Args:
        posterior: A posterior.
        prior: A prior with the same `latent_dim`.
        params: The posterior's parameters, each `(batch, latent_dim)`.
        z: Codes drawn from it, `(batch, num_samples, latent_dim)`: needed where the pair has no closed form.

    Returns:
        `(batch,)`. A closed form is never negative; an estimate can be.
    """
    return ops.sum(kl_terms(posterior, prior, params, z), axis=-1)


def kl_terms(posterior, prior, params, z=None):
    """The terms that `kl_divergence` sums: one for each latent, or a single one where there is no closed form.

    Returns:
        `(batch, latent_dim)` or `(batch, 1)`, in nats.
    """
    function = closed_form(posterior, prior)
    if function is not None:
        return function(params)
    if z is None:
        raise ValueError(
            f"KL({type(posterior).__name__} || {type(prior).__name__}) has no closed form: it is estimated from codes "
            "that were drawn. Give them as `z`, such as `posterior.sample(params, num_samples)`."
        )
    return monte_carlo(posterior.log_prob(params, z), prior.log_prob(z))


def monte_carlo(log_q, log_p):
    """The mean of log q(z|x) - log p(z) over the codes that were drawn: `(batch, 1)`, which may be negative.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", equation 6.

    Args:
        log_q: log q(z|x) of codes that were drawn from it, `(batch, num_samples)`, in nats.
        log_p: log p(z) of the same codes.
    """
    return ops.mean(log_q - log_p, axis=1, keepdims=True)


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


register_closed_form(DiagonalNormal, StandardNormal, diagonal_normal_to_standard_normal)
register_closed_form(DiagonalNormal, Laplace, diagonal_normal_to_laplace)
