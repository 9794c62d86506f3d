"""How many units of a code an example uses."""

import numpy as np

from keras_vae.evaluation.checks import checked_codes
from keras_vae.ops.checks import checked_number


def fraction_active(codes, threshold: float = 0.1) -> float:
    """The fraction of units that are active, averaged over examples: |z_j| > threshold * root mean square of all codes.

    The root mean square is over all units of all codes, so the fraction is the same for codes of any scale: a penalty
    that shrinks the whole code, which a decoder undoes, does not make it sparse. Normal noise has 92 % at a threshold
    of 0.1.

    Args:
        codes: `(n, units)`, such as `model.encode(x)`, of at least two units.
        threshold: As a fraction of the root mean square, at least 0; at 0, all units that are not exactly zero count.

    Returns:
        A number from 0, for codes of zeros, to 1.

    Raises:
        ValueError: If the codes have the wrong shape or are not finite, or the threshold is negative.
    """
    codes, threshold = np.abs(checked_codes(codes)), checked_number(threshold, "threshold", 0.0)
    largest = codes.max()
    scaled = codes / (largest if largest > 0 else 1.0)
    return float(np.mean(scaled > threshold * np.sqrt(np.mean(scaled**2))))
