"""One picture for each example, whatever its shape."""

import math

import numpy as np

from keras_vae.visualization.style import default_style
from keras_vae.visualization.value_range import checked_value_range

CURVE_INCHES, CURVE_DPI = (2.0, 1.2), 100
LARGEST_PICTURE = 512
# Of an example: those of a volume.
MOST_AXES = 4
# No grey, and seldom a colour of an image.
NOT_FINITE = (255, 0, 255)


def as_pictures(examples: np.ndarray, value_range: tuple[float, float] | None) -> np.ndarray:
    """Turns examples `(n, *event_shape)` into uint8 pictures `(n, height, width, 3)`.

    Of a volume `(depth, height, width, channels)` the slice in the middle is shown. Of pictures larger than 512 pixels
    every second, third ... pixel is shown. Pixels that are not finite are magenta, and curves have gaps there.

    Raises:
        ValueError: If there is no example, it has more than four axes, or it does not hold numbers.
    """
    examples = checked_examples(examples)
    value_range = checked_value_range(value_range)
    if examples.ndim < 4:
        return _curves(examples if examples.ndim == 3 else examples[..., np.newaxis], value_range)
    if examples.ndim == 5:
        examples = examples[:, examples.shape[1] // 2]
    low, high = value_range or range_of(examples)
    _, height, width, channels = examples.shape
    side_by_side = 1 if channels in (1, 3) else channels
    step = math.ceil(max(height, width * side_by_side) / LARGEST_PICTURE)
    examples = examples[:, ::step, ::step]
    if side_by_side > 1:
        # No colours.
        examples = np.concatenate(np.split(examples, examples.shape[-1], axis=-1), axis=2)
    scaled = np.nan_to_num(np.clip((examples.astype(np.float64) - low) / (high - low), 0, 1), copy=False)
    pictures = np.broadcast_to(np.round(scaled * 255).astype(np.uint8), (*scaled.shape[:3], 3)).copy()
    pictures[~np.isfinite(examples).all(axis=-1)] = NOT_FINITE
    return pictures


def checked_examples(examples) -> np.ndarray:
    """Returns examples that can be drawn as an array, or raises a ValueError."""
    examples = np.asarray(examples)
    if not 2 <= examples.ndim <= MOST_AXES + 1 or examples.size == 0 or examples.dtype.kind not in "biuf":
        raise ValueError(
            "Expected numbers of at least one example, of shape (n, height, width, channels), (n, length, channels) or "
            f"(n, columns). Received shape {examples.shape} and dtype {examples.dtype}."
        )
    return examples


def range_of(examples: np.ndarray) -> tuple[float, float]:
    """The values that are black and white where none are given, of all values that are finite.

    (0, 1) where all are in it; (0, 255) for bytes; else the smallest and the largest. One value alone is grey.
    """
    finite = examples[np.isfinite(examples)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if examples.dtype == np.uint8:
        return 0.0, 255.0
    if low == high:
        around = 1e-6 * max(1.0, abs(low))
        return low - around, high + around
    return low, high


@default_style()
def _curves(signals, value_range) -> np.ndarray:
    # Only needed for signals, and slow to import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    low, high = value_range or range_of(signals)
    margin = 0.05 * (high - low)
    # A single value has no line.
    marker = "o" if signals.shape[1] == 1 else None
    pictures = []
    for signal in signals:
        figure = Figure(figsize=CURVE_INCHES, dpi=CURVE_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.plot(signal, linewidth=1.2, marker=marker)
        axes.set_ylim(low - margin, high + margin)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        pictures.append(np.asarray(canvas.buffer_rgba())[..., :3])
    return np.stack(pictures)
