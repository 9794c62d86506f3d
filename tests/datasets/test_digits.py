import numpy as np
import pytest
import sklearn.datasets

from keras_vae.datasets.digits import load_digits


def rows(pixels, labels) -> np.ndarray:
    """Examples as rows of pixels and label, in an order that does not depend on where they come from."""
    table = np.concatenate([pixels.reshape(len(pixels), -1), labels[:, np.newaxis]], axis=1)
    return table[np.lexsort(table.T)]


def test_splits_are_scikit_learns_digits_complete_and_disjoint():
    train, test = load_digits("train"), load_digits("test")
    assert (len(train.pixels), len(test.pixels)) == (1500, 297)
    bunch = sklearn.datasets.load_digits()
    ours = rows(np.concatenate([train.pixels, test.pixels]), np.concatenate([train.labels, test.labels]))
    np.testing.assert_array_equal(ours, rows(bunch.images, bunch.target))


def test_pixels_are_bytes_up_to_white():
    train = load_digits("train")
    assert train.pixels.dtype == np.uint8
    assert train.pixels.shape[1:] == (8, 8, 1)
    assert train.levels == train.pixels.max() == 16


def test_split_is_the_same_for_everyone():
    """Figures in the README are of this test split: another one would be another task."""
    np.testing.assert_array_equal(load_digits("test").labels[:12], [6, 6, 6, 2, 5, 6, 6, 2, 2, 1, 1, 9])


def test_both_splits_hold_every_class():
    for split, fewest in (("train", 100), ("test", 15)):
        assert np.bincount(load_digits(split).labels, minlength=10).min() >= fewest


@pytest.mark.parametrize("split", ["validation", "train[:10]", None])
def test_unknown_split_names_the_known_ones(split):
    with pytest.raises(ValueError, match=r"'train' and 'test'.*split="):
        load_digits(split)
