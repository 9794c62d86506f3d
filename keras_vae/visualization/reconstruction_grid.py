"""Originals above their reconstructions."""

import numpy as np

from keras_vae.ops.checks import checked_size
from keras_vae.visualization.grid import image_grid


def reconstruction_grid(
    originals, reconstructions, columns: int = 16, value_range: tuple[float, float] | None = None
) -> np.ndarray:
    """Lays examples out in pairs of rows, each original above its reconstruction.

    Args:
        originals: `(n, *event_shape)`; see `image_grid` for the shapes that can be drawn.
        reconstructions: The same shape.
        columns: Originals for each row, at most.
        value_range: The values that are black and white; see `image_grid`.

    Returns:
        uint8 array `(height, width, 3)`.

    Raises:
        ValueError: If there is no example, or the shapes differ.
    """
    originals, reconstructions = np.asarray(originals), np.asarray(reconstructions)
    if originals.shape != reconstructions.shape or len(originals) == 0:
        raise ValueError(
            "Expected at least one original, and reconstructions of the same shape. Received shapes "
            f"{originals.shape} and {reconstructions.shape}."
        )
    columns = min(checked_size(columns, "columns"), len(originals))
    # Blanks fill the last row up, or its reconstructions would stand left of their originals.
    blanks = np.zeros((-len(originals) % columns, *originals.shape[1:]), originals.dtype)
    pairs = [
        np.concatenate([examples, blanks]).reshape(-1, columns, *originals.shape[1:])
        for examples in (originals, reconstructions)
    ]
    rows = np.stack(pairs, axis=1)
    return image_grid(rows.reshape(-1, *originals.shape[1:]), columns, value_range)
