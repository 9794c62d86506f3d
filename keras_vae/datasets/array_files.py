"""Arrays in `.npy` and `.npz` files."""

import os
import tokenize
import zipfile
import zlib

import numpy as np

# What NumPy and zipfile make of files that are damaged, or of something else.
BROKEN = (ValueError, EOFError, AttributeError, TypeError, SyntaxError, OverflowError, MemoryError, NotImplementedError)
BROKEN += (RuntimeError, OSError, tokenize.TokenError, zipfile.BadZipFile, zlib.error)


def load_npy(path, mmap_mode: str | None = None) -> np.ndarray:
    """The array of a `.npy` file; `mmap_mode` is NumPy's, such as "r" to leave it on the disk.

    Raises:
        ValueError: If it is no such file.
    """
    try:
        return np.load(path, mmap_mode=mmap_mode, allow_pickle=False)
    except FileNotFoundError:
        raise
    except BROKEN as error:
        raise ValueError(f"{os.fspath(path)!r} is not a .npy file of numbers: {error}") from error


class ArrayOnDisk:
    """The array of a `.npy` file, of which only what is asked for is read.

    Args:
        path: The file.
        with_channels: Whether an axis of one channel is put at its end.

    Raises:
        ValueError: If it is no such file.
    """

    def __init__(self, path, with_channels: bool = False):
        self.path, self.with_channels = path, with_channels
        array = self._mapped()
        self.shape, self.dtype, self.size, self.nbytes = array.shape, array.dtype, array.size, array.nbytes

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, chosen) -> np.ndarray:
        """Rows of a slice or of an array of indices.

        The file is mapped for them alone: what has been read of a mapped file stays in memory.
        """
        return np.array(self._mapped()[chosen])

    def _mapped(self) -> np.ndarray:
        array = load_npy(self.path, mmap_mode="r")
        return array[..., np.newaxis] if self.with_channels else array


def load_npz(path) -> tuple[np.ndarray, np.ndarray | None]:
    """The examples in a `.npz` file, and their labels or `None`.

    Examples are the one array with two axes or more, labels an array `(n,)` beside it.

    Raises:
        ValueError: If it is no such file, or it does not say by its arrays which are the examples.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except BROKEN as error:
        raise ValueError(f"{os.fspath(path)!r} is not a .npz file of numbers: {error}") from error
    if len(arrays) == 1:
        return next(iter(arrays.values())), None
    examples = [array for array in arrays.values() if array.ndim > 1]
    labels = [array for array in arrays.values() if array.ndim == 1]
    if len(examples) == len(labels) == 1 and len(examples[0]) == len(labels[0]):
        return examples[0], labels[0]
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    raise ValueError(
        f"{os.fspath(path)!r} holds several arrays: {shapes}. Expected one of examples, and at most one of their "
        "labels. Save the one that you mean as a .npy file."
    )
