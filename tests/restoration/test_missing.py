"""What stands in the place of what is missing."""

import keras
import numpy as np
import pytest

from keras_vae.restoration import MissingBlock, MissingPixels
from keras_vae.restoration.missing import Missing
from tests.restoration.corruptions import examples


class FirstRow(Missing):
    """Leaves out the first row of images."""

    def missing(self, x):
        return keras.ops.arange(x.shape[1])[None, :, None, None] == 0


@pytest.mark.parametrize("fill", [0.0, -7.5, float("nan")])
def test_what_is_missing_is_the_fill_and_all_else_is_as_it_was(fill):
    x = examples(2)
    damaged = np.asarray(FirstRow(fill)(x))
    np.testing.assert_array_equal(damaged[:, 1:], x[:, 1:])
    np.testing.assert_array_equal(damaged[:, 0], np.full_like(x[:, 0], fill))


@pytest.mark.parametrize("layer", [MissingBlock(3, fill=float("nan")), MissingPixels(0.5, fill=float("nan"))])
def test_a_fill_of_nan_comes_back_from_the_config(layer):
    assert np.isnan(type(layer).from_config(layer.get_config()).fill)


@pytest.mark.parametrize("fill", ["nan", None, float("inf")])
def test_a_fill_that_is_no_number_is_refused(fill):
    with pytest.raises(ValueError, match="`fill` must be a finite number"):
        MissingPixels(0.5, fill=fill)
