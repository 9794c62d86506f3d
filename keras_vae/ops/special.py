"""Special functions that Keras lacks."""


def log_gamma(x):
    """log Gamma(x) for x > 0, elementwise, with its gradient, the digamma function.

    Differences of large values lose all their digits in float32: cast to float64 first.
    """
    import tensorflow as tf

    return tf.math.lgamma(x)
