"""Originals above their reconstructions."""

import numpy as np

from keras_vae.ops.checks import checked_size
from keras_vae.visualization.frame import framed
from keras_vae.visualization.grid import image_grid
from keras_vae.visualization.pictures import range_of

PAIR_GAP, WHITE = 6, 255


def reconstruction_grid(
    originals,
    reconstructions,
    columns: int = 16,
    value_range: tuple[float, float] | None = None,
    title: str | None = None,
):
    """Lays examples out in pairs of rows, each original above its reconstruction.

    Args:
        originals: `(n, *event_shape)`; see `image_grid` for the shapes that can be drawn.
        reconstructions: The same shape.
        columns: Originals for each row, at most.
        value_range: The values that are black and white; see `image_grid`.
        title: A line above the picture; `None` is none.

    Returns:
        A `matplotlib.figure.Figure`.

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
    pairs = np.stack(pairs, axis=1).reshape(-1, 2 * columns, *originals.shape[1:])
    value_range = range_of(pairs) if value_range is None else value_range
    return framed(_stacked([image_grid(pair, columns, value_range) for pair in pairs]), title)


def _stacked(strips) -> np.ndarray:
    """Puts pairs of rows under each other, further apart than the rows of a pair."""
    gap = np.full((PAIR_GAP, *strips[0].shape[1:]), WHITE, np.uint8)
    return np.concatenate([part for strip in strips for part in (gap, strip)][1:])
