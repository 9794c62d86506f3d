"""Samples side by side."""

from keras_vae.visualization.frame import framed
from keras_vae.visualization.grid import image_grid


def sample_grid(
    samples,
    columns: int | None = None,
    value_range: tuple[float, float] | None = None,
    title: str | None = None,
):
    """Draws samples in rows, without axes; small images get sharp square pixels.

    ```python
    figure = keras_vae.visualization.sample_grid(vae.sample(16, seed=0, mean=True), title="Samples")
    ```

    Args:
        samples: `(n, *event_shape)`; see `image_grid` for the shapes that can be drawn.
        columns: Samples per row; `None` makes a square.
        value_range: The values drawn as black and white; see `image_grid`.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`; without a title its pixels are those of `image_grid`.

    Raises:
        ValueError: If there is no sample, or it has a shape that cannot be drawn.
    """
    return framed(image_grid(samples, columns, value_range), title)
