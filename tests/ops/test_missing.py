"""What is missing, in every dtype and in graphs."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae.ops.missing import is_missing

VALUES = np.array([[0.0, np.nan, np.inf], [1.0, -np.inf, np.nan]])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_nan_is_missing_and_infinity_is_not(dtype):
    np.testing.assert_array_equal(is_missing(tf.cast(VALUES, dtype)), np.isnan(VALUES))


def test_a_number_that_float32_does_not_hold_is_there():
    assert not is_missing(np.array(1e300))


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool"])
def test_of_whole_numbers_nothing_is_missing_in_a_graph_of_any_batch_size_either(dtype):
    graph = tf.function(is_missing, input_signature=[tf.TensorSpec((None, 3), dtype)])
    x = tf.ones((2, 3), dtype)
    for found in (is_missing(x), graph(x)):
        np.testing.assert_array_equal(found, np.zeros((2, 3), bool))
