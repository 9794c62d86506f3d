"""Which Keras model a layer is called by."""

import keras

try:
    from keras.src.backend.common.global_state import get_global_attribute
except ImportError:  # Keras keeps it to itself, and may move it: a layer is then called by nobody that is known.
    get_global_attribute = None


def is_called_by_sequential(layer) -> bool:
    """Whether it is a `keras.Sequential` of which it is a layer that calls a layer, or is being built with it."""
    scopes = (get_global_attribute and get_global_attribute("name_scope_stack")) or []
    callers = [caller for caller in (getattr(scope, "caller", None) for scope in scopes) if caller is not layer]
    caller = callers[-1] if callers else None
    return isinstance(caller, keras.Sequential) and any(part is layer for part in caller.layers)
