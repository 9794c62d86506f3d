"""Means and variances over examples that come in batches."""

from collections.abc import Iterable

import numpy as np


def example_moments(batches: Iterable) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over all examples, in float64 and in one pass, which keeps one batch at a time.

    The variance divides by the number of examples. It is put together from the batches' own variances and the distances
    between their means, so that no digits are lost where a mean is large beside it.

    Source: Chan, Golub and LeVeque 1979, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances",
    section 2.

    Args:
        batches: Arrays or tensors `(batch, ...)`, of any lengths.

    Returns:
        Two arrays `(...)`, without the batch axis.

    Raises:
        ValueError: If there is no example.
    """
    count, mean, squares = 0, 0.0, 0.0
    for batch in batches:
        values = np.asarray(batch, np.float64)
        if len(values) == 0:
            continue
        own_mean = values.mean(axis=0)
        share, distance = len(values) / (count + len(values)), own_mean - mean
        squares = squares + np.sum((values - own_mean) ** 2, axis=0) + distance**2 * count * share
        count, mean = count + len(values), mean + share * distance
    if count == 0:
        raise ValueError("`x` is empty: it must hold at least one example.")
    return np.asarray(mean), squares / count


def example_mean(batches: Iterable) -> np.ndarray:
    """Mean over all examples, as `example_moments` gives it."""
    return example_moments(batches)[0]
