"""Checks of models and codes that the figures share."""

import numpy as np

from keras_vae.models._has_prior import has_prior

# Of probabilities in single precision.
SUM_TOLERANCE = 1e-4


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


def checked_logits(logits, name: str = "probabilities_or_logits") -> np.ndarray:
    """Returns logits as a float64 array `(n, num_classes)`, or raises a ValueError; minus infinity is allowed."""
    logits = np.asarray(logits)
    if logits.ndim != 2 or len(logits) == 0 or logits.shape[1] < 2 or logits.dtype.kind not in "biuf":
        raise ValueError(
            f"`{name}` must be numbers of shape (n, num_classes), of at least one example and two classes. Received "
            f"shape {logits.shape} and dtype {logits.dtype}."
        )
    logits = logits.astype(np.float64)
    if np.isnan(logits).any() or not np.isfinite(logits.max(axis=1)).all():
        raise ValueError(f"`{name}` must hold finite numbers in each row, and neither NaN nor infinity.")
    return logits


def are_probabilities(numbers: np.ndarray) -> bool:
    """Whether the rows of `(n, num_classes)` are probabilities: not below 0, and of the sum 1."""
    return bool(numbers.min() >= 0 and np.all(np.abs(numbers.sum(axis=1) - 1) < SUM_TOLERANCE))


def checked_probabilities(probabilities) -> np.ndarray:
    """Returns probabilities of classes as a float64 array `(n, num_classes)`, or raises a ValueError."""
    probabilities = checked_logits(probabilities, "probabilities")
    if not are_probabilities(probabilities):
        raise ValueError(
            "`probabilities` must be at least 0, and have the sum 1 in each row, such as `vae.classify(x)` returns. "
            f"Received: values from {probabilities.min():g}, and sums from {probabilities.sum(axis=1).min():g} to "
            f"{probabilities.sum(axis=1).max():g}."
        )
    return probabilities


def checked_labels(labels, shape: tuple[int, int]) -> np.ndarray:
    """Returns labels as an array `(n,)`, or raises a ValueError if they are none of `(n, num_classes)` numbers."""
    labels, (count, num_classes) = np.asarray(labels), shape
    if labels.shape != (count,) or labels.dtype.kind not in "iub":
        raise ValueError(
            f"`labels` must be whole numbers, one for each of {count} examples. Received: shape {labels.shape} and "
            f"dtype {labels.dtype}."
        )
    labels = labels.astype(np.int64)
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"`labels` must be from 0 to {num_classes - 1}. Received: from {labels.min()} to {labels.max()}. Leave out "
            "examples without a label."
        )
    return labels
