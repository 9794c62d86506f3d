import numpy as np
import pytest

from keras_vae.visualization.labels import as_classes, checked_labels, one_line, shortened


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([3, 1], np.array([3, 1])),
        (np.array([[0.5], [1.5]]), np.array([0.5, 1.5])),
        ([True, False], np.array([True, False])),
        (["a", "b"], np.array(["a", "b"])),
        (np.array([b"caf\xc3\xa9", b"\xff"]), np.array(["café", "\N{REPLACEMENT CHARACTER}"])),
        (np.array([b"a", "b"], object), np.array(["a", "b"])),
        (np.array([1, np.float32(2.5)], object), np.array([1.0, 2.5])),
    ],
)
def test_labels_are_numbers_or_texts(labels, expected):
    checked = checked_labels(labels, 2)
    assert checked.dtype.kind == expected.dtype.kind
    np.testing.assert_array_equal(checked, expected)


def test_no_labels():
    assert checked_labels(None, 2) is None


@pytest.mark.parametrize("labels", [[None, "a"], np.array([1, "a"], object), [1j, 2j], [{}, {}]])
def test_labels_of_several_kinds(labels):
    with pytest.raises(ValueError, match=r"`labels` must be all numbers or all texts. Received values of"):
        checked_labels(labels, 2)


@pytest.mark.parametrize("labels", ["ab", [1, 2, 3], [[1, 2]]])
def test_labels_of_another_shape(labels):
    with pytest.raises(ValueError, match="one label for each of 2 examples"):
        checked_labels(labels, 2)


@pytest.mark.parametrize(
    ("labels", "classes", "indices"),
    [
        (["b", "a", "b"], ["a", "b"], [1, 0, 1]),
        ([7, 3, 7], [3, 7], [1, 0, 1]),
        ([2.0, -1.0, 2.0], ["-1", "2"], [1, 0, 1]),
        ([True, False, True], [False, True], [1, 0, 1]),
    ],
)
def test_classes(labels, classes, indices):
    found = as_classes(np.array(labels))
    assert found[0].tolist() == classes
    assert found[1].tolist() == indices


@pytest.mark.parametrize("labels", [[0.5, 1.0], [1.0, np.nan], [1.0, np.inf], np.arange(41), np.arange(41.0)])
def test_a_scale_of_numbers(labels):
    assert as_classes(np.array(labels)) is None


def test_texts_are_classes_however_many():
    assert len(as_classes(np.array([str(number) for number in range(100)]))[0]) == 100


def test_one_line():
    assert [one_line(label) for label in ("a\n b\t", 3, np.True_, "", " \n")] == ["a b", "3", "True", "-", "-"]


def test_shortened():
    assert shortened("x" * 28) == "x" * 28
    assert shortened("a very long name of a class: 17") == "a very long na…f a class: 17"
    assert len(shortened("x" * 29)) == 28
