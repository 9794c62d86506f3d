"""How alike images look."""

import numpy as np

from keras_vae.evaluation.image_pairs import checked_pair
from keras_vae.ops.checks import checked_number

SIGMA, RADIUS = 1.5, 5
WINDOW = 2 * RADIUS + 1
K1, K2 = 0.01, 0.03


def structural_similarity(x, reference, data_range: float) -> np.ndarray:
    """The mean structural similarity (SSIM) of each image: 1 if they are equal, about 0 if nothing is alike.

    Luminance, contrast and structure are compared in windows with Gaussian weights (sigma 1.5, 11 x 11 pixels) at every
    place where a window fits, for each colour separately, and averaged. scikit-image computes the same with
    `gaussian_weights=True, use_sample_covariance=False`.

    Source: Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural Similarity", equations 13
    to 17.

    Args:
        x: Array `(batch, height, width, channels)`, such as restorations.
        reference: Array of the same shape: what they should be.
        data_range: Distance from the smallest to the largest possible value: 1 for greys in [0, 1], 255 for 8-bit
            images.

    Returns:
        Float64 array `(batch,)`, each at most 1.

    Raises:
        ValueError: If the shapes differ or are not those of images of at least 11 x 11 pixels, a value is not finite,
            or the range is not above 0.
    """
    x, reference = checked_pair(x, reference)
    data_range = checked_number(data_range, "data_range", 0.0, inclusive=False)
    if x.ndim != 4 or min(x.shape[1:3]) < WINDOW:
        raise ValueError(
            f"SSIM compares images, (batch, height, width, channels) of at least {WINDOW} x {WINDOW} pixels. Received "
            f"shape {x.shape}."
        )
    rows, columns = _windows(x.shape[1]), _windows(x.shape[2])

    def averaged(image):
        return np.einsum("ih,hwc,jw->ijc", rows, image, columns, optimize=True)

    return np.array(
        [_similarity(np.float64(a), np.float64(b), data_range, averaged) for a, b in zip(x, reference, strict=True)]
    )


def _similarity(x, y, data_range, averaged) -> float:
    luminance, contrast = (K1 * data_range) ** 2, (K2 * data_range) ** 2
    mean_x, mean_y = averaged(x), averaged(y)
    variance_x, variance_y = averaged(x * x) - mean_x**2, averaged(y * y) - mean_y**2
    covariance = averaged(x * y) - mean_x * mean_y
    likeness = (2 * mean_x * mean_y + luminance) * (2 * covariance + contrast)
    return np.mean(likeness / ((mean_x**2 + mean_y**2 + luminance) * (variance_x + variance_y + contrast)))


def _windows(side: int) -> np.ndarray:
    """The weights of all windows along a side, `(side - WINDOW + 1, side)`."""
    weights = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / SIGMA) ** 2)
    matrix = np.zeros((side - WINDOW + 1, side))
    for start in range(len(matrix)):
        matrix[start, start : start + WINDOW] = weights / weights.sum()
    return matrix
