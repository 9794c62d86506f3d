"""Noise from the normal distribution."""

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.ops.checks import checked_number
from keras_vae.restoration.corruption import RandomCorruption


@keras.saving.register_keras_serializable("keras_vae")
class GaussianNoise(RandomCorruption):
    """Adds noise from N(0, stddev^2) to each element. Nothing is clipped.

    Args:
        stddev: Standard deviation, at least 0, in the data's units.
        seed: Int; `None` draws one now.
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.stddev = checked_number(stddev, "stddev", 0.0)

    def corrupt(self, x):
        return x + self.stddev * noise.normal(ops.shape(x), self.seed_generator, x.dtype)

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev}
