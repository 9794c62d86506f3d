"""Which form of a dataset a model is trained and tested on."""

import tensorflow as tf

from keras_vae import datasets


def training_data(name: str, binary: bool, batch_size: int, data_dir: str | None, seed: int) -> tf.data.Dataset:
    """Batches of the training split; binary images are drawn afresh in each epoch."""
    return datasets.load(name, "train", batch_size, "dynamic" if binary else None, data_dir=data_dir, seed=seed)


def held_out_data(
    name: str, binary: bool, batch_size: int, data_dir: str | None = None, split: str = "test"
) -> tf.data.Dataset:
    """Batches to test on; binary images are drawn once and for all, so that figures can be compared."""
    return datasets.load(name, split, batch_size, "static" if binary else None, data_dir=data_dir)
