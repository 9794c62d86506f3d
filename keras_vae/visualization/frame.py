"""A title and labels around a picture."""

import math
from collections.abc import Sequence

import numpy as np

from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure, show_pixels, text_width
from keras_vae.visualization.style import default_style

TITLE_HEIGHT, LABEL_HEIGHT, PADDING = 34, 26, 8


@default_style()
def framed(
    picture: np.ndarray,
    title: str | None = None,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
):
    """Puts a picture into a figure, pixel for pixel, without axes.

    With neither title nor labels the figure is the picture; `margins` says how far it stands inside the figure else.
    A title that is longer than the picture makes the figure wider.

    Args:
        picture: uint8 array `(height, width, 3)`.
        title: A line above the picture, or `None`.
        row_labels: Texts left of equal parts of the height, from above.
        column_labels: Texts under equal parts of the width, from the left; one that would run into the last that is
            written is left out.

    Returns:
        A `matplotlib.figure.Figure`.
    """
    height, width = picture.shape[:2]
    left, right, bottom, top = margins(title, row_labels, column_labels)
    title_width = 0 if title is None else math.ceil(text_width(title, TITLE_SIZE))
    full_width, full_height = left + max(width, title_width) + right, bottom + height + top
    figure = new_figure(full_width, full_height)
    show_pixels(figure, picture, left, bottom)

    def write(x, y, text, size, ha):
        figure.text(x / full_width, y / full_height, text, fontsize=size, ha=ha, va="center_baseline")

    if title is not None:
        write(left, full_height - top / 2, title, TITLE_SIZE, "left")
    for index, label in enumerate(row_labels or []):
        write(left - PADDING, bottom + height * (1 - (index + 0.5) / len(row_labels)), label, TEXT_SIZE, "right")
    for x, label in _apart(column_labels or [], width):
        write(left + x, bottom / 2, label, TEXT_SIZE, "center")
    return figure


def margins(title, row_labels, column_labels) -> tuple[int, int, int, int]:
    """Pixels left and right of a picture, below and above it; none where nothing is written."""
    if title is row_labels is column_labels is None:
        return 0, 0, 0, 0
    left = PADDING
    if row_labels is not None:
        left += math.ceil(max(text_width(label, TEXT_SIZE) for label in row_labels)) + PADDING
    return left, PADDING, PADDING if column_labels is None else LABEL_HEIGHT, PADDING if title is None else TITLE_HEIGHT


def _apart(labels, width):
    """Middles and texts of the labels that stand apart from each other."""
    end = -math.inf
    for index, label in enumerate(labels):
        middle, half = width * (index + 0.5) / len(labels), text_width(label, TEXT_SIZE) / 2
        if middle - half >= end:
            yield middle, label
            end = middle + half + PADDING / 2


def number_label(value: float) -> str:
    """A number with up to three digits and a proper minus sign."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
