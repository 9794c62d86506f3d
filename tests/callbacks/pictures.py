"""Reading back what the callbacks wrote."""

import pathlib

import numpy as np
import tensorflow as tf


def names(folder) -> list[str]:
    """Names of the PNG files in a folder."""
    return sorted(path.name for path in pathlib.Path(folder).glob("*.png"))


def png(path) -> np.ndarray:
    """Pixels of a PNG file: uint8 `(height, width, 3)`."""
    return tf.io.decode_png(pathlib.Path(path).read_bytes(), channels=3).numpy()


def tensorboard_images(folder, tag) -> dict[int, np.ndarray]:
    """The images that TensorBoard shows under a tag, by their steps."""
    found = {}
    for path in sorted(pathlib.Path(folder).glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                if value.tag == tag:
                    # An image summary holds its width, its height and then the PNGs.
                    found[event.step] = tf.io.decode_png(value.tensor.string_val[2], channels=3).numpy()
    return found
