"""Binary images from grey ones, each pixel white with its grey value as probability."""

import numpy as np
import tensorflow as tf


def binarize_once(pixels: np.ndarray, levels: int, seed: int) -> np.ndarray:
    """Static binarisation: one draw for all time.

    Args:
        pixels: uint8 of any shape, 0 to `levels`.
        levels: What is white.
        seed: Int.

    Returns:
        uint8 zeros and ones, in the same shape.
    """
    draws = np.random.default_rng(seed).integers(levels, size=pixels.shape, dtype=np.uint8)
    return (draws < pixels).astype(np.uint8)


def binarize_afresh(pixels, levels: int, seed):
    """Dynamic binarisation: a draw for these pixels now.

    Source: Salakhutdinov and Murray 2008, "On the quantitative analysis of deep belief networks"; Burda,
    Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", section 5.1.

    Args:
        pixels: uint8 tensor of any shape, 0 to `levels`.
        levels: What is white.
        seed: Integer tensor `(2,)`.

    Returns:
        float32 zeros and ones, in the same shape.
    """
    draws = tf.random.stateless_uniform(tf.shape(pixels), seed, maxval=levels, dtype=tf.int32)
    return tf.cast(draws < tf.cast(pixels, tf.int32), tf.float32)
