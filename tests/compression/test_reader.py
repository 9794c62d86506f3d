import numpy as np
import pytest

from keras_vae import compression
from keras_vae.compression import DamagedFileError, Reader, WrongModelError, reader
from keras_vae.compression.archive import Archive

from ..tiny_models import tiny_vae


@pytest.fixture(scope="module")
def blob(binary_vae, binary) -> bytes:
    return compression.compress(binary_vae, binary, block_size=100)


def test_blocks_are_read_one_by_one(binary_vae, binary, blob):
    with Reader(binary_vae, blob) as found:
        assert (found.num_blocks, found.event_shape, found.dtype) == (3, (8, 8, 1), np.float32)
        np.testing.assert_array_equal(found.read_block(2), binary[200:])
        np.testing.assert_array_equal(found.read_block(0), binary[:100])
        np.testing.assert_array_equal(np.concatenate(list(found)), binary)
        assert found.damaged_blocks() == []
        assert found.check() == 297
        for number in (-1, 3):
            with pytest.raises(IndexError, match="the blocks 0 to 2"):
                found.read_block(number)


def test_undamaged_blocks_are_still_read(binary_vae, binary, blob):
    damaged = bytearray(blob)
    damaged[len(blob) // 2] ^= 1
    with Reader(binary_vae, bytes(damaged)) as found:
        assert found.damaged_blocks() == [1]
        with pytest.raises(DamagedFileError, match="Block 1 of 3"):
            found.read_block(1)
        with pytest.raises(DamagedFileError, match="Block 1 of 3"):
            found.check()
        np.testing.assert_array_equal(found.read_block(0), binary[:100])
        np.testing.assert_array_equal(found.read_block(2), binary[200:])


def test_a_file_that_ends_early_is_not_read_as_if_it_were_whole(binary_vae, binary, blob):
    with Reader(binary_vae, blob[: 2 * len(blob) // 3]) as found:
        blocks = iter(found)
        np.testing.assert_array_equal(next(blocks), binary[:100])
        with pytest.raises(DamagedFileError, match=r"The end of the \.kvz file is damaged, or missing"):
            list(blocks)
    with Reader(binary_vae, blob[:-1]) as found:
        blocks = iter(found)
        np.testing.assert_array_equal(np.concatenate([next(blocks) for _ in range(3)]), binary)
        with pytest.raises(DamagedFileError):
            next(blocks)


def test_all_is_read_once_and_nothing_of_a_file_that_is_damaged(binary_vae, binary, blob, monkeypatch):
    read, made = [], Archive.block
    monkeypatch.setattr(Archive, "block", lambda self, number: read.append(number) or made(self, number))
    with Reader(binary_vae, blob) as found:
        np.testing.assert_array_equal(found.read_all(), binary)
    assert read == [0, 1, 2]
    # Of a damaged file no block is decoded.
    monkeypatch.setattr(reader.LosslessCodec, "decode", None)
    with Reader(binary_vae, blob[:-1]) as found, pytest.raises(DamagedFileError):
        found.read_all()


def test_progress(binary_vae, blob):
    counts = []
    with Reader(binary_vae, blob) as found:
        found.read_block(0, counts.append)
    assert sum(counts) == 100


def test_a_path_is_opened_and_closed_and_a_file_is_left_open(binary_vae, blob, tmp_path):
    path = tmp_path / "images.kvz"
    path.write_bytes(blob)
    with Reader(binary_vae, path) as found:
        file = found._file
    assert file.closed
    with open(path, "rb") as file:
        with Reader(binary_vae, file) as found:
            assert found.num_blocks == 3
        assert not file.closed


def test_the_wrong_model(blob):
    with pytest.raises(WrongModelError, match=r"written with another model: .*Load the exact model that compressed it"):
        Reader(tiny_vae(), blob)


def test_tables_of_another_installation(binary_vae, blob, monkeypatch):
    made = reader.LosslessCodec

    def other(*arguments):
        codec = made(*arguments)
        codec.tables ^= 1
        return codec

    # Another library of functions, as one machine can have it.
    monkeypatch.setattr(reader, "LosslessCodec", other)
    with pytest.raises(ValueError, match="other coding tables"):
        Reader(binary_vae, blob).read_block(0)
