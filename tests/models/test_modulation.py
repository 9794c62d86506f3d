"""Features that a condition scales and shifts."""

import keras
import numpy as np
import pytest

from keras_vae.models.modulation import Modulation

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(5,), (2, 3, 5)], ids=["flat", "with sides"])
def test_each_channel_has_a_scale_and_a_shift(shape):
    layer = Modulation(2)
    layer.build((None, *shape))
    features, condition = RNG.normal(size=(4, *shape)), RNG.normal(size=(4, 2))
    shift = layer.shift.kernel.numpy()
    beside = (4, *(1,) * (len(shape) - 1), 5)
    # At first the condition shifts alone.
    expected = features + (condition @ shift).reshape(beside)
    np.testing.assert_allclose(layer(features, condition), expected, rtol=1e-5, atol=1e-5)
    scale = RNG.normal(size=(2, 5)).astype(np.float32)
    layer.scale.set_weights([scale])
    expected += features * (condition @ scale).reshape(beside)
    np.testing.assert_allclose(layer(features, condition), expected, rtol=1e-5, atol=1e-5)


def test_its_config_makes_it_again():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Modulation(3)))
    assert again.condition_size == 3
