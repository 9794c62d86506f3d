"""What the tests of the models share."""

import keras
import pytest


@pytest.fixture
def doubles():
    """Double precision: what rounding leaves between two ways to compute is then far below what any error would make.

    In single precision Adam, which divides a gradient by its size, makes a step of what is rounding alone.
    """
    keras.config.set_dtype_policy("float64")
    keras.config.set_floatx("float64")
