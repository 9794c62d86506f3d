"""What a condition owes: features of values that were checked."""

import keras
import numpy as np
import pytest

from keras_vae.conditions import Condition, Covariates


@keras.saving.register_keras_serializable("tests")
class Angles(Condition):
    """A condition of one's own: the sine and the cosine of an angle."""

    def __init__(self, **kwargs):
        super().__init__((), 2, **kwargs)

    def call(self, values):
        return keras.ops.stack([keras.ops.sin(values), keras.ops.cos(values)], axis=-1)


def test_one_of_ones_own_needs_features_alone():
    condition = Angles()
    np.testing.assert_allclose(condition(np.float32([0.0, np.pi / 2])), [[0, 1], [1, 0]], atol=1e-7)
    assert condition.described() == "Angles of shape (batch)"
    np.testing.assert_array_equal(condition.for_each(0.5, 3), np.float32([0.5, 0.5, 0.5]))


def test_values_are_checked():
    condition = Covariates(2)
    np.testing.assert_array_equal(condition.checked([[1, 2]]), np.float32([[1, 2]]))
    with pytest.raises(ValueError, match=r"`age` must have shape \(batch, 2\). Received shape \(3, 1\)"):
        condition.checked(np.zeros((3, 1)), "age")
    with pytest.raises(ValueError, match=r"one value for each of 4 examples. Received: 3"):
        condition.checked(np.zeros((3, 2)), count=4)
    for bad in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match=r"finite numbers. Received: -?(nan|inf) at index \(1, 0\). Remove"):
            condition.checked([[0, 0], [bad, 0]])
    with pytest.raises(ValueError, match="array of numbers"):
        condition.checked([["a", "b"]])


def test_one_value_stands_for_all():
    np.testing.assert_array_equal(Covariates(2).for_each([1, 2], 3), np.float32([[1, 2]] * 3))
    with pytest.raises(ValueError, match="each of 3 examples"):
        Covariates(2).for_each([[1, 2]] * 2, 3)


def test_values_of_no_known_distribution_are_not_drawn():
    with pytest.raises(ValueError, match=r"Covariates\(2\) cannot be drawn. Say by `condition=`"):
        Covariates(2).sample(3, 0)
