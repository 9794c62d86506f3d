"""Labels: one-hot features, and the frequencies of training."""

import keras
import numpy as np
import pytest
from scipy import stats

from keras_vae.conditions import Labels


def test_features_are_one_hot():
    np.testing.assert_array_equal(Labels(3)(np.array([2, 0])), [[0, 0, 1], [1, 0, 0]])


def test_frequencies_are_counted_and_kept():
    labels = Labels(4)
    np.testing.assert_allclose(np.exp(labels.log_probabilities), 0.25, rtol=1e-6)
    labels.note(np.array([0, 1, 1]))
    labels.note(np.array([1, 3]))
    np.testing.assert_array_equal(labels.counts, [1, 3, 0, 1])
    # Half an example more of each class: (count + 1/2) / (5 + 2).
    np.testing.assert_allclose(np.exp(labels.log_probabilities), np.array([1.5, 3.5, 0.5, 1.5]) / 7, rtol=1e-6)


def test_draws_follow_the_frequencies_and_repeat_with_the_seed():
    labels = Labels(4)
    labels.note(np.repeat([0, 1, 3], [10, 60, 30]))
    draws = np.asarray(labels.sample(10_000, 0))
    assert draws.dtype == np.int32
    counts = np.bincount(draws, minlength=4)
    assert counts[2] == 0
    assert stats.chisquare(counts[[0, 1, 3]], [1000, 6000, 3000]).pvalue > 1e-3
    np.testing.assert_array_equal(draws, labels.sample(10_000, 0))


def test_before_any_training_all_classes_are_drawn_alike():
    assert stats.chisquare(np.bincount(Labels(4).sample(8000, 1), minlength=4)).pvalue > 1e-3


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "bool"])
def test_whole_numbers_of_any_type_are_labels(dtype):
    np.testing.assert_array_equal(Labels(2).checked(np.array([1, 0], dtype)), np.int32([1, 0]))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0, 3], r"`digit` must hold labels from 0 to 2. Received: 3 at index \(1,\)"),
        ([0, -1], r"labels from 0 to 2. Received: -1 at index \(1,\)"),
        ([0.0, 1.0], r"whole numbers from 0 to 2. Received: dtype float64. Number the classes"),
        (["a", "b"], r"whole numbers from 0 to 2. Received: dtype <U1. .*np.unique"),
        ([None, 1], r"Received: dtype object"),
        ([[0], [1]], r"shape \(batch\). Received shape \(2, 1\)"),
    ],
)
def test_what_is_no_label_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Labels(3).checked(values, "digit")


@pytest.mark.parametrize("num_classes", [1, 0, 2.5, "3", None])
def test_there_are_two_classes_or_more(num_classes):
    with pytest.raises(ValueError, match="num_classes"):
        Labels(num_classes)


def test_its_config_makes_it_again():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Labels(7)))
    assert (type(again), again.num_classes, again.size) == (Labels, 7, 7)
