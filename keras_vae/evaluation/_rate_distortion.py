"""The two terms of the bound, apart."""

from typing import NamedTuple

import numpy as np

from keras_vae.evaluation._example_moments import example_mean
from keras_vae.evaluation.checks import check_has_prior
from keras_vae.inputs.examples import given
from keras_vae.ops.checks import checked_seed, checked_size


class RateDistortion(NamedTuple):
    """Means over examples, in nats; their sum is the negative ELBO.

    Attributes:
        rate: KL(q(z|x) || p(z)), what the code costs.
        distortion: -E_q[log p(x|z)], what is lost without it.
    """

    rate: float
    distortion: float


def rate_distortion(
    vae, x, num_samples: int = 1, seed: int = 0, batch_size: int = 256, *, condition=None
) -> RateDistortion:
    """Rate and distortion of a model on data.

    The rate is exact where the posterior and the prior have a closed form, and estimated by the same draws as the
    distortion elsewhere.

    Source: Alemi et al. 2018, "Fixing a Broken ELBO", section 2.

    Args:
        vae: A `VAE`.
        x: Array `(batch, *event_shape)`, or a `tf.data.Dataset` of batches.
        num_samples: Codes that are drawn for each example.
        seed: Int from 0; the same gives the same figures for the same batches.
        batch_size: Examples at once; a dataset has its own.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all.

    Returns:
        `RateDistortion`: means over the examples, in nats.

    Raises:
        ValueError: If x is empty, has another shape, or values that the likelihood does not allow.
    """
    check_has_prior(vae, "rate_distortion")
    num_samples, seed = checked_size(num_samples, "num_samples"), checked_seed(seed)
    options = {"target": True, "seed": seed, "num_samples": num_samples}
    terms = vae.over_batches(vae.rate_and_distortion, given(x, condition), batch_size, **options)
    return RateDistortion(*map(float, example_mean(np.stack(batch, axis=1) for batch in terms)))
