"""Masks: what is False is NaN, and nothing else."""

import numpy as np
import pytest

from keras_vae.restoration.mask import with_missing

X = np.arange(12.0).reshape(2, 3, 2)
MASK = np.array([[True, False], [True, True], [False, True]])


def test_a_mask_of_one_example_serves_all():
    expected = X.copy()
    expected[:, 0, 1] = expected[:, 2, 0] = np.nan
    np.testing.assert_array_equal(with_missing(X, MASK), expected)
    np.testing.assert_array_equal(with_missing(X, np.stack([MASK, MASK])), expected)


def test_what_is_nan_stays_nan_without_a_mask_and_beside_one():
    x = np.where(X == 4.0, np.nan, X)
    assert with_missing(x, None) is x
    assert np.isnan(with_missing(x, MASK)[0, 2, 0])
    assert np.isnan(with_missing(x, np.ones(x.shape, bool))).sum() == 1


@pytest.mark.parametrize(("dtype", "expected"), [(np.uint8, np.float32), (np.float32, np.float32), (float, float)])
def test_floats_keep_their_dtype_and_whole_numbers_become_floats(dtype, expected):
    assert with_missing(X.astype(dtype), MASK).dtype == expected
    assert with_missing(X.astype(dtype), None).dtype == expected


@pytest.mark.parametrize("mask", [MASK.astype(int), MASK[:2], np.ones((3, 3, 2), bool), True])
def test_a_mask_of_another_shape_or_kind_is_refused(mask):
    with pytest.raises(ValueError, match="must hold booleans, True where x was observed"):
        with_missing(X, mask)
