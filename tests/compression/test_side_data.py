import numpy as np
import pytest

from keras_vae.compression import side_data
from keras_vae.compression.block_codec import Block
from keras_vae.compression.file_format import DamagedFileError

BLOCK = Block(260, (1, 3, 256), ((0, 0, 0), (2, 5, 127), (300, 1, 2**40)), b"payload")


@pytest.mark.parametrize("block", [BLOCK, Block(0, (), (), b"")])
def test_what_is_packed_is_unpacked(block):
    assert side_data.unpack(side_data.pack(block), block.count, block.payload) == block


def test_small_numbers_take_a_byte():
    # How many groups, a byte for each, and of each exception three numbers: 3 bytes, 3 bytes, and 2 + 1 + 6.
    assert len(side_data.pack(BLOCK)) == 1 + 3 + 3 + 3 + 9


@pytest.mark.parametrize("cut", range(len(side_data.pack(BLOCK))))
def test_what_ends_early_is_refused_or_has_lost_whole_exceptions(cut):
    side = side_data.pack(BLOCK)[:cut]
    if cut in (4, 7, 10):
        assert side_data.unpack(side, 260, b"").exceptions == BLOCK.exceptions[: (cut - 4) // 3]
    else:
        with pytest.raises(DamagedFileError):
            side_data.unpack(side, 260, b"")


def test_groups_that_are_not_the_block():
    with pytest.raises(DamagedFileError, match="A block of 261 examples has groups of 260 in all"):
        side_data.unpack(side_data.pack(BLOCK), 261, b"")


def test_any_bytes_are_read_or_refused():
    rng = np.random.default_rng(0)
    for length in range(60):
        try:
            block = side_data.unpack(rng.bytes(length), 100, b"")
        except DamagedFileError:
            continue
        assert sum(block.groups) == 100


def test_a_number_without_an_end_is_refused():
    with pytest.raises(DamagedFileError, match="ends within a number"):
        side_data.unpack(b"\x80" * 1000, 1, b"")
