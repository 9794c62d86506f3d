"""What codes cost against what they leave out."""

import math

import numpy as np

from keras_vae.visualization._learning_curves import COLOURS
from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.style import default_style

WIDTH, HEIGHT = 760, 319
# What the axes take of it, to say where a line's number stands: so many pixels before its end.
AXES_WIDTH, AXES_HEIGHT, BEFORE_END = 690, 255, 26
MARGIN = 0.12
MOST_LINES = 7
LINE_COLOUR, LABEL_COLOUR, TEST_COLOUR = "#b8bec6", "#6b737d", "#1b1f24"
# A line that only cuts a corner has no room for its number.
SHORTEST_LABELLED = 3 * BEFORE_END


@default_style()
def rate_distortion(rates, distortions, test: tuple[float, float] | None = None, title: str | None = None):
    """Draws the way of a training in the plane of distortion and rate, between lines of equal negative ELBO.

    The rate is KL(q(z|x) || p(z)), the distortion -E[log p(x|z)]; the negative ELBO is their sum. As in
    `learning_curves`, the first twentieth of the epochs may lie outside. Values that are not finite are left out.

    Source: Alemi et al. 2018, "Fixing a Broken ELBO", figure 1.

    Args:
        rates: `(epochs,)`, in nats, such as a history's `val_kl`; may be empty where there is a test.
        distortions: `(epochs,)`, in nats, such as a history's `val_reconstruction`.
        test: Rate and distortion on test data, in nats; `None` is none.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`; the distortion grows to the right and the rate upwards.

    Raises:
        ValueError: If there are not as many rates as distortions, nothing to draw, or the test is no two numbers.
    """
    way = _checked_way(rates, distortions)
    test = np.empty((0, 2)) if test is None else _checked_test(test)
    if len(way) + len(test) == 0:
        raise ValueError("Expected rates and distortions, or a test. Received: neither.")
    figure = new_figure(WIDTH, HEIGHT)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    later = way[len(way) // 20 :]
    _set_limits(axes, np.concatenate([later, test]))
    _draw_lines(axes)
    if len(way):
        axes.plot(*way.T, color=COLOURS["validation"], linewidth=1.2, marker="o", markersize=3, label="validation")
        _name_epochs(axes, later, len(way))
    if len(test):
        axes.plot(*test.T, "D", color=TEST_COLOUR, markersize=9, fillstyle="none", markeredgewidth=1.5, label="test")
    axes.set_xlabel("distortion: reconstruction, nats", fontsize=TEXT_SIZE)
    axes.set_ylabel("rate: KL divergence, nats", fontsize=TEXT_SIZE)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=TEXT_SIZE, loc="upper right", framealpha=0.9, edgecolor="none")
    if title is not None:
        axes.set_title(title, fontsize=TITLE_SIZE, loc="left")
    return figure


def _checked_way(rates, distortions) -> np.ndarray:
    """The points of a training, distortion first: `(epochs, 2)`."""
    both = [np.asarray(values) for values in (distortions, rates)]
    if both[0].ndim != 1 or both[0].shape != both[1].shape or any(values.dtype.kind not in "iuf" for values in both):
        raise ValueError(
            "`rates` and `distortions` must be numbers of one shape (epochs,). Received shapes "
            f"{both[1].shape} and {both[0].shape}, dtypes {both[1].dtype} and {both[0].dtype}."
        )
    return np.stack(both, axis=1).astype(np.float64)


def _checked_test(test) -> np.ndarray:
    array = np.asarray(test)
    if array.shape != (2,) or array.dtype.kind not in "iuf":
        raise ValueError(f"`test` must be a rate and a distortion. Received: test={test!r}.")
    return array[np.newaxis, ::-1].astype(np.float64)


def _set_limits(axes, points):
    finite = points[np.isfinite(points).all(axis=1)]
    low, high = (finite.min(axis=0), finite.max(axis=0)) if len(finite) else (np.zeros(2), np.ones(2))
    # One point alone has a nat on each side, or a tenth of its size.
    around = np.where(high > low, MARGIN * (high - low), np.maximum(1.0, 0.1 * np.abs(high)))
    axes.set_xlim(low[0] - around[0], high[0] + around[0])
    axes.set_ylim(low[1] - around[1], high[1] + around[1])


def _draw_lines(axes):
    """Draws lines on which distortion and rate have one sum, each with its number near its lower end."""
    # Matplotlib takes a third of a second to import.
    from matplotlib.ticker import MaxNLocator

    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    name = "equal negative ELBO, nats"
    pixels_for_a_nat = math.hypot(AXES_WIDTH / (right - left), AXES_HEIGHT / (top - bottom))
    for total in MaxNLocator(MOST_LINES).tick_values(left + bottom, right + top):
        start, end = max(left, total - top), min(right, total - bottom)
        if start >= end:
            continue
        axes.plot(
            [start, end], [total - start, total - end], "--", color=LINE_COLOUR, linewidth=0.9, zorder=1, label=name
        )
        name = None
        if (end - start) * pixels_for_a_nat > SHORTEST_LABELLED:
            _write_on_line(axes, end - BEFORE_END / pixels_for_a_nat, total)


def _write_on_line(axes, distortion, total):
    axes.text(
        distortion,
        total - distortion,
        f"{total:,g}".replace("-", "\N{MINUS SIGN}"),
        fontsize=TEXT_SIZE - 1,
        color=LABEL_COLOUR,
        ha="center",
        va="center",
        rotation=-45,
        rotation_mode="anchor",
        transform_rotates_text=True,
        in_layout=False,
        zorder=1,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )


def _name_epochs(axes, later, epochs):
    first = epochs - len(later) + 1
    for epoch, point in {first: later[0], epochs: later[-1]}.items():
        if np.all(np.isfinite(point)):
            axes.annotate(
                f"epoch {epoch}", point, (0, 8), textcoords="offset points", ha="center", fontsize=TEXT_SIZE, zorder=4
            )
