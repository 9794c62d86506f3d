"""Which Keras model a layer is called by."""

import keras

from keras_vae.ops.keras_internals import callers


def is_called_by_sequential(layer) -> bool:
    """Whether it is a `keras.Sequential` of which it is a layer that calls a layer, or is being built with it."""
    caller = next((caller for caller in reversed(callers()) if caller is not layer), None)
    return isinstance(caller, keras.Sequential) and any(part is layer for part in caller.layers)
