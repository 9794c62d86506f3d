"""Salt and pepper: how much of each, and where."""

import numpy as np
import pytest
from scipy import stats

from keras_vae.restoration import SaltAndPepper


def test_each_element_is_replaced_with_its_probability_by_either_end_alike():
    x = np.full((40, 25, 20, 1), 0.5, np.float32)
    damaged = np.asarray(SaltAndPepper(0.2, value_range=(-1, 2), seed=0)(x)).ravel()
    assert set(damaged) == {-1.0, 0.5, 2.0}
    for value, probability in [(-1.0, 0.1), (2.0, 0.1)]:
        assert stats.binomtest(int(np.sum(damaged == value)), damaged.size, probability).pvalue > 0.01


def test_rate_zero_replaces_nothing_and_what_is_missing_stays_missing():
    x = np.full((1, 1000), 0.5, np.float32)
    np.testing.assert_array_equal(SaltAndPepper(0.0)(x), x)
    assert np.isnan(np.asarray(SaltAndPepper(0.9)(x * np.nan))).all()


@pytest.mark.parametrize("rate", [-0.1, 1.0, "0.1"])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="`rate` must be"):
        SaltAndPepper(rate)


@pytest.mark.parametrize("value_range", [(1, 0), (0, 0), (0,), 1.0, "01"])
def test_a_range_that_is_none_is_refused(value_range):
    with pytest.raises(ValueError, match="`value_range` must be"):
        SaltAndPepper(0.1, value_range)
