"""Binary images from grey ones, each pixel white with its grey value as probability."""

import numpy as np
import tensorflow as tf

MOST_DRAW, EVEN_MASK = 2**16 - 1, 0xFFFEFFFEFFFEFFFE


def binarize_once(pixels: np.ndarray, levels: float, seed) -> np.ndarray:
    """Static binarisation: one draw for all time.

    Args:
        pixels: Numbers of any shape, 0 to `levels`.
        levels: What is white: a whole number where the pixels are whole numbers.
        seed: Int, or a list of ints.

    Returns:
        uint8 zeros and ones, in the same shape.
    """
    rng = np.random.default_rng(seed)
    if pixels.dtype.kind in "iu":
        draws = rng.integers(int(levels), size=pixels.shape, dtype=pixels.dtype)
    else:
        draws = levels * rng.random(pixels.shape)
    return (draws < pixels).astype(np.uint8)


class BinarizedRows:
    """Rows that are binarised as they are read, each always to the same draw.

    Args:
        rows: `(n, *event_shape)`: an array, or what gives one for an array of indices.
        levels: What is white.
        seed: Int, of the draws.
    """

    def __init__(self, rows, levels: float, seed: int):
        self.rows, self.levels, self.seed = rows, levels, seed
        self.shape, self.dtype = rows.shape, np.dtype(np.uint8)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, indices) -> np.ndarray:
        """The rows of an array of indices, uint8 zeros and ones `(len(indices), *event_shape)`."""
        drawn = [
            binarize_once(row, self.levels, [self.seed, index])
            for index, row in zip(indices.tolist(), self.rows[indices], strict=True)
        ]
        return np.stack(drawn)


def binarize_afresh(pixels, levels: float, seed):
    """Dynamic binarisation: a draw for these pixels now.

    Source: Salakhutdinov and Murray 2008, "On the quantitative analysis of deep belief networks"; Burda,
    Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", section 5.1.

    The probability of white is the grey value to within 2^-16, and exact for black and white.

    Args:
        pixels: Tensor of numbers of any shape, 0 to `levels`.
        levels: What is white.
        seed: Integer tensor `(2,)`.

    Returns:
        float32 zeros and ones, in the same shape.
    """
    count = tf.size(pixels)
    words = tf.random.stateless_uniform(
        [(count + 3) // 4], seed, minval=None, maxval=None, dtype=tf.uint64, alg="philox"
    )
    # Even numbers of 16 bits, four from each word: all are below the threshold of white, none below that of black.
    even = tf.bitcast(tf.bitwise.bitwise_and(words, tf.constant(EVEN_MASK, tf.uint64)), tf.uint16)
    draws = tf.reshape(tf.reshape(even, [-1])[:count], tf.shape(pixels))
    thresholds = tf.cast(pixels, tf.float32) * np.float32(MOST_DRAW / levels)
    return tf.cast(tf.cast(draws, tf.float32) < thresholds, tf.float32)
