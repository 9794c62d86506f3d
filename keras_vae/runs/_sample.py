"""A picture of samples."""

from collections.abc import Sequence

import numpy as np

from keras_vae.models._has_prior import check_has_prior
from keras_vae.ops.checks import MOST_SEED, checked_size
from keras_vae.runs.conditional import value_of
from keras_vae.visualization import image_grid, pixels, sample_grid
from keras_vae.visualization.side_by_side import samples_of, shown_values
from keras_vae.visualization.value_range import value_range_of


def sample(
    model, num_images: int = 64, seed: int | None = None, mean: bool = True, condition: Sequence[str] | None = None
) -> tuple[np.ndarray, int]:
    """Draws samples from the prior.

    Args:
        model: A `VAE`.
        num_images: How many; of several classes at most, and one of each at least.
        seed: Int from 0; `None` draws others at each call.
        mean: Whether to draw means of p(x|z), or draws from it.
        condition: For a model with labels for its condition, classes by their names or numbers: one is of all samples,
            of several each has a row, and each column one code. `None` draws classes by the frequencies of training.

    Returns:
        Pixels, uint8 `(height, width, 3)`; and the number of samples.

    Raises:
        ValueError: If the model has no prior, a number is out of range, or there is no such class.
    """
    num_images = checked_size(num_images, "num_images")
    check_has_prior(model, "`sample`")
    classes = [value_of(model, text, "`sample`") for text in condition or ()]
    if len(classes) > 1:
        return _rows(model, num_images, seed, mean, classes)
    samples = model.sample(num_images, seed, mean, condition=classes[0] if classes else None)
    return image_grid(samples, value_range=value_range_of(model)), num_images


def _rows(model, num_images, seed, mean, classes):
    shown = shown_values(model, classes, "condition", "`sample`")
    columns = max(1, num_images // len(shown))
    # The same for all rows.
    seed = int(np.random.default_rng().integers(MOST_SEED)) if seed is None else seed
    samples = samples_of(model, shown, columns, seed, mean)
    grid = sample_grid(samples, columns, value_range_of(model), row_labels=shown.names)
    return pixels(grid), len(samples)
