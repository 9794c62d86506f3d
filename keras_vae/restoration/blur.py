"""What is out of focus."""

import math

import keras
import numpy as np
from keras import ops

from keras_vae.ops.checks import checked_number
from keras_vae.restoration.corruption import Corruption, side_axes

# Standard deviations from the middle at which the kernel ends.
TRUNCATION = 4.0


@keras.saving.register_keras_serializable("keras_vae")
class Blur(Corruption):
    """Convolves examples with a Gaussian kernel along every side; examples are mirrored beyond their edges.

    The kernel ends at four standard deviations, and its weights sum to 1.

    Args:
        sigma: Standard deviation of the kernel, above 0, in pixels.
    """

    def __init__(self, sigma: float, **kwargs):
        super().__init__(**kwargs)
        self.sigma = checked_number(sigma, "sigma", 0.0, inclusive=False)

    def corrupt(self, x):
        for axis in side_axes(x.shape):
            # As a matrix product: edges need no cases, and it is fast wherever the model's own products are.
            matrix = ops.convert_to_tensor(blur_matrix(x.shape[axis], self.sigma), x.dtype)
            x = ops.moveaxis(ops.tensordot(x, matrix, axes=[[axis], [1]]), -1, axis)
        return x

    def get_config(self):
        return {**super().get_config(), "sigma": self.sigma}


def blur_matrix(side: int, sigma: float) -> np.ndarray:
    """The blur of a line as a float64 matrix `(side, side)`, whose product with the line is the blurred one."""
    radius = int(TRUNCATION * sigma + 0.5)
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    positions = (np.arange(side)[:, None] + offsets) % (2 * side)
    mirrored = np.minimum(positions, 2 * side - 1 - positions)
    matrix = np.zeros((side, side))
    np.add.at(matrix, (np.arange(side)[:, None], mirrored), weights / math.fsum(weights))
    return matrix
