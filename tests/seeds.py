"""Every test begins with the same seeds, and with the kernels that TensorFlow has made for the tests before it.

`tf.random.set_seed` throws all kernels away, since those of random numbers count what they have drawn; to make them
again took a seventh of the tests' time. Here it does so only where one of them has drawn, whoever calls it: Keras's
`set_random_seed`, the package or a test. (What draws by TensorFlow's own seed asks for it first. What draws in a graph
counts in that graph alone; datasets take their seeds as numbers, and count in their iterators. `keras.random` and this
package draw by seeds of their own.)
"""

import random
import types

import keras
import tensorflow as tf
from tensorflow.python.data.util import random_seed as seeds_of_datasets
from tensorflow.python.eager import context
from tensorflow.python.framework import random_seed

_right_get_seed, _right_set_seed = random_seed.get_seed, tf.random.set_seed
_drawn = True


def _get_seed(op_seed):
    global _drawn
    _drawn = _drawn or tf.executing_eagerly()
    return _right_get_seed(op_seed)


def _set_seed(seed):
    global _drawn
    if _drawn:
        _right_set_seed(seed)
        _drawn = False
    else:
        # All that TensorFlow's own does but for the kernels.
        context.context()._seed, context.context()._rng = seed, random.Random(seed)


random_seed.get_seed, tf.random.set_seed = _get_seed, _set_seed
seeds_of_datasets.random_seed = types.SimpleNamespace(get_seed=_right_get_seed)

set_all = keras.utils.set_random_seed
