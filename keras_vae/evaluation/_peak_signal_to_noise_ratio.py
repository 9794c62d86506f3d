"""How far images are from what they should be, in decibels."""

import numpy as np

from keras_vae.evaluation.image_pairs import checked_pair
from keras_vae.ops.checks import checked_number


def peak_signal_to_noise_ratio(x, reference, data_range: float) -> np.ndarray:
    """10 log10(data_range^2 / mean squared error) of each example: 20 dB is an error of a tenth of the range.

    Source: Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural Similarity", section I.

    Args:
        x: Array `(batch, *event_shape)`, such as restorations.
        reference: Array of the same shape: what they should be.
        data_range: Distance from the smallest to the largest possible value: 1 for greys in [0, 1], 255 for 8-bit
            images.

    Returns:
        Float64 array `(batch,)`, in dB; infinity if there is no error.

    Raises:
        ValueError: If the shapes differ, a value is not finite, or the range is not above 0.
    """
    x, reference = checked_pair(x, reference)
    data_range = checked_number(data_range, "data_range", 0.0, inclusive=False)
    # One by one: differences of all of a data set in float64 need eight times the memory of bytes.
    errors = [np.mean((np.float64(a) - np.float64(b)) ** 2) for a, b in zip(x, reference, strict=True)]
    with np.errstate(divide="ignore"):
        return 20 * np.log10(data_range) - 10 * np.log10(np.array(errors, np.float64))
