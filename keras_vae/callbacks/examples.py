"""Examples that a callback is given."""

import numpy as np

from keras_vae.inputs.plain_arrays import checked_array


def checked_examples(x) -> np.ndarray:
    """Returns examples `(n, *event_shape)` as an array.

    Raises:
        ValueError: If there is none, or they are no numbers.
    """
    array = checked_array(x, "x")
    if len(array) == 0:
        raise ValueError("`x` is empty: it must hold at least one example.")
    if array.ndim == 1:
        raise ValueError(f"`x` must have shape (n, *event_shape). Received shape {array.shape}.")
    return array


def checked_data(x):
    """Returns a dataset of batches as it is, and anything else as `checked_examples` does."""
    return x if hasattr(x, "element_spec") else checked_examples(x)
