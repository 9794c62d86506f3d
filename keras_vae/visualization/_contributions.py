"""Which pixels or columns are to blame for a score."""

import math
from collections.abc import Sequence

import numpy as np

from keras_vae.ops.checks import checked_size
from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.frame import framed, number_label
from keras_vae.visualization.grid import image_grid
from keras_vae.visualization.labels import one_line, shortened
from keras_vae.visualization.pictures import as_pictures, checked_examples
from keras_vae.visualization.style import default_style

# What adds to the score is red, what lowers it blue.
RED, BLUE = "#cc3311", "#4477aa"
PANEL_WIDTH, BAR_HEIGHT, PANEL_MARGIN, TITLE_HEIGHT = 400, 18, 70, 30


def contributions(
    examples,
    parts,
    scores=None,
    columns: Sequence[str] | None = None,
    value_range: tuple[float, float] | None = None,
    most_columns: int = 10,
    title: str | None = None,
):
    """Draws examples and what each of their elements adds to the score.

    Images, signals and volumes are drawn above their contributions, which are white at 0, redder the more they add to
    the score and bluer the more they lower it, with one scale for all examples; an image's channels are added up. For a
    row of a table, the columns that raise or lower the score most are drawn as bars, with the row's values beside their
    names.

    Args:
        examples: `(n, *event_shape)`, such as `(n, height, width, channels)` or `(n, columns)`.
        parts: What `AnomalyDetector.explain` returns for them, in the same shape.
        scores: `(n,)`, written with the examples; `None` writes the sums of `parts`.
        columns: Names of a table's columns; `None` numbers them from 1.
        value_range: The values of an image drawn as black and white; see `image_grid`.
        most_columns: For a table, how many columns to show per row.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the arguments differ in shape, or cannot be drawn.
    """
    examples, parts = checked_examples(examples), np.asarray(parts, np.float64)
    if parts.shape != examples.shape:
        raise ValueError(
            f"`parts` must have the shape of the examples, {examples.shape}, as `detector.explain(examples)` has. "
            f"Received shape {parts.shape}."
        )
    scores = _checked_scores(parts.reshape(len(parts), -1).sum(axis=1) if scores is None else scores, len(examples))
    if examples.ndim == 2:
        return _bars(examples, parts, scores, columns, checked_size(most_columns, "most_columns"), title)
    return _pictures(examples, parts, scores, value_range, title)


def diverging(parts: np.ndarray) -> np.ndarray:
    """Colours of contributions `(...)`: `(..., 3)` in [0, 1], white at 0, and full where |contribution| is largest."""
    strength = np.nan_to_num(parts) / (np.abs(np.nan_to_num(parts)).max() or 1.0)
    ends = np.where(strength[..., np.newaxis] >= 0, _rgb(RED), _rgb(BLUE))
    return 1 - np.abs(strength)[..., np.newaxis] * (1 - ends)


def _rgb(colour) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def _pictures(examples, parts, scores, value_range, title):
    above = as_pictures(examples, value_range)
    if examples.ndim == 3:
        below = as_pictures(parts, None)
    else:
        flat = parts[:, parts.shape[1] // 2] if parts.ndim == 5 else parts
        below = as_pictures(diverging(flat.sum(axis=-1)), (0.0, 1.0))
        # Channels that are no colours stand side by side; their sum does once.
        below = np.tile(below, (1, 1, above.shape[2] // below.shape[2], 1))
    picture = image_grid(np.concatenate([above, below]), columns=len(examples), value_range=(0, 255))
    return framed(picture, title, ["x", "adds"], [number_label(score) for score in scores])


@default_style()
def _bars(examples, parts, scores, columns, most, title):
    names = _checked_names(columns, examples.shape[1])
    shown = min(most, examples.shape[1])
    height = PANEL_MARGIN + BAR_HEIGHT * shown + (0 if title is None else TITLE_HEIGHT)
    figure = new_figure(PANEL_WIDTH * len(examples), height)
    figure.set_layout_engine("constrained")
    for axes, row, own, score in zip(
        figure.subplots(1, len(examples), squeeze=False)[0], examples, parts, scores, strict=True
    ):
        order = np.argsort(-np.abs(own), kind="stable")[:shown]
        axes.barh(np.arange(shown), own[order], color=[RED if own[i] >= 0 else BLUE for i in order], height=0.7)
        labels = [f"{names[i]} = {number_label(float(row[i]))}" for i in order]
        axes.set_yticks(np.arange(shown), labels, fontsize=TEXT_SIZE)
        axes.invert_yaxis()
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_title(f"score {number_label(score)}", fontsize=TEXT_SIZE, loc="left")
        axes.tick_params(labelsize=TEXT_SIZE)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.grid(axis="x", alpha=0.25)
    if title is not None:
        figure.suptitle(title, fontsize=TITLE_SIZE, x=0.01, ha="left")
    return figure


def _checked_names(columns, count) -> list[str]:
    names = [f"column {i + 1}" for i in range(count)] if columns is None else [one_line(name) for name in columns]
    if len(names) != count:
        raise ValueError(f"`columns` must hold one name for each of {count} columns. Received: {len(names)}.")
    return [shortened(name) for name in names]


def _checked_scores(scores, count) -> list[float]:
    array = np.asarray(scores)
    if array.shape != (count,) or array.dtype.kind not in "iuf":
        raise ValueError(
            f"`scores` must be one number for each of {count} examples. Received shape {array.shape} and dtype "
            f"{array.dtype}."
        )
    return [float(score) if math.isfinite(score) else math.nan for score in array]
