"""What a block's decoder must know beside the stream, as bytes."""

from collections.abc import Iterable

from keras_vae.compression.block_codec import MOST_AT_ONCE, Block
from keras_vae.files.damage import DamagedFileError


def pack(block: Block) -> bytes:
    """The groups and the exceptions of a block: their numbers, 7 bits in a byte, the lowest first."""
    exceptions = [number for exception in block.exceptions for number in exception]
    # A group has 1 to 256 examples: a byte.
    sizes = bytes(size - 1 for size in block.groups)
    return _varint(len(block.groups)) + sizes + b"".join(map(_varint, exceptions))


def unpack(side: bytes, count: int, payload: bytes) -> Block:
    """A block from its parts in the file.

    Args:
        side: What `pack` gave.
        count: How many examples.
        payload: The stream.

    Raises:
        DamagedFileError: If they do not fit together.
    """
    number_of_groups, start = _read_varint(side, 0)
    sizes = [size + 1 for size in side[start : start + number_of_groups]]
    if len(sizes) != number_of_groups or sum(sizes) != count or max(sizes, default=1) > MOST_AT_ONCE:
        raise DamagedFileError(f"A block of {count} examples has groups of {sum(sizes)} in all.")
    numbers = list(_varints(side, start + number_of_groups))
    if len(numbers) % 3:
        raise DamagedFileError("A block's exceptions are incomplete.")
    return Block(count, tuple(sizes), tuple(zip(*(numbers[i::3] for i in range(3)), strict=True)), payload)


def _varint(number: int) -> bytes:
    parts = []
    while number >= 128:
        parts.append(number % 128 + 128)
        number //= 128
    return bytes([*parts, number])


def _varints(data: bytes, start: int) -> Iterable[int]:
    while start < len(data):
        number, start = _read_varint(data, start)
        yield number


def _read_varint(data: bytes, start: int) -> tuple[int, int]:
    number, shift = 0, 0
    while True:
        # Eight bytes hold any place that an array can have.
        if start >= len(data) or shift > 49:
            raise DamagedFileError("A block's side data ends within a number.")
        number |= (data[start] & 127) << shift
        start, shift = start + 1, shift + 7
        if data[start - 1] < 128:
            return number, start
