"""Heads are float32 where the networks are not, and float64 where the user computes so."""

import keras
import pytest

from keras_vae.ops.precision import head_dtype


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("float32", "float32"),
        ("mixed_float16", "float32"),
        ("mixed_bfloat16", "float32"),
        ("bfloat16", "float32"),
        ("float64", "float64"),
    ],
)
def test_head_dtype(policy, expected):
    keras.config.set_dtype_policy(policy)
    assert head_dtype() == expected
