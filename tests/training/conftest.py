"""What the tests of training share."""

import pytest
import tensorflow as tf

from keras_vae.ops import noise


@pytest.fixture
def same_noise(monkeypatch):
    """Noise that is a function of the seed alone, of whole numbers, which XLA and TensorFlow's kernels compute alike.

    What the loop draws of a seed by `noise.normal` is TensorFlow's but for the last digits, and takes XLA longer to
    compile than all the rest of a small step.
    """

    def normal(shape, seed, dtype="float32"):
        phase = tf.cast(tf.reduce_sum(seed.next() % 1009), "int32")
        size = tf.reduce_prod(tf.convert_to_tensor(shape))
        return tf.reshape(tf.cast((tf.range(size) * 617 + phase) % 1009, dtype) / 504.0 - 1.0, shape)

    monkeypatch.setattr(noise, "normal", normal)
