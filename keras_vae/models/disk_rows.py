"""Arrays that stay on the disk, read batch by batch."""

import keras
import numpy as np

# Libraries whose arrays read what is asked for alone.
LIBRARIES = ("h5py", "zarr")
BATCH_SIZE = 32


def is_on_disk(x) -> bool:
    """Whether x is an array that is read as it is asked for: `numpy.memmap`, or one of HDF5 or Zarr."""
    return isinstance(x, np.memmap) or type(x).__module__.split(".")[0] in LIBRARIES and hasattr(x, "shape")


class DiskRows(keras.utils.PyDataset):
    """Batches of arrays of which at least one stays on the disk, checked as they are read.

    Args:
        parts: Arrays of one length: x, or x and target, or x, target and weights.
        check: Is called with each batch's parts and the index of its first row; what it returns is given.
        batch_size: Rows of a batch; `None` is Keras's own 32.
        shuffle: Whether each epoch has an order of its own. Within a batch rows are as they lie on the disk.
    """

    def __init__(self, parts, check, batch_size: int | None, shuffle: bool):
        super().__init__()
        self._parts, self._check = parts, check
        self._batch_size = batch_size or BATCH_SIZE
        # Of the seed that `keras.utils.set_random_seed` sets.
        self._rng = np.random.default_rng(keras.random.SeedGenerator().state.numpy().tolist()) if shuffle else None
        self.on_epoch_end()

    def __len__(self):
        return -(-len(self._parts[0]) // self._batch_size)

    def __getitem__(self, index):
        start = index * self._batch_size
        rows = slice(start, start + self._batch_size)
        if self._order is not None:
            # HDF5 takes no others than ascending numbers.
            rows = np.sort(self._order[rows])
        return self._check([np.asarray(part[rows]) for part in self._parts], start)

    def on_epoch_end(self):
        """Draws the order of the next epoch."""
        self._order = None if self._rng is None else self._rng.permutation(len(self._parts[0]))
