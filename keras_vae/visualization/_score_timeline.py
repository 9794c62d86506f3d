"""Scores over time, and the threshold above which they are alarms."""

import numpy as np

from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.style import default_style

WIDTH, HEIGHT = 760, 300
NORMAL, ALARM, LINE = "#4477aa", "#cc3311", "#222222"


@default_style()
def score_timeline(scores, threshold, times=None, title: str | None = None):
    """Draws each example's score at its time; scores above the threshold are alarms, and red.

    Args:
        scores: `AnomalyDetector.anomaly_scores` of examples in the order of time, `(n,)`.
        threshold: `AnomalyDetector.threshold_`, a number; or the one of each example, `(n,)`, where the detector was
            calibrated anew in between.
        times: `(n,)` numbers or dates; `None` numbers the examples from 1.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there is no score, or the arguments are not equally long.
    """
    scores = np.asarray(scores)
    if scores.ndim != 1 or len(scores) == 0 or scores.dtype.kind not in "iuf":
        raise ValueError(
            f"`scores` must be numbers of shape (n,), n at least 1. Received shape {scores.shape} and dtype "
            f"{scores.dtype}."
        )
    limits = _for_each(threshold, len(scores), "threshold")
    times = np.arange(len(scores)) + 1 if times is None else _for_each(times, len(scores), "times")
    alarms = scores > limits
    figure = new_figure(WIDTH, HEIGHT)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    share = f"alarms: {alarms.sum():,} of {len(scores):,}, {alarms.mean():.1%}"
    for chosen, colour, name in ((~alarms, NORMAL, "normal"), (alarms, ALARM, share)):
        axes.plot(times[chosen], scores[chosen], ".", color=colour, label=name, markersize=3.5)
    axes.step(times, limits, where="mid", color=LINE, linewidth=1.2, label="threshold")
    axes.set_xlabel("example" if np.asarray(times).dtype.kind == "i" else "time", fontsize=TEXT_SIZE)
    axes.set_ylabel("score", fontsize=TEXT_SIZE)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=TEXT_SIZE, loc="upper left", ncols=3)
    # Room for the legend.
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.15 * (high - low))
    if title is not None:
        axes.set_title(title, fontsize=TITLE_SIZE, loc="left")
    return figure


def _for_each(values, count, name) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim == 0 and name == "threshold":
        array = np.full(count, array)
    if array.shape != (count,):
        raise ValueError(f"`{name}` must hold one value for each of {count} scores. Received shape {array.shape}.")
    return array
