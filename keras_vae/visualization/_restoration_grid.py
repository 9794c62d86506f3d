"""What was observed, what it was restored to, and how sure that is."""

import numpy as np

from keras_vae.ops.checks import checked_size
from keras_vae.visualization.frame import framed
from keras_vae.visualization.grid import image_grid
from keras_vae.visualization.pictures import checked_examples, range_of


def restoration_grid(
    observed,
    restored,
    restorations=None,
    standard_deviation=None,
    original=None,
    num_restorations: int = 4,
    value_range: tuple[float, float] | None = None,
    title: str | None = None,
):
    """Draws a row for each example: what was given, the restoration, a few draws, the original, and the uncertainty.

    What is missing (NaN) is magenta. The spread is the standard deviation, from 0, black, to the largest of all, white.

    Args:
        observed: `(n, *event_shape)`; see `image_grid` for the shapes that can be drawn.
        restored: `(n, *event_shape)`, such as `Restoration.mean`.
        restorations: `(n, num, *event_shape)`, such as `Restoration.pictures`; `None` if there is only one.
        standard_deviation: `(n, *event_shape)`, or `None` to leave it out.
        original: `(n, *event_shape)`, or `None` if it is unknown.
        num_restorations: At most how many restorations to draw.
        value_range: The values drawn as black and white; see `image_grid`.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there is no example, the shapes differ, or an argument is out of range.
    """
    most = checked_size(num_restorations, "num_restorations")
    several = [] if restorations is None else np.moveaxis(np.asarray(restorations), 1, 0)[:most]
    columns = {"given": observed, "restored": restored}
    columns |= {f"draw {number}": one for number, one in enumerate(several, start=1)}
    columns |= {"original": original, "spread": standard_deviation}
    columns = {label: np.asarray(values) for label, values in columns.items() if values is not None}
    shapes = {values.shape for values in columns.values()}
    if len(shapes) > 1:
        raise ValueError(f"Observations and everything drawn beside them must have the same shape. Received: {shapes}.")
    checked_examples(columns["given"])
    deviation = columns.pop("spread", None)
    values = np.stack(list(columns.values()), axis=1)
    low, high = value_range or range_of(values)
    if deviation is not None:
        columns["spread"] = deviation
        shown = low + (high - low) * deviation / (deviation.max() or 1.0)
        values = np.concatenate([values, shown[:, None].astype(values.dtype)], axis=1)
    picture = image_grid(values.reshape(-1, *values.shape[2:]), len(columns), (low, high))
    return framed(picture, title, column_labels=list(columns))
