"""The blur against SciPy's filter."""

import numpy as np
import pytest
from scipy import ndimage

from keras_vae.restoration import Blur
from keras_vae.restoration.blur import blur_matrix


@pytest.mark.parametrize("sigma", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("shape", [(9,), (9, 2), (8, 5, 3), (4, 6, 3, 2)])
def test_it_is_scipys_gaussian_filter_along_every_side(sigma, shape):
    x = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    along = [sigma] if len(shape) == 1 else [sigma] * (len(shape) - 1) + [0]
    expected = ndimage.gaussian_filter(x.astype(np.float64), [0, *along], mode="reflect")
    np.testing.assert_allclose(Blur(sigma)(x), expected, atol=2e-6)


def test_no_light_is_lost():
    np.testing.assert_allclose(blur_matrix(7, 3.0).sum(axis=0), 1.0, rtol=1e-12)
    np.testing.assert_allclose(blur_matrix(7, 3.0).sum(axis=1), 1.0, rtol=1e-12)


@pytest.mark.parametrize("sigma", [0, -1, "1"])
def test_a_width_that_is_none_is_refused(sigma):
    with pytest.raises(ValueError, match="`sigma` must be a finite number above"):
        Blur(sigma)
