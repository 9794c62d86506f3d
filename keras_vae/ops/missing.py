"""What is missing from data."""

from keras import ops


def is_missing(x):
    """Where x is NaN: booleans in the shape of x, which may be of any dtype."""
    # Whole numbers are cast: Keras's `isnan` does not take them in a graph where their number is not known.
    return ops.isnan(ops.cast(x, "float32"))
