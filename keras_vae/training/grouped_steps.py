"""Training steps in groups, each group one loop that XLA compiles."""

import functools
import itertools
import math

import keras
import tensorflow as tf

from keras_vae.ops import noise
from keras_vae.ops._warn import warn
from keras_vae.ops.keras_internals import has_metrics_of_user
from keras_vae.ops.precision import head_dtype

# What the stacked batches of one loop may take: more wait for the input pipeline, and leave the processor's cache.
MOST_BYTES = 2**24


class GroupedSteps:
    """A train function for one call of Keras's `fit`: takes batches from an iterator, and returns the logs after them.

    Batches of the first one's shape go through a compiled loop; a batch of another shape, such as an epoch's last, goes
    through a plain step, so that XLA compiles once.

    Args:
        steps: The model's `CompiledSteps`.
        size: Batches that one call takes.
    """

    def __init__(self, steps: "CompiledSteps", size: int):
        self._steps, self._size = steps, size
        self._shapes, self._steps_in_loop = None, None

    def __call__(self, iterator):
        if not isinstance(iterator, tf.data.Iterator):
            # A callback's `train_on_batch`.
            return self._run_plainly(iterator)
        batches, logs = itertools.islice(iterator, self._size), None
        for first in batches:
            self._choose_loop(first)
            group = [first, *itertools.islice(batches, self._steps_in_loop - 1)]
            for shapes, alike in itertools.groupby(group, key=_shapes):
                run = self._run_loop if shapes == self._shapes else self._run_plainly
                logs = run(list(alike))
        if logs is None:
            raise StopIteration
        return logs

    def _choose_loop(self, batch):
        if self._shapes is None:
            size = sum(part.dtype.size * math.prod(part.shape) for part in keras.tree.flatten(batch))
            self._shapes, self._steps_in_loop = _shapes(batch), max(1, min(self._size, MOST_BYTES // max(1, size)))

    def _run_loop(self, batches):
        # The loop's shape is fixed: what is missing is filled up, and not run.
        filled = batches + batches[-1:] * (self._steps_in_loop - len(batches))
        stacked = keras.tree.map_structure(lambda *parts: tf.stack(parts), *filled)
        return self._steps.loop(stacked, tf.constant(len(batches)))

    def _run_plainly(self, batches):
        for batch in batches:
            logs = self._steps.one(batch)
        return logs


class CompiledSteps:
    """A model's training steps, one by one or in a loop, compiled once for each shape of their data.

    Where XLA cannot compile a step, such as one with a metric of strings, the loop runs without it.

    Args:
        model: A compiled `Trainable`.
    """

    def __init__(self, model):
        self._model = model
        if not model.optimizer.built:
            # Variables that are made in a first call are a reason to trace a second time.
            model.optimizer.build(model.trainable_variables)
        self.one = tf.function(functools.partial(model.train_step), reduce_retracing=True, autograph=False)
        self._loop, self._by_xla = tf.function(self._run, jit_compile=True, autograph=False), True

    def loop(self, stacked, count):
        """The logs after the first `count` of the batches that `stacked` holds: `(steps, batch, *event_shape)` each."""
        try:
            return self._loop(stacked, count)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            if not self._by_xla:
                raise
            # XLA says so before the first step is taken: the batches are still to be run.
            warn(f"Steps run without XLA, which cannot compile them: {error.message}")
            self._loop, self._by_xla = tf.function(self._run, autograph=False), False
            return self._loop(stacked, count)

    def _run(self, stacked, count):
        # A training of few steps, which is not compiled, is the beginning of one of many.
        with noise.as_tensorflow_draws():
            (self._run_tracked if has_metrics_of_user(self._model) else self._run_summed)(stacked, count)
        return self._model.get_metrics_result()

    def _run_tracked(self, stacked, count):
        """Every step updates the metrics, the user's among them."""

        def step(index):
            self._model.train_step(_batch(stacked, index))
            return index + 1

        tf.while_loop(lambda index: index < count, step, [tf.constant(0)])

    def _run_summed(self, stacked, count):
        """The loop sums what is logged, and the metrics hear of it once."""

        def step(index, sums):
            logged = self._model.untracked_step(_batch(stacked, index))
            return index + 1, {name: sums[name] + tf.cast(value, dtype) for name, value in logged.items()}

        dtype = head_dtype()
        start = [tf.constant(0), dict.fromkeys(("loss", *self._model.logged), tf.constant(0, dtype))]
        _, sums = tf.while_loop(lambda index, _: index < count, step, start)
        steps = tf.cast(count, dtype)
        batch_size = keras.tree.flatten(stacked)[0].shape[1]
        self._model.track({name: total / steps for name, total in sums.items()}, steps * batch_size)


def _batch(stacked, index):
    return keras.tree.map_structure(lambda parts: parts[index], stacked)


def _shapes(batch) -> tuple:
    return tuple(tuple(part.shape) for part in keras.tree.flatten(batch))
