"""Bits for each element of an example."""

import math
from collections.abc import Sequence

import numpy as np

from keras_vae.ops.checks import checked_event_shape


def bits_per_dim(log_likelihood, event_shape: Sequence[int]):
    """Turns a log-likelihood in nats into bits for each element: -log_likelihood / (D log 2).

    For discrete data this is what an ideal code needs per element; for densities it depends on the data's units.

    Args:
        log_likelihood: log p(x), or a bound on it such as the ELBO, in nats and summed over the event: a number, or an
            array of any shape. A negative ELBO has the opposite sign.
        event_shape: Shape of one example, such as `(28, 28, 1)`: D elements.

    Returns:
        A float, or an array of the same shape.

    Raises:
        ValueError: If `event_shape` is not a shape.
    """
    nats_per_bit = math.prod(checked_event_shape(event_shape)) * math.log(2)
    bits = -np.asarray(log_likelihood, np.float64) / nats_per_bit
    return bits if bits.ndim else float(bits)
