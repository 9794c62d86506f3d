"""Batches of rows for a whole training, in an order that a seed alone decides."""

import numpy as np
import tensorflow as tf


def shuffled_rows(rows: np.ndarray, batch_size: int, epochs: int, seed: int) -> tf.data.Dataset:
    """Batches of rows, which are shuffled anew for each epoch, one epoch after the other in one pass.

    All batches are of one size, and what does not fill the last one is left out: a batch may hold the end of an epoch
    and the beginning of the next. TensorFlow's global seed, and how far its generators are, make no difference.

    Args:
        rows: `(n, ...)`, n at least 1.
        batch_size: Rows for each batch; all of them, where there are fewer.
        epochs: How often each row comes, but for those that are left out.
        seed: Int, of the order.

    Returns:
        Dataset of `(batch_size, ...)`.
    """
    count = len(rows)
    batch_size = min(batch_size, count)
    values = tf.constant(rows)

    def order(epoch):
        return tf.random.experimental.stateless_shuffle(tf.range(count), tf.stack([tf.cast(seed, tf.int64), epoch]))

    indices = tf.data.Dataset.range(epochs).map(order).rebatch(batch_size, drop_remainder=True)
    batches = indices.map(lambda chosen: tf.gather(values, chosen))
    total = epochs * count // batch_size
    return batches.apply(tf.data.experimental.assert_cardinality(total)).prefetch(tf.data.AUTOTUNE)
