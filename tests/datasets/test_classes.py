import numpy as np
import pytest

from keras_vae import datasets
from keras_vae.datasets._classes import MOST_CLASSES, class_names, numbered

from .test_own_files import GREYS, folder_of


def test_texts_are_numbered_in_sorted_order():
    labels = np.array(["dog", "cat", "dog", "Ape"])
    assert class_names(labels, "x") == ["Ape", "cat", "dog"]
    np.testing.assert_array_equal(numbered(labels, "x"), [2, 1, 2, 0])
    np.testing.assert_array_equal(numbered(labels.astype("S"), "x"), [2, 1, 2, 0])


def test_names_that_are_known_number_data_that_lack_a_class():
    np.testing.assert_array_equal(numbered(np.array(["dog", "dog"]), "x", ["ape", "cat", "dog"]), [2, 2])
    with pytest.raises(ValueError, match=r"'x' has the label 'cow'. Expected one of 'ape', 'dog'"):
        numbered(np.array(["dog", "cow"]), "x", ["ape", "dog"])


@pytest.mark.parametrize("dtype", ["int32", "float64", "uint8"])
def test_whole_numbers_stay_what_they_are(dtype):
    labels = np.array([3, 1, 3], dtype)
    found = numbered(labels, "x", ["a", "b"])
    np.testing.assert_array_equal(found, [3, 1, 3])
    assert found.dtype == np.int64
    # There may be examples of the others elsewhere.
    assert class_names(labels, "x") == ["0", "1", "2", "3"]


def test_a_label_that_is_missing_is_no_class():
    labels = np.array([2, -1, 0])
    np.testing.assert_array_equal(numbered(labels, "x"), labels)
    assert class_names(labels, "x") == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1, -2], r"The labels of 'x' must be classes.*Received: -2"),
        ([1, 0.5], r"must be classes.*Received: 0.5. Numbers on a scale are `conditions.Covariates`"),
        ([1, np.nan], r"must be classes.*Received: nan"),
        ([0, MOST_CLASSES], r"at most 1,000 classes. Received: 1,001"),
        ([str(number) for number in range(MOST_CLASSES + 1)], r"at most 1,000 classes. Received: 1,001"),
        (["a", ""], r"'x' has an example without a label: number 1, from 0"),
    ],
)
def test_what_is_no_class(labels, message):
    for function in (class_names, numbered):
        with pytest.raises(ValueError, match=message):
            function(np.array(labels), "x")


def test_classes_by_name_and_by_path(tiny_dir, tmp_path):
    ten = [str(number) for number in range(10)]
    assert datasets.classes("digits") == datasets.classes("tiny_pictures", data_dir=tiny_dir) == ten
    assert datasets.classes(folder_of(tmp_path / "f", GREYS[:3], ["b/1.png", "a/2.png", "b/3.png"])) == ["a", "b"]
    (tmp_path / "t.csv").write_text("age,kind\n1,plum\n2.5,fig\n")
    assert datasets.classes(tmp_path / "t.csv", "kind") == ["fig", "plum"]


@pytest.mark.parametrize(
    ("name", "conditional", "message"),
    [
        ("t.csv", True, r"t\.csv' has no labels.*of a table a column that is named: conditional='COLUMN'"),
        ("t.csv", "sort", r"t\.csv' has no column 'sort' for the labels. Its columns are called 'age', 'kind'"),
        ("x.npy", True, r"x\.npy' has no labels: those of a folder are its sub-folders"),
        ("x.npy", "kind", r"x\.npy' is no table, and has no column 'kind'"),
        ("digits", "kind", r"'digits' has labels, and no column 'kind': give conditional=True"),
        ("tiny_binary", True, r"The dataset 'tiny_binary' has no labels"),
    ],
)
def test_data_without_labels_are_named(tmp_path, tiny_dir, name, conditional, message):
    (tmp_path / "t.csv").write_text("age,kind\n1,plum\n2.5,fig\n")
    np.save(tmp_path / "x.npy", GREYS)
    name = tmp_path / name if "." in name else name
    for function in (datasets.classes, datasets.load):
        with pytest.raises(ValueError, match=message):
            function(name, conditional=conditional, data_dir=tiny_dir)
