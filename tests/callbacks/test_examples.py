import numpy as np
import pytest
import tensorflow as tf

from keras_vae.callbacks.examples import checked_data, checked_examples

X = np.arange(6).reshape(3, 2)


@pytest.mark.parametrize("x", [X, X.tolist(), tf.constant(X)])
def test_examples_become_an_array(x):
    np.testing.assert_array_equal(checked_examples(x), X)


@pytest.mark.parametrize("x", [[], np.zeros((0, 8, 8, 1))])
def test_no_examples(x):
    with pytest.raises(ValueError, match="`x` is empty: it must hold at least one example"):
        checked_examples(x)


@pytest.mark.parametrize("x", [None, 3, "logs", ["a", "b"], (X, X[:, 0]), (row for row in X), {"x": X}])
def test_what_is_no_array_of_examples(x):
    with pytest.raises(ValueError, match=f"`x` must be an array of numbers.*Received: {type(x).__name__}"):
        checked_examples(x)


def test_a_list_of_numbers_is_no_list_of_examples():
    with pytest.raises(ValueError, match=r"`x` must have shape \(n, \*event_shape\)\. Received shape \(2,\)"):
        checked_examples([1, 2])


def test_data_is_a_dataset_or_an_array():
    dataset = tf.data.Dataset.from_tensor_slices(X).batch(2)
    assert checked_data(dataset) is dataset
    np.testing.assert_array_equal(checked_data(X.tolist()), X)
    with pytest.raises(ValueError, match="`x` must be an array of numbers"):
        checked_data(None)
