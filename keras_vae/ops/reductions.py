"""The reduction over the batch axis, in one place."""

from keras import ops


def batch_mean(values, sample_weight=None):
    """Averages per-example values over the batch, as Keras averages a loss.

    With weights this is sum(weight * value) / batch_size, Keras's `"sum_over_batch_size"`: a weight of
    two counts an example twice, and the mean over several batches is the mean over all their examples.

    Args:
        values: `(batch, ...)`.
        sample_weight: `None` or `(batch,)`.

    Returns:
        Tensor of shape `(...)`, without the batch axis.
    """
    if sample_weight is not None:
        weight = ops.cast(sample_weight, values.dtype)
        values = values * ops.reshape(weight, (-1,) + (1,) * (len(values.shape) - 1))
    return ops.mean(values, axis=0)
