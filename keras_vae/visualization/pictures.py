"""One picture for each example, whatever its shape."""

import numpy as np

CURVE_INCHES, CURVE_DPI = (2.0, 1.2), 100


def as_pictures(examples: np.ndarray, value_range: tuple[float, float] | None) -> np.ndarray:
    """Turns examples `(n, *event_shape)` into uint8 pictures `(n, height, width, 3)`.

    Of a volume `(depth, height, width, channels)` the slice in the middle is shown.

    Raises:
        ValueError: If there is no example, or it has more than four axes.
    """
    if len(examples) == 0 or not 2 <= examples.ndim <= 5:
        raise ValueError(
            "Expected at least one example, of shape (n, height, width, channels), (n, length, channels) or "
            f"(n, columns). Received shape {examples.shape}."
        )
    if examples.ndim < 4:
        return _curves(examples if examples.ndim == 3 else examples[..., np.newaxis], value_range)
    if examples.ndim == 5:
        examples = examples[:, examples.shape[1] // 2]
    low, high = value_range or range_of(examples)
    scaled = np.clip((examples.astype(np.float64) - low) / (high - low), 0, 1)
    if scaled.shape[-1] not in (1, 3):
        # No colours: the channels stand side by side.
        scaled = np.concatenate(np.split(scaled, scaled.shape[-1], axis=-1), axis=2)
    return np.broadcast_to(np.round(scaled * 255).astype(np.uint8), (*scaled.shape[:3], 3))


def range_of(examples) -> tuple[float, float]:
    """(0, 1) where all values are in it, else the smallest and the largest value."""
    low, high = float(examples.min()), float(examples.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return low, max(high, low + 1e-6)


def _curves(signals, value_range) -> np.ndarray:
    # Only needed for signals, and slow to import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    low, high = value_range or range_of(signals)
    margin = 0.05 * (high - low)
    pictures = []
    for signal in signals:
        figure = Figure(figsize=CURVE_INCHES, dpi=CURVE_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.plot(signal, linewidth=1.2)
        axes.set_ylim(low - margin, high + margin)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        pictures.append(np.asarray(canvas.buffer_rgba())[..., :3])
    return np.stack(pictures)
