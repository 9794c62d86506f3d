"""q(z|x) over buckets, in whole numbers."""

import statistics

import numpy as np

from keras_vae.compression.ans_stack import AnsStack
from keras_vae.compression.buckets import EDGE_BITS, FAR, Buckets
from keras_vae.compression.rounding import Grid
from keras_vae.files.damage import DamagedFileError

MEAN = Grid(2**10, -FAR / 2, FAR / 2)
LOG_VARIANCE = Grid(16, -12.0, 4.0)
# The cumulative distribution function of N(0, 1) in units of 2^-CDF_BITS, at multiples of 2^-7 from -8 to 8, with 12
# bits more between them.
CDF_BITS, TABLE_BITS, BETWEEN_BITS, REACH = 30, 7, 12, 8
INVERSE_BITS = 16
# Latents that are popped at once. Each borrows `mass_bits` from the stack and gives most of them back at once.
AT_ONCE = 8


class QuantizedPosterior:
    """A normal distribution of each latent, as masses of the prior's buckets that are exact whole numbers.

    The masses need not be those of the posterior to the last digit, but the encoder and the decoder must have the
    same: they come from rounded means and log-variances by integer arithmetic and one table. A bucket far from the
    mean has none: if each had the least mass, a latent would now and then be drawn from where the image is lost.

    Popped from a stack that is empty, a latent is in the bucket of its mean, and the stack stays empty: the first
    images of a block need no bits of chance to start from.

    Source: Townsend, Bird and Barber 2019, "Practical lossless compression with latent variables using bits back
    coding", section 2.5.1.

    Args:
        buckets: Those of the prior.
    """

    grids = (MEAN, LOG_VARIANCE)

    def __init__(self, buckets: Buckets):
        self.buckets = buckets
        self.mass_bits = min(buckets.bits + 10, 23)
        normal = statistics.NormalDist()
        count = REACH << TABLE_BITS
        cdf = [round(normal.cdf(i / 2**TABLE_BITS) * 2**CDF_BITS) for i in range(-count, count)]
        # The last is at 8: all of the mass; one more, so that there always is a next.
        self.cdf = np.array([0, *cdf[1:], 2**CDF_BITS, 2**CDF_BITS], np.int64)
        self.inverse_scales = np.rint(2**INVERSE_BITS * np.exp(-0.5 * LOG_VARIANCE.points)).astype(np.int64)

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """All that the masses, and their order in the stream, depend on."""
        settings = np.array([self.mass_bits, AT_ONCE])
        return settings, self.cdf, self.inverse_scales, self.buckets.edges, self.buckets.centres

    def pop(self, stack: AnsStack, mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
        """Draws codes from the stack's bits.

        Args:
            stack: What is popped from.
            mean: int32 `(n, latent_dim)`, in steps of the first of `grids`.
            log_variance: int32 `(n, latent_dim)`, in steps of the second.

        Returns:
            Buckets, int64 `(n, latent_dim)`.
        """
        codes = [self._pop(stack, *part) for part in _parts(mean, log_variance)]
        return np.concatenate(codes, axis=1)

    def push(self, stack: AnsStack, mean: np.ndarray, log_variance: np.ndarray, codes: np.ndarray) -> None:
        """Gives back the bits that `pop` drew the codes from.

        Raises:
            DamagedFileError: If `pop` could not have drawn such codes.
        """
        for part in reversed(list(_parts(mean, log_variance, codes))):
            self._push(stack, *part)

    def masses(self, mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
        """The masses of all buckets, in units of 2^-mass_bits: `(n,)` and `(n,)` to int64 `(n, 2^bits)`."""
        edges = np.arange(len(self.buckets) + 1)
        return np.diff(self._below(edges, *self._standard(mean[:, None], log_variance[:, None])), axis=1)

    def _pop(self, stack, mean, log_variance):
        shape = mean.shape
        mean, inverse_scale = self._standard(mean.ravel(), log_variance.ravel())
        drawn = stack.pop_bits(len(mean), self.mass_bits).astype(np.int64)
        drawn = (drawn + self._start(mean, inverse_scale)) & (2**self.mass_bits - 1)
        code = np.zeros(len(mean), np.int64)
        for bit in reversed(range(self.buckets.bits)):
            middle = code + 2**bit
            code = np.where(self._below(middle, mean, inverse_scale) <= drawn, middle, code)
        below, above = (self._below(edge, mean, inverse_scale) for edge in (code, code + 1))
        stack.push_uniform(drawn - below, above - below)
        return code.reshape(shape)

    def _push(self, stack, mean, log_variance, code):
        mean, inverse_scale = self._standard(mean.ravel(), log_variance.ravel())
        below, above = (self._below(edge, mean, inverse_scale) for edge in (code.ravel(), code.ravel() + 1))
        if np.any(above == below):
            raise DamagedFileError("A code has no mass under the posterior of its example.")
        drawn = below + stack.pop_uniform(above - below)
        drawn = (drawn - self._start(mean, inverse_scale)) & (2**self.mass_bits - 1)
        stack.push_bits(drawn, self.mass_bits)

    def _standard(self, mean, log_variance):
        """The means in the edges' units, and the inverse scales."""
        mean = (mean.astype(np.int64) + MEAN.first) * (2**EDGE_BITS // MEAN.steps_per_unit)
        return mean, self.inverse_scales[log_variance]

    def _start(self, mean, inverse_scale):
        return self._below(self.buckets.holding(mean), mean, inverse_scale)

    def _below(self, edge, mean, inverse_scale):
        """The mass below an edge."""
        standardised = (self.buckets.edges[edge] - mean) * inverse_scale
        standardised >>= EDGE_BITS + INVERSE_BITS - TABLE_BITS - BETWEEN_BITS
        reach = REACH << (TABLE_BITS + BETWEEN_BITS)
        np.clip(standardised, -reach, reach, out=standardised)
        standardised += reach
        index, between = standardised >> BETWEEN_BITS, standardised & (2**BETWEEN_BITS - 1)
        lower = self.cdf[index]
        cdf = lower + (((self.cdf[index + 1] - lower) * between) >> BETWEEN_BITS)
        # Even numbers: what has any mass has 2, and the coder takes no size of 1. What has none is never drawn.
        return (cdf >> (CDF_BITS - self.mass_bits + 1)) << 1


def _parts(*arrays):
    """The same latents of every array, a few at a time."""
    for start in range(0, arrays[0].shape[1], AT_ONCE):
        yield tuple(array[:, start : start + AT_ONCE] for array in arrays)
