"""Reading a `.kvz` file with its model."""

import contextlib
import os
from collections.abc import Callable, Iterator

import numpy as np

from keras_vae.compression._check_model import check_model
from keras_vae.compression._fingerprint import fingerprint
from keras_vae.compression.archive import Archive, opened
from keras_vae.compression.block_conditions import BlockConditions, without_note
from keras_vae.compression.lossless import LosslessCodec
from keras_vae.compression.lossy import LossyCodec
from keras_vae.files.damage import DamagedFileError


class WrongModelError(ValueError):
    """A file that was written with another model."""


class Reader:
    """The blocks of a `.kvz` file, each of which can be read by itself.

    A damaged block costs only itself: `damaged_blocks` says which blocks are damaged, and the others can be read.

    ```python
    keras_vae.compression.compress_to_file(vae, images, "images.kvz", overwrite=True)
    with keras_vae.compression.Reader(vae, "images.kvz") as reader:
        first = reader.read_block(0)
        for block in reader:  # all of them, one after the other
            ...
    ```

    Args:
        vae: The `VAE` that the file was written with.
        source: A path, bytes, or a seekable file that is open for reading bytes.
        condition: For a model with a condition, the values that the examples were written under, which the file does
            not hold: one for each example of the whole file, or one for all.

    Attributes:
        event_shape: Shape of one example.
        dtype: Of the examples.
        num_blocks: How many blocks were found.

    Raises:
        DamagedFileError: If it is no `.kvz` file, or its header is damaged.
        ValueError: If there are more or fewer values of the condition than examples, or a value is not allowed. Values
            that the examples were not written under are told when a block is read.
        WrongModelError: If it was written with another model.
    """

    def __init__(self, vae, source, *, condition=None):
        check_model(vae)
        self._vae, self._codec = vae, None
        self._file, self._owned = opened(source), not hasattr(source, "read")
        self._name = repr(os.fspath(source)) if isinstance(source, (str, os.PathLike)) else None
        try:
            with self._named():
                self._archive = Archive(self._file)
            self._check_model()
            self._conditions = BlockConditions(vae.condition, condition, self._archive.count)
        except BaseException:
            self.close()
            raise

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return self._archive.header.event_shape

    @property
    def dtype(self) -> np.dtype:
        """Of the examples."""
        return self._archive.header.dtype

    @property
    def num_blocks(self) -> int:
        """How many blocks were found."""
        return self._archive.num_blocks

    def read_block(self, number: int, progress: Callable[[int], None] | None = None) -> np.ndarray:
        """Reads the examples of one block, whatever the state of the others: `(n, *event_shape)`.

        Args:
            number: The block's number, from 0.
            progress: Called repeatedly, with the number of newly decoded examples.

        Raises:
            DamagedFileError: If the block is not as it was written.
            IndexError: If there is no such block.
        """
        if not 0 <= number < self.num_blocks:
            raise IndexError(f"The file has the blocks 0 to {self.num_blocks - 1}. Received: number={number}.")
        with self._named():
            return self._decoded(self._archive.block(number), progress)

    def damaged_blocks(self) -> list[int]:
        """The numbers of the blocks whose checksums do not match."""
        return [number for number in range(self.num_blocks) if not self._is_whole(number)]

    def check(self) -> int:
        """The number of examples, after every checksum has been verified.

        Raises:
            DamagedFileError: If any part of the file is not as it was written.
        """
        with self._named():
            return self._archive.check()

    def __iter__(self) -> Iterator[np.ndarray]:
        """The blocks, and after the last a DamagedFileError if the end of the file is damaged: some may be missing."""
        with self._named():
            for stored in self._archive.blocks():
                yield self._decoded(stored)

    def read_all(self) -> np.ndarray:
        """All examples, `(n, *event_shape)`, after every checksum has been verified.

        Raises:
            DamagedFileError: If any part of the file is not as it was written.
        """
        with self._named():
            blocks = list(self._archive.blocks())
            examples, start = np.empty((self._archive.count_of(blocks), *self.event_shape), self.dtype), 0
            for stored in blocks:
                examples[start : start + stored.count] = self._decoded(stored)
                start += stored.count
            return examples

    def close(self) -> None:
        """Closes the file, if it was opened here."""
        if self._owned:
            self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @contextlib.contextmanager
    def _named(self):
        """Says of which file it is that something is damaged."""
        try:
            yield
        except DamagedFileError as error:
            if self._name is None:
                raise
            raise DamagedFileError(f"{self._name}: {error}") from error

    def _is_whole(self, number):
        try:
            self._archive.block(number)
        except DamagedFileError:
            return False
        return True

    def _check_model(self):
        header = self._archive.header
        own = fingerprint(self._vae)
        if header.event_shape != self._vae.event_shape or header.fingerprint != own:
            raise WrongModelError(
                f"The file was written with another model: examples of shape {header.event_shape}, fingerprint "
                f"{header.fingerprint.hex()}. This model has {self._vae.event_shape} and {own.hex()}. Load the exact "
                "model that compressed it; further training makes it a different one."
            )

    def _decoded(self, stored, progress=None):
        values = self._conditions.of(stored.number * self._archive.header.block_size, stored.count)
        return self._codec_of_file().decode(without_note(stored, values), self.dtype, progress, values)

    def _codec_of_file(self):
        """The codec, which is made when the first block is read."""
        if self._codec is None:
            header = self._archive.header
            codec = (
                LosslessCodec(self._vae, header.latent_bits)
                if header.lossless
                else LossyCodec(self._vae, header.quality)
            )
            if codec.tables != header.tables:
                raise ValueError(
                    "The file was written with other coding tables, from another version of NumPy, Python or "
                    "constriction: this installation cannot read it."
                )
            self._codec = codec
        return self._codec
