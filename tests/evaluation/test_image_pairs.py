"""Pairs that cannot be compared are refused."""

import numpy as np
import pytest

from keras_vae.evaluation.image_pairs import checked_pair

IMAGES = np.zeros((2, 12, 12, 1), np.uint8)


def test_lists_and_whole_numbers_are_taken():
    x, reference = checked_pair(IMAGES.tolist(), IMAGES)
    np.testing.assert_array_equal(x, reference)


@pytest.mark.parametrize("other", [IMAGES[:1], IMAGES[..., 0], np.zeros((2, 12, 12, 3))])
def test_other_shapes_are_refused_and_never_broadcast(other):
    with pytest.raises(ValueError, match="must have the same shape"):
        checked_pair(IMAGES, other)


@pytest.mark.parametrize("shape", [(3,), (3, 0)])
def test_examples_without_elements_are_refused(shape):
    with pytest.raises(ValueError, match=r"\(batch, \*event_shape\)"):
        checked_pair(np.zeros(shape), np.zeros(shape))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_named(value):
    broken = IMAGES.astype(float)
    broken[1, 2, 3, 0] = value
    with pytest.raises(ValueError, match=r"`x` must hold finite numbers.*index \(1, 2, 3, 0\)"):
        checked_pair(broken, IMAGES)
    with pytest.raises(ValueError, match="`reference` must hold finite numbers"):
        checked_pair(IMAGES, broken)
