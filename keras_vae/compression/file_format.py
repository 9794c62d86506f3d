"""The parts of a `.kvz` file as bytes.

    file    = header, block, ..., block, footer
    header  = signature, length of the fields, fields, CRC-32
    block   = marker, number, count, lengths of side data and payload, CRC-32 of the content, side data, payload, CRC-32
    footer  = marker, number of blocks, number of examples, length of each block, CRC-32, length of the footer

Numbers are little-endian. A CRC-32 covers all of its part that stands before it. No length is believed: nothing is
read or made that is longer than what the file holds.
"""

import dataclasses
import math
import struct
import zlib
from collections.abc import Sequence

import numpy as np

from keras_vae.files.damage import DamagedFileError

# The first byte is no text, and the line ends do not survive a transfer as text (as in PNG).
SIGNATURE = b"\x89KVZ\r\n\x1a\n"
VERSION = 1
BLOCK_MARKER, FOOTER_MARKER = b"KVZB", b"KVZE"
FINGERPRINT_BYTES = 16
MOST_AXES = 16
# Larger numbers have bytes of padding, which nothing gives back.
MOST_ITEM_BYTES = 8

HEADER_LENGTH = struct.Struct("<H")
FIELDS = struct.Struct(f"<BBI I {FINGERPRINT_BYTES}s f 4s B")
BLOCK_HEAD = struct.Struct("<4s I I I I I")
FOOTER_HEAD = struct.Struct("<4s I Q")
NUMBER = struct.Struct("<I")
# A byte may stand for so many bytes of examples, beyond those of a small file: what claims more is refused.
MOST_CLAIMED, ALWAYS_ALLOWED = 2**13, 2**26


@dataclasses.dataclass(frozen=True)
class Header:
    """What all blocks share.

    Attributes:
        event_shape: Shape of one example.
        dtype: Of the examples, with its byte order.
        fingerprint: Of the model, 16 bytes.
        tables: Checksum of the tables that the coder works with.
        latent_bits: Bits for each latent; 0 in a file that is coded with loss.
        block_size: Examples of each block; the last has what is left.
        quality: Of a file that is coded with loss; 0 for one without.
    """

    event_shape: tuple[int, ...]
    dtype: np.dtype
    fingerprint: bytes
    tables: int
    latent_bits: int
    block_size: int
    quality: float = 0.0

    def carries(self, count: int, size: int) -> bool:
        """Whether so many examples may lie in so many bytes, as no more memory is asked for than a file stands for."""
        return count * math.prod(self.event_shape) * self.dtype.itemsize <= MOST_CLAIMED * size + ALWAYS_ALLOWED

    @property
    def lossless(self) -> bool:
        """Whether every bit comes back."""
        return self.quality == 0.0

    def to_bytes(self) -> bytes:
        """The header of the file."""
        fields = FIELDS.pack(
            VERSION,
            self.latent_bits,
            self.block_size,
            self.tables,
            self.fingerprint,
            self.quality,
            self.dtype.str.encode(),
            len(self.event_shape),
        )
        fields += np.array(self.event_shape, "<u4").tobytes()
        return with_checksum(SIGNATURE + HEADER_LENGTH.pack(len(fields)) + fields)


def read_header(file) -> Header:
    """Reads the header from the start of a file.

    Raises:
        DamagedFileError: If it is no `.kvz` file, of another version, or damaged.
    """
    start = file.read(len(SIGNATURE) + HEADER_LENGTH.size)
    if start[:4] != SIGNATURE[:4]:
        raise DamagedFileError(f"This is not a .kvz file: it starts with {start[:8]!r}. Expected {SIGNATURE!r}.")
    if not start.startswith(SIGNATURE) or len(start) < len(SIGNATURE) + HEADER_LENGTH.size:
        raise DamagedFileError(f"The signature of the .kvz file is damaged: {start[:8]!r}. Expected {SIGNATURE!r}.")
    (length,) = HEADER_LENGTH.unpack(start[len(SIGNATURE) :])
    fields = checked(start + file.read(length + NUMBER.size), "header")[len(start) :]
    if not fields or fields[0] != VERSION:
        raise DamagedFileError(
            f"The .kvz file has version {fields[0] if fields else 'none'}; this package reads version {VERSION}."
        )
    return _header_of(fields)


