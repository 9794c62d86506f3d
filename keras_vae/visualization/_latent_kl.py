"""What each latent costs."""

import math

import numpy as np

from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure, text_width
from keras_vae.visualization.style import default_style

WIDTH, HEIGHT = 760, 230
# What is left for the bars, and between two labels.
BARS_WIDTH, LABEL_GAP = 680, 8
ACTIVE, INACTIVE = "#4477aa", "#b8bec6"
# A single bar is no wall.
FEWEST_PLACES = 8


@default_style()
def latent_kl(kl, active=None, title: str | None = None):
    """Draws a bar for the KL divergence of each latent, the largest first, over the latent's number, counted from 1.

    A value that is not finite has no bar, and stands last.

    Args:
        kl: `(latent_dim,)`, in nats.
        active: `(latent_dim,)`, whether each latent is active; the others, and their numbers, are grey. `None` draws
            all alike.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there is no latent, or the arguments are not equally long.
    """
    kl = _checked(kl)
    marked = np.ones(len(kl), bool) if active is None else _checked_marks(active, len(kl))
    order = np.argsort(-kl, kind="stable")
    figure = new_figure(WIDTH, HEIGHT)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    axes.bar(np.arange(len(kl)), kl[order], color=[ACTIVE if marked[latent] else INACTIVE for latent in order])
    axes.set_xlim(-0.6, max(len(kl), FEWEST_PLACES) - 0.4)
    _write_numbers(axes, order, marked)
    axes.set_xlabel("latent, the largest KL divergence first", fontsize=TEXT_SIZE)
    axes.set_ylabel("KL divergence, nats", fontsize=TEXT_SIZE)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.25)
    axes.set_axisbelow(True)
    if active is not None:
        _legend(axes, marked)
    if title is not None:
        axes.set_title(title, fontsize=TITLE_SIZE, loc="left")
    return figure


def _checked(kl) -> np.ndarray:
    array = np.asarray(kl)
    if array.ndim != 1 or len(array) == 0 or array.dtype.kind not in "iuf":
        raise ValueError(
            f"`kl` must be numbers of shape (latent_dim,). Received shape {array.shape} and dtype {array.dtype}."
        )
    return np.where(np.isfinite(array), array, np.nan)


def _checked_marks(active, latent_dim) -> np.ndarray:
    array = np.asarray(active)
    if array.shape != (latent_dim,) or array.dtype != bool:
        raise ValueError(
            f"`active` must say True or False for each of {latent_dim} latents. Received shape {array.shape} and "
            f"dtype {array.dtype}."
        )
    return array


def _write_numbers(axes, order, marked):
    """Numbers the bars, or every so many of them where all would run into each other."""
    width = text_width(str(len(order)), TEXT_SIZE) + LABEL_GAP
    every = math.ceil(len(order) * width / BARS_WIDTH)
    axes.set_xticks(np.arange(len(order))[::every], [str(latent + 1) for latent in order[::every]])
    axes.tick_params(axis="x", length=0)
    for label, latent in zip(axes.get_xticklabels(), order[::every], strict=True):
        label.set_color("black" if marked[latent] else "#8a919a")


def _legend(axes, marked):
    # Slow to import, and only needed here.
    from matplotlib.patches import Patch

    counts = {"active": (ACTIVE, marked.sum()), "inactive": (INACTIVE, (~marked).sum())}
    patches = [Patch(color=colour, label=f"{name}: {count}") for name, (colour, count) in counts.items()]
    axes.legend(handles=patches, frameon=False, fontsize=TEXT_SIZE, loc="upper right")
