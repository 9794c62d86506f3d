"""A block that is missing."""

from collections.abc import Sequence

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.ops.checks import checked_size, checked_sizes
from keras_vae.restoration.corruption import side_axes
from keras_vae.restoration.missing import Missing


@keras.saving.register_keras_serializable("keras_vae")
class MissingBlock(Missing):
    """Leaves out one block of each example, at a random place within it; all places are equally probable.

    Args:
        size: Length of the block along every side, in pixels, or a list with one length for each side: `10` and
            `[10, 10]` are the same for images. A signal has one side, and so has a vector.
        fill: What is put in its place, in the data's units; NaN for models that understand missing values
            (`likelihoods.Masked`).
        seed: Int; `None` draws one now.

    Raises:
        ValueError: If an argument is out of range; or when it is built, if the block does not fit into an example, or
            would fill it.
    """

    def __init__(self, size: int | Sequence[int], fill: float = 0.0, seed: int | None = None, **kwargs):
        super().__init__(fill, seed, **kwargs)
        self.size = checked_sizes(size, "size") if isinstance(size, (list, tuple)) else checked_size(size, "size")

    def build(self, input_shape):
        sides = [input_shape[axis] for axis in side_axes(input_shape)]
        sizes = self._sizes(len(sides))
        fits = len(sizes) == len(sides) and all(size <= side for size, side in zip(sizes, sides, strict=True))
        if not fits or sizes == sides:
            raise ValueError(
                f"A block of size {sizes} must fit into an example, and leave something of it. Received examples of "
                f"sides {sides}."
            )

    def missing(self, x):
        axes = side_axes(x.shape)
        missing = True
        for axis, size in zip(axes, self._sizes(len(axes)), strict=True):
            side, along = x.shape[axis], [1] * len(x.shape)
            along[axis] = side
            starts = ops.floor(noise.uniform(ops.shape(x)[:1], self.seed_generator, x.dtype) * (side - size + 1))
            distance = ops.reshape(ops.arange(side, dtype=x.dtype), along)
            distance = distance - ops.reshape(starts, [-1] + [1] * (len(x.shape) - 1))
            missing = ops.logical_and(missing, ops.logical_and(distance >= 0, distance < size))
        return missing

    def get_config(self):
        return {**super().get_config(), "size": self.size}

    def _sizes(self, count: int) -> list[int]:
        return self.size if isinstance(self.size, list) else [self.size] * count
