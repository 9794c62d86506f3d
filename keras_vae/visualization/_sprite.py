"""Many small pictures in one image, as TensorBoard's projector reads them."""

import math

import numpy as np

from keras_vae.visualization.pictures import as_pictures, checked_examples

# Browsers refuse larger textures.
LARGEST_SIDE = 8192


def sprite(images, value_range: tuple[float, float] | None = None) -> np.ndarray:
    """Lays images out row by row in a square, without gaps and at their own size.

    Args:
        images: `(n, *event_shape)`; see `image_grid` for the shapes that can be drawn.
        value_range: The values drawn as black and white; see `image_grid`.

    Returns:
        uint8 array `(height, width, 3)`, each side ceil(sqrt(n)) images long; the cells that are left are black.

    Raises:
        ValueError: If there is no image, or so many that a side exceeds 8192 pixels.
    """
    images = checked_examples(images)
    count = len(images)
    height, width = as_pictures(images[:1], value_range).shape[1:3]
    columns = math.ceil(math.sqrt(count))
    if columns * max(height, width) > LARGEST_SIDE:
        most = (LARGEST_SIDE // max(height, width)) ** 2
        raise ValueError(
            f"TensorBoard's projector shows images of up to {LARGEST_SIDE} pixels to the side, which hold {most:,} "
            f"pictures of {height}x{width}. Received: {count:,}. Give fewer examples, or no images."
        )
    cells = np.zeros((columns * columns, height, width, 3), np.uint8)
    cells[:count] = as_pictures(images, value_range)
    rows = cells.reshape(columns, columns, height, width, 3)
    return rows.transpose(0, 2, 1, 3, 4).reshape(columns * height, columns * width, 3)
