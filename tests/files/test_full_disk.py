"""Whoever was writing, what a full disk says is one line."""

import contextlib
import errno
import os
import resource

import pytest
import tensorflow as tf

from keras_vae.files._workplace import workplace
from keras_vae.files.full_disk import full_disk_explained
from keras_vae.files.whole import whole_file, whole_folder

from ..tiny_models import tiny_vae


@contextlib.contextmanager
def no_room(most_bytes):
    """No file may have more bytes; beyond them writing fails as on a full disk."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


class OfTensorFlow(Exception):
    """An error that is no OSError, as TensorFlow's are."""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_the_systems_errors_get_the_name_that_the_user_gave(tmp_path, number):
    explained = full_disk_explained("there/model.keras", str(tmp_path))
    with pytest.raises(OSError, match=r"Free some space, and try again: 'there/model\.keras'") as caught, explained:
        raise OSError(number, "of HDF5,\nin several lines", "hidden")
    assert (caught.value.errno, caught.value.filename) == (number, "there/model.keras")
    assert "\n" not in str(caught.value)
    assert os.strerror(number) in str(caught.value)


def test_errors_of_others_are_for_want_of_room_where_there_is_none(tmp_path):
    explained = full_disk_explained("model", str(tmp_path))
    with pytest.raises(OSError, match="Free some space") as caught, no_room(1000), explained:
        raise OfTensorFlow("RESOURCE_EXHAUSTED")
    assert caught.value.errno == errno.EFBIG
    assert isinstance(caught.value.__cause__, OfTensorFlow)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("error", [OfTensorFlow("a bug"), PermissionError(errno.EACCES, "no"), ValueError("bad data")])
def test_other_errors_pass(tmp_path, error):
    # What is wrong with the data is said also where there is no room.
    room = no_room(1000 if isinstance(error, ValueError) else 2**30)
    with pytest.raises(type(error)) as caught, room, full_disk_explained("model", str(tmp_path)):
        raise error
    assert caught.value is error


def test_a_model_that_finds_no_room_leaves_the_good_files(tmp_path):
    vae = tiny_vae()
    files = tmp_path / "model.keras", tmp_path / "model.weights.h5", tmp_path / "saved"
    vae.save(files[0])
    vae.save_weights(files[1])
    (files[2]).mkdir()
    (files[2] / "saved_model.pb").write_text("good")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for write, path in zip((vae.save, vae.save_weights, vae.export), files, strict=True):
        with pytest.raises(OSError, match="Free some space, and try again") as caught, no_room(1000):
            write(path, overwrite=True)
        assert caught.value.filename == str(path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_tensorflows_error_is_no_oserror(tmp_path):
    """What the above is for."""
    with pytest.raises(tf.errors.OpError), no_room(1000):
        tf.io.write_file(str(tmp_path / "a"), "a" * 5000)


def full(*args, **settings):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_folders_say_it_too_and_where_nothing_was_written_nothing_is_left(tmp_path, monkeypatch):
    with pytest.raises(OSError, match="Free some space"), whole_folder(tmp_path / "folder", any):
        full()
    with pytest.raises(OSError, match="Free some space"), whole_file(tmp_path / "file"):
        full()
    monkeypatch.setattr("builtins.open", full)
    with pytest.raises(OSError, match="Free some space"), workplace(tmp_path / "run", False, any):
        pass
    assert os.listdir(tmp_path) == []
