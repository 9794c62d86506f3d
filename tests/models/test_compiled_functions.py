"""Functions of tensors, each compiled once."""

import numpy as np
import tensorflow as tf

from keras_vae.models.compiled_functions import CompiledFunctions


def test_batches_of_any_size_share_one_compiled_function():
    traces = []
    functions = CompiledFunctions()

    def double(batch):
        traces.append(batch.shape)
        return batch * 2

    for length in (4, 4, 3, 2, 5, 1):
        batch = tf.range(length, dtype=tf.float32)
        np.testing.assert_array_equal(functions.get("double", double)(batch), 2 * np.arange(length))
    # The second size makes the batch axis dynamic; no later one compiles again.
    assert len(traces) == 2
