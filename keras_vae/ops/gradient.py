"""Gradients, which Keras leaves to its backends."""


def value_and_gradient(function, x):
    """A function's values and what they change by with x.

    Args:
        function: Maps a tensor to a tensor of values and to anything else that is to be had of the same pass. Values of
            which each depends on its own part of x alone may stand side by side.
        x: Tensor of floats.

    Returns:
        The values, the gradient of their sum, in the shape of x, and the rest.
    """
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        values, rest = function(x)
    gradient = tape.gradient(values, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return values, gradient, rest
