"""The squared error against NumPy's, of what was observed."""

import numpy as np

from keras_vae.ops._squared_error import squared_error


def test_it_is_the_mean_over_the_elements_that_were_observed():
    x, reconstruction = np.random.default_rng(0).normal(size=(2, 5, 3, 2))
    missing = np.random.default_rng(1).random(x.shape) < 0.3
    holed = np.where(missing, np.nan, x)
    expected = np.nanmean((holed - reconstruction) ** 2, axis=(1, 2))
    np.testing.assert_allclose(squared_error(holed, reconstruction), expected, rtol=1e-12)


def test_whole_numbers_are_compared_as_numbers():
    x = np.array([[0, 255], [7, 7]], np.uint8)
    reconstruction = np.array([[1.0, 254.5], [7.0, 9.0]], np.float32)
    np.testing.assert_allclose(squared_error(x, reconstruction), [(1 + 0.25) / 2, 2.0], rtol=1e-6)
