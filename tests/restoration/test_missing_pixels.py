"""Missing pixels: how many, and whole ones."""

import numpy as np
import pytest
from scipy import stats

from keras_vae.restoration import MissingPixels


def test_each_pixel_is_missing_with_its_probability_and_with_all_its_channels():
    missing = np.asarray(MissingPixels(0.3, fill=-1, seed=0)(np.ones((30, 20, 20, 3), np.float32))) == -1
    assert np.all(missing.all(axis=-1) == missing.any(axis=-1))
    pixels = missing[..., 0]
    assert stats.binomtest(int(pixels.sum()), pixels.size, 0.3).pvalue > 0.01


def test_of_vectors_each_element_is_missing_by_itself():
    missing = np.asarray(MissingPixels(0.5, fill=-1, seed=0)(np.ones((200, 2), np.float32))) == -1
    table = [[np.sum(missing[:, 0] == a) & np.sum(missing[:, 1] == b) for a in (0, 1)] for b in (0, 1)]
    assert np.all(np.array(table) > 0)
    assert np.any(missing[:, 0] != missing[:, 1])


@pytest.mark.parametrize("rate", [1.0, 1.5, -0.5])
def test_a_rate_at_which_everything_or_less_than_nothing_is_missing_is_refused(rate):
    with pytest.raises(ValueError, match="`rate` must be"):
        MissingPixels(rate)
