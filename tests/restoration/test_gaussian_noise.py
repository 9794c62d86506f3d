"""Normal noise against the normal distribution."""

import numpy as np
import pytest
from scipy import stats

from keras_vae.restoration import GaussianNoise


def test_what_is_added_is_normal_of_the_scale_and_nothing_is_clipped():
    x = np.linspace(-3, 300, 20000, dtype=np.float32)[:, None]
    added = np.asarray(GaussianNoise(0.3, seed=0)(x), np.float64) - x
    assert stats.kstest(added.ravel() / 0.3, "norm").pvalue > 0.01


def test_no_noise_is_none_and_what_is_missing_stays_missing():
    x = np.array([[1.0, np.nan]], np.float32)
    np.testing.assert_array_equal(GaussianNoise(0)(x), x)
    assert list(np.isnan(np.asarray(GaussianNoise(1.0)(x)))[0]) == [False, True]


@pytest.mark.parametrize("stddev", [-0.1, "much", np.nan])
def test_a_scale_below_zero_is_refused(stddev):
    with pytest.raises(ValueError, match="`stddev` must be a finite number of at least"):
        GaussianNoise(stddev)
