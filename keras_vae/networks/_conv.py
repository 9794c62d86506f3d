"""A convolutional trunk for encoders."""

from collections.abc import Sequence

import keras

from keras_vae.ops.checks import check_channels_last, checked_size, checked_sizes

CONVOLUTIONS = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}


def conv(
    filters: Sequence[int],
    kernel_size: int = 3,
    strides: int = 2,
    activation="gelu",
    rank: int = 2,
    name: str | None = None,
) -> keras.Model:
    """A stack of strided convolutions, for an encoder.

    Args:
        filters: The number of filters of each layer, such as `[32, 64]`.
        kernel_size: Side of the kernels.
        strides: What each layer divides the sides by, rounded up.
        activation: A Keras activation, used after every layer.
        rank: 1 for signals `(length, channels)`, 2 for images `(height, width, channels)`, 3 for volumes.
        name: Name of the model.

    Returns:
        A `keras.Sequential` from `(batch, *sides, channels)` to `(batch, *smaller_sides, filters[-1])`.
        Sides need not be multiples of the strides.

    Raises:
        ValueError: If a size is not a whole number of at least 1, the rank is not 1, 2 or 3, or Keras is set to
            `channels_first`.
    """
    check_channels_last()
    if rank not in CONVOLUTIONS:
        raise ValueError(f"`rank` must be 1 (signals), 2 (images) or 3 (volumes). Received: rank={rank!r}.")
    convolution = CONVOLUTIONS[rank]
    kernel_size, strides = checked_size(kernel_size, "kernel_size"), checked_size(strides, "strides")
    return keras.Sequential(
        [
            convolution(count, kernel_size, strides=strides, padding="same", activation=activation)
            for count in checked_sizes(filters, "filters")
        ],
        name=name,
    )
