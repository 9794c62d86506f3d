"""Pixels that are missing here and there."""

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.ops.checks import checked_rate
from keras_vae.restoration.corruption import side_axes
from keras_vae.restoration.missing import Missing


@keras.saving.register_keras_serializable("keras_vae")
class MissingPixels(Missing):
    """Leaves out each pixel, with all its channels, or each element of a vector, with a given probability.

    Args:
        rate: Probability that a pixel is missing, from 0 to below 1.
        fill: What is put in its place, in the data's units; NaN for models that understand missing values
            (`likelihoods.Masked`).
        seed: Int; `None` draws one now.
    """

    def __init__(self, rate: float, fill: float = 0.0, seed: int | None = None, **kwargs):
        super().__init__(fill, seed, **kwargs)
        self.rate = checked_rate(rate, "rate")

    def missing(self, x):
        axes = side_axes(x.shape)
        pixels = [size if axis == 0 or axis in axes else 1 for axis, size in enumerate(ops.shape(x))]
        return noise.uniform(pixels, self.seed_generator, x.dtype) < self.rate

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}
