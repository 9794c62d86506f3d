"""Downsampling against means that are written out."""

import numpy as np
import pytest

from keras_vae.restoration import Downsampling, downsample, repeat


def test_a_small_image_holds_the_mean_of_each_block():
    x = np.random.default_rng(0).random((2, 4, 6, 3)).astype(np.float32)
    small = np.asarray(downsample(x, 2))
    assert small.shape == (2, 2, 3, 3)
    for row in range(2):
        for column in range(3):
            block = x[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].astype(np.float64)
            np.testing.assert_allclose(small[:, row, column], block.mean(axis=(1, 2)), rtol=1e-6)


def test_the_layer_puts_each_mean_where_its_block_was():
    x = np.random.default_rng(0).random((2, 4, 6, 1)).astype(np.float32)
    expected = np.kron(np.asarray(downsample(x, 2))[..., 0], np.ones((1, 2, 2)))[..., None]
    np.testing.assert_array_equal(Downsampling(2)(x), expected)


@pytest.mark.parametrize("shape", [(6,), (6, 2), (6, 3, 9, 2)])
def test_vectors_signals_and_volumes_have_their_sides_too(shape):
    x = np.arange(2 * np.prod(shape)).reshape(2, *shape)
    small = np.asarray(downsample(x, 3))
    sides = [side // 3 for side in shape[:-1]] or [shape[0] // 3]
    assert small.shape == (2, *sides, *shape[1:][-1:])
    np.testing.assert_allclose(small.mean(), x.mean(), rtol=1e-6)
    np.testing.assert_array_equal(downsample(repeat(small, 3), 3), small)


def test_a_factor_that_leaves_a_rest_is_refused():
    with pytest.raises(ValueError, match=r"`factor` must divide every side.*factor=3 for sides \[8, 6\]"):
        downsample(np.zeros((1, 8, 6, 1)), 3)
    with pytest.raises(ValueError, match="`factor` must divide every side"):
        Downsampling(3).build((None, 8, 6, 1))
    for factor in (0, 2.0):
        with pytest.raises(ValueError, match="`factor` must be a whole number"):
            Downsampling(factor)
