"""SSIM against the same by SciPy's filter, and at its extremes."""

import numpy as np
import pytest
from scipy import ndimage

from keras_vae.evaluation import structural_similarity

RNG = np.random.default_rng(0)


def scipys(x, y, data_range) -> float:
    """The mean SSIM of two images `(height, width, channels)`, with SciPy's Gaussian filter, cropped by its radius."""
    channels = []
    for a, b in zip(np.moveaxis(x, -1, 0).astype(float), np.moveaxis(y, -1, 0).astype(float), strict=True):
        smooth = lambda image: ndimage.gaussian_filter(image, 1.5, truncate=3.5)[5:-5, 5:-5]  # noqa: E731
        ma, mb = smooth(a), smooth(b)
        va, vb, cab = smooth(a * a) - ma * ma, smooth(b * b) - mb * mb, smooth(a * b) - ma * mb
        c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
        s = (2 * ma * mb + c1) * (2 * cab + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
        channels.append(s.mean())
    return np.mean(channels)


@pytest.mark.parametrize("shape", [(11, 11, 1), (28, 28, 1), (20, 13, 3)])
@pytest.mark.parametrize("data_range", [1.0, 255.0])
def test_it_is_what_scipys_filter_gives(shape, data_range):
    reference = ndimage.gaussian_filter(RNG.random((4, *shape)), (0, 2, 2, 0))
    x = np.round(data_range * np.clip(reference + 0.1 * RNG.normal(size=reference.shape), 0, 1), 3)
    reference = data_range * reference
    expected = [scipys(a, b, data_range) for a, b in zip(x, reference, strict=True)]
    np.testing.assert_allclose(structural_similarity(x, reference, data_range), expected, rtol=1e-9)


def test_two_constant_images_differ_by_their_luminance_alone():
    x, y = np.full((1, 12, 12, 1), 0.2), np.full((1, 12, 12, 1), 0.6)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    np.testing.assert_allclose(structural_similarity(x, y, 1.0), expected, rtol=1e-12)


def test_the_same_image_scores_one_its_negative_less_than_zero_and_noise_about_zero():
    x = RNG.integers(0, 256, (3, 28, 28, 1)).astype(np.uint8)
    np.testing.assert_allclose(structural_similarity(x, x, 255), 1.0)
    assert np.all(structural_similarity(255 - x, x, 255) < -0.5)
    assert np.all(np.abs(structural_similarity(RNG.permutation(x.ravel()).reshape(x.shape), x, 255)) < 0.2)
    assert structural_similarity(x[:0], x[:0], 255).shape == (0,)


@pytest.mark.parametrize("shape", [(1, 10, 28, 1), (1, 28, 10, 1), (1, 28, 28), (1, 784)])
def test_what_is_no_image_or_too_small_is_refused(shape):
    with pytest.raises(ValueError, match="at least 11 x 11 pixels"):
        structural_similarity(np.zeros(shape), np.zeros(shape), 1.0)


def test_a_range_that_is_none_is_refused():
    with pytest.raises(ValueError, match="`data_range`"):
        structural_similarity(np.zeros((1, 12, 12, 1)), np.zeros((1, 12, 12, 1)), 0)
