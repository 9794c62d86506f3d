"""Pairs of images whose likeness is measured."""

import numpy as np

from keras_vae.inputs.plain_arrays import checked_array
from keras_vae.inputs.rules import FINITE, check_values


def checked_pair(x, reference) -> tuple[np.ndarray, np.ndarray]:
    """Returns both as arrays.

    Args:
        x: Array-like `(batch, ...)`.
        reference: Array-like of the same shape.

    Raises:
        ValueError: If the shapes differ, an example has no element, or a value is not finite.
    """
    x, reference = checked_array(x, "x"), checked_array(reference, "reference")
    if x.shape != reference.shape or x.ndim < 2 or 0 in x.shape[1:]:
        raise ValueError(
            "x and reference must have the same shape, (batch, *event_shape). Received shapes "
            f"{x.shape} and {reference.shape}."
        )
    check_values(FINITE, x, "x")
    check_values(FINITE, reference, "reference")
    return x, reference
