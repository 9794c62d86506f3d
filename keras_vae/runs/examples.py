"""Examples from files that people have, or from datasets by name."""

import csv
import math
import os

import numpy as np

from keras_vae.runs.data import held_out_data, kind_of
from keras_vae.runs.image_files import load_npy

BATCH_SIZE = 250


def read_examples(
    source: str, model, data_dir: str | None = None, split: str = "test", names: bool | None = None
) -> np.ndarray:
    """Reads examples.

    Args:
        source: A `.npy` file with an array `(n, *event_shape)`; a `.csv` file of a table, with or without a line of
            names above it; or a name for `datasets.load`, in the form that the model takes.
        model: An `Autoencoder` or a `VAE`.
        data_dir: Where TFDS finds its data.
        split: The dataset's split.
        names: Whether the first line of a `.csv` file holds names; `None` sees by itself, and asks where it cannot.

    Returns:
        Array `(n, *event_shape)`.

    Raises:
        ValueError: If there is no such file or dataset, or a file holds something else.
    """
    kind = os.path.splitext(source)[1].lower()
    if kind not in (".npy", ".csv"):
        batches = held_out_data(source, kind_of(model), BATCH_SIZE, data_dir, split)
        return np.concatenate(list(batches.as_numpy_iterator()))
    if not os.path.isfile(source):
        raise ValueError(f"There is no file at {source!r}. Expected a .npy file, a .csv file or a dataset's name.")
    return load_npy(source) if kind == ".npy" else _read_csv(source, names)


def _read_csv(path, names) -> np.ndarray:
    with open(path, newline="", encoding="utf-8-sig") as file:
        lines = [(number, row) for number, row in enumerate(csv.reader(file), start=1) if row]
    if lines and (_holds_names(path, lines[0][1]) if names is None else names):
        del lines[0]
    if not lines:
        raise ValueError(f"{path!r} holds no row of numbers.")
    width = len(lines[0][1])
    for number, row in lines:
        if len(row) != width:
            raise ValueError(f"{path!r} has {len(row)} columns in line {number}, and {width} before.")
        for value in row:
            if not _is_number(value):
                raise ValueError(f"{path!r} must hold numbers. Received: {value!r} in line {number}.")
    return np.array([[float(value or math.nan) for value in row] for _, row in lines])


def _holds_names(path, fields) -> bool:
    """Whether the first line of a table is one of names; what is empty tells nothing."""
    numbers = [_is_number(field) for field in fields if field.strip()]
    counted = [field.strip() for field in fields] == [str(number) for number in range(len(fields))]
    if (any(numbers) and not all(numbers)) or (counted and len(fields) > 1):
        raise ValueError(
            f"The first line of {path!r} may hold names or numbers: {','.join(fields)[:80]!r}. Say which by `names` "
            "(--names, --no-names)."
        )
    return bool(numbers) and not any(numbers)


def _is_number(text) -> bool:
    """Whether a field is a number; an empty one is a value that is missing."""
    try:
        float(text or math.nan)
    except ValueError:
        return False
    return True
