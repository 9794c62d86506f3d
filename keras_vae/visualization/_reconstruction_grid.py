"""Originals above their reconstructions."""

import numpy as np

from keras_vae.ops.checks import checked_size
from keras_vae.visualization.frame import framed
from keras_vae.visualization.grid import GAP, image_grid
from keras_vae.visualization.pictures import checked_examples, range_of

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
        columns: At most how many originals per row.
        value_range: The values drawn as black and white; see `image_grid`.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there is no example, the shapes differ, or an argument is out of range.
    """
    both = np.asarray(originals), np.asarray(reconstructions)
    if both[0].shape != both[1].shape or both[0].size == 0:
        raise ValueError(
            "Expected at least one original, and reconstructions of the same shape. Received shapes "
            f"{both[0].shape} and {both[1].shape}."
        )
    both = tuple(map(checked_examples, both))
    columns = min(checked_size(columns, "columns"), len(both[0]))
    value_range = range_of(np.concatenate(both)) if value_range is None else value_range
    pairs = []
    for start in range(0, len(both[0]), columns):
        above, below = (image_grid(rows[start : start + columns], columns, value_range) for rows in both)
        pairs.append(np.concatenate([above, below[GAP:]]))
    return framed(_stacked(pairs), title)


def _stacked(pairs) -> np.ndarray:
    """Puts pairs of rows under each other, further apart than the rows of a pair."""
    gap = np.full((PAIR_GAP, *pairs[0].shape[1:]), WHITE, np.uint8)
    return np.concatenate([part for pair in pairs for part in (gap, pair)][1:])
