"""Examples that a callback is given."""

from collections.abc import Mapping

import numpy as np

from keras_vae.inputs.examples import CONDITION, X, has_condition, joined
from keras_vae.inputs.plain_arrays import checked_array


def checked_examples(x):
    """Returns examples `(n, *event_shape)` as an array, or `{"x": ..., "condition": ...}` as arrays of n each.

    Raises:
        ValueError: If there is none, they are no numbers, or there are not as many values of the condition.
    """
    if has_condition(x):
        array = checked_examples(x[X])
        return joined(array, _values(x[CONDITION], len(array), CONDITION))
    array = checked_array(x, "x")
    if len(array) == 0:
        raise ValueError("`x` is empty: it must hold at least one example.")
    if array.ndim == 1:
        raise ValueError(f"`x` must have shape (n, *event_shape). Received shape {array.shape}.")
    return array


def checked_data(x):
    """Returns a dataset of batches as it is, and anything else as `checked_examples` does."""
    return x if hasattr(x, "element_spec") else checked_examples(x)


def _values(values, count, name):
    """Values of a condition, or of several by name, as arrays with one for each example, or one for all."""
    if isinstance(values, Mapping):
        return {key: _values(part, count, f"{name}[{key!r}]") for key, part in values.items()}
    array = np.asarray(values)
    if array.ndim == 0:
        return np.broadcast_to(array, (count,))
    if len(array) != count:
        raise ValueError(f"`{name}` must have one value for each of {count} examples. Received: {len(array)}.")
    return array
