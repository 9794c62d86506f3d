"""The epochs after which a callback has something to do."""


def is_due(callback, epoch: int) -> bool:
    """Whether it is one of every so many epochs, or is known to be the last.

    Args:
        callback: A Keras callback with the number of epochs in `every`, or `None` there: after each of the first eight,
            and then ever fewer, four times while their number doubles.
        epoch: The epoch that has ended, counted from 0.
    """
    every = _quarter_of_doubling(epoch + 1) if callback.every is None else callback.every
    return (epoch + 1) % every == 0 or _is_last(callback, epoch)


def _quarter_of_doubling(count):
    return max(1, 2 ** (count.bit_length() - 1) // 4)


def _is_last(callback, epoch):
    # When the training ends, the model may have other weights.
    planned = (callback.params or {}).get("epochs")
    return epoch + 1 == planned or getattr(callback.model, "stop_training", False)
