"""All the random numbers that the package draws."""

import contextlib
import contextvars

import keras
from keras import ops

from keras_vae.ops import philox

# What TensorFlow takes by itself on CPUs and GPUs. XLA is slower by a factor of ten on CPUs where it is not named.
ALGORITHM = "philox"
# Draws that one stream of a seed has room for.
MOST_DRAWS = 2**10
_by_hand = contextvars.ContextVar("_by_hand", default=False)


class NoiseSeed(keras.random.SeedGenerator):
    """A `SeedGenerator` whose seeds also differ from replica to replica.

    Under a `tf.distribute` strategy each replica holds a copy of the same state, so a plain
    `SeedGenerator` gives every replica the same noise. Here the replica's id is folded in.
    """

    def next(self, ordered=True):
        return _fold_in_replica(super().next(ordered))


class FixedSeed(keras.random.SeedGenerator):
    """A seed that somebody gave, as a Python int or an integer tensor, for one sequence of draws.

    It holds no variable: the same seed yields the same draws, in eager mode and in an exported graph.

    Args:
        seed: Int, or scalar integer tensor.
        stream: Which of the sequences that belong to the seed: batches of one call have one each.
    """

    def __init__(self, seed, stream=0):
        # SeedGenerator.__init__ would make the variable that this class exists to avoid.
        self._seed = seed
        self._stream = stream
        self._draws = 0

    def next(self, ordered=True):
        position = ops.cast(self._stream, "int64") * MOST_DRAWS + self._draws
        self._draws += 1
        return ops.stack([ops.cast(self._seed, "int64"), position])


def generator(seed):
    """A `SeedGenerator` for several draws in a row: an int would give each the same numbers."""
    return seed if isinstance(seed, keras.random.SeedGenerator) else FixedSeed(seed)


def new_seed(seed_generator):
    """Draws a seed for `FixedSeed`: a scalar integer tensor."""
    return keras.random.randint((), 0, 2**31 - 1, seed=seed_generator)


@contextlib.contextmanager
def as_tensorflow_draws():
    """XLA draws TensorFlow's numbers from the seeds of what is traced in this context, and none of its own."""
    before = _by_hand.set(True)
    try:
        yield
    finally:
        _by_hand.reset(before)


def normal(shape, seed, dtype="float32"):
    """Standard normal noise of a shape, from a `SeedGenerator` or an int."""
    import tensorflow as tf

    if _is_by_hand(dtype):
        return philox.normal(shape, _stateless_seed(seed), keras.backend.standardize_dtype(dtype))
    return tf.random.stateless_normal(shape, _stateless_seed(seed), dtype=dtype, alg=ALGORITHM)


def uniform(shape, seed, dtype="float32"):
    """Noise from the uniform distribution on [0, 1), from a `SeedGenerator` or an int."""
    import tensorflow as tf

    if _is_by_hand(dtype):
        return philox.uniform(shape, _stateless_seed(seed), keras.backend.standardize_dtype(dtype))
    return tf.random.stateless_uniform(shape, _stateless_seed(seed), dtype=dtype, alg=ALGORITHM)


def _is_by_hand(dtype) -> bool:
    return _by_hand.get() and keras.backend.standardize_dtype(dtype) in philox.LAYOUTS


def _stateless_seed(seed):
    # As `keras.random` makes its seeds: two of 32 bits, which XLA asks for.
    return ops.cast(ops.mod(generator(seed).next(), 2**31 - 2), "int32")


def _fold_in_replica(seed):
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return seed
    return tf.random.experimental.stateless_fold_in(seed, context.replica_id_in_sync_group)
