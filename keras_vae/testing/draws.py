"""What random draws owe: that they are of their density, and that one does not tell of another."""

import math

import numpy as np

from keras_vae.testing.verdict import hold

# Standard errors that a mean may be off by. A right part is further off once in 10^9 times, and the draws are seeded.
MOST_STANDARD_ERRORS = 6.0
# The probability of a right part's being further from uniform than the test allows.
SIGNIFICANCE = 1e-9


def hold_mean(part, law: str, values, expected, look_at: str) -> None:
    """Holds the mean of draws along their first axis to what it is expected to be, within its standard error."""
    values = np.asarray(values, np.float64)
    error = np.abs(values.mean(axis=0) - expected)
    standard_error = values.std(axis=0, ddof=1) / math.sqrt(len(values))
    # Draws that are all alike have no standard error, and the rounding errors of float64.
    rounding = 1e-9 * (1 + np.abs(expected))
    hold(part, law, error, MOST_STANDARD_ERRORS * standard_error + rounding, look_at)


def hold_uniform(part, law: str, u: np.ndarray, look_at: str) -> None:
    """Holds values of a distribution function at its own draws `(n, columns)` to be uniform, each column and all.

    By the largest distance of the distribution functions; source of its law: Massart 1990, "The Tight Constant in the
    Dvoretzky-Kiefer-Wolfowitz Inequality".
    """
    for column in [*u.T, u.reshape(-1)]:
        most = math.sqrt(math.log(2 / SIGNIFICANCE) / (2 * len(column)))
        rank = np.arange(1, len(column) + 1) / len(column)
        ordered = np.sort(column)
        distance = np.max(np.maximum(rank - ordered, ordered - rank + 1 / len(column)))
        hold(part, law, distance, most, look_at)


def hold_independent(part, law: str, values: np.ndarray, look_at: str) -> None:
    """Holds columns `(n, columns)` to be uncorrelated with each other, and each with itself one draw later."""
    centred = values - values.mean(axis=0)
    deviation = centred.std(axis=0)
    standardised = centred / np.where(deviation > 0, deviation, 1.0)
    between = standardised.T @ standardised / len(values)
    np.fill_diagonal(between, 0.0)
    later = np.mean(standardised[1:] * standardised[:-1], axis=0)
    most = MOST_STANDARD_ERRORS / math.sqrt(len(values))
    hold(part, law, np.abs(np.concatenate([between.reshape(-1), later])), most, look_at)


def hold_normal_share(part, law: str, log_density, draws: np.ndarray, look_at: str) -> None:
    """Holds E[h(z) / p(z)] over draws z of p to 1, h a normal density at their centre with half their scale.

    The weights are bounded where those of p itself, about another density, may have infinite variance.

    Args:
        part: What is held to the law.
        law: The law, in words.
        log_density: log p at the draws, `(n,)`.
        draws: `(n, d)`.
        look_at: What to look at where the law is broken.
    """
    covariance = 0.25 * np.atleast_2d(np.cov(draws, rowvar=False))
    factor = np.linalg.cholesky(covariance)
    standardised = np.linalg.solve(factor, (draws - draws.mean(axis=0)).T)
    log_determinant = np.log(np.diag(factor)).sum()
    log_h = -0.5 * (standardised**2).sum(axis=0) - log_determinant - 0.5 * draws.shape[1] * math.log(2 * math.pi)
    hold_mean(part, law, np.exp(log_h - log_density), 1.0, look_at)
