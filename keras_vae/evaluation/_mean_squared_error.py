"""How far reconstructions are from what was encoded."""

from keras_vae.evaluation._example_moments import example_mean
from keras_vae.inputs.examples import given


def mean_squared_error(model, x, batch_size: int = 256, *, condition=None) -> float:
    """The mean of (x - reconstruction)^2 over examples and elements, each reconstruction at the mean code.

    Args:
        model: A `VAE` or an `Autoencoder`.
        x: Array `(batch, *event_shape)`, or a `tf.data.Dataset` of batches.
        batch_size: Examples at once; a dataset has its own.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all.

    Returns:
        The error in the data's units, squared.

    Raises:
        ValueError: If x is empty, has another shape, or values that the likelihood does not allow.
    """
    errors = model.over_batches(model.squared_error, given(x, condition), batch_size, target=True)
    return float(example_mean(errors))
