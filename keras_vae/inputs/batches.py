"""Functions of tensors over arrays and datasets of any length."""

import itertools
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf

BATCH_SIZE = 256
# Keras's, where arrays come without one.
KERAS_BATCH_SIZE = 32


def run_in_batches(function: Callable, batches: Iterator) -> np.ndarray:
    """Calls a function on each batch and joins what it returns along the first axis."""
    return np.concatenate([np.asarray(function(batch)) for batch in batches])


def seeded(function: Callable, seed) -> Callable:
    """Turns a function of (batch, seed, stream) into one of a batch, each call with a stream of its own."""
    seed, streams = tf.cast(seed, tf.int64), itertools.count()
    return lambda batch: function(batch, seed, tf.constant(next(streams), tf.int64))


def array_batches(array, batch_size: int) -> Iterator:
    """Cuts an array, or a structure of some, into batches; an empty array is one empty batch."""
    for start in range(0, max(num_rows(array), 1), batch_size):
        yield _tensors(rows(array, start, batch_size))


def disk_batches(array, check: Callable, batch_size: int) -> Iterator:
    """Reads arrays that stay on the disk batch by batch, each checked as it is read."""
    for start in range(0, max(num_rows(array), 1), batch_size):
        yield _tensors(check(rows(array, start, batch_size), first=start))


def dataset_batches(dataset, check: Callable, name: str) -> Iterator:
    """The inputs of a dataset's batches, each checked; targets and weights are left out.

    Raises:
        ValueError: If the dataset is empty.
    """
    count = 0
    for element in dataset:
        batch, _, _ = keras.utils.unpack_x_y_sample_weight(element)
        yield _tensors(check(batch, first=count))
        count += num_rows(batch)
    if count == 0:
        raise ValueError(f"`{name}` is empty: it must hold at least one batch.")


def check_ends(dataset, name: str) -> None:
    """Raises a ValueError if a dataset is known to have no end."""
    if is_endless(dataset):
        raise ValueError(
            f"`{name}` has no end: it is a dataset that repeats itself for ever. Leave out its `repeat()`, or give a "
            f"part of it, `{name}.take(100)`."
        )


def is_endless(data) -> bool:
    """Whether a dataset, or a `PyDataset`, is known to have no end."""
    if is_dataset(data):
        return data.cardinality() == tf.data.INFINITE_CARDINALITY
    return isinstance(data, keras.utils.PyDataset) and data.num_batches is None


def sizes(total: int, most: int) -> Iterator:
    """Cuts a number into batch sizes; zero is one size of zero."""
    for start in range(0, max(total, 1), most):
        yield tf.constant(min(most, total - start))


def is_dataset(x) -> bool:
    """Whether x is a `tf.data.Dataset`."""
    return isinstance(x, tf.data.Dataset)


def num_rows(structure) -> int:
    """The length of an array, or of the first of a structure of some."""
    return len(keras.tree.flatten(structure)[0])


def rows(structure, start: int, count: int):
    """Rows of an array, or of all in a structure, as arrays."""
    return keras.tree.map_structure(lambda array: np.asarray(array[start : start + count]), structure)


def _tensors(structure):
    return keras.tree.map_structure(tf.convert_to_tensor, structure)
