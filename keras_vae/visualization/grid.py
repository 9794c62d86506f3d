"""Many examples in one picture."""

import math

import numpy as np

from keras_vae.ops.checks import checked_size
from keras_vae.visualization.pictures import MOST_AXES, as_pictures

SMALLEST_CELL, GAP, BACKGROUND = 56, 2, 230
# What matplotlib draws, with room for a title and labels.
LARGEST_SIDE = 2**16 - 1000


def image_grid(
    examples,
    columns: int | None = None,
    value_range: tuple[float, float] | None = None,
    cell: int = SMALLEST_CELL,
) -> np.ndarray:
    """Lays examples out in rows.

    Small images are enlarged by a whole factor, so that their pixels stay square and sharp; of large ones, above 512
    pixels, every second, third ... pixel is shown. Images with other than 1 or 3 channels are shown channel by channel,
    signals and rows of tables as curves, volumes by their middle slice. NaN or infinite pixels are magenta, and curves
    have gaps there.

    Args:
        examples: `(n, height, width, channels)`, `(n, length, channels)`, `(n, columns)`, or
            `(n, depth, height, width, channels)`.
        columns: Examples per row; `None` makes a square.
        value_range: The values drawn as black and white; `None` is (0, 1) if all values are in it, else (0, 255) for
            uint8, else the smallest and the largest finite value.
        cell: Images whose longer side has fewer pixels than this are enlarged.

    Returns:
        uint8 array `(height, width, 3)`.

    Raises:
        ValueError: If there is no example, its shape or dtype cannot be drawn, or an argument is out of range.
    """
    pictures = as_pictures(examples, value_range)
    columns = math.ceil(math.sqrt(len(pictures))) if columns is None else checked_size(columns, "columns")
    factor = _enlargement(pictures, cell)
    pictures = pictures.repeat(factor, axis=1).repeat(factor, axis=2)
    height, width = pictures.shape[1] + GAP, pictures.shape[2] + GAP
    rows = math.ceil(len(pictures) / columns)
    grid = np.full((rows * height + GAP, columns * width + GAP, 3), BACKGROUND, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = (index // columns) * height + GAP, (index % columns) * width + GAP
        grid[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return grid


def check_grid(event_shape: tuple[int, ...], count: int, columns: int | None, mend: str) -> None:
    """Raises a ValueError if examples of a shape cannot be drawn, or a grid of so many would be too large.

    Args:
        event_shape: Shape of one example.
        count: How many examples.
        columns: Examples per row; `None` makes a square.
        mend: What to do about a grid that is too large.
    """
    if len(event_shape) > MOST_AXES:
        raise ValueError(
            f"Examples of shape {event_shape} have {len(event_shape)} axes. Only rows of tables, signals, images and "
            "volumes can be drawn: leave the callback out."
        )
    columns = math.ceil(math.sqrt(count)) if columns is None else columns
    picture = as_pictures(np.zeros((1, *event_shape), np.uint8), None)
    factor = _enlargement(picture, SMALLEST_CELL)
    height = math.ceil(count / columns) * (factor * picture.shape[1] + GAP)
    width = min(columns, count) * (factor * picture.shape[2] + GAP)
    if max(height, width) > LARGEST_SIDE:
        raise ValueError(
            f"A picture of {count:,} examples in rows of {columns:,} has {width:,}x{height:,} pixels. Each side can "
            f"have {LARGEST_SIDE:,}. {mend}"
        )


def _enlargement(pictures, cell) -> int:
    return max(1, math.ceil(checked_size(cell, "cell") / max(pictures.shape[1:3])))
