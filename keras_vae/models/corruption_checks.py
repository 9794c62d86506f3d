"""Checks of a model's corruption, before anything is trained."""

import math
import numbers

import keras

from keras_vae.ops.keras_internals import all_layers


def check_keeps_shape(corruption, input_shape) -> None:
    """Builds a corruption, where it is not built yet, and raises a ValueError if it changes the shape of what it takes.

    The encoder takes corrupted examples in training, and clean ones of the same shape ever after.

    Args:
        corruption: A Keras layer.
        input_shape: `(None, *event_shape)` of what the encoder takes.
    """
    expected = (None, *input_shape[1:])
    try:
        given = corruption(keras.KerasTensor(expected, dtype=corruption.compute_dtype), training=True)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"The corruption does not take examples of shape {expected}. {type(corruption).__name__} says: {error}"
        ) from error
    shape = tuple(given.shape) if isinstance(given, keras.KerasTensor) else given
    if shape != expected:
        raise ValueError(
            f"`corruption` must keep the shape of its input, {expected}: outside of training the encoder takes that "
            f"shape. {type(corruption).__name__} gave {shape}. Let it restore the shape, as "
            "`restoration.Downsampling` repeats its pixels."
        )


def fills_of(corruption) -> list[float]:
    """What a corruption puts where something is missing: its own `fill`, and those of the layers that it is made of."""
    fills = [getattr(layer, "fill", None) for layer in all_layers(corruption)]
    return [float(fill) for fill in fills if isinstance(fill, numbers.Real)]


def check_fill(corruption, likelihood) -> None:
    """Raises a ValueError if a corruption leaves NaN in the place of what is missing, and a likelihood takes none."""
    if any(map(math.isnan, fills_of(corruption))) and not likelihood.takes_missing:
        raise ValueError(
            f"{type(corruption).__name__} has fill=nan, which {type(likelihood).__name__} does not take. Wrap it in "
            "`likelihoods.Masked`, or give the corruption another fill, such as 0."
        )
