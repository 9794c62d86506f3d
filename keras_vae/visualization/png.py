"""Figures as pixels, and pixels as PNG files."""

import os

import numpy as np


def pixels(figure) -> np.ndarray:
    """Draws a `matplotlib.figure.Figure`: uint8 array `(height, width, 3)`."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()


def save_png(filepath, picture) -> None:
    """Writes a picture to a PNG file, with the folders that it needs.

    Args:
        filepath: Where to write; whatever it is called, it becomes a PNG file.
        picture: A figure of this package, or a uint8 array `(height, width, 3)`.
    """
    # Matplotlib takes a third of a second to import.
    from matplotlib import image

    array = pixels(picture) if hasattr(picture, "canvas") else picture
    os.makedirs(os.path.dirname(os.path.abspath(filepath)), exist_ok=True)
    image.imsave(filepath, array, format="png")
