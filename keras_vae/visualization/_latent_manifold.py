"""What a VAE of two latents decodes, all over the plane of its codes."""

import numpy as np

from keras_vae.models._has_prior import check_has_prior
from keras_vae.ops.checks import checked_size
from keras_vae.visualization._prior_quantiles import prior_quantiles
from keras_vae.visualization.frame import framed, number_label
from keras_vae.visualization.grid import image_grid
from keras_vae.visualization.side_by_side import check_value
from keras_vae.visualization.value_range import value_range_of

CELL = 40


def latent_manifold(
    vae,
    num_points: int = 15,
    value_range: tuple[float, float] | None = None,
    title: str | None = None,
    condition=None,
):
    """Draws the means of p(x|z) over a grid of codes, each standing for the same mass of the prior.

    Along each latent the codes are at the prior's quantiles (i + 1/2) / num_points. The first latent grows to the
    right and the second upwards, as in `latent_scatter`.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", figure 4.

    Args:
        vae: A VAE with `latent_dim` 2.
        num_points: Codes along each latent.
        value_range: The values drawn as black and white; `None` is the range of the model's data, or as in
            `image_grid`.
        title: A line above the picture; `None` is none.
        condition: For a model with a condition, the value under which all codes are decoded.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the model has no prior, or other than two latents, or a condition is missing or not allowed.
    """
    num_points = checked_size(num_points, "num_points")
    check_has_prior(vae, "`latent_manifold`")
    if vae.latent_dim != 2:
        raise ValueError(
            "`latent_manifold` draws the plane of two latents. Received: a model with latent_dim="
            f"{vae.latent_dim}. Train one with latent_dim=2, or use `latent_traversals`."
        )
    check_value(vae, condition, "`latent_manifold`")
    quantiles = prior_quantiles(vae, (np.arange(num_points) + 0.5) / num_points)
    codes = manifold_codes(quantiles)
    value_range = value_range_of(vae, value_range)
    grid = image_grid(vae.decode(codes, condition=condition), num_points, value_range, cell=CELL)
    first, second = quantiles.T
    return framed(grid, title, _ends_and_name(second[::-1], "$z_2$"), _ends_and_name(first, "$z_1$"))


def manifold_codes(quantiles) -> np.ndarray:
    """Codes row by row from above: `(n, 2)` to float32 `(n * n, 2)`; the second latent falls from row to row."""
    second, first = np.meshgrid(quantiles[::-1, 1], quantiles[:, 0], indexing="ij")
    return np.stack([first, second], axis=-1).reshape(-1, 2).astype(np.float32)


def _ends_and_name(values, name):
    if len(values) < 3:
        return [number_label(value) for value in values]
    labels = [""] * len(values)
    labels[0], labels[-1] = number_label(values[0]), number_label(values[-1])
    labels[len(values) // 2] = name
    return labels
