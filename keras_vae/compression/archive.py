"""A `.kvz` file, part by part, without a model."""

import io
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from keras_vae.compression import file_format
from keras_vae.files.damage import DamagedFileError


class Archive:
    """The parts of a `.kvz` file: its header is read, and its blocks as they are asked for.

    The blocks are found by the file's end, or where that is damaged by walking from one to the next.

    Args:
        file: Seekable, open for reading bytes.

    Attributes:
        header: What all blocks share.
        count: How many examples the end of the file says that there are; `None` where it is damaged.
        damage: What is wrong with the end of the file; `None` if nothing is.

    Raises:
        DamagedFileError: If the header cannot be read: nothing of the file can be, then.
    """

    def __init__(self, file: BinaryIO):
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self.header = file_format.read_header(file)
        self._first = file.tell()
        self.damage = None
        try:
            lengths, self.count = self._by_footer()
        except DamagedFileError as error:
            self.damage = error
            lengths, self.count = self._by_walking(), None
        self._starts = [self._first]
        for length in lengths:
            self._starts.append(self._starts[-1] + length)

    @property
    def num_blocks(self) -> int:
        """How many blocks were found."""
        return len(self._starts) - 1

    def block(self, number: int) -> file_format.StoredBlock:
        """Reads a block.

        Raises:
            DamagedFileError: If it is not as it was written.
        """
        start, end = self._starts[number : number + 2]
        self._file.seek(start)
        try:
            block = file_format.block_from(self._file.read(end - start))
        except DamagedFileError as error:
            raise DamagedFileError(f"Block {number} of {self.num_blocks}: {error}") from error
        if not self.header.carries(block.count, end - start):
            raise DamagedFileError(f"Block {number} claims {block.count:,} examples, but has {end - start:,} bytes.")
        if block.number != number or block.count > self.header.block_size:
            raise DamagedFileError(f"Block {number} says that it is block {block.number}, of {block.count} examples.")
        return block

    def blocks(self) -> Iterator[file_format.StoredBlock]:
        """The blocks, and after the last a `DamagedFileError` if the end is not as it was written, or counts more."""
        count = 0
        for number in range(self.num_blocks):
            block = self.block(number)
            count += block.count
            yield block
        if self.damage is not None:
            raise self.damage
        if count != self.count:
            raise DamagedFileError(f"The blocks hold {count} examples, but the end of the file says {self.count}.")

    def count_of(self, blocks: Iterable[file_format.StoredBlock]) -> int:
        """How many examples all blocks hold.

        Raises:
            DamagedFileError: If they are more than the whole file stands for.
        """
        count = sum(block.count for block in blocks)
        if not self.header.carries(count, self._size):
            raise DamagedFileError(f"The file claims {count:,} examples, but has {self._size:,} bytes.")
        return count

    def check(self) -> int:
        """How many examples there are, once every checksum is seen to fit.

        Raises:
            DamagedFileError: If any part of the file is not as it was written.
        """
        return self.count_of(self.blocks())

    def _by_footer(self):
        self._file.seek(max(self._first, self._size - file_format.NUMBER.size))
        (length,) = file_format.NUMBER.unpack(self._file.read().rjust(file_format.NUMBER.size, b"\0"))
        if length > self._size - self._first:
            raise DamagedFileError("The end of the .kvz file is damaged, or missing.")
        self._file.seek(self._size - length)
        lengths, count = file_format.footer_from(self._file.read())
        if self._first + sum(lengths) + length != self._size:
            raise DamagedFileError("The blocks of the .kvz file are not where its end says.")
        return lengths, count

    def _by_walking(self):
        lengths, start = [], self._first
        while start < self._size:
            self._file.seek(start)
            length = file_format.block_length(self._file.read(file_format.BLOCK_HEAD.size))
            if not length or start + length > self._size:
                break
            lengths.append(length)
            start += length
        return lengths


def opened(source) -> BinaryIO:
    """A file of bytes, a path or an open file, for reading."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return io.BytesIO(source)
    if isinstance(source, (str, os.PathLike)):
        return open(source, "rb")
    return source
