"""Split-conformal calibration: thresholds and p-values from the scores of normal examples.

The model never saw the examples that calibrate. If they and a new normal example are exchangeable, such as independent
draws from one distribution, all orders of their scores are equally likely, whatever the model and the score.

Sources: Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random World", on inductive conformal predictors;
Bates et al. 2023, "Testing for Outliers with Conformal p-values".
"""

import decimal
import fractions
import math

import numpy as np
from keras import ops


def fewest_scores(rate: float) -> int:
    """How many calibration scores a false alarm rate takes: ceil(1 / rate) - 1."""
    return math.ceil(1 / _as_written(rate)) - 1


def alarms_allowed(num_scores: int, rate: float) -> int:
    """floor(rate (n + 1)): of n + 1 normal examples in any order, so many may be above the threshold."""
    return math.floor(_as_written(rate) * (num_scores + 1))


def threshold(scores: np.ndarray, rate: float) -> float:
    """The ceil((n + 1)(1 - rate))-th smallest calibration score: what is above it is an alarm.

    A new normal example is above it with a probability of at most `rate`, and of exactly
    floor(rate (n + 1)) / (n + 1) where no two scores are equal.

    Args:
        scores: Calibration scores `(n,)`.
        rate: The false alarm rate that is promised, in (0, 1).

    Raises:
        ValueError: If there are too few scores.
    """
    check_enough(len(scores), rate)
    return float(np.sort(scores)[len(scores) - alarms_allowed(len(scores), rate)])


def p_values(scores, sorted_calibration):
    """(1 + how many calibration scores are at least as high) / (n + 1), for tensors.

    Of a new normal example P(p <= a) <= a for every a; `p <= rate` just where the score is above `threshold`.

    Args:
        scores: `(batch,)`.
        sorted_calibration: Calibration scores in ascending order, `(n,)`, of the same dtype.

    Returns:
        `(batch,)`, float64.
    """
    count = ops.shape(sorted_calibration)[0]
    below = ops.searchsorted(sorted_calibration, scores, side="left")
    return ops.cast(1 + count - ops.cast(below, "int32"), "float64") / ops.cast(1 + count, "float64")


def false_alarm_law(num_scores: int, rate: float):
    """How the false alarm rate of one calibration is distributed over all of them: a frozen `scipy.stats.beta`.

    The promise is a mean over calibrations. Given one, the rate among new normal examples follows
    Beta(l, n + 1 - l) with l = floor(rate (n + 1)), where scores are continuous: its mean is l / (n + 1), and its
    quantiles say how far a single calibration may be off.

    Source: Angelopoulos and Bates 2021, "A Gentle Introduction to Conformal Prediction and Distribution-Free
    Uncertainty Quantification", section 3.2.

    Args:
        num_scores: Calibration scores, n.
        rate: The false alarm rate that is promised.

    Raises:
        ValueError: If there are too few scores.
    """
    # A second to import.
    from scipy import stats

    check_enough(num_scores, rate)
    allowed = alarms_allowed(num_scores, rate)
    return stats.beta(allowed, num_scores + 1 - allowed)


def check_enough(num_examples: int, rate: float, trains: bool = False, left_out: int = 0) -> None:
    """Raises a ValueError that says how many normal examples a rate takes, if there are fewer.

    Args:
        num_examples: How many there are.
        rate: The false alarm rate that is promised.
        trains: Whether a model is trained on as many of them at least as calibrate.
        left_out: How many there are beside them that the model was trained on.
    """
    needed, usable = fewest_scores(rate), num_examples // 2 if trains else num_examples
    if usable >= needed:
        return
    training = f", and as many again to train it, {2 * needed} in all" if trains else ""
    # Rounded up: a rate that is said to be enough must be.
    enough = decimal.Context(prec=3, rounding=decimal.ROUND_CEILING).divide(1, usable + 1)
    other = f", or a `false_alarm_rate` of at least {enough}" if usable else ""
    left = f"{left_out} others do not count: it was trained on them, or on equal ones. " if left_out else ""
    raise ValueError(
        f"A false alarm rate of {rate:g} needs at least {needed} normal examples that the model was not trained "
        f"on{training}. {left}Received: {num_examples}. Give more{other}."
    )


def _as_written(rate: float) -> fractions.Fraction:
    # In binary, 0.1 is a little more than a tenth, and 1 - 0.1 a little less than nine: floor and ceil would jump.
    return fractions.Fraction(repr(float(rate)))
