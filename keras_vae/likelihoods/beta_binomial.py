"""8-bit data, by counts whose probability itself is drawn."""

import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_vae.likelihoods.integer_likelihood import IntegerLikelihood
from keras_vae.ops import noise
from keras_vae.ops.special import log_rising_factorial

# exp of a log-shape up to here, and the quotients of what is drawn by it, are finite in float64.
MOST_LOG_SHAPE = 300.0


@keras.saving.register_keras_serializable("keras_vae")
class BetaBinomial(IntegerLikelihood):
    """Independent whole numbers: x successes of n = levels - 1, whose probability is Beta(alpha, beta).

    P(x) = C(n, x) B(x + alpha, n - x + beta) / B(alpha, beta). It ranges from flat (alpha = beta = 1) through
    bell-shaped to all of the mass at both ends, like the ink and paper of grey images.

    Parameters: `log_alpha`, `log_beta`. Mean n alpha / (alpha + beta).

    Source: Townsend, Bird and Barber 2019, "Practical lossless compression with latent variables using bits back
    coding", section 3.2; Johnson, Kemp and Kotz 2005, "Univariate Discrete Distributions", equation 6.13.

    Args:
        event_shape: Shape of one example, such as `(28, 28, 1)`.
        levels: How many values an element can have: 256 for 8-bit images.
    """

    parameter_names = ("log_alpha", "log_beta")

    def __init__(self, event_shape: Sequence[int], levels: int = 256, **kwargs):
        super().__init__(event_shape, levels, **kwargs)
        count = self.levels - 1
        # log C(n, x) for every x, which no parameter changes.
        self.log_ways = np.array(log_ways(count))

    def level_log_prob(self, params, level):
        # In float64: the terms are hundreds of times larger than what is left of them.
        count, successes = self.levels - 1.0, ops.cast(level, "float64")
        alpha, beta = (ops.exp(ops.cast(params[name], "float64")) for name in self.parameter_names)
        ways = ops.take(ops.convert_to_tensor(self.log_ways), ops.cast(level, "int32"))
        either = log_rising_factorial(alpha, successes) + log_rising_factorial(beta, count - successes)
        log_p = ways + either - log_rising_factorial(alpha + beta, count)
        return ops.cast(log_p, params["log_alpha"].dtype)

    def mean(self, params):
        return (self.levels - 1.0) * ops.sigmoid(params["log_alpha"] - params["log_beta"])

    def sample(self, params, seed):
        generator = noise.generator(seed)
        log_odds = _log_gamma_draw(params["log_alpha"], generator) - _log_gamma_draw(params["log_beta"], generator)
        probability = ops.cast(ops.sigmoid(log_odds), params["log_alpha"].dtype)
        counts = ops.full_like(probability, self.levels - 1.0)
        return keras.random.binomial(
            ops.shape(probability), counts, probability, dtype=probability.dtype, seed=generator
        )


def _log_gamma_draw(log_shape, generator):
    """The logarithm of a draw from Gamma(shape, 1), in float64; for a small shape the draw itself is too small.

    Gamma(a) = Gamma(a + 1) U^(1/a) (Devroye 1986, "Non-Uniform Random Variate Generation", section IX.3).
    """
    shape = ops.exp(ops.clip(ops.cast(log_shape, "float64"), -MOST_LOG_SHAPE, MOST_LOG_SHAPE))
    larger = keras.random.gamma(ops.shape(shape), shape + 1.0, dtype=shape.dtype, seed=generator)
    uniform = ops.maximum(noise.uniform(ops.shape(shape), generator, shape.dtype), 1e-38)
    return ops.log(larger) + ops.log(uniform) / shape


def log_ways(count: int) -> list[float]:
    """log C(count, x) for x from 0 to count, from the coefficients themselves, each of which gives the next."""
    ways, logs = 1, []
    for x in range(count // 2 + 1):
        logs.append(math.log(ways))
        ways = ways * (count - x) // (x + 1)
    return [logs[min(x, count - x)] for x in range(count + 1)]
