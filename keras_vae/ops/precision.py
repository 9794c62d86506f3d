"""The dtype in which probabilities are computed."""

import keras


def head_dtype() -> str:
    """Returns the dtype of heads, samples and log-probabilities under the global dtype policy.

    Half precision is for the networks alone: a log-variance or a sum over 784 pixels in float16
    overflows. Where the user computes in float64, so do we.
    """
    return "float64" if keras.config.dtype_policy().compute_dtype == "float64" else "float32"
