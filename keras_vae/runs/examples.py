"""Examples from files that people have, or from datasets by name."""

import os

import numpy as np

from keras_vae.datasets.array_files import load_npy
from keras_vae.datasets.tables import read_csv
from keras_vae.runs.data import model_data

BATCH_SIZE = 250


def read_examples(
    source: str, model, data_dir: str | None = None, split: str | None = None, names: bool | None = None
) -> np.ndarray:
    """Reads examples.

    Args:
        source: A `.npy` file with an array `(n, *event_shape)`, or a `.csv` file of a table, with or without a line of
            names above it, which are taken as they are; or a name or another path for `datasets.load`, in the form that
            the model takes.
        model: An `Autoencoder` or a `VAE`.
        data_dir: Where TFDS finds its data.
        split: The dataset's split; `None` is `"test"`, and all that is at a path.
        names: Whether the first line of a `.csv` file holds names; `None` sees by itself, and asks where it cannot.

    Returns:
        Array `(n, *event_shape)`.

    Raises:
        ValueError: If there is no such file or dataset, or a file holds something else.
    """
    kind = os.path.splitext(source)[1].lower()
    if kind not in (".npy", ".csv"):
        batches = model_data(source, model, BATCH_SIZE, data_dir, split)
        return np.concatenate(list(batches.as_numpy_iterator()))
    if not os.path.isfile(source):
        raise ValueError(f"There is no file at {source!r}. Expected a .npy file, a .csv file or a dataset's name.")
    return load_npy(source) if kind == ".npy" else read_csv(source, names)
