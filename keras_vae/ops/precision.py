"""The dtypes in which probabilities are computed."""

import contextlib

import keras

FLOATS = ("float16", "bfloat16", "float32", "mixed_float16", "mixed_bfloat16")


def head_dtype() -> str:
    """Returns the dtype of heads, samples and log-probabilities under the global dtype policy.

    Half precision is for the networks alone: a log-variance or a sum over 784 pixels in float16
    overflows. Where the user computes in float64, so do we.
    """
    return "float64" if keras.config.dtype_policy().compute_dtype == "float64" else "float32"


@contextlib.contextmanager
def float64_policy():
    """Models that hold layers have no dtype in their configuration, and cast to that of the global policy."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def in_float64(config):
    """A part's configuration in which every dtype and every dtype policy of floats is float64."""
    if isinstance(config, dict):
        return {key: in_float64(value) for key, value in config.items()}
    if isinstance(config, (list, tuple)):
        return type(config)(in_float64(value) for value in config)
    return "float64" if isinstance(config, str) and config in FLOATS else config
