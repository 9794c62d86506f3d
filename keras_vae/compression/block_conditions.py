"""What the examples of a file were written under: given again where it is read, since the file does not hold it."""

import dataclasses
import zlib

import keras
import numpy as np

from keras_vae.compression.file_format import NUMBER, StoredBlock
from keras_vae.files.damage import DamagedFileError

EACH_OR_ALL = "one value for each example, in the order of the examples, or one for all"


class BlockConditions:
    """The values of a condition for all examples of a file, block by block.

    Args:
        condition: A model's `Condition`, or `None`.
        values: Its values: one for each example, or one for all; `None` without a condition.
        count: How many examples the file has; `None` where that is not known.

    Raises:
        ValueError: If there are values without a condition, or the other way round, there are more or fewer values than
            examples, or a value is not allowed.
    """

    def __init__(self, condition, values, count: int | None = None):
        if condition is None and values is not None:
            raise ValueError("The model has no condition: leave out `condition`, or take the model that has one.")
        if condition is not None and values is None:
            raise ValueError(
                f"The model has a condition, {condition.described()}, whose values are not in the file: give them "
                f"again as `condition=`, {EACH_OR_ALL}."
            )
        self._condition = condition
        self._values = None if condition is None else self._each(values, lambda *part: _held(*part, count))

    def of(self, start: int, count: int):
        """The values for so many examples from one on, in the form that networks take; `None` without a condition."""
        if self._condition is None:
            return None
        values = self._each(
            self._values, lambda _, part, held: held if _is_for_all(part, held) else held[start : start + count]
        )
        return self._condition.for_each(values, count)

    def _each(self, values, function):
        """The values with those of each single condition replaced by what a function makes of them."""
        parts = self._condition.parts(values, "condition")
        return keras.tree.pack_sequence_as(self._condition.inputs(), [function(*part) for part in parts])


def with_note(stored: StoredBlock, values) -> StoredBlock:
    """A block with a checksum of the values that it was written under; without a condition as it is."""
    if values is None:
        return stored
    return dataclasses.replace(stored, side=stored.side + NUMBER.pack(_checksum(values)))


def without_note(stored: StoredBlock, values) -> StoredBlock:
    """The block that `with_note` was given.

    Raises:
        DamagedFileError: If the block has no room for a checksum.
        ValueError: If it was written under other values.
    """
    if values is None:
        return stored
    side, note = stored.side[: -NUMBER.size], stored.side[-NUMBER.size :]
    if len(note) != NUMBER.size:
        raise DamagedFileError(f"Block {stored.number} does not say what it was written under.")
    if NUMBER.unpack(note)[0] != _checksum(values):
        raise ValueError(
            f"`condition` must hold what the examples were compressed under, {EACH_OR_ALL}. Received other values for "
            f"the {stored.count} examples of block {stored.number}."
        )
    return dataclasses.replace(stored, side=side)


def _held(name, condition, values, count):
    if _is_for_all(condition, values):
        return condition.for_each(values, 1, name)[0]
    return condition.checked(values, name, count)


def _is_for_all(condition, values) -> bool:
    return np.shape(values) == condition.shape


def _checksum(values) -> int:
    checksum = 0
    for array in keras.tree.flatten(values):
        checksum = zlib.crc32(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes(), checksum)
    return checksum
