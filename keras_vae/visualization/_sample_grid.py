"""Samples side by side."""

import math
from collections.abc import Sequence

from keras_vae.visualization.frame import framed
from keras_vae.visualization.grid import image_grid


def sample_grid(
    samples,
    columns: int | None = None,
    value_range: tuple[float, float] | None = None,
    title: str | None = None,
    row_labels: Sequence[str] | None = None,
):
    """Draws samples in rows, without axes; small images get sharp square pixels.

    ```python
    figure = keras_vae.visualization.sample_grid(vae.sample(16, seed=0, mean=True), title="Samples")
    ```

    Of a model with labels for its condition, a row for each class, in whose columns the codes are the same:

    ```
    samples = [vae.sample(6, seed=0, mean=True, condition=digit) for digit in range(10)]
    keras_vae.visualization.sample_grid(np.concatenate(samples), columns=6, row_labels=list("0123456789"))
    ```

    Args:
        samples: `(n, *event_shape)`; see `image_grid` for the shapes that can be drawn.
        columns: Samples for each row; `None` makes a square.
        value_range: The values that are black and white; see `image_grid`.
        title: A line above the picture; `None` is none.
        row_labels: A text left of each row, such as its class; `None` is none.

    Returns:
        A `matplotlib.figure.Figure`; without a title and labels its pixels are those of `image_grid`.

    Raises:
        ValueError: If there is no sample, it has a shape that cannot be drawn, or there are not as many labels as rows.
    """
    grid = image_grid(samples, columns, value_range)
    if row_labels is not None:
        rows = math.ceil(len(samples) / (columns or math.ceil(math.sqrt(len(samples)))))
        if len(row_labels) != rows:
            raise ValueError(f"`row_labels` must be as many as rows, {rows}. Received: {len(row_labels)}.")
    return framed(grid, title, row_labels)
