"""What a linear autoencoder learned, beside the principal axes."""

import numpy as np

from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.style import default_style

WIDTH, HEIGHT = 860, 430
POINT_COLOUR, AXIS_COLOUR, WEIGHT_COLOUR = "#b8bec6", "#1b1f24", "#cc3311"
MOST_POINTS = 1000
# Points lie within so many standard deviations of the axes, mostly.
REACH = 2.5
# From where the plane of the codes is seen: obliquely, and nearly along itself.
OBLIQUE, ALONG = 35.0, 0.0
PANELS = {"from above the plane of the codes": OBLIQUE, "along it": ALONG}


@default_style()
def linear_weights(x, weights, title: str | None = None):
    """Draws the weights of a linear autoencoder's decoder beside the principal axes of its data, in three dimensions.

    Each weight vector is an arrow from the mean of the data, and as long as a principal axis, since its length is one
    with its code's scale; the principal axes that a code of this length keeps are black, and as long as 2.5 standard
    deviations. The arrows of the best linear code need not be the axes, but lie in their plane: so it is drawn twice,
    from above this plane, and along it, where what leaves the plane stands out.

    Source: Baldi and Hornik 1989, "Neural Networks and Principal Component Analysis", fact 4.

    Args:
        x: Data `(n, 3)`, of which at most 1,000 points are drawn.
        weights: `(latent_dim, 3)`, with a latent_dim of 1 or 2: the decoder's kernel, a row for each unit of the code,
            such as `model.decoder.likelihood.get_weights()[0]`.
        title: A line above the picture; `None` is none.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the data or the weights have another shape or are not finite, or the data lies on a line.
    """
    x, weights = _checked(x, weights)
    mean, deviations, axes = _principal_axes(x)
    kept = len(weights)
    figure = new_figure(WIDTH, HEIGHT)
    figure.set_layout_engine("constrained")
    # Of one length, the widest axis's.
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    arrows = {
        "principal axes": (AXIS_COLOUR, (REACH * deviations[:, np.newaxis] * axes)[:kept]),
        "weights of the decoder": (WEIGHT_COLOUR, REACH * deviations[0] * weights / np.where(lengths > 0, lengths, 1)),
    }
    for column, (name, elevation) in enumerate(PANELS.items()):
        panel = figure.add_subplot(1, len(PANELS), column + 1, projection="3d", computed_zorder=False)
        _draw(panel, x, mean, axes, arrows, elevation)
        panel.set_title(name, fontsize=TEXT_SIZE)
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False, fontsize=TEXT_SIZE)
    if title is not None:
        figure.suptitle(title, fontsize=TITLE_SIZE)
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


def _draw(panel, x, mean, axes, arrows, elevation):
    """Draws points and arrows in coordinates whose floor is the plane of the first two principal axes."""
    turned = (x - mean) @ axes.T
    panel.scatter(*turned[:MOST_POINTS].T, s=5, color=POINT_COLOUR, linewidths=0, alpha=0.6)
    for name, (colour, vectors) in arrows.items():
        tips = vectors @ axes.T
        panel.quiver(*np.zeros_like(tips).T, *tips.T, color=colour, arrow_length_ratio=0.1, linewidth=1.8, label=name)
    reach = 1.1 * np.abs(turned).max()
    panel.set(xlim=(-reach, reach), ylim=(-reach, reach), zlim=(-reach, reach))
    panel.set_box_aspect((1, 1, 1), zoom=1.1)
    panel.view_init(elev=elevation, azim=-60)
    labels = (f"principal component {number}" for number in (1, 2, 3))
    panel.set(**dict(zip(("xlabel", "ylabel", "zlabel"), labels, strict=True)))
    for axis in (panel.xaxis, panel.yaxis, panel.zaxis):
        axis.label.set_size(TEXT_SIZE)
        axis.set_tick_params(labelsize=TEXT_SIZE - 1, pad=0)
