"""Files are there as a whole, or not at all."""

import pytest

from keras_vae.compression.unfinished import unfinished


def test_a_file_appears_at_the_end_and_replaces_what_was_there(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"before")
    with unfinished(str(path)) as name, open(name, "wb") as file:
        file.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert [file.name for file in tmp_path.iterdir()] == ["x.bin"]


def fail_after_half(path):
    """Writes half of a file, and finds the disk full."""
    with unfinished(str(path)) as name, open(name, "wb") as file:
        file.write(b"half")
        raise OSError("full")


def test_after_an_error_all_is_as_it_was(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"before")
    with pytest.raises(OSError, match="full"):
        fail_after_half(path)
    assert path.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir()] == ["x.bin"]
