"""The distribution of each element of an event, from the log-probabilities that a likelihood gives."""

import dataclasses
import math

import numpy as np

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.ops import noise
from keras_vae.testing import quadrature

# An element that allows none of these is one of whole numbers.
BETWEEN = (0.5, 0.25, -0.5, 1.5, 100.5)
# Whole numbers that are tried beyond the smallest and the largest draw, and in all.
BEYOND, MOST_NUMBERS = 64, 2**16


@dataclasses.dataclass(frozen=True)
class Elements:
    """Values, and the probability that stands at each of them, of every element of one example.

    Attributes:
        values: Ascending, float64 `(n, elements)`.
        masses: Their probabilities, or of continuous elements density times weight, `(n, elements)`.
        discrete: Whether the element is of whole numbers.
    """

    values: np.ndarray
    masses: np.ndarray
    discrete: bool

    def distribution(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """The distribution function at draws `(m, elements)`, which is uniform; within an atom by uniform noise."""
        columns = zip(self.values.T, np.cumsum(self.masses, axis=0).T, self.masses.T, x.T, noise.T, strict=True)
        return np.stack([self._of_column(*column) for column in columns], axis=1)

    def _of_column(self, values, until, masses, x, noise):
        if not self.discrete:
            return np.interp(x, values, until - masses / 2)
        index = np.clip(np.searchsorted(values, x), 0, len(values) - 1)
        return until[index] - noise * masses[index]


def log_probs(likelihood, params: dict, x: np.ndarray) -> np.ndarray:
    """Log-probabilities of each element of x `(n, *event_shape)` under one example's parameters, `(n, elements)`."""
    params = {name: np.repeat(value, len(x), axis=0) for name, value in params.items()}
    if type(likelihood).log_prob is Likelihood.log_prob:
        found = likelihood.element_log_prob(params, likelihood.aligned(params, x))
    else:
        found = likelihood.log_prob(params, x)
    return np.asarray(found, np.float64).reshape(len(x), -1)


def check_elements_can_be_had(likelihood) -> None:
    """Raises a ValueError where log-probabilities are not to be had element by element."""
    if type(likelihood).log_prob is not Likelihood.log_prob and math.prod(likelihood.event_shape) > 1:
        raise ValueError(
            f"{type(likelihood).__name__} has a `log_prob` of its own, so that its elements may depend on each other: "
            "masses are summed over one element alone. Give one with an event of a single element, such as "
            f"event_shape=(1,). Received: event_shape={likelihood.event_shape}."
        )


def is_discrete(likelihood) -> np.ndarray:
    """Which elements are whole numbers: booleans `(elements,)`."""
    shape = (len(BETWEEN), *likelihood.event_shape)
    probes = np.broadcast_to(np.reshape(BETWEEN, (-1,) + (1,) * len(likelihood.event_shape)), shape).copy()
    return ~supported(likelihood, probes).any(axis=0)


def supported(likelihood, x: np.ndarray) -> np.ndarray:
    """Where x `(n, *event_shape)` has a probability: booleans `(n, elements)`."""
    return np.broadcast_to(np.asarray(likelihood.in_support(x)), x.shape).reshape(len(x), -1)


def whole_numbers(likelihood, params: dict, draws: np.ndarray) -> Elements:
    """All whole numbers about the draws `(n, elements)` that have a probability."""
    low, high = np.floor(draws.min()), np.ceil(draws.max())
    values = np.arange(low - BEYOND, high + BEYOND + 4 * (high - low) + 1)
    if len(values) > MOST_NUMBERS:
        raise ValueError(
            f"Draws of {type(likelihood).__name__} are whole numbers from {low:g} to {high:g}: too many to sum over. "
            "Check it where its parameters, or its start, keep them smaller."
        )
    x = np.broadcast_to(values[:, None], (len(values), draws.shape[1]))
    events = x.reshape(-1, *likelihood.event_shape)
    allowed = supported(likelihood, events)
    # What is not allowed is never asked for: its log-probability need not be one.
    inside = np.where(allowed, x, draws[0])
    masses = np.where(allowed, np.exp(log_probs(likelihood, params, inside.reshape(events.shape))), 0.0)
    return Elements(x, masses, discrete=True)


def continuum(likelihood, params: dict, draws: np.ndarray) -> Elements:
    """Nodes of a quadrature over each element's support, from draws `(n, elements)`."""
    centre, width = quadrature.centre_and_width(draws)

    def inside(values):
        return supported(likelihood, values.reshape(1, *likelihood.event_shape))[0]

    low, high = quadrature.ends_of_support(inside, draws[0], width)
    x, weights = quadrature.nodes_and_weights(low, high, centre, width)
    x_inside = np.where(weights > 0, x, centre)
    densities = np.exp(log_probs(likelihood, params, x_inside.reshape(-1, *likelihood.event_shape)))
    return Elements(x, np.where(weights > 0, weights * densities, 0.0), discrete=False)


def drawn(likelihood, params: dict, num_samples: int, seed: int) -> np.ndarray:
    """Draws `(batch, num_samples, *event_shape)` under each example's parameters."""
    repeated = {name: np.repeat(value[:, None], num_samples, axis=1) for name, value in params.items()}
    return np.asarray(likelihood.sample(repeated, noise.FixedSeed(seed)), np.float64)
