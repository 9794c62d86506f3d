"""Training steps in groups, each group one loop that XLA compiles."""

import functools
import itertools
import warnings

import keras
import tensorflow as tf


class GroupedSteps:
    """A train function for Keras's `fit`: takes batches from an iterator, and returns the logs after them.

    Batches of one shape go through one compiled loop; a batch of another shape, such as an epoch's last, goes
    through a plain step, so that XLA compiles once. Where XLA cannot compile a step, such as one with a metric of
    strings, the loop runs without it.

    Args:
        model: A compiled `Trainable`.
        size: Steps in a group.
    """

    def __init__(self, model, size: int):
        self._model, self._size = model, size
        if not model.optimizer.built:
            # Variables that are made in a first call are a reason to trace a second time.
            model.optimizer.build(model.trainable_variables)
        self._loop = tf.function(self._run, jit_compile=True, autograph=False)
        self._step = tf.function(functools.partial(model.train_step), reduce_retracing=True, autograph=False)
        self._shapes = None

    def __call__(self, iterator):
        batches = list(itertools.islice(iterator, self._size))
        if not batches:
            raise StopIteration
        for shapes, group in itertools.groupby(batches, key=_shapes):
            self._shapes = self._shapes or shapes
            run = self._run_group if shapes == self._shapes else self._run_plainly
            logs = run(list(group))
        return logs

    def _run_group(self, batches):
        # The loop's shape is fixed: what is missing is filled up, and not run.
        filled = batches + batches[-1:] * (self._size - len(batches))
        stacked = keras.tree.map_structure(lambda *parts: tf.stack(parts), *filled)
        count = tf.constant(len(batches))
        try:
            return self._loop(stacked, count)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            # XLA says so before the first step is taken: the batches are still to be run.
            warnings.warn(f"Steps run without XLA, which cannot compile them: {error.message}", stacklevel=2)
            self._loop = tf.function(self._run, autograph=False)
            return self._loop(stacked, count)

    def _run_plainly(self, batches):
        for batch in batches:
            logs = self._step(batch)
        return logs

    def _run(self, stacked, count):
        def step(index):
            self._model.train_step(keras.tree.map_structure(lambda parts: parts[index], stacked))
            return index + 1

        tf.while_loop(lambda index: index < count, step, [tf.constant(0)])
        return self._model.get_metrics_result()


def _shapes(batch) -> tuple:
    return tuple(tuple(part.shape) for part in keras.tree.flatten(batch))
