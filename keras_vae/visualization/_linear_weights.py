"""What a linear autoencoder learned, beside the principal axes."""

import numpy as np

from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.style import default_style

WIDTH, HEIGHT = 860, 420
# What is under and above the panels.
LEGEND_HEIGHT, TITLE_HEIGHT = 30, 30
POINT_COLOUR, PLANE_COLOUR, AXIS_COLOUR, WEIGHT_COLOUR = "#8a919a", "#4477aa", "#1b1f24", "#cc3311"
MOST_POINTS = 1000
# Points lie within so many standard deviations of the mean, mostly.
REACH = 2.5
# Elevations in degrees from which the plane of the codes is seen.
PANELS = {"from above the plane of the codes": 32.0, "along the plane": 0.0}
AZIMUTH = -50.0


@default_style()
def linear_weights(x, weights, title: str | None = None):
    """Draws the weights of a linear autoencoder's decoder beside the principal axes of its data, in three dimensions.

    Arrows go from the mean of the data: black ones along the principal axes that a code of this length keeps, 2.5
    standard deviations long, a dotted one along the first that is left out; red ones along the weight vectors, all
    as long as the longest axis, since their lengths are one with their codes' scales. The weights of the best linear
    code need not be the axes, but lie in their plane: it is drawn twice, from above, and along itself, where what
    leaves the plane stands out.

    Source: Baldi and Hornik 1989, "Neural Networks and Principal Component Analysis", fact 4.

    Args:
        x: Data `(n, 3)`, of which at most 1,000 points are drawn.
        weights: `(latent_dim, 3)`, with a latent_dim of 1 or 2: the decoder's kernel, a row for each unit of the code,
            such as `model.decoder.likelihood.get_weights()[0]`.
        title: A line above the picture, or `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the data or the weights have another shape or are not finite, or the data lies on a line.
    """
    x, weights = _checked(x, weights)
    mean, deviations, axes = _principal_axes(x)
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    # In the coordinates of the principal axes, the plane of the first two of which is the floor.
    turned = weights @ axes.T * REACH * deviations[0] / np.where(lengths > 0, lengths, 1.0)
    spread = REACH * np.diag(deviations)
    figure = new_figure(WIDTH, HEIGHT)
    for index, (name, elevation) in enumerate(PANELS.items()):
        panel = figure.add_axes(_place(index), projection="3d", computed_zorder=False)
        _draw_data(panel, (x - mean) @ axes.T, deviations)
        _draw_arrows(panel, "principal axes", AXIS_COLOUR, spread[: len(weights)])
        _draw_arrows(panel, "axis that is left out", AXIS_COLOUR, spread[len(weights)][np.newaxis], linestyle=":")
        _draw_arrows(panel, "weights of the decoder", WEIGHT_COLOUR, turned)
        panel.view_init(elev=elevation, azim=AZIMUTH)
        figure.text((index + 0.5) / len(PANELS), 1 - 48 / HEIGHT, name, fontsize=TEXT_SIZE, ha="center")
    figure.legend(
        *figure.axes[0].get_legend_handles_labels(), loc="lower center", ncols=3, frameon=False, fontsize=TEXT_SIZE
    )
    if title is not None:
        figure.text(8 / WIDTH, 1 - 17 / HEIGHT, title, fontsize=TITLE_SIZE, va="center_baseline")
    return figure


def _checked(x, weights) -> tuple[np.ndarray, np.ndarray]:
    x, weights = np.asarray(x), np.asarray(weights)
    if x.ndim != 2 or x.shape[1] != 3 or len(x) < 3 or x.dtype.kind not in "iuf":
        raise ValueError(
            f"`x` must be numbers of shape (n, 3), at least three points. Received shape {x.shape}, dtype {x.dtype}."
        )
    if weights.ndim != 2 or weights.shape[1] != 3 or len(weights) not in (1, 2) or weights.dtype.kind not in "iuf":
        raise ValueError(
            "`weights` must be the kernel of a decoder from one or two codes to three dimensions, of shape (1, 3) or "
            f"(2, 3). Received shape {weights.shape}, dtype {weights.dtype}."
        )
    if not (np.isfinite(x).all() and np.isfinite(weights).all()):
        raise ValueError("`x` and `weights` must hold finite numbers.")
    return x.astype(np.float64), weights.astype(np.float64)


def _principal_axes(x) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean, the standard deviations `(3,)`, largest first, and the axes that they are along, `(3, 3)`, as rows."""
    mean = x.mean(axis=0)
    _, singular_values, rows = np.linalg.svd(x - mean, full_matrices=False)
    deviations = singular_values / np.sqrt(len(x))
    if not deviations[1] > 1e-6 * deviations[0]:
        raise ValueError("`x` lies on a line, or at a point: it has no plane that a code could keep.")
    return mean, deviations, rows


def _place(index) -> tuple[float, float, float, float]:
    """Where a panel stands in the figure."""
    height = HEIGHT - LEGEND_HEIGHT - TITLE_HEIGHT
    return index / len(PANELS), LEGEND_HEIGHT / HEIGHT, 1 / len(PANELS), height / HEIGHT


def _draw_data(panel, points, deviations):
    """Draws points, and the plane of the first two principal axes under the arrows."""
    # Slow to import, and only needed here.
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    across, up = REACH * deviations[:2]
    corners = [[(-across, -up, 0), (across, -up, 0), (across, up, 0), (-across, up, 0)]]
    panel.add_collection3d(Poly3DCollection(corners, facecolors=PLANE_COLOUR, edgecolors=PLANE_COLOUR, alpha=0.18))
    panel.scatter(*points[:MOST_POINTS].T, s=6, color=POINT_COLOUR, linewidths=0, alpha=0.6)
    reach = REACH * deviations[0]
    panel.set(xlim=(-reach, reach), ylim=(-reach, reach), zlim=(-reach, reach))
    panel.set_box_aspect((1, 1, 1), zoom=1.4)
    panel.set_axis_off()


def _draw_arrows(panel, name, colour, tips, linestyle="-"):
    style = {"arrow_length_ratio": 0.12, "linewidth": 1.8, "linestyle": linestyle}
    panel.quiver(*np.zeros_like(tips).T, *tips.T, color=colour, label=name, **style)
