"""The epochs after which a callback has something to do."""


def is_due(callback, epoch: int) -> bool:
    """Whether it is one of every so many epochs, or is known to be the last.

    Args:
        callback: A Keras callback with the number of epochs in `every`.
        epoch: The epoch that has ended, counted from 0.
    """
    return (epoch + 1) % callback.every == 0 or _is_last(callback, epoch)


def _is_last(callback, epoch):
    # When the training ends, the model may have other weights.
    planned = (callback.params or {}).get("epochs")
    return epoch + 1 == planned or getattr(callback.model, "stop_training", False)
