"""Functions over arrays and datasets: cut, checked and joined."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae.inputs import batches


@pytest.mark.parametrize(("length", "expected"), [(0, [0]), (3, [3]), (4, [4]), (10, [4, 4, 2])])
def test_arrays_are_cut_without_a_rest(length, expected):
    cut = list(batches.array_batches(np.arange(length), 4))
    assert [len(batch) for batch in cut] == expected
    np.testing.assert_array_equal(np.concatenate(cut), np.arange(length))
    assert [int(size) for size in batches.sizes(length, 4)] == expected


def test_datasets_give_their_inputs_checked_and_in_order():
    dataset = tf.data.Dataset.from_tensor_slices((np.arange(5), np.zeros(5))).batch(2)
    seen = []
    cut = list(batches.dataset_batches(dataset, lambda batch, first: seen.append((first, len(batch))) or batch, "x"))
    np.testing.assert_array_equal(np.concatenate(cut), np.arange(5))
    assert seen == [(0, 2), (2, 2), (4, 1)]


def test_an_empty_dataset_is_refused():
    dataset = tf.data.Dataset.from_tensor_slices(np.zeros((0, 2))).batch(2)
    with pytest.raises(ValueError, match="`data` is empty"):
        list(batches.dataset_batches(dataset, lambda batch, first: batch, "data"))


def test_a_dataset_without_an_end_is_refused():
    dataset = tf.data.Dataset.from_tensor_slices(np.zeros((4, 2))).batch(2)
    batches.check_ends(dataset, "x")
    batches.check_ends(dataset.repeat().take(3), "x")
    with pytest.raises(ValueError, match=r"`x` has no end.*`repeat\(\)`"):
        batches.check_ends(dataset.repeat(), "x")


def test_results_are_joined():
    joined = batches.run_in_batches(lambda batch: batch * 2, batches.array_batches(np.arange(7.0), 3))
    np.testing.assert_array_equal(joined, 2 * np.arange(7.0))


def test_each_batch_of_a_seeded_call_has_a_stream_of_its_own():
    calls = []
    function = batches.seeded(lambda batch, seed, stream: calls.append((batch, int(seed), int(stream))), 9)
    for batch in "abc":
        function(batch)
    assert calls == [("a", 9, 0), ("b", 9, 1), ("c", 9, 2)]
