"""Codes as whole numbers: the prior, cut into buckets of equal mass."""

import numpy as np

from keras_vae.priors.marginal import Marginal

# Edges and centres are multiples of 2^-EDGE_BITS, far coarser than what two machines' logarithms differ by.
EDGE_BITS = 16
# The outermost edges, in units of the code: beyond any posterior.
FAR = 2**8


class Buckets:
    """2^bits intervals of a latent, each with the same mass under the prior.

    A code's latent is the number of its bucket, which costs exactly `bits`; the decoder's network is given the
    bucket's centre, the median of its mass.

    Source: Townsend, Bird and Barber 2019, "Practical lossless compression with latent variables using bits back
    coding", section 2.5.1 and figure 3.

    Args:
        marginal: The prior's distribution of each latent.
        bits: 1 to 16.

    Attributes:
        edges: In units of 2^-16: int64 `(2^bits + 1,)`.
        centres: float64 `(2^bits,)`.
    """

    def __init__(self, marginal: Marginal, bits: int):
        quantile = marginal.quantile
        self.bits, count = bits, 2**bits
        inner = [round(quantile(k / count) * 2**EDGE_BITS) for k in range(1, count)]
        far = FAR << EDGE_BITS
        self.edges = np.array([-far, *inner, far], np.int64)
        centres = [round(quantile((k + 0.5) / count) * 2**EDGE_BITS) for k in range(count)]
        self.centres = np.array(centres, np.float64) / 2**EDGE_BITS

    def __len__(self):
        return len(self.centres)

    def holding(self, values: np.ndarray) -> np.ndarray:
        """The buckets that values, in units of 2^-16, lie in: int64, of the same shape."""
        return np.searchsorted(self.edges[1:-1], values, side="right")
