"""p(x|z) over whole numbers, by tables that the coder and the decoder share.

Every one gives weights, in proportion to the probabilities, that come from rounded parameters by integer arithmetic,
tables and single products. No weight of 0 is a probability of 0: the coder gives each level 2^-24 at least. Weights
are in float64: the coder adds them up as they are, and in float32 the sums of many levels are too coarse for its 24
bits.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from keras_vae.compression.ans_stack import AnsStack
from keras_vae.compression.rounding import Grid
from keras_vae.likelihoods import Bernoulli, BetaBinomial, Categorical, DiscretizedLogistic
from keras_vae.likelihoods.likelihood import Likelihood

# Weights that are held at once: a megabyte of them stays in a processor's cache, and is coded thrice as fast as eight.
WEIGHTS_AT_ONCE = 2**17
MOST_LEVELS = 2**16
# Logarithms of weights are multiples of 1 / LOG_STEPS; what is exp(-24) of the largest weight is not told apart.
LOG_STEPS, LOG_REACH = 512, 24
_CODERS = {}


def codes(likelihood_type: type[Likelihood]) -> Callable:
    """Says of a class, as its decorator, that it is the coder of a likelihood's elements.

    It is that of this class and of no subclass, whose probabilities may be others. It is made of the likelihood, and
    has `grids`, what each parameter is rounded to, by name; `tables`, all that its probabilities depend on; and `push`
    and `pop`, each other's inverse, of elements by a stack and the steps of the parameters.

    Args:
        likelihood_type: A class of likelihoods of whole numbers.
    """

    def register(coder):
        _CODERS[likelihood_type] = coder
        return coder

    return register


def quantized(likelihood: Likelihood):
    """The coder of a likelihood's elements.

    Raises:
        ValueError: If the likelihood gives no probability to single values.
    """
    if type(likelihood) not in _CODERS:
        raise ValueError(
            "Lossless compression needs a likelihood of whole numbers, one of "
            f"{', '.join(kind.__name__ for kind in _CODERS)}. Received: {type(likelihood).__name__}. Train a VAE with "
            "one of these, or give a `quality` to compress with loss."
        )
    return _CODERS[type(likelihood)](likelihood)


@codes(Bernoulli)
class BinaryElements:
    """Zeros and ones: `Bernoulli`.

    Args:
        likelihood: A `Bernoulli`.
    """

    levels = 2

    def __init__(self, likelihood: Bernoulli):
        self.grids = {"logits": Grid(64, -16.0, 16.0)}
        self.probabilities = coarse(1 / (1 + np.exp(-self.grids["logits"].points)))

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """All that the probabilities depend on."""
        return (self.probabilities,)

    def push(self, stack: AnsStack, elements: np.ndarray, logits: np.ndarray) -> None:
        """Pushes elements `(n,)`, given the steps of their logits, int32 `(n,)`."""
        stack.push_binary(elements, self.probabilities[logits])

    def pop(self, stack: AnsStack, logits: np.ndarray) -> np.ndarray:
        """Pops what `push` pushed: int32 `(n,)`."""
        return stack.pop_binary(self.probabilities[logits])


class LevelElements:
    """Base class: whole numbers from 0 to levels - 1. A subclass implements `weights`.

    Args:
        likelihood: An `IntegerLikelihood`.

    Raises:
        ValueError: If there are more levels than the coder tells apart.
    """

    def __init__(self, likelihood: Likelihood):
        self.levels = likelihood.levels
        if self.levels > MOST_LEVELS:
            raise ValueError(f"Elements may have up to {MOST_LEVELS} levels. Received: levels={self.levels}.")

    def weights(self, *parameters: np.ndarray) -> np.ndarray:
        """Proportional to the probabilities: steps of the parameters, int32 `(n, ...)`, to float64 `(n, levels)`."""
        raise NotImplementedError

    def push(self, stack: AnsStack, elements: np.ndarray, *parameters: np.ndarray) -> None:
        """Pushes elements `(n,)`, given the steps of their parameters, int32 `(n, ...)`."""
        # The last first, as the coder has it within a part: how large the parts are does not change the stream.
        for part in reversed(list(self._parts(len(elements)))):
            stack.push_levels(elements[part], self.weights(*(parameter[part] for parameter in parameters)))

    def pop(self, stack: AnsStack, *parameters: np.ndarray) -> np.ndarray:
        """Pops what `push` pushed: int32 `(n,)`."""
        count = len(parameters[0])
        elements = np.empty(count, np.int32)
        for part in self._parts(count):
            elements[part] = stack.pop_levels(self.weights(*(parameter[part] for parameter in parameters)))
        return elements

    def _parts(self, count) -> Iterator[slice]:
        size = max(1, WEIGHTS_AT_ONCE // self.levels)
        return (slice(start, start + size) for start in range(0, count, size))


@codes(Categorical)
class CategoricalElements(LevelElements):
    """`Categorical`: each level has its own logit."""

    def __init__(self, likelihood: Categorical):
        super().__init__(likelihood)
        self.grids = {"logits": Grid(64, -1024.0, 1024.0)}
        self.exponentials = exponentials()

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """All that the weights depend on."""
        return (self.exponentials,)

    def weights(self, logits: np.ndarray) -> np.ndarray:
        """Steps of the logits, int32 `(n, levels)`, to float64 `(n, levels)`."""
        return _weights_of(logits * (LOG_STEPS // self.grids["logits"].steps_per_unit), self.exponentials)


@codes(BetaBinomial)
class BetaBinomialElements(LevelElements):
    """`BetaBinomial`: P(x) is in proportion to t(alpha, x) t(beta, n - x), t(a, x) = a (a + 1) ... (a + x - 1) / x!.

    Where both parameters are beyond exp(16), both are made smaller by one factor: nothing but their ratio matters
    there, and the distribution is a binomial one.
    """

    # The part of the grids that has rows in the table.
    table_grid = Grid(64, -16.0, 16.0)

    def __init__(self, likelihood: BetaBinomial):
        super().__init__(likelihood)
        self.grids = {"log_alpha": Grid(64, -64.0, 64.0), "log_beta": Grid(64, -64.0, 64.0)}
        self.exponentials = exponentials()
        shape, successes = np.exp(self.table_grid.points)[:, None], np.arange(1, self.levels)
        terms = np.log(shape + successes - 1) - np.log(successes)
        terms = np.concatenate([np.zeros((len(shape), 1)), np.cumsum(terms, axis=1)], axis=1)
        self.log_terms = np.rint(terms * LOG_STEPS).astype(np.int32)
        self.mirrored = np.ascontiguousarray(self.log_terms[:, ::-1])

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """All that the weights depend on."""
        return self.exponentials, self.log_terms

    def weights(self, log_alpha: np.ndarray, log_beta: np.ndarray) -> np.ndarray:
        """Steps of the parameters, int32 `(n,)` and `(n,)`, to float64 `(n, levels)`."""
        offset = self.table_grid.first - self.grids["log_alpha"].first
        last = self.table_grid.last - self.table_grid.first
        log_alpha, log_beta = log_alpha - offset, log_beta - offset
        beyond = np.maximum(np.maximum(log_alpha, log_beta) - last, 0)
        log_weights = np.take(self.log_terms, np.maximum(log_alpha - beyond, 0), axis=0)
        log_weights += np.take(self.mirrored, np.maximum(log_beta - beyond, 0), axis=0)
        return _weights_of(log_weights, self.exponentials)


@codes(DiscretizedLogistic)
class LogisticElements(LevelElements):
    """`DiscretizedLogistic`: F(b) - F(a) = sigmoid(b) sigmoid(-a) (1 - exp(a - b)) between a level's edges a and b."""

    inverse_bits, table_bits, reach = 20, 9, 24

    def __init__(self, likelihood: DiscretizedLogistic):
        super().__init__(likelihood)
        widest = math.log(self.levels) + 4
        self.grids = {
            "mean": Grid(32, -4.0 * self.levels, 5.0 * self.levels),
            "log_scale": Grid(32, -7.0, math.ceil(widest)),
        }
        count = self.reach << self.table_bits
        points = np.arange(-count, count + 1) / 2**self.table_bits
        self.sigmoids = coarse(1 / (1 + np.exp(-points)))
        inverse_scales = np.exp(-self.grids["log_scale"].points)
        self.inverse_scales = np.rint(inverse_scales * 2**self.inverse_bits).astype(np.int64)
        self.shares = coarse(-np.expm1(-inverse_scales))

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """All that the weights depend on."""
        return self.sigmoids, self.inverse_scales, self.shares

    def weights(self, mean: np.ndarray, log_scale: np.ndarray) -> np.ndarray:
        """Steps of the parameters, int32 `(n,)` and `(n,)`, to float64 `(n, levels)`."""
        grid = self.grids["mean"]
        # The edges between levels: 0.5, 1.5, ...
        edges = grid.steps_per_unit * np.arange(self.levels - 1) + grid.steps_per_unit // 2 - grid.first
        standardised = (edges - mean[:, None]) * self.inverse_scales[log_scale][:, None]
        standardised >>= self.inverse_bits + int(math.log2(grid.steps_per_unit)) - self.table_bits
        reach = self.reach << self.table_bits
        np.clip(standardised, -reach, reach, out=standardised)
        standardised += reach
        weights = np.empty((len(mean), self.levels))
        weights[:, :-1] = np.take(self.sigmoids, standardised)
        weights[:, 1:-1] *= self.shares[log_scale][:, None]
        np.subtract(2 * reach, standardised, out=standardised)
        above = np.take(self.sigmoids, standardised)
        weights[:, 1:-1] *= above[:, :-1]
        # The last level takes the whole upper tail, as the first takes the lower one.
        weights[:, -1] = above[:, -1]
        return weights


def exponentials() -> np.ndarray:
    """exp(-i / LOG_STEPS) for whole numbers i from 0: float64 `(LOG_REACH * LOG_STEPS + 1,)`."""
    return coarse(np.exp(-np.arange(LOG_REACH * LOG_STEPS + 1) / LOG_STEPS))


def coarse(values: np.ndarray) -> np.ndarray:
    """Rounds to 24 bits, so that two machines' exponentials, which differ in the last of 53, make the same table."""
    return values.astype(np.float32).astype(np.float64)


def _weights_of(log_weights, table):
    log_weights = np.subtract(log_weights.max(axis=1, keepdims=True), log_weights)
    np.minimum(log_weights, len(table) - 1, out=log_weights)
    return np.take(table, log_weights)
