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


def place_of(picture, drawn) -> tuple[int, int]:
    """Row and column where a picture, which is not all white, begins on a page that shows it once, pixel for pixel."""
    height, width = picture.shape[:2]
    part, whole = (image.astype(np.int32) @ [1 << 16, 1 << 8, 1] for image in (picture, drawn))
    possible = np.indices([1 + of_page - of_part for of_page, of_part in zip(whole.shape, part.shape, strict=True)])
    rows, columns = possible.reshape(2, -1)
    # Pixels that are not paper rule nearly all places out.
    inked = np.argwhere((picture < 255).any(axis=-1))
    for row, column in inked[:: max(1, len(inked) // 30)]:
        fits = whole[rows + row, columns + column] == part[row, column]
        rows, columns = rows[fits], columns[fits]
    (found,) = [
        (row, column)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if np.array_equal(whole[row : row + height, column : column + width], part)
    ]
    return found
