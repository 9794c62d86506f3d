"""The codes of all examples together, and what the rate is made of."""

import dataclasses
import math

import numpy as np
from keras import ops

from keras_vae.evaluation.checks import check_has_prior
from keras_vae.inputs.examples import given
from keras_vae.models.draws import Context
from keras_vae.ops import noise
from keras_vae.ops.checks import checked_seed, checked_size

# Numbers in the largest tensor: 16 MB in float64.
MOST_ELEMENTS = 2**21


@dataclasses.dataclass(frozen=True)
class AggregatePosterior:
    """q(z) = 1/n sum_i q(z|x_i), and rate = mutual_information + marginal_kl, in nats.

    Attributes:
        mean: Float64 array `(latent_dim,)`, the mean of q(z).
        variance: Float64 array `(latent_dim,)`, the variance of each latent under q(z).
        rate: Mean of KL(q(z|x) || p(z)) over the examples.
        mutual_information: What a code tells about which example it is from, between 0 and log n up to its error.
        marginal_kl: KL(q(z) || p(z)), how far the codes of the data are from codes drawn from the prior.
        standard_error: Of `mutual_information` and, where the rate is exact, of `marginal_kl`.
    """

    mean: np.ndarray
    variance: np.ndarray
    rate: float
    mutual_information: float
    marginal_kl: float
    standard_error: float


def aggregate_posterior(
    vae, x, num_samples: int = 2000, seed: int = 0, batch_size: int = 256, *, condition=None
) -> AggregatePosterior:
    """Moments of q(z), and the parts of the rate.

    Under q(z) a latent should have the mean and the variance of the prior. Of the rate, the mutual information is what
    tells examples apart, and the rest is wasted: codes from the prior fall where no example has one.

    Mean and variance are exact (the law of total variance). The parts are estimated from codes drawn from q(z), whose
    density is summed over the posteriors of all examples; where the rate has a closed form, it corrects the error that
    both estimates share. Nothing larger is kept than the posteriors, `(n, latent_dim)` for each parameter.

    Sources: Hoffman and Johnson 2016, "ELBO surgery: yet another way to carve up the variational evidence lower bound",
    section 2; the correction: Glasserman 2003, "Monte Carlo Methods in Financial Engineering", section 4.1.

    Args:
        vae: A `VAE`.
        x: Array `(n, *event_shape)`, or a `tf.data.Dataset` of batches.
        num_samples: Codes drawn, at least 3, from the posteriors of examples spread evenly over the data. Each is
            compared with all n posteriors.
        seed: Int from 0; the same gives the same figures.
        batch_size: Examples that are encoded at once; a dataset has its own.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all. q(z)
            is then 1/n sum_i q(z|x_i, c_i).

    Returns:
        `AggregatePosterior`: moments in the code's units, parts in nats.

    Raises:
        ValueError: If x is empty or not what the model encodes, or the prior is another one under each condition.
    """
    check_has_prior(vae, "aggregate_posterior")
    if vae.has_conditional_prior:
        raise ValueError(
            "aggregate_posterior compares the codes of all examples with one prior, and the model's is another one "
            f"under each condition. Use a prior such as StandardNormal. Received: {vae.part_classes['prior']}."
        )
    num_samples, seed = checked_size(num_samples, "num_samples", minimum=3), checked_seed(seed)
    params = _all_parameters(vae, given(x, condition), batch_size)
    means, variances = map(np.asarray, vae.code_moments(Context(params)))
    own, z = _draw(vae, params, num_samples, noise.generator(seed))
    log_posterior = np.asarray(vae.log_posterior(z[:, np.newaxis], own))[:, 0]
    log_prior = np.asarray(vae.log_prior(z.astype(vae.code_dtype)), np.float64)
    log_aggregate = _log_aggregate(vae, params, z)
    return AggregatePosterior(
        means.mean(axis=0),
        variances.mean(axis=0) + means.var(axis=0),
        *_parts(log_posterior - log_aggregate, log_aggregate - log_prior, _exact_rate(vae, params)),
    )


def _all_parameters(vae, x, batch_size):
    """The parameters of all posteriors, each float64 `(n, latent_dim)`: narrow ones need the digits."""
    batches = list(vae.over_batches(vae.posterior_parameters, x, batch_size))
    params = {name: np.concatenate([np.asarray(batch[name], np.float64) for batch in batches]) for name in batches[0]}
    if _count(params) == 0:
        raise ValueError("`x` is empty: it must hold at least one example.")
    return params


def _count(params):
    return len(next(iter(params.values())))


def _draw(vae, params, num_samples, generator):
    """Of the posteriors that codes are from the parameters, and the codes from q(z), `(num_samples, latent_dim)`."""
    count = _count(params)
    # One example at random out of each of as many equal parts of the data as there are draws.
    places = np.arange(num_samples) + np.asarray(noise.uniform((num_samples,), generator, "float64"))
    chosen = np.minimum(places * (count / num_samples), count - 1).astype(int)
    own = Context({name: values[chosen] for name, values in params.items()})
    return own, np.asarray(vae.draw_codes(own, seed=generator))[:, 0]


def _log_aggregate(vae, params, z):
    """log q(z) of codes `(m, latent_dim)`: `(m,)`, by blocks of codes and posteriors."""
    count, latent_dim = _count(params), z.shape[1]
    block = max(1, math.isqrt(MOST_ELEMENTS // latent_dim))
    total = np.full(len(z), -math.inf)
    for first in range(0, count, block):
        some = Context({name: values[first : first + block] for name, values in params.items()})
        for start in range(0, len(z), block):
            log_densities = vae.log_posterior(z[np.newaxis, start : start + block], some)
            summed = np.asarray(ops.logsumexp(log_densities, axis=0))
            total[start : start + block] = np.logaddexp(total[start : start + block], summed)
    return total - math.log(count)


def _exact_rate(vae, params):
    return float(np.mean(ops.sum(vae.exact_kl_terms(Context(params)), axis=-1))) if vae.has_exact_kl else None


def _parts(information, divergence, rate):
    """Rate, mutual information, marginal KL divergence and their standard error, from what they are the means of."""
    total, slope, fitted = information + divergence, 0.0, 1
    if rate is None:
        rate = float(total.mean())
    elif total.var() > 0:
        # The slope takes a degree of freedom as the mean does.
        slope, fitted = np.cov(information, total, ddof=0)[0, 1] / total.var(), 2
    mutual_information = float(information.mean() - slope * (total.mean() - rate))
    error = float(np.std(information - slope * total, ddof=fitted) / math.sqrt(len(total)))
    return rate, mutual_information, rate - mutual_information, error
