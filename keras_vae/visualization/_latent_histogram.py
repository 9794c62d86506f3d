"""Where examples lie along a single latent."""

import numpy as np

from keras_vae.visualization._latent_scatter import COLOUR_WITHOUT_LABELS, class_colours, class_legend
from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.labels import MOST_CLASSES, as_classes, checked_labels
from keras_vae.visualization.style import default_style

WIDTH, HEIGHT = 760, 640
BINS = 40


@default_style()
def latent_histogram(codes, labels=None, title: str | None = None):
    """Draws how many codes of a single latent lie where, in 40 bins; classes stand on top of each other.

    Classes are as in `latent_scatter`; other numbers, and more than 40 classes, have one colour. Codes that are not
    finite are left out.

    Args:
        codes: `(n, 1)`.
        labels: `(n,)` or `(n, 1)`, all numbers or all texts; `None` is none.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the codes have another shape or are no numbers, or there are not as many labels, or they are
            neither all numbers nor all texts.
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.shape[1] != 1 or len(codes) == 0 or codes.dtype.kind not in "biuf":
        raise ValueError(
            "`codes` must be numbers of shape (n, 1), with at least one code; more latents are for `latent_scatter`. "
            f"Received shape {codes.shape} and dtype {codes.dtype}."
        )
    labels = checked_labels(labels, len(codes))
    finite = np.isfinite(codes[:, 0])
    values, found = codes[finite, 0].astype(np.float64), None if labels is None else as_classes(labels[finite])
    figure = new_figure(WIDTH, HEIGHT)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    _draw(axes, values, None if found is None or len(found[0]) > MOST_CLASSES else found)
    axes.set_xlabel("$z_1$", fontsize=TEXT_SIZE)
    axes.set_ylabel("codes", fontsize=TEXT_SIZE)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.spines[["top", "right"]].set_visible(False)
    if title is not None:
        axes.set_title(title, fontsize=TITLE_SIZE, loc="left")
    return figure


def _draw(axes, values, found):
    edges = np.histogram_bin_edges(values, BINS)
    if found is None or len(values) == 0:
        axes.hist(values, edges, color=COLOUR_WITHOUT_LABELS)
        return
    classes, indices = found
    parts = [values[indices == index] for index in range(len(classes))]
    axes.hist(parts, edges, stacked=True, color=class_colours(len(classes)))
    class_legend(axes, classes)
