"""Pipelines of batches from images that are held in memory, or streamed."""

import numpy as np
import tensorflow as tf

from keras_vae.datasets.binarize import binarize_afresh
from keras_vae.datasets.images import Images
from keras_vae.inputs.examples import joined

SHUFFLE_BUFFER = 10_000
WHITE = 255


def from_memory(
    images: Images,
    batch_size: int,
    shuffle: bool,
    dynamic: bool,
    seed: int,
    integers: bool = False,
    conditional: bool = False,
) -> tf.data.Dataset:
    """Batches of images in memory: whole batches are gathered by indices that each epoch shuffles anew.

    Labels come beside images, or, with `conditional`, as their condition. The order and the binarisation are functions
    of the seed, the epoch and the batch alone, so that they do not depend on how many threads prepare them.
    """
    take = _taker(images)
    labels = None if images.labels is None else tf.constant(_chosen(images, images.labels))
    count = len(images)
    batch_size = min(batch_size, count)
    num_batches = -(-count // batch_size)
    starts = tf.data.Dataset.range(num_batches, output_type=tf.int32)

    def batch(index, order, epoch_seed):
        chosen = order[index * batch_size : (index + 1) * batch_size]
        seed = tf.stack([epoch_seed, tf.cast(index, tf.int64) + 1])
        x = take(chosen)
        x = _as_stored(x) if integers else _as_floats(x, images.levels, dynamic, seed)
        return x if labels is None else _labelled(x, tf.gather(labels, chosen), conditional)

    def epoch(seed):
        order = tf.range(count)
        if shuffle:
            order = tf.random.experimental.stateless_shuffle(order, [seed, 0])
        return starts.map(lambda index: batch(index, order, seed), num_parallel_calls=tf.data.AUTOTUNE)

    if shuffle or dynamic:
        batches = _epoch_seeds(seed).flat_map(epoch)
        batches = batches.apply(tf.data.experimental.assert_cardinality(num_batches))
    else:
        # Nothing depends on the epoch, and a graph without functions of it starts in a quarter of the time.
        batches = epoch(tf.constant(0, tf.int64))
    # With a thread for each core there is nothing to tune, and the tuner holds up the end of some epochs for a second.
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(tf.data.AUTOTUNE).with_options(options)


def from_stream(
    dataset: tf.data.Dataset,
    batch_size: int,
    shuffle: bool,
    dynamic: bool,
    seed: int,
    integers: bool = False,
    conditional: bool = False,
) -> tf.data.Dataset:
    """Batches of images that do not fit in memory, shuffled within a buffer."""
    if shuffle:
        dataset = dataset.shuffle(SHUFFLE_BUFFER, seed=seed)
    draws = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True)

    def batch(examples, draw):
        x = examples["image"]
        x = x if integers else _as_floats(x, WHITE, dynamic, tf.stack([draw, 0]))
        return _labelled(x, examples["label"], conditional) if "label" in examples else x

    batches = tf.data.Dataset.zip(dataset.batch(batch_size), draws)
    return batches.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def _labelled(x, labels, conditional):
    return joined(x, labels) if conditional else (x, labels)


def _taker(images):
    """What takes examples by a tensor of indices: those of an array from memory, others from the disk."""
    if isinstance(images.pixels, np.ndarray):
        pixels = tf.constant(_chosen(images, images.pixels))
        return lambda indices: tf.gather(pixels, indices)
    dtype, shape = tf.as_dtype(images.pixels.dtype), images.pixels.shape[1:]
    places = np.arange(len(images.pixels)) if images.chosen is None else images.chosen

    def take(indices):
        x = tf.numpy_function(lambda rows: images.pixels[places[rows]], [indices], dtype, stateful=False)
        return tf.ensure_shape(x, (None, *shape))

    return take


def _chosen(images, array):
    return array if images.chosen is None else array[images.chosen]


def _epoch_seeds(seed: int) -> tf.data.Dataset:
    return tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(1)


def _as_stored(x):
    # Whole numbers among floats: float32 holds them all.
    return tf.cast(x, tf.float32) if x.dtype.is_floating else x


def _as_floats(pixels, levels, dynamic, seed):
    if dynamic:
        return binarize_afresh(pixels, levels, seed)
    return tf.cast(pixels, tf.float32) / np.float32(levels)