def _header_of(fields):
    try:
        _, latent_bits, block_size, tables, fingerprint, quality, dtype, axes = FIELDS.unpack_from(fields)
        shape = np.frombuffer(fields, "<u4", offset=FIELDS.size)
        dtype = np.dtype(dtype.rstrip(b"\0").decode())
    except (struct.error, ValueError, TypeError, SyntaxError) as error:
        raise DamagedFileError(f"The header of the .kvz file cannot be read: {error}") from error
    plausible = len(shape) == axes and 0 < axes <= MOST_AXES and block_size > 0
    numbers = dtype.kind in "biuf" and dtype.itemsize <= MOST_ITEM_BYTES
    if not plausible or not numbers or not quality >= 0 or not (1 <= latent_bits <= 16 or quality > 0):
        raise DamagedFileError("The header of the .kvz file has values that this package never writes.")
    return Header(tuple(map(int, shape)), dtype, fingerprint, tables, latent_bits, block_size, quality)


@dataclasses.dataclass(frozen=True)
class StoredBlock:
    """A block as it lies in a file.

    Attributes:
        number: Which of the blocks, from 0.
        count: How many examples.
        content: CRC-32 of what the payload decodes to.
        side: What the decoder must know beside the payload.
        payload: The stream.
    """

    number: int
    count: int
    content: int
    side: bytes
    payload: bytes

    def to_bytes(self) -> bytes:
        """The block of the file."""
        head = BLOCK_HEAD.pack(BLOCK_MARKER, self.number, self.count, len(self.side), len(self.payload), self.content)
        return with_checksum(head + self.side + self.payload)


def block_from(data: bytes) -> StoredBlock:
    """A block from all of its bytes.

    Raises:
        DamagedFileError: If they are not as they were written.
    """
    data = checked(data, "block")
    if len(data) < BLOCK_HEAD.size:
        raise DamagedFileError("A block is shorter than its header.")
    marker, number, count, side, payload, content = BLOCK_HEAD.unpack_from(data)
    if marker != BLOCK_MARKER or BLOCK_HEAD.size + side + payload != len(data):
        raise DamagedFileError("A block's lengths do not add up.")
    start = BLOCK_HEAD.size + side
    return StoredBlock(number, count, content, data[BLOCK_HEAD.size : start], data[start:])


def block_length(head: bytes) -> int:
    """How long a block says that it is, from its first bytes; 0 if they begin no block."""
    if len(head) < BLOCK_HEAD.size or not head.startswith(BLOCK_MARKER):
        return 0
    _, _, _, side, payload, _ = BLOCK_HEAD.unpack_from(head)
    return BLOCK_HEAD.size + side + payload + NUMBER.size


def footer(lengths: Sequence[int], count: int) -> bytes:
    """The end of a file: the lengths of its blocks, and its number of examples."""
    data = FOOTER_HEAD.pack(FOOTER_MARKER, len(lengths), count) + np.array(lengths, "<u4").tobytes()
    data = with_checksum(data)
    return data + NUMBER.pack(len(data) + NUMBER.size)


def footer_from(data: bytes) -> tuple[list[int], int]:
    """The lengths of the blocks and the number of examples, from all bytes of a footer.

    Raises:
        DamagedFileError: If they are not as they were written.
    """
    if len(data) < NUMBER.size or NUMBER.unpack(data[-NUMBER.size :])[0] != len(data):
        raise DamagedFileError("The end of the .kvz file is damaged, or missing.")
    data = checked(data[: -NUMBER.size], "end")
    if len(data) < FOOTER_HEAD.size:
        raise DamagedFileError("The end of the .kvz file is damaged, or missing.")
    marker, blocks, count = FOOTER_HEAD.unpack_from(data)
    if marker != FOOTER_MARKER or FOOTER_HEAD.size + NUMBER.size * blocks != len(data):
        raise DamagedFileError("The end of the .kvz file is damaged, or missing.")
    return np.frombuffer(data, "<u4", offset=FOOTER_HEAD.size).tolist(), count


def with_checksum(data: bytes) -> bytes:
    """Bytes, and their CRC-32 after them."""
    return data + NUMBER.pack(zlib.crc32(data))


def checked(data: bytes, part: str) -> bytes:
    """Bytes without the CRC-32 at their end.

    Raises:
        DamagedFileError: If it is not theirs.
    """
    body = data[: -NUMBER.size]
    if len(data) < NUMBER.size or zlib.crc32(body) != NUMBER.unpack(data[-NUMBER.size :])[0]:
        raise DamagedFileError(
            f"The {part} of the .kvz file is damaged: its checksum does not match, or it ends early."
        )
    return body
