"""MNIST as arrays in a folder, for contenders that know nothing of TensorFlow."""

import pathlib

import numpy as np
from workers import TEST, TRAIN

from keras_vae import datasets

BATCH_SIZE = 1000


def write_train(folder, count: int, data_dir: str | None) -> None:
    """Writes the first grey training images in any order, uint8 `(count, 28, 28, 1)`."""
    _write(folder, TRAIN, datasets.load("mnist", f"train[:{count}]", BATCH_SIZE, data_dir=data_dir, integers=True))


def write_test(folder, data_dir: str | None) -> None:
    """Writes the test images, binarised once and for all, float32 `(10000, 28, 28, 1)`."""
    _write(folder, TEST, datasets.load("mnist", "test", BATCH_SIZE, binarize="static", data_dir=data_dir))


def _write(folder, name, dataset):
    np.save(pathlib.Path(folder) / name, np.concatenate(list(dataset.as_numpy_iterator())))
