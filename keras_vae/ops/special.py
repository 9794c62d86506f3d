"""Special functions that Keras lacks."""

import math

from keras import ops

# From here on Stirling's series is exact to 3e-12, and log Gamma itself, in float64, hardly any more.
LARGE = 1e3


def log_gamma(x):
    """log Gamma(x) for x > 0, elementwise, with its gradient, the digamma function.

    Differences of large values lose all their digits in float32: cast to float64 first.
    """
    import tensorflow as tf

    return tf.math.lgamma(x)


def log_rising_factorial(a, x):
    """log(Gamma(a + x) / Gamma(a)) for a > 0 and x >= 0 in float64, elementwise: the log of a (a + 1) ... (a + x - 1).

    For a large a it is the difference of Stirling's series, whose large terms cancel by algebra: those of log Gamma
    would leave no digits.

    Source: Abramowitz and Stegun 1964, "Handbook of Mathematical Functions", equation 6.1.41.
    """
    is_large = a > LARGE
    small, large = ops.where(is_large, ops.ones_like(a), a), ops.where(is_large, a, LARGE * ops.ones_like(a))
    direct = log_gamma(small + x) - log_gamma(small)
    leading = (large + x - 0.5) * ops.log1p(x / large) + x * ops.log(large) - x
    series = leading + 1 / (12 * (large + x)) - 1 / (12 * large)
    return ops.where(is_large, series, direct)


def log_one_minus_exp(a):
    """log(1 - exp(-a)) for a > 0, elementwise, to full precision.

    Source: Mächler 2012, "Accurately Computing log(1 - exp(-|a|))", equation 7.
    """
    small, large = ops.minimum(a, math.log(2)), ops.maximum(a, math.log(2))
    return ops.where(a < math.log(2), ops.log(-ops.expm1(-small)), ops.log1p(-ops.exp(-large)))


def softplus_difference(a, gap):
    """softplus(a) - softplus(a - gap) for gap > 0, elementwise, also where the gap is small."""
    narrow = ops.minimum(gap, 1.0)
    return ops.where(
        gap < 1.0, -ops.log1p(ops.expm1(-narrow) * ops.sigmoid(a)), ops.softplus(a) - ops.softplus(a - gap)
    )
