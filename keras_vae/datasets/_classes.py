"""The classes that labels are of."""

import os
from collections.abc import Sequence

import numpy as np

from keras_vae.datasets import tfds_source
from keras_vae.datasets.embedded import EMBEDDED
from keras_vae.datasets.own_files import TABLES, OwnData, is_path, open_own

# More different values than these are measurements, or numbers of rows.
MOST_CLASSES = 1000


def classes(name, conditional: bool | str = True, data_dir: str | None = None) -> list[str]:
    """What the labels of a dataset are called, in the order of their numbers.

    ```python
    names = keras_vae.datasets.classes("digits")
    vae = keras_vae.VAE.for_shape((8, 8, 1), 16, condition=keras_vae.conditions.Labels(len(names), names))
    ```

    Args:
        name: As for `load`.
        conditional: `True`, or of a table the name of the column that holds the labels.
        data_dir: Where TFDS finds its data.

    Returns:
        A text for each class: those of labels that are texts in sorted order; of labels that are whole numbers all
        numbers from 0 to the largest, or the names that TFDS has for them.

    Raises:
        ValueError: If there are no such labels, or they are no classes.
    """
    data = open_labelled(name, conditional)
    if data is not None:
        return class_names(data.labels, data.path)
    if name in EMBEDDED:
        return class_names(EMBEDDED[name]("train").labels, name)
    return tfds_source.class_names(name, data_dir)


def open_labelled(name, conditional: bool | str) -> OwnData | None:
    """Data of one's own with its labels; `None` of a dataset by name, which has them under its own key.

    Args:
        name: As for `load`.
        conditional: `True`, or of a table the name of the column that holds the labels.

    Raises:
        ValueError: If there are no labels.
    """
    column = conditional if isinstance(conditional, str) else None
    if not isinstance(name, OwnData) and not is_path(name):
        if column is not None:
            raise ValueError(
                f"{name!r} has labels, and no column {column!r}: give conditional=True (--conditional alone, after the "
                "data)."
            )
        return None
    if isinstance(name, OwnData):
        path, data = name.path, name
    else:
        path = os.fspath(name)
        # A table whose labels are texts cannot be read without their column.
        data = None if column is None and path.lower().endswith(TABLES) else open_own(path, column)
    if data is None or data.labels is None:
        raise ValueError(
            f"{path!r} has no labels: those of a folder are its sub-folders, those of a .npz file an array (n,), and "
            "of a table a column that is named: conditional='COLUMN' (--conditional COLUMN)."
        )
    return data


def class_names(labels: np.ndarray, where) -> list[str]:
    """The classes of labels `(n,)`, which are texts, or whole numbers from 0.

    Raises:
        ValueError: If the labels are something else; the message names `where` they are.
    """
    values = _checked(labels, where)
    if values.dtype.kind != "U":
        return [str(number) for number in range(int(values.max()) + 1)]
    return np.unique(values).tolist()


def numbered(labels: np.ndarray, where, names: Sequence[str] | None = None) -> np.ndarray:
    """Labels as the numbers of their classes: whole numbers as they are, texts by their place among the names.

    Args:
        labels: `(n,)`.
        where: What to call the data in a message.
        names: What the classes are called; `None` is all that are there, in sorted order.

    Returns:
        int64 array `(n,)`.

    Raises:
        ValueError: If the labels are no classes, or one is not among the names.
    """
    values = _checked(labels, where)
    if values.dtype.kind != "U":
        return values.astype(np.int64)
    found, indices = np.unique(values, return_inverse=True)
    names = found.tolist() if names is None else list(names)
    unknown = [name for name in found.tolist() if name not in names]
    if unknown:
        raise ValueError(f"{where!r} has the label {unknown[0]!r}. Expected one of {', '.join(map(repr, names))}.")
    return np.array([names.index(name) for name in found.tolist()], np.int64)[indices]


def _checked(labels, where) -> np.ndarray:
    """Labels as texts or as whole numbers."""
    values = np.asarray(labels)
    if values.dtype.kind == "S":
        values = np.char.decode(values)
    if values.dtype.kind == "U":
        if "" in values:
            raise ValueError(f"{where!r} has an example without a label: number {values.tolist().index('')}, from 0.")
        count = len(np.unique(values))
    else:
        # -1 stands for a label that is missing, which a model may take; NaN is no class.
        strange = values[~((values >= 0) & (values == np.floor(values)) | (values == -1))]
        if len(strange):
            raise ValueError(
                f"The labels of {where!r} must be classes: texts, or whole numbers from 0. Received: {strange[0]}. "
                "Numbers on a scale are `conditions.Covariates`, of a dataset that you make yourself."
            )
        count = int(values.max()) + 1
    if count > MOST_CLASSES:
        raise ValueError(f"The labels of {where!r} must be of at most {MOST_CLASSES:,} classes. Received: {count:,}.")
    return values
