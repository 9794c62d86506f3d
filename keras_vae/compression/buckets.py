"""Codes as whole numbers: the prior, cut into buckets of equal mass."""

import math
import statistics
from collections.abc import Callable

import numpy as np

from keras_vae.priors import Laplace, StandardNormal
from keras_vae.priors.prior import Prior

# Edges and centres are multiples of 2^-EDGE_BITS, far coarser than what two machines' logarithms differ by.
EDGE_BITS = 16
# The outermost edges, in units of the code: beyond any posterior.
FAR = 2**8


class Buckets:
    """2^bits intervals of a latent, each with the same mass under the prior.

    A code's latent is the number of its bucket, which costs exactly `bits`; the decoder's network is given the
    bucket's centre, the median of its mass.

    Source: Townsend, Bird and Barber 2019, "Practical lossless compression with latent variables using bits back
    coding", section 2.5.1 and figure 3.

    Args:
        prior: A `StandardNormal` or a `Laplace`.
        bits: 1 to 16.

    Attributes:
        edges: In units of 2^-16: int64 `(2^bits + 1,)`.
        centres: float64 `(2^bits,)`.

    Raises:
        ValueError: If the prior has no such buckets.
    """

    def __init__(self, prior: Prior, bits: int):
        quantile = quantile_of(prior)
        self.bits, count = bits, 2**bits
        inner = [round(quantile(k / count) * 2**EDGE_BITS) for k in range(1, count)]
        far = FAR << EDGE_BITS
        self.edges = np.array([-far, *inner, far], np.int64)
        centres = [round(quantile((k + 0.5) / count) * 2**EDGE_BITS) for k in range(count)]
        self.centres = np.array(centres, np.float64) / 2**EDGE_BITS

    def __len__(self):
        return len(self.centres)

    def holding(self, values: np.ndarray) -> np.ndarray:
        """The buckets that values, in units of 2^-16, lie in: int64, of the same shape."""
        return np.searchsorted(self.edges[1:-1], values, side="right")


def quantile_of(prior: Prior) -> Callable[[float], float]:
    """The inverse of the cumulative distribution function that every latent of a prior has.

    Raises:
        ValueError: If it has none, as a mixture that is learned.
    """
    _check(prior)
    return _laplace_quantile if type(prior) is Laplace else statistics.NormalDist().inv_cdf


def cdf_of(prior: Prior) -> Callable[[float], float]:
    """The cumulative distribution function that every latent of a prior has.

    Raises:
        ValueError: If it has none, as a mixture that is learned.
    """
    _check(prior)
    return _laplace_cdf if type(prior) is Laplace else statistics.NormalDist().cdf


def _check(prior):
    if type(prior) in (Laplace, StandardNormal):
        return
    raise ValueError(
        "Codes are coded under the prior, which takes a prior whose latents are independent and have one "
        f"distribution in closed form: StandardNormal or Laplace. Received: {type(prior).__name__}. Train a VAE with "
        "one of these priors."
    )


def _laplace_quantile(mass: float) -> float:
    return math.log(2 * mass) if mass < 0.5 else -math.log(2 * (1 - mass))


def _laplace_cdf(value: float) -> float:
    return 0.5 * math.exp(value) if value < 0 else 1 - 0.5 * math.exp(-value)
