"""How few units of a code hold most of it."""

import numpy as np

from keras_vae.evaluation.checks import checked_codes


def hoyer_sparsity(codes) -> float:
    """The mean over codes of (sqrt(n) - |z|_1 / |z|_2) / (sqrt(n) - 1), for codes of n units.

    1 if only one unit is not zero, 0 if all have the same size; about 0.2 for normal noise, and the same for codes of
    any scale. A code of zeros, for which it is 0 / 0, counts as 0: all its units have the same size, and a model whose
    codes died must not pass for a sparse one. Units that are off for every example raise it too: such a code is shorter
    than it looks, not sparse, so measure it on the units in use as well.

    Source: Hoyer 2004, "Non-negative Matrix Factorization with Sparseness Constraints", section 3, the definition of
    sparseness.

    Args:
        codes: `(n, units)`, such as `model.encode(x)`, of at least two units.

    Returns:
        A number from 0 to 1.

    Raises:
        ValueError: If the codes have the wrong shape, or are not finite.
    """
    codes = checked_codes(codes)
    # Of numbers of size 1: squares of the smallest and the largest floats would leave their range.
    largest = np.abs(codes).max(axis=1, keepdims=True)
    scaled = np.abs(codes) / np.where(largest > 0, largest, 1.0)
    norms = np.linalg.norm(scaled, axis=1)
    root = np.sqrt(codes.shape[1])
    # Codes of zeros are given the ratio of codes whose units have one size.
    ratios = np.divide(scaled.sum(axis=1), norms, out=np.full(len(codes), root), where=norms > 0)
    # Rounding leaves the last digit below 0.
    return float(np.mean(np.clip((root - ratios) / (root - 1), 0.0, 1.0)))
