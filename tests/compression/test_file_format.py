import io
import struct
import zlib

import numpy as np
import pytest

from keras_vae.compression import file_format
from keras_vae.compression.file_format import DamagedFileError, Header, StoredBlock

HEADER = Header((8, 9, 3), np.dtype(">u2"), bytes(range(16)), 0xFEDCBA98, 10, 1000)
BLOCK = StoredBlock(3, 77, 0x12345678, b"side", b"the payload")


def read(data) -> Header:
    return file_format.read_header(io.BytesIO(data))


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        Header((1,), np.dtype(bool), bytes(16), 0, 1, 2**32 - 1),
        Header((4, 4, 1), np.dtype("float32"), bytes(16), 1, 0, 1, 0.5),
    ],
)
def test_a_header_comes_back(header):
    assert read(header.to_bytes() + b"what follows") == header
    assert header.lossless == (header.quality == 0)


def test_a_header_is_small():
    assert len(HEADER.to_bytes()) == 8 + 2 + 35 + 12 + 4


def test_every_bit_of_a_header_and_of_a_block_counts():
    for data, reader in ((HEADER.to_bytes(), read), (BLOCK.to_bytes(), file_format.block_from)):
        for bit in range(8 * len(data)):
            damaged = bytearray(data)
            damaged[bit // 8] ^= 1 << (bit % 8)
            with pytest.raises(DamagedFileError):
                reader(bytes(damaged))
        for length in range(len(data)):
            with pytest.raises(DamagedFileError):
                reader(data[:length])


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_such_file(data):
    with pytest.raises(DamagedFileError, match=r"This is not a \.kvz file: it starts with"):
        read(data)


def test_a_file_that_was_sent_as_text():
    with pytest.raises(DamagedFileError, match="signature"):
        read(HEADER.to_bytes().replace(b"\r\n", b"\n"))


def rewritten(offset, value: bytes) -> bytes:
    """A header with other bytes in its fields, and a checksum that fits: from a hostile writer."""
    data = bytearray(HEADER.to_bytes()[:-4])
    data[10 + offset : 10 + offset + len(value)] = value
    return file_format.with_checksum(bytes(data))


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [
        (0, b"\x02", r"has version 2; this package reads version 1"),
        (1, b"\x00", "values that this package never writes"),
        (1, b"\xff", "values that this package never writes"),
        (2, bytes(4), "values that this package never writes"),
        (26, struct.pack("<f", float("nan")), "values that this package never writes"),
        (26, struct.pack("<f", -1.0), "values that this package never writes"),
        (30, b"|O8\0", "values that this package never writes"),
        (30, b"zzzz", "cannot be read"),
        # NumPy takes these for Python.
        (30, b",f4,", "cannot be read"),
        (30, b"<f16", "values that this package never writes"),
        (34, b"\x02", "values that this package never writes"),
    ],
)
def test_a_header_that_says_nonsense(offset, value, message):
    with pytest.raises(DamagedFileError, match=message):
        read(rewritten(offset, value))


def test_a_header_that_claims_to_be_long_reads_what_there_is():
    data = bytearray(HEADER.to_bytes())
    data[8:10] = b"\xff\xff"
    with pytest.raises(DamagedFileError, match=r"header .* is damaged"):
        read(bytes(data))


def test_a_block_comes_back():
    data = BLOCK.to_bytes()
    assert file_format.block_from(data) == BLOCK
    assert file_format.block_length(data[:100]) == len(data) == 24 + 4 + 11 + 4
    assert file_format.block_length(b"KVZE" + data[4:]) == 0
    assert file_format.block_length(data[:10]) == 0


def test_a_block_whose_lengths_do_not_fit():
    data = bytearray(BLOCK.to_bytes()[:-4])
    data[16:20] = struct.pack("<I", 2**32 - 1)
    with pytest.raises(DamagedFileError, match="lengths do not add up"):
        file_format.block_from(file_format.with_checksum(bytes(data)))


def test_the_end_comes_back_and_every_bit_of_it_counts():
    data = file_format.footer([500, 600, 2**31], 12345)
    assert file_format.footer_from(data) == ([500, 600, 2**31], 12345)
    assert int.from_bytes(data[-4:], "little") == len(data)
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(DamagedFileError):
            file_format.footer_from(bytes(damaged))


@pytest.mark.parametrize("blocks", [0, 2, 2**32 - 1])
def test_an_end_that_claims_other_numbers_of_blocks(blocks):
    body = struct.pack("<4sIQ", b"KVZE", blocks, 5) + struct.pack("<I", 99)
    data = body + struct.pack("<I", zlib.crc32(body))
    with pytest.raises(DamagedFileError):
        file_format.footer_from(data + struct.pack("<I", len(data) + 4))


def test_a_block_that_is_shorter_than_its_head():
    with pytest.raises(DamagedFileError, match="shorter than its header"):
        file_format.block_from(file_format.with_checksum(b"KVZB"))
