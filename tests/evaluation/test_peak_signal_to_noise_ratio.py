"""PSNR against its definition."""

import numpy as np
import pytest

from keras_vae.evaluation import peak_signal_to_noise_ratio

RNG = np.random.default_rng(0)


def test_it_is_ten_times_the_logarithm_of_the_peaks_square_by_the_error():
    x, reference = RNG.random((2, 5, 6, 7, 3)).astype(np.float32)
    expected = []
    for a, b in zip(x.astype(float), reference.astype(float), strict=True):
        total = sum((a.flat[i] - b.flat[i]) ** 2 for i in range(a.size))
        expected.append(10 * np.log10(1.7**2 / (total / a.size)))
    np.testing.assert_allclose(peak_signal_to_noise_ratio(x, reference, 1.7), expected, rtol=1e-12)


def test_an_error_of_a_tenth_of_the_range_is_twenty_decibels_whatever_the_units():
    reference = RNG.integers(0, 200, (3, 4, 4, 1)).astype(np.uint8)
    np.testing.assert_allclose(peak_signal_to_noise_ratio(reference / 255 + 0.1, reference / 255, 1.0), 20.0)
    np.testing.assert_allclose(peak_signal_to_noise_ratio(reference + 25.5, reference, 255), 20.0)


def test_whole_numbers_do_not_wrap_around():
    black, white = np.zeros((1, 2, 2, 1), np.uint8), np.full((1, 2, 2, 1), 255, np.uint8)
    np.testing.assert_allclose(peak_signal_to_noise_ratio(black, white, 255), 0.0)


def test_no_error_is_infinite_and_no_example_is_none():
    x = RNG.random((2, 4))
    assert np.all(peak_signal_to_noise_ratio(x, x, 1.0) == np.inf)
    assert peak_signal_to_noise_ratio(x[:0], x[:0], 1.0).shape == (0,)


@pytest.mark.parametrize("data_range", [0, -1, "1", np.nan])
def test_a_range_that_is_none_is_refused(data_range):
    with pytest.raises(ValueError, match="`data_range` must be a finite number above"):
        peak_signal_to_noise_ratio(np.zeros((1, 2)), np.zeros((1, 2)), data_range)
