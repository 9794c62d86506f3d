import io

import numpy as np
import pytest

from keras_vae.compression import file_format
from keras_vae.compression.archive import Archive, opened
from keras_vae.compression.file_format import DamagedFileError, Header, StoredBlock

HEADER = Header((2, 2, 1), np.dtype("uint8"), bytes(16), 7, 10, 5)
BLOCKS = [StoredBlock(number, count, number, b"side", bytes(40 + number)) for number, count in enumerate((5, 5, 3))]


def parts() -> list[bytes]:
    blocks = [block.to_bytes() for block in BLOCKS]
    return [HEADER.to_bytes(), *blocks, file_format.footer([len(block) for block in blocks], 13)]


def archive(data: bytes) -> Archive:
    return Archive(io.BytesIO(data))


def test_blocks_are_read_in_any_order():
    found = archive(b"".join(parts()))
    assert (found.header, found.num_blocks, found.damage) == (HEADER, 3, None)
    assert [found.block(number) for number in (2, 0, 1)] == [BLOCKS[2], BLOCKS[0], BLOCKS[1]]
    assert found.check() == 13


def test_a_file_of_no_blocks():
    found = archive(HEADER.to_bytes() + file_format.footer([], 0))
    found.check()
    assert found.num_blocks == 0


@pytest.mark.parametrize("damaged", [1, 2, 3])
def test_a_damaged_block_costs_only_itself(damaged):
    data = parts()
    data[damaged] = data[damaged][:8] + bytes([data[damaged][8] ^ 4]) + data[damaged][9:]
    found = archive(b"".join(data))
    with pytest.raises(DamagedFileError, match=f"Block {damaged - 1} of 3: The block of the .kvz file is damaged"):
        found.block(damaged - 1)
    for other in {0, 1, 2} - {damaged - 1}:
        assert found.block(other) == BLOCKS[other]
    with pytest.raises(DamagedFileError):
        found.check()


def test_without_its_end_the_blocks_are_found_by_walking():
    *whole, end = parts()
    for data in (
        b"".join(whole),
        b"".join(whole) + end[:-9],
        b"".join(whole) + end + b"more",
        b"".join(whole) + bytes(9),
    ):
        found = archive(data)
        assert found.num_blocks == 3
        assert [found.block(number) for number in range(3)] == BLOCKS
        with pytest.raises(DamagedFileError, match=r"end of the \.kvz file|not where its end says"):
            found.check()


def test_every_truncation_is_found_and_leaves_the_blocks_before_it():
    data, ends = b"".join(parts()), np.cumsum([len(part) for part in parts()])
    for length in range(len(data)):
        if length < ends[0]:
            with pytest.raises(DamagedFileError):
                archive(data[:length])
            continue
        found = archive(data[:length])
        with pytest.raises(DamagedFileError):
            found.check()
        assert found.num_blocks == np.sum(ends[1:4] <= length)
        assert [found.block(number) for number in range(found.num_blocks)] == BLOCKS[: found.num_blocks]


def test_blocks_that_were_exchanged():
    header, first, second, third, _ = parts()
    assert len(first) != len(second)
    lengths = [len(second), len(first), len(third)]
    found = archive(header + second + first + third + file_format.footer(lengths, 13))
    with pytest.raises(DamagedFileError, match="Block 0 says that it is block 1, of 5 examples"):
        found.check()


def test_an_end_that_counts_otherwise():
    *whole, _ = parts()
    found = archive(b"".join(whole) + file_format.footer([len(block) for block in whole[1:]], 14))
    with pytest.raises(DamagedFileError, match="The blocks hold 13 examples, but the end of the file says 14"):
        found.check()


def test_an_end_that_claims_to_be_as_long_as_a_number_can_say():
    *whole, end = parts()
    found = archive(b"".join(whole) + end[:-4] + b"\xff\xff\xff\xff")
    assert found.num_blocks == 3
    assert found.damage is not None


def test_a_file_is_opened_from_bytes_paths_and_files(tmp_path):
    (tmp_path / "file.kvz").write_bytes(b"abc")
    for source in (b"abc", bytearray(b"abc"), tmp_path / "file.kvz", str(tmp_path / "file.kvz"), io.BytesIO(b"abc")):
        with opened(source) as file:
            assert file.read() == b"abc"
