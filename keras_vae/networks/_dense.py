"""A multilayer perceptron."""

from collections.abc import Sequence

import keras

from keras_vae.ops.checks import checked_sizes


def dense(units: Sequence[int], activation="gelu", name: str | None = None) -> keras.Model:
    """A stack of dense layers, for an encoder or a decoder.

    Args:
        units: The width of each hidden layer, such as `[500, 500]`.
        activation: A Keras activation, used after every layer.
        name: Name of the model.

    Returns:
        A `keras.Sequential` from `(batch, ...)`, which it flattens, to `(batch, units[-1])`.

    Raises:
        ValueError: If a width is not a whole number of at least 1.
    """
    hidden = [keras.layers.Dense(width, activation=activation) for width in checked_sizes(units, "units")]
    return keras.Sequential([keras.layers.Flatten("channels_last"), *hidden], name=name)
