"""How far reconstructions are from what was encoded."""

from keras_vae.evaluation._example_moments import example_mean


def mean_squared_error(model, x, batch_size: int = 256) -> float:
    """The mean of (x - reconstruction)^2 over examples and elements, with reconstructions from mean codes.

    Args:
        model: A `VAE` or an `Autoencoder`.
        x: Array `(batch, *event_shape)`, or a `tf.data.Dataset` of batches.
        batch_size: Examples per batch; a dataset has its own.

    Returns:
        The error in the data's units, squared.

    Raises:
        ValueError: If x is empty, has the wrong shape, or holds values that the likelihood does not allow.
    """
    return float(example_mean(model.over_batches(model.squared_error, x, batch_size, target=True)))
