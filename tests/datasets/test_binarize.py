import numpy as np
import pytest
import tensorflow as tf

from keras_vae.datasets.binarize import BinarizedRows, binarize_afresh, binarize_once

NUM_DRAWS = 4000
# Of this many standard errors none of the few dozen means here is off by chance; the seeds are fixed anyway.
STANDARD_ERRORS = 4.5


def grey_steps(levels: int) -> np.ndarray:
    """uint8 `(NUM_DRAWS, 9)`: in each row the same nine grey values from black to white."""
    return np.tile(np.linspace(0, levels, 9).astype(np.uint8), (NUM_DRAWS, 1))


def once(pixels, levels, seed):
    return binarize_once(pixels, levels, seed)


def afresh(pixels, levels, seed):
    return binarize_afresh(tf.constant(pixels), levels, tf.constant([seed, 1], tf.int64)).numpy()


@pytest.mark.parametrize("binarize", [once, afresh])
@pytest.mark.parametrize("levels", [1, 16, 255])
def test_mean_is_the_grey_value(binarize, levels):
    pixels = grey_steps(levels)
    binary = binarize(pixels, levels, 0)
    assert set(np.unique(binary)) <= {0, 1}
    grey = pixels[0] / levels
    standard_error = np.sqrt(grey * (1 - grey) / NUM_DRAWS)
    # Black and white have a standard error of 0: they come out exact.
    assert np.all(np.abs(binary.mean(axis=0) - grey) <= STANDARD_ERRORS * standard_error)


@pytest.mark.parametrize("binarize", [once, afresh])
def test_every_pixel_has_a_draw_of_its_own(binarize):
    binary = binarize(np.full((NUM_DRAWS, 2), 8, np.uint8), 16, 0)
    standard_error = np.sqrt(0.25 / NUM_DRAWS)
    assert abs(np.mean(binary[:, 0] == binary[:, 1]) - 0.5) < STANDARD_ERRORS * standard_error
    assert abs(np.mean(binary[1:] == binary[:-1]) - 0.5) < STANDARD_ERRORS * standard_error


@pytest.mark.parametrize("binarize", [once, afresh])
def test_draws_are_functions_of_the_seed(binarize):
    pixels = np.full((50, 8), 100, np.uint8)
    np.testing.assert_array_equal(binarize(pixels, 255, 3), binarize(pixels, 255, 3))
    assert np.any(binarize(pixels, 255, 3) != binarize(pixels, 255, 4))


def test_kinds_of_result():
    pixels = np.zeros((2, 3, 3, 1), np.uint8)
    assert (once(pixels, 255, 0).dtype, once(pixels, 255, 0).shape) == (np.uint8, pixels.shape)
    assert (afresh(pixels, 255, 0).dtype, afresh(pixels, 255, 0).shape) == (np.float32, pixels.shape)


@pytest.mark.parametrize(("dtype", "levels"), [("uint16", 65535), ("float32", 1.0)])
def test_greys_that_are_no_bytes_are_binarised_once(dtype, levels):
    grey = (np.full((20_000, 1), 0.3) * levels).astype(dtype)
    drawn = binarize_once(grey, levels, seed=0)
    assert drawn.dtype == np.uint8
    assert set(np.unique(drawn)) == {0, 1}
    # Four standard errors of a mean of 20,000 draws.
    assert abs(drawn.mean() - 0.3) < 4 * np.sqrt(0.21 / 20_000)
    ends = np.array([0, levels], dtype)
    np.testing.assert_array_equal(binarize_once(ends, levels, seed=0), [0, 1])


def test_rows_that_are_binarised_as_they_are_read_are_always_the_same():
    grey = np.random.default_rng(0).integers(0, 256, (6, 40)).astype(np.uint8)
    rows = BinarizedRows(grey, 255, seed=1)
    assert (len(rows), rows.shape, rows.dtype) == (6, (6, 40), np.uint8)
    whole = rows[np.arange(6)]
    np.testing.assert_array_equal(rows[np.array([4, 1])], whole[[4, 1]])
    np.testing.assert_array_equal(BinarizedRows(grey[:3], 255, seed=1)[np.arange(3)], whole[:3])
    assert np.any(BinarizedRows(grey, 255, seed=2)[np.arange(6)] != whole)
    # Rows of one grey are drawn one by one.
    same = BinarizedRows(np.full((2, 40), 128, np.uint8), 255, seed=1)[np.arange(2)]
    assert np.any(same[0] != same[1])
