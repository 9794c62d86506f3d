"""What a longer code buys, and what it costs."""

import math

import numpy as np

from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.style import default_style

# Of each panel what it shows, and its title with the unit.
PANELS = {
    "squared_error": "squared error",
    "distortion": "distortion, nats",
    "rate": "rate, nats",
    "negative_elbo": "negative ELBO, nats",
    "active_units": "active units",
    "seconds": "training, seconds",
}
FROM_ZERO = ("rate", "active_units", "seconds")
COLUMNS = 3
PANEL_WIDTH, PANEL_HEIGHT, TITLE_HEIGHT = 290, 220, 30
LINE_COLOUR, CHOSEN_COLOUR, ALL_COLOUR = "#4477aa", "#ee6677", "#b8bec6"


@default_style()
def latent_sweep(sweep, title: str | None = None):
    """Draws error, rate, active units and time of the models of a sweep against their latent size M.

    The recommended size is marked in each panel. What an autoencoder has not, the rate and the negative ELBO, has no
    panel. Values that are not finite are gaps.

    Args:
        sweep: What `latent.sweep` returns: it has `points` and `recommended`.
        title: A line above the picture; `None` says which size is recommended.

    Returns:
        A `matplotlib.figure.Figure`; M grows to the right by its logarithm.

    Raises:
        ValueError: If it is no sweep, or one without points.
    """
    points = _checked_points(sweep)
    sizes = np.array([point.latent_dim for point in points])
    shown = [name for name in PANELS if all(getattr(point, name) is not None for point in points)]
    columns = COLUMNS if len(shown) % COLUMNS == 0 else 2
    rows = math.ceil(len(shown) / columns)
    figure = new_figure(PANEL_WIDTH * columns, PANEL_HEIGHT * rows + TITLE_HEIGHT)
    figure.set_layout_engine("constrained")
    panels = figure.subplots(rows, columns, sharex=True)
    for axes, name in zip(panels.flat, shown, strict=True):
        _draw(axes, sizes, np.array([getattr(point, name) for point in points], np.float64), sweep.recommended)
        axes.set_title(PANELS[name], fontsize=TITLE_SIZE, loc="left")
        if name == "active_units":
            axes.plot(sizes, sizes, "--", color=ALL_COLOUR, linewidth=1, zorder=1, label="all")
            axes.legend(frameon=False, fontsize=TEXT_SIZE, loc="upper left")
        if name in FROM_ZERO:
            low, high = axes.get_ylim()
            # Room for a marker at the top.
            axes.set_ylim(min(low, 0.0), high + 0.08 * (high - min(low, 0.0)))
    for axes in panels[-1]:
        _label_sizes(axes, sizes)
    figure.suptitle(_title(sweep.recommended) if title is None else title, fontsize=TITLE_SIZE, x=0.01, ha="left")
    return figure


def _checked_points(sweep):
    points = getattr(sweep, "points", None)
    if not points or not hasattr(sweep, "recommended"):
        raise ValueError(
            f"Expected what `latent.sweep` returns, with at least one point. Received: {type(sweep).__name__}."
        )
    return sorted(points, key=lambda point: point.latent_dim)


def _draw(axes, sizes, values, recommended):
    values = np.where(np.isfinite(values), values, np.nan)
    axes.plot(sizes, values, color=LINE_COLOUR, linewidth=1.5, marker="o", markersize=4)
    if recommended is not None:
        axes.axvline(recommended, color=CHOSEN_COLOUR, linewidth=0.8, linestyle=":", zorder=1)
        chosen = sizes == recommended
        axes.plot(sizes[chosen], values[chosen], "D", color=CHOSEN_COLOUR, markersize=7, zorder=4)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)


def _label_sizes(axes, sizes):
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel("latent size M", fontsize=TEXT_SIZE)


def _title(recommended):
    return "No latent size is recommended" if recommended is None else f"Recommended latent size: M = {recommended}"
