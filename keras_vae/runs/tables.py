"""The likelihood of a table of one's own: which of its columns are binary, and the units of the others."""

import numpy as np

from keras_vae.likelihoods import Tabular
from keras_vae.runs.own_data import OwnSplits


def is_table(own: OwnSplits | None) -> bool:
    """Whether data of one's own are rows of real numbers that fit in memory: of floats, or integers without levels."""
    if own is None or len(own.data.event_shape) != 1 or not isinstance(own.data.rows, np.ndarray):
        return False
    return (own.data.rows.dtype.kind == "f" and own.facts.kind != "binary") or own.facts.levels is None


def tabular_likelihood(own: OwnSplits) -> Tabular:
    """A `Tabular` in the units of the rows to train on; binary are columns that hold both zeros and ones and no more.

    Raises:
        ValueError: If the data are no table.
    """
    if not is_table(own):
        given = "a dataset by name" if own is None else str(own.data)
        raise ValueError(
            f"The likelihood 'tabular' is for rows of real numbers at a path, such as a .csv file. Received: {given}. "
            "Use 'normal', or leave the choice to 'auto'."
        )
    rows = own.data.rows
    zeros_and_ones = ((rows == 0) | (rows == 1)).all(axis=0)
    binary = np.flatnonzero(zeros_and_ones & (rows.min(axis=0) != rows.max(axis=0)))
    likelihood = Tabular(own.data.event_shape, binary=binary.tolist())
    likelihood.adapt(rows[own.training_rows])
    return likelihood
