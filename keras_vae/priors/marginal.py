"""The one distribution that every latent of a prior has."""

from collections.abc import Callable
from typing import NamedTuple


class Marginal(NamedTuple):
    """A distribution of one latent in closed form, in float64.

    Attributes:
        quantile: Maps a probability, between 0 and 1, to the value that a draw is below with that probability.
        cdf: Maps a value to the probability that a draw is below it: the inverse of `quantile`.
    """

    quantile: Callable[[float], float]
    cdf: Callable[[float], float]
