"""Where a figure shows its picture."""

import numpy as np

from keras_vae.visualization import pixels


def picture_of(figure) -> np.ndarray:
    """What lies inside of a figure's only axes: uint8 `(height, width, 3)`."""
    (axes,) = figure.axes
    box, drawn = axes.get_window_extent(), pixels(figure)
    top, bottom = (round(len(drawn) - y) for y in (box.y1, box.y0))
    return drawn[top:bottom, round(box.x0) : round(box.x1)]


def texts(figure) -> list[str]:
    """All that is written on a figure beside its axes."""
    return [text.get_text() for text in figure.texts]
