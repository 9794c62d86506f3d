"""Gradients, which Keras leaves to its backends."""


def value_and_gradient(function, x):
    """Computes a function's values and the gradient of their sum.

    Args:
        function: Maps a tensor to `(values, aux)`. Each value must depend on its own example only to have a gradient of
            its own.
        x: Tensor of floats.

    Returns:
        The values, the gradient of their sum, in the shape of x, and aux.
    """
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        values, rest = function(x)
    gradient = tape.gradient(values, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return values, gradient, rest
