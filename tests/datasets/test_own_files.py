import os
import pathlib

import numpy as np
import pytest
from PIL import Image

from keras_vae.datasets import own_files
from keras_vae.datasets.array_files import ArrayOnDisk
from keras_vae.datasets.image_folder import ImageFolder
from keras_vae.datasets.own_files import is_path, name_of, open_own

RNG = np.random.default_rng(0)
GREYS = RNG.integers(0, 256, (10, 4, 6, 1)).astype(np.uint8)


def saved(path, x) -> str:
    np.save(path, x)
    return str(path)


def folder_of(path, images, names) -> str:
    for image, name in zip(images, names, strict=True):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.squeeze()).save(path / name)
    return str(path)


def test_paths_and_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("x.npy", "X.NPZ", "t.csv", "t.parquet", "photos/", "./photos", "../photos", "/photos", "~/photos"):
        assert is_path(name), name
    assert is_path(pathlib.Path("photos"))
    for name in ("digits", "mnist", "mnist:3.0.1", "huggingface/photos", "photos"):
        assert not is_path(name), name
    (tmp_path / "photos").mkdir()
    assert is_path("photos")
    # What was prepared by TFDS is found by its name, and what is embedded is what its name says.
    (tmp_path / "mnist" / "3.0.1").mkdir(parents=True)
    (tmp_path / "mnist" / "3.0.1" / "dataset_info.json").touch()
    (tmp_path / "digits").mkdir()
    assert not is_path("mnist")
    assert not is_path("digits")
    assert is_path("./digits")


@pytest.mark.parametrize(
    ("dataset", "name"),
    [("mnist", "mnist"), ("a/b/photos/", "photos"), ("./x.npy", "x"), ("/data/v1.2/", "v1.2"), ("a/T.CSV", "T")],
)
def test_short_names(dataset, name):
    assert name_of(dataset) == name


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "bool", "int64", "float16", "float64"])
def test_arrays_are_as_they_were_saved(tmp_path, dtype):
    x = (GREYS > 128).astype(dtype)
    data = open_own(saved(tmp_path / "x.npy", x))
    np.testing.assert_array_equal(data.rows, x)
    assert data.rows.dtype == dtype
    assert (data.event_shape, data.labels, data.facts.kind) == ((4, 6, 1), None, "binary")


def test_a_table_is_read_once_for_each_column_of_labels(tmp_path):
    (tmp_path / "t.csv").write_text("age,kind\n1,0\n2.5,1\n")
    path = str(tmp_path / "t.csv")
    alone, labelled = open_own(path), open_own(path, "kind")
    assert (alone.event_shape, alone.labels) == ((2,), None)
    np.testing.assert_array_equal(labelled.rows, [[1], [2.5]])
    np.testing.assert_array_equal(labelled.labels, [0, 1])
    assert open_own(path) is alone
    assert open_own(path, "kind") is labelled
    with pytest.raises(ValueError, match=r"x\.npy' is no table, and has no column 'kind'"):
        open_own(saved(tmp_path / "x.npy", GREYS), "kind")


@pytest.mark.parametrize(("dtype", "shape"), [("uint8", (4, 6, 1)), ("uint16", (4, 6, 1)), ("float32", (4, 6))])
def test_grey_images_need_no_axis_of_channels_and_signals_have_theirs(tmp_path, dtype, shape):
    data = open_own(saved(tmp_path / "x.npy", GREYS[..., 0].astype(dtype)))
    assert data.event_shape == shape
    np.testing.assert_array_equal(data.rows, GREYS.reshape(10, *shape))
    assert ("taken for grey images" in str(data)) == (len(shape) == 3)


def test_what_is_larger_stays_on_the_disk_with_the_same_facts(tmp_path, monkeypatch):
    path = saved(tmp_path / "x.npy", GREYS[..., 0])
    folder = folder_of(tmp_path / "i", GREYS, [f"{number}.png" for number in range(10)])
    inside = [open_own(path), open_own(folder)]
    expected = [(data.rows.copy(), data.facts) for data in inside]
    del inside
    monkeypatch.setattr(own_files, "MOST_BYTES_IN_MEMORY", 100)
    for data, (rows, facts), kind in zip(
        map(open_own, (path, folder)), expected, (ArrayOnDisk, ImageFolder), strict=True
    ):
        assert type(data.rows) is kind
        assert data.facts == facts
        np.testing.assert_array_equal(data.rows[np.array([7, 2])], rows[[7, 2]])


def test_sub_folders_are_labels_and_files_say_their_bits(tmp_path):
    dark = GREYS // 16
    data = open_own(folder_of(tmp_path, dark[:3], ["cats/1.png", "cats/2.png", "dogs/1.png"]))
    np.testing.assert_array_equal(data.rows, dark[:3])
    np.testing.assert_array_equal(data.labels, ["cats", "cats", "dogs"])
    # By its values alone it would have 16 levels.
    assert (data.facts.kind, data.facts.levels) == ("8 bit", 256)


def test_greys_of_16_bits_have_65536_levels(tmp_path):
    deep = GREYS[:2].astype(np.uint16) * 3
    data = open_own(folder_of(tmp_path, deep, ["1.png", "2.png"]))
    np.testing.assert_array_equal(data.rows, deep)
    assert (data.facts.kind, data.facts.levels) == ("16 bit", 65536)


