"""Shapes of outputs: those of what a call returns, for every posterior and likelihood of the package."""

import keras
import numpy as np
import pytest

from keras_vae.ops.traced_shapes import TracedShapes
from tests import rows

PARTS = {**rows.POSTERIORS, **rows.LIKELIHOODS}


@pytest.mark.parametrize("make", rows.parts(PARTS), ids=rows.names(PARTS))
def test_shapes_are_those_of_a_call(make):
    part = make()
    part.build((None, 6))
    expected = {name: (None, *value.shape[1:]) for name, value in part(np.zeros((5, 6), np.float32)).items()}
    assert part.compute_output_shape((None, 6)) == expected
    assert part.compute_output_shape(features_shape=(None, 6)) == expected


class Doubled(TracedShapes, keras.layers.Layer):
    """A layer of half precision with outputs in full."""

    def call(self, x):
        return {"whole": keras.ops.cast(x, "float32"), "first": x[:, 0]}


def test_dtypes_are_those_of_a_call():
    specs = Doubled(dtype="mixed_bfloat16")(keras.KerasTensor((None, 4, 3)))
    assert {name: (spec.shape, spec.dtype) for name, spec in specs.items()} == {
        "whole": ((None, 4, 3), "float32"),
        "first": ((None, 3), "bfloat16"),
    }
