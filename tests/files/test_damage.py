"""A file that is not as it was written is refused, by name and before it fills the memory."""

import zipfile

import numpy as np
import pytest

from keras_vae.files.damage import DamagedFileError, check_archive, is_archive


@pytest.fixture
def archive(tmp_path):
    """An archive of a stored and of a packed part."""
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("weights", np.random.default_rng(0).bytes(3000))
        file.writestr("config.json", "{}" * 500, compress_type=zipfile.ZIP_DEFLATED)
    return path


def is_refused(path) -> bool:
    try:
        check_archive(path)
    except DamagedFileError as error:
        return repr(str(path)) in str(error)
    return False


def test_what_is_whole_passes(archive):
    check_archive(archive)
    assert is_archive(archive)


def test_any_flipped_bit_of_a_part_is_found(archive):
    data = archive.read_bytes()
    # Beyond the end of the parts there is the table of contents, of which not every bit means something.
    with zipfile.ZipFile(archive) as file:
        end = file.start_dir
    for place in np.random.default_rng(1).integers(0, end, 200):
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(place) % 8
        archive.write_bytes(damaged)
        if not is_refused(archive):
            # Of the heads before the parts not everything is looked at.
            with zipfile.ZipFile(archive) as file:
                assert (file.read("weights"), file.read("config.json")) == (data[37:3037], b"{}" * 500)


@pytest.mark.parametrize("length", [2, 30, 1000, 3050, -1, -22])
def test_a_file_that_ends_early(archive, length):
    archive.write_bytes(archive.read_bytes()[:length])
    assert is_archive(archive)
    with pytest.raises(DamagedFileError, match=r"model\.keras' is damaged"):
        check_archive(archive)


def test_what_claims_more_than_it_can_hold_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", bytes(4 * 2**20))
    with pytest.raises(DamagedFileError, match="bytes but claims to hold 4,194,304"):
        check_archive(path)


@pytest.mark.parametrize("content", [b"", b"P", b"text"])
def test_what_is_no_archive(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    assert not is_archive(tmp_path / "a")
