"""The Kullback-Leibler divergence from a prior to a posterior."""

from keras import ops

from keras_vae.posteriors import DiagonalNormal
from keras_vae.priors import StandardNormal


def kl_divergence(posterior, prior, params):
    """KL(q(z|x) || p(z)) in nats, summed over the latents.

    Args:
        posterior: A posterior.
        prior: A prior with the same `latent_dim`.
        params: The posterior's parameters, each `(batch, latent_dim)`.

    Returns:
        `(batch,)`.

    Raises:
        ValueError: If the pair has no closed form.
    """
    return ops.sum(kl_per_latent(posterior, prior, params), axis=-1)


def kl_per_latent(posterior, prior, params):
    """The terms of `kl_divergence`, one for each latent: `(batch, latent_dim)`, in nats."""
    return closed_form(posterior, prior)(params)


def closed_form(posterior, prior):
    """The function from parameters to `kl_per_latent` for a pair of distributions.

    Raises:
        ValueError: If the pair has none.
    """
    for (posterior_type, prior_type), function in CLOSED_FORMS.items():
        if isinstance(posterior, posterior_type) and isinstance(prior, prior_type):
            return function
    pairs = ", ".join(f"{q.__name__} with {p.__name__}" for q, p in CLOSED_FORMS)
    raise ValueError(
        f"No KL divergence is known for {type(posterior).__name__} with {type(prior).__name__}. Known: {pairs}. "
        "A model whose posterior is Deterministic is an Autoencoder: it has no KL divergence."
    )


def diagonal_normal_to_standard_normal(params):
    """1/2 (mu^2 + sigma^2 - 1 - log sigma^2) for each latent.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix B, with its sign turned.
    """
    mean, log_variance = params["mean"], params["log_variance"]
    # expm1 keeps the digits that exp(v) - 1 loses near the prior; its last bit can still fall short of v,
    # and a divergence is never negative.
    excess = ops.maximum(ops.expm1(log_variance) - log_variance, 0.0)
    return 0.5 * (mean * mean + excess)


CLOSED_FORMS = {(DiagonalNormal, StandardNormal): diagonal_normal_to_standard_normal}
