"""Arrays that stay on the disk, read batch by batch."""

from collections.abc import Callable, Sequence

import keras
import numpy as np

from keras_vae.inputs.batches import KERAS_BATCH_SIZE

# Libraries whose arrays read what is asked for alone.
LIBRARIES = ("h5py", "zarr")


def is_on_disk(x) -> bool:
    """Whether x is an array that is read as it is asked for: `numpy.memmap`, or one of HDF5 or Zarr."""
    return isinstance(x, np.memmap) or (type(x).__module__.split(".")[0] in LIBRARIES and hasattr(x, "shape"))


class DiskRows(keras.utils.PyDataset):
    """Batches of arrays that stay on the disk, checked as they are read.

    Args:
        parts: Arrays of one length, or structures of some: x, or x and a target, or x, a target and weights.
        check: Is called with the parts of each batch; what it returns is given to Keras.
        batch_size: Rows of a batch; `None` is Keras's own 32.
        shuffle: Whether each epoch has an order of its own. Within a batch rows are as they lie on the disk.

    Raises:
        ValueError: If the parts have several lengths, or none.
    """

    def __init__(self, parts: Sequence, check: Callable, batch_size: int | None, shuffle: bool):
        super().__init__()
        lengths = [len(array) for array in keras.tree.flatten(parts)]
        if len(set(lengths)) != 1 or lengths[0] == 0:
            raise ValueError(
                "x, target and weights must have one length of at least 1. Received: "
                f"{', '.join(map(str, lengths))} rows."
            )
        self._num_rows = lengths[0]
        self._parts, self._check, self._batch_size = parts, check, batch_size or KERAS_BATCH_SIZE
        # Of the seed that `keras.utils.set_random_seed` sets.
        seed = keras.random.SeedGenerator().state
        self._rng = np.random.default_rng(keras.ops.convert_to_numpy(seed)) if shuffle else None
        self.on_epoch_end()

    def __len__(self):
        return -(-self._num_rows // self._batch_size)

    def __getitem__(self, index):
        rows = slice(index * self._batch_size, (index + 1) * self._batch_size)
        if self._order is not None:
            # HDF5 takes ascending numbers alone.
            rows = np.sort(self._order[rows])
        return self._check(tuple(keras.tree.map_structure(lambda array: np.asarray(array[rows]), self._parts)))

    def on_epoch_end(self):
        """Draws the order of the next epoch."""
        self._order = None if self._rng is None else self._rng.permutation(self._num_rows)
