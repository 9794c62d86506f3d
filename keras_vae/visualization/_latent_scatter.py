"""Where examples lie among the codes."""

import math
from collections.abc import Sequence

import numpy as np

from keras_vae.visualization._principal_components import principal_components
from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure, text_width
from keras_vae.visualization.labels import MOST_CLASSES, as_classes, checked_labels, one_line, shortened
from keras_vae.visualization.style import default_style

WIDTH, HEIGHT = 760, 640
# Left of the axes, where a title begins, and right of it.
BESIDE_TITLE = 120
COLOUR_WITHOUT_LABELS = "#4477aa"


@default_style()
def latent_scatter(codes, labels=None, title: str | None = None):
    """Draws a point for each code: two latents as they are, the first two principal components of more.

    Labels of classes (texts, booleans, or whole numbers of at most 40 values) have colours and a legend, other numbers
    a scale of colours; more than 40 texts have colours alone, and without labels all points have one colour. Codes
    that are not finite are left out.

    Args:
        codes: `(n, latent_dim)`, with `latent_dim` at least 2.
        labels: `(n,)` or `(n, 1)`, all numbers or all texts; `None` is none.
        title: A line above the picture, which a long one makes wider; `None` is none.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the codes have another shape or are no numbers, or there are not as many labels, or they are
            neither all numbers nor all texts.
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.shape[1] < 2 or len(codes) == 0 or codes.dtype.kind not in "biuf":
        raise ValueError(
            "`codes` must be numbers of shape (n, latent_dim), with at least one code and two latents. Received shape "
            f"{codes.shape} and dtype {codes.dtype}."
        )
    labels = checked_labels(labels, len(codes))
    finite = np.isfinite(codes).all(axis=1)
    codes, labels = codes[finite], None if labels is None else labels[finite]
    title_width = 0 if title is None else BESIDE_TITLE + math.ceil(text_width(title, TITLE_SIZE))
    figure = new_figure(max(WIDTH, title_width), HEIGHT)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    points, names = plane(codes)
    _draw(figure, axes, points, labels)
    axes.set_xlabel(names[0], fontsize=TEXT_SIZE)
    axes.set_ylabel(names[1], fontsize=TEXT_SIZE)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.set_aspect("equal", adjustable="datalim")
    axes.spines[["top", "right"]].set_visible(False)
    if title is not None:
        axes.set_title(title, fontsize=TITLE_SIZE, loc="left")
    return figure


def class_colours(count: int) -> np.ndarray:
    """Colours for classes: RGBA array `(count, 4)`, well apart for up to 20."""
    import matplotlib

    if count <= 20:
        return matplotlib.colormaps["tab10" if count <= 10 else "tab20"](np.arange(count))
    return matplotlib.colormaps["gist_rainbow"](np.linspace(0, 1, count))


def plane(codes: np.ndarray) -> tuple[np.ndarray, Sequence[str]]:
    """Where codes `(n, latent_dim)`, of at least two latents, lie in the picture: `(n, 2)`, and what its axes show."""
    if codes.shape[1] == 2 or len(codes) == 0:
        return codes[:, :2], ("$z_1$", "$z_2$")
    points, fractions = principal_components(codes)
    names = ("first principal component", "second principal component")
    return points, [f"{name} ({fraction:.0%} of the variance)" for name, fraction in zip(names, fractions, strict=True)]


def class_legend(axes, classes) -> None:
    """Names classes and their colours beside axes."""
    points = [axes.scatter([], [], color=colour, s=36) for colour in class_colours(len(classes))]
    legend = axes.legend(
        points,
        [""] * len(points),
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        frameon=False,
        fontsize=TEXT_SIZE,
        handletextpad=0.2,
        ncols=1 + len(classes) // 25,
    )
    for text, name in zip(legend.get_texts(), classes, strict=True):
        # Written afterwards: dollars in a name make no formula, and a first underscore does not hide it.
        text.set(text=shortened(one_line(name)), parse_math=False)


def _draw(figure, axes, points, labels):
    # Many points are small and let others shine through.
    style = {"s": 4 + 400 / np.sqrt(len(points) + 100), "alpha": 0.75, "linewidths": 0}
    if labels is None:
        axes.scatter(*points.T, color=COLOUR_WITHOUT_LABELS, **style)
    elif (found := as_classes(labels)) is None:
        scale = figure.colorbar(axes.scatter(*points.T, c=labels, cmap="viridis", **style), ax=axes)
        scale.ax.tick_params(labelsize=TEXT_SIZE)
    else:
        classes, indices = found
        axes.scatter(*points.T, c=class_colours(len(classes))[indices], **style)
        if 0 < len(classes) <= MOST_CLASSES:
            class_legend(axes, classes)
