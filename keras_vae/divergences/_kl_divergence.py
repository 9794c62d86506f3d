"""The Kullback-Leibler divergence from a prior to a posterior."""

from keras import ops

from keras_vae.posteriors.closed_forms import CODE, LATENT, closed_form


def kl_divergence(posterior, prior, params, z=None, prior_params=None):
    """KL(q(z|x) || p(z)) in nats, summed over the latents.

    Args:
        posterior: A posterior.
        prior: A prior with the same `latent_dim`.
        params: The posterior's parameters, a dict of tensors `(batch, ...)`.
        z: Codes drawn from it, `(batch, num_samples, latent_dim)`: needed where the pair has no closed form.
        prior_params: What a prior under a condition is, as its `parameters` say it.

    Returns:
        `(batch,)`. A closed form is never negative; an estimate can be.
    """
    return ops.sum(kl_terms(posterior, prior, params, z, prior_params), axis=-1)


def kl_terms(posterior, prior, params, z=None, prior_params=None):
    """The terms that `kl_divergence` sums, along the axis that `kl_axis` says.

    Args:
        posterior: A posterior.
        prior: A prior with the same `latent_dim`.
        params: The posterior's parameters, a dict of tensors `(batch, ...)`.
        z: Codes drawn from it, `(batch, num_samples, latent_dim)`: needed where the pair has no closed form.
        prior_params: What a prior under a condition is, as its `parameters` say it.

    Returns:
        `(batch, latent_dim)` if the axis is "latent", or `(batch, 1)` if it is "code", in nats.

    Raises:
        ValueError: If a closed form does not have the axis that it was registered with, or codes are needed but
            missing.
    """
    form = closed_form(posterior, prior)
    if form is not None:
        return _checked(form(params, prior_params), form.axis, posterior, prior)
    if z is None:
        raise ValueError(
            f"KL({type(posterior).__name__} || {type(prior).__name__}) has no closed form: it is estimated from drawn "
            "codes. Give them as `z`, such as `posterior.sample(params, num_samples)`."
        )
    log_p = prior.log_prob(z, prior_params) if prior.is_conditional else prior.log_prob(z)
    return monte_carlo(posterior.log_prob(params, z), log_p)


def kl_axis(posterior, prior) -> str:
    """What the last axis of `kl_terms` stands for, given a pair of distributions.

    Args:
        posterior: A posterior.
        prior: A prior.

    Returns:
        "latent" if there is one term for each latent; "code" if a single number is the divergence of the whole code, as
            for an estimate or a closed form registered that way.
    """
    form = closed_form(posterior, prior)
    return CODE if form is None else form.axis


def monte_carlo(log_q, log_p):
    """The mean of log q(z|x) - log p(z) over the drawn codes: `(batch, 1)`, possibly negative.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", equation 6.

    Args:
        log_q: log q(z|x) of codes drawn from it, `(batch, num_samples)`, in nats.
        log_p: log p(z) of the same codes.
    """
    return ops.mean(log_q - log_p, axis=1, keepdims=True)


def _checked(terms, axis, posterior, prior):
    """Terms that have the axis that they should have."""
    count = posterior.latent_dim if axis == LATENT else 1
    shape = tuple(terms.shape)
    # Where the size of an axis is not known before the graph runs, nothing is said of it.
    if len(shape) == 2 and shape[1] in (None, count):
        return terms
    meaning = "one term for each latent" if axis == LATENT else "one number for the whole code"
    raise ValueError(
        f"KL({type(posterior).__name__} || {type(prior).__name__}) was registered as {meaning}, (batch, {count}). The "
        f"function returned shape {shape}. Correct it, or say in `register_closed_form` what it is: whole_code=True "
        "for (batch, 1), whole_code=False for (batch, latent_dim)."
    )
