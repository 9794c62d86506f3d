"""Fewer pixels than there were."""

import keras
from keras import ops

from keras_vae.ops.checks import checked_size
from keras_vae.restoration.corruption import Corruption, side_axes


@keras.saving.register_keras_serializable("keras_vae")
class Downsampling(Corruption):
    """Replaces each block of pixels with its mean: a small image, enlarged back to its old size.

    Args:
        factor: Length of a block along every side, in pixels; it divides every side. 2 keeps a quarter of an image.
    """

    def __init__(self, factor: int, **kwargs):
        super().__init__(**kwargs)
        self.factor = checked_size(factor, "factor")

    def build(self, input_shape):
        _check_divides(self.factor, input_shape)

    def corrupt(self, x):
        return repeat(downsample(x, self.factor), self.factor)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def downsample(x, factor: int):
    """The small images: the mean of each block of pixels.

    Args:
        x: `(batch, *event_shape)`: images, signals or volumes with a last axis of channels, or vectors.
        factor: Length of a block along every side, in pixels; it divides every side.

    Returns:
        Tensor `(batch, *sides / factor, channels)`.

    Raises:
        ValueError: If the factor does not divide every side.
    """
    x = ops.convert_to_tensor(x)
    factor = checked_size(factor, "factor")
    _check_divides(factor, x.shape)
    for axis in side_axes(x.shape):
        shape = list(ops.shape(x))
        x = ops.mean(ops.reshape(x, [*shape[:axis], x.shape[axis] // factor, factor, *shape[axis + 1 :]]), axis + 1)
    return x


def repeat(x, factor: int):
    """Repeats each pixel along every side, so that a small image has the size of a large one.

    Args:
        x: `(batch, *event_shape)`: images, signals or volumes with a last axis of channels, or vectors.
        factor: How many times along every side.

    Returns:
        Tensor `(batch, *sides * factor, channels)`.
    """
    x = ops.convert_to_tensor(x)
    for axis in side_axes(x.shape):
        x = ops.repeat(x, checked_size(factor, "factor"), axis)
    return x


def _check_divides(factor: int, shape) -> None:
    sides = [shape[axis] for axis in side_axes(shape)]
    if any(side % factor for side in sides):
        raise ValueError(
            f"`factor` must divide every side of an example. Received: factor={factor} for sides {sides}. Crop or pad "
            "the examples."
        )
