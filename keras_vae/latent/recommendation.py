"""Which latent size to take, and why."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Recommendation(NamedTuple):
    """A latent size and a plain sentence or two that say why; `None` where no training came to anything."""

    latent_dim: int | None
    reason: str


class Comparison(NamedTuple):
    """Models of growing size on the same test examples.

    Attributes:
        chosen: Index of the smallest size that does as well as the best.
        best: Index of the size with the least mean cost.
        means: `(sizes,)`, mean costs.
        excess: `(sizes,)`, by how much each mean cost exceeds the best.
        standard_errors: `(sizes,)`, of the excess, paired over the examples.
    """

    chosen: int
    best: int
    means: np.ndarray
    excess: np.ndarray
    standard_errors: np.ndarray


def compare(costs, tolerance: float = 0.0) -> Comparison | None:
    """Finds the smallest size whose cost exceeds the best by at most one standard error, or by a tolerance.

    Costs of two models on one example go together, so that the standard error of their difference, taken example by
    example, is far smaller than that of either mean. It is that of the test examples alone: another seed trains other
    models, which no test set tells of.

    Source: Breiman, Friedman, Olshen and Stone 1984, "Classification and Regression Trees", section 3.4.3: the 1 SE
    rule; here with paired differences.

    Args:
        costs: `(sizes, examples)`, the sizes growing; rows with values that are not finite are never chosen.
        tolerance: An excess that is of no account, in the unit of the costs.

    Returns:
        `Comparison`, or `None` if there is no row of finite values.
    """
    costs = np.asarray(costs, np.float64)
    finite = np.isfinite(costs).all(axis=1)
    if not finite.any():
        return None
    means, excess, standard_errors = (np.full(len(costs), np.inf) for _ in range(3))
    means[finite] = costs[finite].mean(axis=1)
    best = int(np.argmin(means))
    differences = costs[finite] - costs[best]
    excess[finite] = differences.mean(axis=1)
    standard_errors[finite] = differences.std(axis=1, ddof=1) / np.sqrt(costs.shape[1])
    sufficient = finite & (excess <= np.maximum(standard_errors, tolerance))
    return Comparison(int(np.argmax(sufficient)), best, means, excess, standard_errors)


def recommend_by_elbo(latent_dims: Sequence[int], negative_elbos, active_units: Sequence[int]) -> Recommendation:
    """The smallest size of a VAE whose test negative ELBO is within one standard error of the best.

    Args:
        latent_dims: `(sizes,)`, growing.
        negative_elbos: `(sizes, examples)`, in nats.
        active_units: `(sizes,)`.
    """
    found = compare(negative_elbos)
    if found is None:
        return _nothing()
    latent_dim, active = latent_dims[found.chosen], active_units[found.chosen]
    reason = (
        f"M = {latent_dim} is the smallest latent size whose test negative ELBO, {found.means[found.chosen]:.2f} nats, "
        f"is within one standard error of the best{_best(latent_dims, found, 'nats', '.2f')}; {active} of its "
        f"{latent_dim} latents are active.{_next_smaller(latent_dims, found, 'nats', '.2f')}"
    )
    if found.chosen == len(latent_dims) - 1:
        reason += (
            " No larger one was tried, and all latents are in use: a larger one may do better."
            if active == latent_dim
            else " No larger one was tried, but latents are idle already."
        )
    return Recommendation(latent_dim, reason)


def recommend_by_error(latent_dims: Sequence[int], squared_errors, tolerance: float, variance: float) -> Recommendation:
    """The smallest size of an autoencoder whose test squared error exceeds the best by a small share of the variance.

    An autoencoder pays nothing for its code: its error falls as long as the code grows, and the best is the largest.
    What is left to gain is therefore measured by the data's variance, as for principal components.

    Args:
        latent_dims: `(sizes,)`, growing.
        squared_errors: `(sizes, examples)`, means over the elements, in the data's units squared.
        tolerance: Share of the variance that is of no account.
        variance: Mean variance of an element of the test data, in the data's units squared.
    """
    found = compare(squared_errors, tolerance * variance)
    if found is None:
        return _nothing()
    latent_dim = latent_dims[found.chosen]
    reason = (
        f"M = {latent_dim} is the smallest latent size whose test squared error, {found.means[found.chosen]:.3g}, "
        f"is within {tolerance:.3g} of the data's variance ({variance:.3g}), or one standard error, of the best"
        f"{_best(latent_dims, found, '', '.3g')}.{_next_smaller(latent_dims, found, '', '.3g')}"
    )
    if found.chosen == len(latent_dims) - 1:
        reason += " No larger one was tried: a larger one may do better."
    return Recommendation(latent_dim, reason)


def _nothing():
    return Recommendation(None, "No size is recommended: every training diverged. Try a lower learning rate.")


def _best(latent_dims, found, unit, spec):
    if found.chosen == found.best:
        return ", which is its own"
    return f", {_with_unit(found.means[found.best], unit, spec)} at M = {latent_dims[found.best]}"


def _next_smaller(latent_dims, found, unit, spec):
    if found.chosen == 0:
        return " No smaller one was tried: it may do as well."
    smaller = found.chosen - 1
    if not np.isfinite(found.excess[smaller]):
        return f" The training of M = {latent_dims[smaller]} diverged."
    worse = f"{found.excess[smaller]:{spec}} ± {found.standard_errors[smaller]:{spec}}"
    return f" M = {latent_dims[smaller]} costs {_with_unit(worse, unit, '')} more than the best."


def _with_unit(value, unit, spec):
    return f"{format(value, spec)} {unit}".rstrip()
