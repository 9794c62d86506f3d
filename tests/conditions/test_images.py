"""Images as conditions."""

import keras
import numpy as np
import pytest

from keras_vae.conditions import Images

RNG = np.random.default_rng(0)


def test_features_are_those_of_its_network_and_head():
    images = Images((2, 2, 1), keras.layers.Rescaling(3.0), size=2)
    images.build((None, 2, 2, 1))
    kernel = RNG.normal(size=(4, 2)).astype(np.float32)
    images.head.set_weights([kernel, np.ones(2, np.float32)])
    x = RNG.normal(7, 2, (5, 2, 2, 1)).astype(np.float32)
    np.testing.assert_allclose(images(x), 3 * x.reshape(5, 4) @ kernel + 1, rtol=1e-4, atol=1e-4)
    images.adapt(x)
    standardised = (x - x.mean()) / x.std()
    np.testing.assert_allclose(images(x), 3 * standardised.reshape(5, 4) @ kernel + 1, rtol=1e-4, atol=1e-4)


def test_it_has_a_network_of_its_own():
    images = Images((8, 8, 3))
    images.build((None, 8, 8, 3))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(images))
    assert again(np.zeros((2, 8, 8, 3))).shape == (2, 64)
    assert [layer.filters for layer in again.network.layers] == [32, 64]


@pytest.mark.parametrize("shape", [(8, 8), (8,), (8, 8, 0)])
def test_the_shape_is_that_of_an_image(shape):
    with pytest.raises(ValueError, match="shape"):
        Images(shape)
