"""Codes of many latents in a plane."""

import numpy as np


def principal_components(codes, count: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Projects codes on the directions in which they vary most.

    By a singular value decomposition of the centred codes. The direction's entry of largest size is positive, so that
    pictures of similar codes are not mirrored.

    Args:
        codes: `(n, latent_dim)`.
        count: How many directions, at most `latent_dim`.

    Returns:
        The projections, float64 `(n, count)`, and the fraction of the variance that each holds, `(count,)`.
    """
    centred = np.asarray(codes, np.float64)
    centred = centred - centred.mean(axis=0)
    _, _, directions = np.linalg.svd(np.cov(centred, rowvar=False, bias=True), hermitian=True)
    directions = directions[:count]
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, np.newaxis], axis=1)
    projections = centred @ (directions * np.where(largest < 0, -1.0, 1.0)).T
    total = centred.var(axis=0).sum()
    return projections, projections.var(axis=0) / (total if total > 0 else 1.0)
