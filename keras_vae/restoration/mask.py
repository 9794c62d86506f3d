"""What is missing, as NaN."""

import numpy as np


def with_missing(x: np.ndarray, mask, name: str = "`mask`") -> np.ndarray:
    """Marks what was not observed.

    Args:
        x: `(batch, *event_shape)`, numbers.
        mask: Booleans in the shape of x or of one of its examples, False where it is missing; `None` leaves x as it is.
        name: What to call the mask in the message.

    Returns:
        x as floats, in its own dtype where that is one, NaN where the mask is False.

    Raises:
        ValueError: If the mask holds no booleans, or is of another shape.
    """
    x = x if x.dtype.kind == "f" else x.astype(np.float32)
    if mask is None:
        return x
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape not in (x.shape, x.shape[1:]):
        raise ValueError(
            f"{name} must hold booleans, True where x was observed, in the shape of x, {x.shape}, or of one example, "
            f"{x.shape[1:]}. Received dtype {mask.dtype} and shape {mask.shape}."
        )
    return np.where(mask, x, np.asarray(np.nan, x.dtype))
