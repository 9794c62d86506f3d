"""Random binary images in TFRecord files, read as a stream; and how much memory a process has meanwhile."""

import pathlib
import threading

import keras
import numpy as np
import tensorflow as tf

EVENT_SHAPE = (28, 28, 1)
SHUFFLE_BUFFER = 10_000
STATUS = pathlib.Path("/proc/self/status")
SECONDS_BETWEEN_LOOKS = 0.2


def write(folder, count: int, per_file: int) -> list[str]:
    """Writes so many images as raw bytes, and returns the files' names."""
    generator, files = np.random.default_rng(0), []
    for index in range(count // per_file):
        files.append(str(pathlib.Path(folder) / f"{index:05}.tfrecord"))
        images = generator.integers(0, 2, (per_file, *EVENT_SHAPE), np.uint8)
        with tf.io.TFRecordWriter(files[-1]) as writer:
            for image in images:
                writer.write(image.tobytes())
    return files


def read(files: list[str], batch_size: int) -> tf.data.Dataset:
    """Shuffled batches of images, float32 `(batch_size, *EVENT_SHAPE)`, none of which stays in memory."""

    def images(batch):
        return tf.cast(tf.reshape(tf.io.decode_raw(batch, tf.uint8), (-1, *EVENT_SHAPE)), tf.float32)

    names = tf.data.Dataset.from_tensor_slices(files).shuffle(len(files))
    # A record is an image's bytes: shuffled and batched as strings, they are decoded a batch at a time.
    rows = names.interleave(tf.data.TFRecordDataset, num_parallel_calls=tf.data.AUTOTUNE, deterministic=False)
    batches = rows.shuffle(SHUFFLE_BUFFER).batch(batch_size)
    return batches.map(images, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def resident_bytes() -> int:
    """Memory of this process that is in RAM at this moment."""
    lines = STATUS.read_text(encoding="ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


class MemoryWatch(keras.callbacks.Callback):
    """Resident memory after each epoch of all calls of `fit`, and the peak, by a thread that looks all the time."""

    def __init__(self):
        super().__init__()
        self.at_epochs, self.peak = [], 0

    def on_train_begin(self, logs=None):
        """Starts to look."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def on_epoch_end(self, epoch, logs=None):
        """Notes the memory."""
        self.at_epochs.append(resident_bytes())

    def on_train_end(self, logs=None):
        """Looks for the last time."""
        self._ended.set()
        self._thread.join()

    def _look(self):
        ended = False
        while not ended:
            ended = self._ended.wait(SECONDS_BETWEEN_LOOKS)
            self.peak = max(self.peak, resident_bytes())
