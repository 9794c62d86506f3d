"""Bits for each element, by hand."""

import numpy as np
import pytest

from keras_vae.evaluation import bits_per_dim


def test_eight_fair_coins_cost_a_bit_each():
    bits = bits_per_dim(8 * np.log(0.5), (2, 2, 2))
    assert isinstance(bits, float)
    assert bits == pytest.approx(1.0, rel=1e-12)


def test_arrays_keep_their_shape():
    found = bits_per_dim(np.log([[0.25, 1.0, 2.0]]), (4,))
    np.testing.assert_allclose(found, [[0.5, 0.0, -0.25]], rtol=1e-12)


def test_a_published_pair_of_figures():
    """1.41 bits for each of 784 pixels are 766.2 nats."""
    assert bits_per_dim(-766.2, (28, 28, 1)) == pytest.approx(1.41, abs=5e-4)


def test_a_bad_shape_is_refused():
    with pytest.raises(ValueError, match="event_shape"):
        bits_per_dim(-1.0, ())
