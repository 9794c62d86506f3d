"""The example that is most unlike the others, for a training that came to nothing."""

import math

import numpy as np

from keras_vae.inputs.rules import ROWS_AT_ONCE
from keras_vae.ops._warn import warn


def warn_of_divergence(history: dict, x) -> None:
    """Warns where a training ended with a loss that is no number, and names the strangest row of an array.

    Args:
        history: What `fit` logged.
        x: What it was given.
    """
    loss = history.get("loss") or [0.0]
    if math.isfinite(loss[-1]):
        return
    message = f"The training diverged: its loss is {loss[-1]}. Use a lower learning rate, or clip the gradient"
    message += " with the optimizer's `global_clipnorm`."
    if isinstance(x, np.ndarray):
        row, deviations = strangest_row(x)
        message += (
            f" Row {row} of `x` is the strangest: one of its values is {deviations:,.0f} standard deviations from the "
            "mean at its place."
        )
    warn(message)


def strangest_row(x: np.ndarray) -> tuple[int, float]:
    """The row with the value that is furthest from the mean of its place, and how many standard deviations it is off.

    Args:
        x: `(n, ...)`, NaN where it is missing.
    """
    parts = [x[start : start + ROWS_AT_ONCE] for start in range(0, len(x), ROWS_AT_ONCE)]
    count = sum(np.sum(~np.isnan(part), axis=0) for part in parts)
    mean = sum(np.nansum(part, axis=0, dtype=np.float64) for part in parts) / np.maximum(count, 1)
    squares = sum(np.nansum((part - mean) ** 2, axis=0) for part in parts)
    deviation = np.sqrt(squares / np.maximum(count, 1))
    # What never varies is no reason.
    scale = np.where(deviation > 0, deviation, np.inf)
    furthest = np.concatenate(
        [np.nanmax(np.abs(part - mean) / scale, axis=tuple(range(1, part.ndim)), initial=0.0) for part in parts]
    )
    row = int(np.argmax(furthest))
    return row, float(furthest[row])
