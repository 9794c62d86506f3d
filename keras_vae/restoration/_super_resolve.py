"""Large images out of small ones, in one pass."""

import numpy as np

from keras_vae.inputs import batches
from keras_vae.inputs.data_checks import as_examples
from keras_vae.inputs.examples import condition_of, given, joined, x_of
from keras_vae.ops.checks import checked_size
from keras_vae.restoration.corruption import side_axes
from keras_vae.restoration.downsampling import downsample, repeat


def super_resolve(model, small, factor: int, batch_size: int = batches.BATCH_SIZE, *, condition=None) -> np.ndarray:
    """Reconstructs small images at a model's size, and keeps what was observed: the mean of each block of pixels.

    The model is one that was trained for it, with `corruption=restoration.Downsampling(factor)`. Its reconstruction is
    moved to the nearest images whose block means are the small ones, which cannot make the squared error larger; values
    may come to lie a little outside of the data's range.

    Args:
        model: An `Autoencoder` or a `VAE` that reconstructs what it encodes.
        small: Array `(batch, *sides / factor, channels)`: means of blocks, as `restoration.downsample` takes them.
        factor: Pixels along every side that one of the small image stands for.
        batch_size: Examples at once.
        condition: For a model with a condition, its values for an array small: one for each example, or one for all.

    Returns:
        Float array `(batch, *event_shape)`, in the data's units.

    Raises:
        ValueError: If the small images times the factor are not of the model's shape, or a value is not allowed.
    """
    examples = as_examples(model.data_spec, given(small, condition, "small"), "small")
    small, factor = x_of(examples), checked_size(factor, "factor")
    axes = side_axes((None, *model.event_shape))
    sides = [size // factor if axis in axes else size for axis, size in enumerate(model.event_shape, 1)]
    divides = all(model.event_shape[axis - 1] % factor == 0 for axis in axes)
    if not divides or small.shape[1:] != tuple(sides):
        raise ValueError(
            f"`small` must hold images of the model's shape, {model.event_shape}, whose sides were divided by "
            f"factor={factor}. Received shape {small.shape}."
        )
    if small.dtype.kind != "f":
        small = small.astype(np.float32)
    large = model.reconstruct(joined(np.asarray(repeat(small, factor)), condition_of(examples)), batch_size)
    return large + np.asarray(repeat(small - downsample(large, factor), factor), large.dtype)
