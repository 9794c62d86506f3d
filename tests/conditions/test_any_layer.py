"""Keras layers as conditions."""

import keras
import numpy as np
import pytest

from keras_vae.conditions import AnyLayer
from keras_vae.conditions.several import as_condition


def test_an_embedding_takes_whole_numbers():
    condition = as_condition(keras.layers.Embedding(5, 3))
    assert (condition.shape, condition.size, condition.value_dtype) == ((), 3, "int32")
    table = np.asarray(condition.layer.embeddings)
    np.testing.assert_array_equal(condition(np.array([4, 0])), table[[4, 0]])


def test_a_layer_that_was_built_says_what_it_takes():
    layer = keras.layers.Dense(2)
    with pytest.raises(ValueError, match=r"does not say of what shape.*layer.build"):
        as_condition(layer)
    layer.build((None, 3))
    condition = as_condition(layer)
    assert (condition.shape, condition.size) == ((3,), 2)
    values = np.eye(3, dtype="float32")
    np.testing.assert_allclose(condition(values), values @ layer.kernel + layer.bias, rtol=1e-6)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(condition))
    assert (type(again), again.shape, again.size) == (AnyLayer, (3,), 2)
