"""Checks of models and codes that the figures share."""

import numpy as np

from keras_vae.models._has_prior import has_prior


def check_has_prior(model, figure: str) -> None:
    """Raises a ValueError that names the figure if a model has no KL divergence."""
    if not has_prior(model):
        raise ValueError(
            f"{figure} needs a posterior and a prior, which {type(model).__name__} does not have. Use it with a VAE."
        )


def checked_codes(codes) -> np.ndarray:
    """Returns codes as a float64 array `(n, units)`, or raises a ValueError."""
    codes = np.asarray(codes)
    if codes.ndim != 2 or len(codes) == 0 or codes.shape[1] < 2 or codes.dtype.kind not in "biuf":
        raise ValueError(
            "`codes` must be numbers of shape (n, units), at least one code of at least two units. Received shape "
            f"{codes.shape} and dtype {codes.dtype}."
        )
    if not np.isfinite(codes).all():
        raise ValueError("`codes` must hold finite numbers.")
    return codes.astype(np.float64)
