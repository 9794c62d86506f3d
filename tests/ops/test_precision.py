"""Heads are float32 where the networks are not, and float64 where the user computes so."""

import keras
import pytest

from keras_vae.ops.precision import float64_policy, head_dtype, in_float64


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


def test_the_float64_policy_ends_with_its_block_whatever_happens():
    keras.config.set_dtype_policy("mixed_bfloat16")
    with float64_policy():
        assert keras.layers.Dense(3).compute_dtype == "float64"
    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    with pytest.raises(ZeroDivisionError), float64_policy():
        1 / 0  # noqa: B018
    assert keras.config.dtype_policy().name == "mixed_bfloat16"


def test_a_config_in_float64():
    config = {"dtype": "float32", "units": 3, "parts": [{"dtype": {"name": "mixed_float16"}}, ("bfloat16", "relu")]}
    expected = {"dtype": "float64", "units": 3, "parts": [{"dtype": {"name": "float64"}}, ("float64", "relu")]}
    assert in_float64(config) == expected
    layer = keras.layers.Dense.from_config(in_float64(keras.layers.Dense(3, dtype="mixed_float16").get_config()))
    assert (layer.compute_dtype, layer.variable_dtype) == ("float64", "float64")