def test_archives_and_tables(tmp_path):
    np.savez(tmp_path / "x.npz", x=GREYS, y=np.arange(10))
    data = open_own(tmp_path / "x.npz")
    np.testing.assert_array_equal(data.rows, GREYS)
    np.testing.assert_array_equal(data.labels, np.arange(10))
    (tmp_path / "t.csv").write_text("a,b\n1,0.5\n2,\n")
    data = open_own(tmp_path / "t.csv")
    np.testing.assert_array_equal(data.rows, [[1, 0.5], [2, np.nan]])
    assert data.facts.num_missing == 1


def test_data_are_read_once_as_long_as_they_are_held_and_anew_when_the_file_changes(tmp_path):
    path = saved(tmp_path / "x.npy", GREYS)
    data = open_own(path)
    assert open_own(path) is data
    saved(tmp_path / "x.npy", GREYS[:5])
    assert len(open_own(path).rows) == 5


@pytest.mark.parametrize(("held_out", "count"), [(0.1, 1), (0.01, 1), (0.35, 4), (0.99, 9)])
def test_splits_are_parts_that_are_drawn_once_and_for_all(tmp_path, held_out, count):
    data = open_own(saved(tmp_path / "x.npy", GREYS))
    train, test = data.split("train", held_out), data.split("test", held_out)
    assert len(test) == count
    np.testing.assert_array_equal(np.sort(np.concatenate([train, test])), np.arange(10))
    np.testing.assert_array_equal(test, open_own(data.path).split("test", held_out))
    assert data.split("all", held_out) is None
    assert data.split("train", 0.0) is None


def test_smaller_parts_are_within_larger_ones(tmp_path):
    data = open_own(saved(tmp_path / "x.npy", GREYS))
    assert set(data.split("test", 0.2)) < set(data.split("test", 0.5))


def test_splits_that_there_are_not(tmp_path):
    data = open_own(saved(tmp_path / "x.npy", GREYS[:1]))
    with pytest.raises(ValueError, match=r"x\.npy' has the splits 'all', 'train' and 'test'"):
        data.split("validation", 0.1)
    with pytest.raises(ValueError, match=r"x\.npy' holds 1 example, of which a share of 0\.1 cannot be held back"):
        data.split("train", 0.1)
    with pytest.raises(ValueError, match="cannot be held back"):
        data.split("test", 0.0)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros(5), r"at least one example.*Received shape \(5,\)"),
        (np.zeros(()), r"Received shape \(\)"),
        (np.zeros((0, 4)), r"Received shape \(0, 4\)"),
        (np.zeros((4, 0)), r"Received shape \(4, 0\)"),
        (np.array([["a"]]), "must hold an array of numbers. Received dtype <U1"),
        (np.zeros((2, 2), complex), "Received dtype complex128"),
        (np.zeros(2, [("a", float)]), "must hold an array of numbers"),
        (np.array([[{}]], object), "is not a .npy file of numbers"),
        (np.array([[1.0, np.inf]]), "must hold finite numbers that float32 can hold. Received: 1 infinite values"),
        (np.array([[1.0, -1e200]]), "Received: 1e.200"),
        (np.full((2, 3), np.nan), "holds no number: everything is NaN"),
    ],
)
def test_arrays_that_will_not_do_are_named(tmp_path, x, message):
    with pytest.raises(ValueError, match=rf"x\.npy' .*{message}"):
        open_own(saved(tmp_path / "x.npy", x))


def test_files_that_will_not_do_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"There is nothing at '.*missing/'\. Expected a \.npy or \.npz array"):
        open_own(f"{tmp_path}/missing/")
    (tmp_path / "a.png").touch()
    with pytest.raises(ValueError, match=r"a\.png' is not a file that can be read"):
        open_own(tmp_path / "a.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"There is no image in '.*empty'"):
        open_own(tmp_path / "empty")
    path = folder_of(tmp_path / "all", GREYS[:2], ["train/1.png", "Test/1.png"])
    with pytest.raises(ValueError, match=r"all' has the folders 'Test', 'train'\. Give one of them.*--validation"):
        open_own(path)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 30), "1 row of 30 columns"),
        ((2, 40, 2), "2 signals of length 40 and 2 channels"),
        ((2, 4, 6, 1), "2 images of 4x6, grey"),
        ((2, 4, 6, 3), "2 images of 4x6, colour"),
        ((2, 4, 6, 2), "2 images of 4x6, 2 channels"),
        ((2, 3, 4, 6, 1), "2 examples of 3x4x6, 1 channels"),
    ],
)
def test_what_was_read_in_a_line(tmp_path, shape, words):
    path = saved(tmp_path / "x.npy", np.full(shape, 0.5))
    assert str(open_own(path)) == f"{words} in {path!r}: real numbers in [0, 1]"


def test_files_that_were_left_out_are_counted_and_a_home_is_found(tmp_path, monkeypatch):
    folder_of(tmp_path, GREYS[:1], ["1.png"])
    (tmp_path / "notes.txt").touch()
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    assert str(open_own("~")).endswith("whole numbers 0 to 255 (8 bit), 1 other files left out")
