"""How much data varies, of which some may be missing."""

from collections.abc import Iterable

import numpy as np


def observed_variance(batches: Iterable) -> float:
    """The mean over elements of their variance over the examples in which they were observed.

    In float64 and one batch at a time, put together as `evaluation.example_moments` does it, with a count for each
    element.

    Args:
        batches: Arrays `(batch, *event_shape)` of any lengths, NaN where an element is missing.

    Returns:
        A number, in the data's units squared; elements that were never observed are left out.

    Raises:
        ValueError: If there is no example.
    """
    count, mean, squares = 0, 0.0, 0.0
    for batch in batches:
        values = np.asarray(batch, np.float64)
        observed = ~np.isnan(values)
        own_count = observed.sum(axis=0)
        own_mean = np.where(observed, values, 0.0).sum(axis=0) / np.maximum(own_count, 1)
        share = own_count / np.maximum(count + own_count, 1)
        distance = own_mean - mean
        own_squares = np.sum(np.where(observed, values - own_mean, 0.0) ** 2, axis=0)
        squares = squares + own_squares + distance**2 * count * share
        count, mean = count + own_count, mean + share * distance
    seen = np.greater(count, 0)
    if not seen.any():
        raise ValueError("`x` is empty: it must hold at least one example.")
    return float(np.mean(squares[seen] / count[seen]))
