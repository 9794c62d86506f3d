"""A transposed-convolutional trunk for decoders."""

import math
from collections.abc import Sequence

import keras

from keras_vae.ops.checks import check_channels_last, checked_event_shape, checked_size, checked_sizes

TRANSPOSED_CONVOLUTIONS = {
    1: keras.layers.Conv1DTranspose,
    2: keras.layers.Conv2DTranspose,
    3: keras.layers.Conv3DTranspose,
}
CROPPINGS = {1: keras.layers.Cropping1D, 2: keras.layers.Cropping2D, 3: keras.layers.Cropping3D}


def conv_transpose(
    filters: Sequence[int],
    event_shape: Sequence[int],
    kernel_size: int = 3,
    strides: int = 2,
    activation="gelu",
    name: str | None = None,
) -> keras.Model:
    """A stack of transposed convolutions from a code to features with the event's sides, for a decoder.

    A dense layer turns the code into a small grid, which each layer enlarges by `strides`; what exceeds the event's
    sides is cropped, so any size is possible. The event's channels are left to the likelihood.

    ```python
    trunk = keras_vae.networks.conv_transpose([64, 32], event_shape=(28, 28, 1))
    features = trunk(keras.ops.zeros((5, 16)))  # from codes of length 16 to (5, 28, 28, 32)
    ```

    Args:
        filters: The number of filters of each layer, such as `[64, 32]`.
        event_shape: Shape of one example: `(length, channels)`, `(height, width, channels)` or
            `(depth, height, width, channels)`.
        kernel_size: Side of the kernels.
        strides: What each layer multiplies the sides by; a side that reaches its length in fewer layers is multiplied
            by only that many.
        activation: A Keras activation, used after every layer.
        name: Name of the model.

    Returns:
        A `keras.Sequential` from `(batch, latent_dim)` to `(batch, *event_shape[:-1], filters[-1])`.

    Raises:
        ValueError: If a size is not a whole number of at least 1, the event has no sides, or Keras is set to
            `channels_first`.
    """
    check_channels_last()
    filters = checked_sizes(filters, "filters")
    kernel_size, strides = checked_size(kernel_size, "kernel_size"), checked_size(strides, "strides")
    sides = checked_event_shape(event_shape)[:-1]
    if len(sides) not in TRANSPOSED_CONVOLUTIONS:
        raise ValueError(
            "`event_shape` must have 1 to 3 sides and a channel axis, such as (28, 28, 1); use "
            f"`networks.dense` for tables. Received: event_shape={tuple(event_shape)}."
        )
    depths = [_depth(side, strides, len(filters)) for side in sides]
    grid = [math.ceil(side / strides**depth) for side, depth in zip(sides, depths, strict=True)]
    transposed = TRANSPOSED_CONVOLUTIONS[len(sides)]
    # The last layers are those that multiply a short side.
    steps = [[strides if number + depth >= len(filters) else 1 for depth in depths] for number in range(len(filters))]
    layers = [
        keras.layers.Dense(math.prod(grid) * filters[0], activation=activation),
        keras.layers.Reshape((*grid, filters[0])),
        *(
            transposed(count, kernel_size, strides=tuple(step), padding="same", activation=activation)
            for count, step in zip(filters, steps, strict=True)
        ),
    ]
    excess = [length * strides**depth - side for length, depth, side in zip(grid, depths, sides, strict=True)]
    if any(excess):
        crops = tuple((extra // 2, extra - extra // 2) for extra in excess)
        layers.append(CROPPINGS[len(sides)](crops[0] if len(sides) == 1 else crops))
    return keras.Sequential(layers, name=name)


def _depth(side, strides, most) -> int:
    """How many layers multiply a side: beyond what it needs, every layer would only be cropped."""
    return next((depth for depth in range(most) if strides**depth >= side), most) if strides > 1 else most
