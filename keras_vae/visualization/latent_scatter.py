"""Where examples lie among the codes."""

import numpy as np

from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.principal_components import principal_components

WIDTH, HEIGHT = 760, 640
COLOUR_WITHOUT_LABELS = "#4477aa"


def latent_scatter(codes, labels=None, title: str | None = None):
    """Draws a point for each code: two latents as they are, the first two principal components of more.

    Labels of classes (whole numbers, booleans or texts) have colours and a legend, other numbers a scale of colours;
    without labels all points have one colour. Codes that are not finite are left out.

    Args:
        codes: `(n, latent_dim)`, with `latent_dim` at least 2.
        labels: `(n,)` or `(n, 1)`; `None` is none.
        title: A line above the picture; `None` is none.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the codes have another shape, or there are not as many labels.
    """
    codes, labels = np.asarray(codes), checked_labels(labels, len(codes))
    if codes.ndim != 2 or codes.shape[1] < 2 or len(codes) == 0:
        raise ValueError(
            "`codes` must have shape (n, latent_dim), with at least one code and two latents. Received shape "
            f"{codes.shape}."
        )
    finite = np.isfinite(codes).all(axis=1)
    codes, labels = codes[finite], None if labels is None else labels[finite]
    figure = new_figure(WIDTH, HEIGHT)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    points, names = _plane(codes)
    _draw(figure, axes, points, labels)
    axes.set_xlabel(names[0], fontsize=TEXT_SIZE)
    axes.set_ylabel(names[1], fontsize=TEXT_SIZE)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.set_aspect("equal", adjustable="datalim")
    axes.spines[["top", "right"]].set_visible(False)
    if title is not None:
        axes.set_title(title, fontsize=TITLE_SIZE, loc="left")
    return figure


def checked_labels(labels, count: int):
    """Returns labels as an array `(count,)`, or `None` for none; raises a ValueError for another shape."""
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape not in ((count,), (count, 1)):
        raise ValueError(
            f"`labels` must hold one label for each of {count} examples, of shape ({count},). Received shape "
            f"{labels.shape}."
        )
    return labels.reshape(count)


def class_colours(count: int) -> np.ndarray:
    """Colours for classes: RGBA array `(count, 4)`, well apart for up to 20."""
    import matplotlib

    if count <= 20:
        return matplotlib.colormaps["tab10" if count <= 10 else "tab20"](np.arange(count))
    return matplotlib.colormaps["gist_rainbow"](np.linspace(0, 1, count))


def _plane(codes):
    if codes.shape[1] == 2 or len(codes) == 0:
        return codes[:, :2], ("$z_1$", "$z_2$")
    points, fractions = principal_components(codes)
    names = ("first principal component", "second principal component")
    return points, [f"{name} ({fraction:.0%} of the variance)" for name, fraction in zip(names, fractions, strict=True)]


def _draw(figure, axes, points, labels):
    # Many points are small and let others shine through.
    style = {"s": 4 + 400 / np.sqrt(len(points) + 100), "alpha": 0.75, "linewidths": 0}
    if labels is None:
        axes.scatter(*points.T, color=COLOUR_WITHOUT_LABELS, **style)
    elif labels.dtype.kind == "f":
        scale = figure.colorbar(axes.scatter(*points.T, c=labels, cmap="viridis", **style), ax=axes)
        scale.ax.tick_params(labelsize=TEXT_SIZE)
    else:
        classes, indices = np.unique(labels, return_inverse=True)
        axes.scatter(*points.T, c=class_colours(len(classes))[indices], **style)
        if len(classes):
            _legend(axes, classes)


def _legend(axes, classes):
    for name, colour in zip(classes, class_colours(len(classes)), strict=True):
        axes.scatter([], [], color=colour, label=str(name), s=36)
    axes.legend(
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        frameon=False,
        fontsize=TEXT_SIZE,
        handletextpad=0.2,
        ncols=1 + len(classes) // 25,
    )
