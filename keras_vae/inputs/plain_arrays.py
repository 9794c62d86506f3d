"""What data come in, as plain arrays of numbers; or a word on what they should come in."""

import numbers

import numpy as np
import tensorflow as tf

# A network is given all elements. Who densifies a large matrix as a whole should know it.
DENSE = "a network takes every element: give {dense}, or dense batches one after the other by a `tf.data.Dataset`"
EQUAL = "all examples have one shape: give {dense}, with what is missing as NaN under `likelihoods.Masked`"


def checked_array(x, name: str) -> np.ndarray:
    """Returns x as an array, or raises a ValueError if it is no array of numbers with at least one axis.

    What is masked in a masked array is NaN, as what is missing is everywhere; whole numbers are floats then.
    """
    check_is_dense(x, name)
    try:
        array = np.asarray(unmasked(x))
    except (TypeError, ValueError):
        # Parts of several lengths, such as (images, labels).
        array = np.asarray(None)
    if array.dtype == object and all(isinstance(value, (numbers.Real, np.bool_)) for value in array.flat):
        # A data frame whose columns are of several types.
        array = array.astype(np.float64)
    if not (array.dtype.kind in "biuf" or is_bfloat16(array)) or array.ndim == 0:
        raise ValueError(
            f"`{name}` must be an array of numbers, one example after the other. Received: {type(x).__name__} of dtype "
            f"{array.dtype} and shape {array.shape}."
        )
    return array


def check_is_dense(x, name: str) -> None:
    """Raises a ValueError if x is a sparse matrix, or a tensor that is sparse or ragged."""
    if type(x).__module__.startswith("scipy.sparse"):
        said = DENSE.format(dense=f"`{name}.toarray()`")
    elif isinstance(x, tf.SparseTensor):
        said = DENSE.format(dense=f"`tf.sparse.to_dense({name})`")
    elif isinstance(x, tf.RaggedTensor):
        said = EQUAL.format(dense=f"`{name}.to_tensor()`")
    else:
        return
    kind = "ragged" if isinstance(x, tf.RaggedTensor) else "sparse"
    raise ValueError(f"`{name}` is {kind}, and {said}. Received: {type(x).__name__} of shape {tuple(x.shape)}.")


def unmasked(x):
    """x, with NaN for what is masked in a masked array, or in a list of some."""
    if isinstance(x, (list, tuple)) and any(isinstance(row, np.ma.MaskedArray) for row in x):
        x = np.ma.stack(x)
    if not isinstance(x, np.ma.MaskedArray):
        return x
    if not np.ma.is_masked(x) or x.dtype.kind not in "biuf":
        return x.data
    return (x if x.dtype.kind == "f" else x.astype(np.float64)).filled(np.nan)


def is_bfloat16(x) -> bool:
    """Whether an array is of TensorFlow's `bfloat16`, which NumPy does not know for a number."""
    return x.dtype == tf.bfloat16.as_numpy_dtype
