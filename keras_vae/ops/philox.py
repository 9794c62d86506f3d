"""TensorFlow's random numbers, in arithmetic that XLA compiles.

XLA makes other numbers of a seed than TensorFlow does. These are TensorFlow's: a training draws the same whether its
steps are compiled or not.
"""

import math

# Of Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3": Philox-4x32 in 10 rounds.
ROUNDS, MULTIPLIERS, WEYL = 10, (0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85)
# What TensorFlow scrambles seeds with, and where it cuts off uniform numbers before their logarithm.
KEY, SMALLEST = (0x3EC8F720, 0x02461E29), 1e-7
# Of each dtype: words of 32 bits for a number, integers of its size, bits of its mantissa, and a one's bits.
LAYOUTS = {"float32": (1, "uint32", 23, 0x3F800000), "float64": (2, "uint64", 52, 0x3FF0000000000000)}


def uniform(shape, seed, dtype):
    """As `tf.random.stateless_uniform` by Philox, from a seed of two integers, in one of `LAYOUTS`."""
    import tensorflow as tf

    count = tf.reduce_prod(tf.convert_to_tensor(shape, "int32"))
    words, *_ = LAYOUTS[dtype]
    return tf.reshape(tf.reshape(_uniform(_bits(count * words, seed), dtype), (-1,))[:count], shape)


def normal(shape, seed, dtype):
    """As `tf.random.stateless_normal` by Philox, by the method of Box and Muller."""
    import tensorflow as tf

    count = tf.reduce_prod(tf.convert_to_tensor(shape, "int32"))
    words, *_ = LAYOUTS[dtype]
    pairs = tf.reshape(_uniform(_bits(count * words, seed), dtype), (-1, 2))
    radius = tf.sqrt(-2.0 * tf.math.log(tf.maximum(pairs[:, 0], tf.constant(SMALLEST, dtype))))
    angle = tf.constant(2.0 * math.pi, dtype) * pairs[:, 1]
    numbers = tf.stack([radius * tf.sin(angle), radius * tf.cos(angle)], axis=1)
    return tf.reshape(tf.reshape(numbers, (-1,))[:count], shape)


def _uniform(bits, dtype):
    """Words of 32 bits `(groups, 4)` as numbers from [1, 2), less 1: `(groups, 4)`, or half as many of 64 bits."""
    import tensorflow as tf

    words, kind, mantissa, one = LAYOUTS[dtype]
    if words == 2:
        high, low = tf.cast(bits[:, 0::2], "uint64"), tf.cast(bits[:, 1::2], "uint64")
        bits = tf.bitwise.bitwise_or(tf.bitwise.left_shift(high, tf.constant(32, "uint64")), low)
    bits = tf.bitwise.bitwise_and(bits, tf.constant(2**mantissa - 1, kind))
    return tf.bitcast(tf.bitwise.bitwise_or(bits, tf.constant(one, kind)), dtype) - tf.constant(1.0, dtype)


def _bits(count, seed):
    """At least so many words of a seed, uint32 `(groups, 4)`."""
    import tensorflow as tf

    first, second = (_words(tf.cast(part, "uint64")) for part in tf.unstack(tf.cast(seed, "int64")))
    scrambled = _philox([*first, *second], [tf.constant(part, "uint32") for part in KEY])
    groups = tf.cast(tf.range(tf.cast((count + 3) // 4, "int64")), "uint64")
    zeros = tf.zeros_like(groups, "uint32")
    counter = [*_words(groups), scrambled[2] + zeros, scrambled[3] + zeros]
    return tf.stack(_philox(counter, scrambled[:2]), axis=1)


def _philox(counter, key):
    import tensorflow as tf

    # A loop, whose turns XLA cannot merge: it would compute all of them for each number, and more than once.
    return tf.while_loop(lambda done, *_: done < ROUNDS, _round, [tf.constant(0), list(counter), list(key)])[1]


def _round(done, counter, key):
    import tensorflow as tf

    (low, high), (other_low, other_high) = (
        _words(tf.cast(counter[place], "uint64") * tf.constant(by, "uint64"))
        for place, by in zip((0, 2), MULTIPLIERS, strict=True)
    )
    first = tf.bitwise.bitwise_xor(tf.bitwise.bitwise_xor(other_high, counter[1]), key[0])
    third = tf.bitwise.bitwise_xor(tf.bitwise.bitwise_xor(high, counter[3]), key[1])
    key = [part + tf.constant(step, "uint32") for part, step in zip(key, WEYL, strict=True)]
    return done + 1, [first, other_low, third, low], key


def _words(numbers):
    """The lower and the higher 32 bits of uint64."""
    import tensorflow as tf

    return tf.cast(numbers, "uint32"), tf.cast(tf.bitwise.right_shift(numbers, tf.constant(32, "uint64")), "uint32")
