"""Examples that a callback is given."""

import numpy as np


def checked_examples(x) -> np.ndarray:
    """Returns examples `(n, *event_shape)` as an array.

    Raises:
        ValueError: If there is none, or they are no numbers.
    """
    try:
        array = np.asarray(x)
    except ValueError:
        # Parts of several lengths, such as (images, labels).
        array = np.asarray(None)
    if array.shape[:1] == (0,):
        raise ValueError("`x` is empty: it must hold at least one example.")
    if array.ndim < 2 or array.dtype.kind not in "biuf":
        raise ValueError(
            "`x` must be an array of numbers, one example after the other, or a `tf.data.Dataset` of batches. "
            f"Received: {type(x).__name__}."
        )
    return array


def checked_data(x):
    """Returns a dataset of batches as it is, and anything else as `checked_examples` does."""
    return x if hasattr(x, "element_spec") else checked_examples(x)
