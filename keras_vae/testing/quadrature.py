"""Integrals over lines, half-lines and intervals, for densities whose place and width are known from draws.

By Gauss and Legendre's rule on panels that double in length away from the centre, out into the tails, and halve towards
an end of the support, where a density may have a pole.
"""

import numpy as np

# Points of the rule in each panel.
POINTS = 16
# Panels run from 2^FINEST to 2^FARTHEST widths away from the centre, and to the last 2^-NEAREST of the way to an end.
FINEST, FARTHEST, NEAREST = -6, 60, 100
# What a bisection starts from, in widths of the distribution, and its steps down to the last digit.
FAR, HALVINGS = 1e12, 110


def nodes_and_weights(low, high, centre, width, farthest: int = FARTHEST) -> tuple[np.ndarray, np.ndarray]:
    """Nodes x and weights w with sum w f(x) = the integral of f from `low` to `high`.

    Args:
        low: Lower ends, `(n,)`, minus infinity where there is none.
        high: Upper ends, `(n,)`, infinity where there is none.
        centre: Where the mass lies, `(n,)`, between the ends.
        width: How wide it is, `(n,)`, above 0.
        farthest: How far into the tails: the width times 2 to this power.

    Returns:
        Ascending nodes and their weights, `(count, n)` each. Weights are zero in panels of no length, and at
        the ends themselves.
    """
    edges = np.stack([_edges(*each, farthest) for each in zip(low, high, centre, width, strict=True)], axis=1)
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    nodes = middle[:, None] + half[:, None] * points[:, None]
    nodes = nodes.reshape(-1, edges.shape[1])
    # Close to an end nodes run into it, where a density may have a pole.
    inside = (nodes > low) & (nodes < high)
    return nodes, np.where(inside, (half[:, None] * weights[:, None]).reshape(nodes.shape), 0.0)


def _edges(low, high, centre, width, farthest):
    """Ends of panels, ascending; as many for every interval."""
    away = width * 2.0 ** np.arange(FINEST, farthest + 1)
    shares = 2.0 ** -np.arange(1.0, NEAREST + 1)
    # Without an end there is nothing to come near to.
    to_low = low + (centre - low) * shares if np.isfinite(low) else np.full(NEAREST, centre)
    to_high = high - (high - centre) * shares if np.isfinite(high) else np.full(NEAREST, centre)
    ends = [low if np.isfinite(low) else centre, centre, high if np.isfinite(high) else centre]
    return np.sort(np.clip(np.concatenate([centre - away, centre + away, to_low, to_high, ends]), low, high))


def ends_of_support(inside, start: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the interval about each start in which `inside` holds.

    Args:
        inside: Maps values `(n,)` to booleans `(n,)`.
        start: Values inside, `(n,)`.
        width: A width to measure distances by, `(n,)`.

    Returns:
        Lower and upper ends, `(n,)` each; infinite where no end was found.
    """
    return _end(inside, start, start - FAR * width), _end(inside, start, start + FAR * width)


def _end(inside, start, far):
    endless, good, bad = inside(far), start, far
    if endless.all():
        return np.sign(far - start) * np.inf
    for _ in range(HALVINGS):
        middle = (good + bad) / 2
        holds = inside(middle)
        good, bad = np.where(holds, middle, good), np.where(holds, bad, middle)
    return np.where(endless, np.sign(far - start) * np.inf, good)


def centre_and_width(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median and half the distance between the quartiles of draws `(n, ...)`, along the first axis; a width of 0 is 1.

    Unlike mean and deviation, heavy tails do not move them.
    """
    lower, centre, upper = np.quantile(draws, [0.25, 0.5, 0.75], axis=0)
    width = (upper - lower) / 2
    return centre, np.where(width > 0, width, 1.0)
