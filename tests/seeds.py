"""Every test begins with the same seeds, and with the kernels that TensorFlow has made for the tests before it.

`tf.random.set_seed` throws all kernels away, since those of random numbers count what they have drawn; to make them
again took a seventh of the tests' time. What draws by TensorFlow's own seed asks for it first. Where nothing has, no
kernel has drawn and the seed is what it was. (What draws in a graph counts in that graph alone. `keras.random` and this
package draw by seeds of their own.)
"""

from unittest import mock

import keras
import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.framework import random_seed

_right_get_seed = random_seed.get_seed
_drawn = True


def _get_seed(op_seed):
    global _drawn
    _drawn = _drawn or tf.executing_eagerly()
    return _right_get_seed(op_seed)


random_seed.get_seed = _get_seed


def set_all(seed: int) -> None:
    """What `keras.utils.set_random_seed` does."""
    global _drawn
    if _drawn or context.global_seed() != seed:
        keras.utils.set_random_seed(seed)
        _drawn = False
    else:
        with mock.patch.object(tf.random, "set_seed"):
            keras.utils.set_random_seed(seed)
