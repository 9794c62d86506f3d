"""Figures as pixels, and pixels as PNG files."""

import io
import os

import numpy as np

from keras_vae.files.whole import whole_file
from keras_vae.ops.checks import checked_free_path


def pixels(figure) -> np.ndarray:
    """Draws a `matplotlib.figure.Figure` of this package: uint8 array `(height, width, 3)`.

    Args:
        figure: What a function of `visualization` returned.

    Raises:
        ValueError: If it is not a figure that Agg can draw.
    """
    if not hasattr(getattr(figure, "canvas", None), "buffer_rgba"):
        raise ValueError(f"Expected a figure of this package. Received: {type(figure).__name__}.")
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()


def save_png(filepath, picture, overwrite: bool = False) -> None:
    """Writes a picture to a PNG file, with the folders that it needs.

    Args:
        filepath: Where to write; whatever its name, it becomes a PNG file.
        picture: A figure of this package, or a uint8 array `(height, width, 3)`.
        overwrite: Replace the file if it is there.

    Raises:
        ValueError: If the picture is neither of these, or `filepath` exists and may not be overwritten.
    """
    data = png_bytes(pixels(picture) if hasattr(picture, "canvas") else picture)
    path = checked_free_path(filepath, overwrite)
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with whole_file(path) as name, open(name, "wb") as file:
        file.write(data)


def png_bytes(picture: np.ndarray) -> bytes:
    """What a PNG file of a picture holds.

    Raises:
        ValueError: If the picture is no uint8 array `(height, width, 3)`.
    """
    # Matplotlib takes a third of a second to import.
    from matplotlib import image

    array = np.asarray(picture)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3 or array.size == 0:
        raise ValueError(
            "A picture must be a figure of this package, or a uint8 array of shape (height, width, 3), such as "
            f"`image_grid` gives. Received: {type(picture).__name__} of dtype {array.dtype} and shape {array.shape}."
        )
    buffer = io.BytesIO()
    image.imsave(buffer, array, format="png", origin="upper")
    return buffer.getvalue()
