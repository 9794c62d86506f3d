"""Which way the logged figures get better, for callbacks that monitor one of them without a `mode`."""

import keras

# Names without `val_`. A weight such as beta has no better or worse.
BETTER = {
    "reconstruction": "min",
    "kl": "min",
    "negative_elbo": "min",
    "kl_per_latent_min": "min",
    "kl_per_latent_max": "min",
    "mean_squared_error": "min",
    "log_likelihood": "max",
    "active_units": "max",
}


def tell_directions(callbacks) -> None:
    """Gives `EarlyStopping`, `ModelCheckpoint` and their like the mode of what they monitor, where it was left open.

    Keras knows it of the loss and of its own metrics alone.

    Args:
        callbacks: What `fit` is given: `None`, a callback, a list of them or a `CallbackList`.
    """
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks = callbacks.callbacks
    for callback in keras.tree.flatten(callbacks or []):
        name = str(getattr(callback, "monitor", "")).removeprefix("val_")
        if getattr(callback, "mode", None) == "auto" and name in BETTER:
            callback.mode = BETTER[name]
