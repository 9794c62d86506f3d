"""How far reconstructions are from examples, of which elements may be missing."""

from keras import ops

from keras_vae.ops.missing import is_missing


def squared_error(x, reconstruction):
    """Mean of (x - reconstruction)^2 over the elements that were observed.

    Args:
        x: `(batch, ...)`, NaN where an element is missing.
        reconstruction: In the shape of x.

    Returns:
        `(batch,)`, in the units of x, squared.
    """
    missing = is_missing(x)
    # Chosen before the difference, which would be NaN where nothing was observed.
    error = ops.where(missing, reconstruction, ops.cast(x, reconstruction.dtype)) - reconstruction
    axes = tuple(range(1, len(error.shape)))
    return ops.sum(error * error, axis=axes) / ops.sum(ops.cast(~missing, error.dtype), axis=axes)
