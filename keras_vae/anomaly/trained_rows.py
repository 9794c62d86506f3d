"""The rows that a model was trained on, told again by their fingerprints."""

import dataclasses
import hashlib

import keras
import numpy as np

from keras_vae.inputs.examples import condition_of, has_condition, x_of

# Of more rows the smallest fingerprints are kept: 8 bytes each, 2 MiB in a file.
MOST_FINGERPRINTS = 2**18
# Floats of fewer digits than float32, in which a row is no longer the one that it was rounded from.
COARSE = ("float16", "bfloat16")


@dataclasses.dataclass(frozen=True)
class TrainedRows:
    """What is remembered of the rows that a model was trained on.

    A row is known by 64 bits of a hash of its numbers in float32, whatever their dtype, their order and what they came
    in; the values of its condition, where there is one, are among them. Of more rows than are remembered those are that
    have the smallest hashes, and of all other rows nothing is known above the largest of these: which rows are told
    does not depend on what is in them.

    Attributes:
        fingerprints: uint64 in ascending order, `(n,)`, of a row that came twice two.
        dtype: The dtype of the rows: one of `COARSE`, or `"float32"` for all others.
        are_all: Whether these are the fingerprints of all rows.
    """

    fingerprints: np.ndarray
    dtype: str = "float32"
    are_all: bool = True

    @classmethod
    def none(cls) -> "TrainedRows":
        """Of a model that was trained on nothing, or elsewhere."""
        return cls(np.empty(0, np.uint64))

    @classmethod
    def unknown(cls) -> "TrainedRows":
        """Of a model of which nobody remembers what it was trained on."""
        return cls(np.empty(0, np.uint64), are_all=False)

    @property
    def are_unknown(self) -> bool:
        """Whether there were rows, and nothing of them is remembered."""
        return len(self.fingerprints) == 0 and not self.are_all

    def description(self) -> dict:
        """All but the fingerprints, for a configuration."""
        return {"count": len(self.fingerprints), "dtype": self.dtype, "are_all": self.are_all}

    def and_rows(self, x: np.ndarray) -> "TrainedRows":
        """These and the rows of an array `(n, *event_shape)`.

        Raises:
            ValueError: If x is of a coarser dtype than these were.
        """
        self.check_dtype(x)
        rows = self if len(self.fingerprints) else dataclasses.replace(self, dtype=_dtype_of(x))
        together = np.sort(np.concatenate([rows.fingerprints, rows.fingerprints_of(x)]))
        are_all = rows.are_all and len(together) <= MOST_FINGERPRINTS
        return TrainedRows(together[:MOST_FINGERPRINTS], rows.dtype, are_all)

    def are_new(self, x: np.ndarray) -> np.ndarray:
        """Which rows of an array `(n, *event_shape)` the model was surely not trained on, booleans `(n,)`.

        Of a row that it was trained on twice, two are not new and a third is. Where not all is remembered, and some of
        what is was trained on, rows of which nothing is known are not new.

        Raises:
            ValueError: If x is of a dtype in which they cannot be told.
        """
        return self.have_new(self.fingerprints_of(x))

    def fingerprints_of(self, x: np.ndarray) -> np.ndarray:
        """The fingerprints of rows `(n, *event_shape)`, uint64 `(n,)`; see `are_new`."""
        self.check_dtype(x)
        rows = x.reshape(len(x), -1)
        if self.dtype in COARSE:
            # Rounded as those were that the model saw; TensorFlow brings NumPy its bfloat16.
            rows = rows.astype(np.dtype(self.dtype))
        with np.errstate(over="ignore"):
            # A negative zero becomes a zero.
            rows = rows.astype("<f4") + np.float32(0)
        # There are many NaN.
        rows = np.ascontiguousarray(np.where(np.isnan(rows), np.float32(np.nan), rows), "<f4")
        digests = [hashlib.blake2b(row, digest_size=8).digest() for row in rows]
        return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)

    def have_new(self, fingerprints: np.ndarray) -> np.ndarray:
        """`are_new` by the fingerprints of rows, `(n,)`."""
        order = np.argsort(fingerprints, kind="stable")
        given = fingerprints[order]
        # How many equal ones came before, and how many were trained on.
        before = np.arange(len(given)) - np.searchsorted(given, given, side="left")
        trained = np.searchsorted(self.fingerprints, given, side="right")
        trained -= np.searchsorted(self.fingerprints, given, side="left")
        new = np.empty(len(given), bool)
        new[order] = before >= trained
        if self.are_all or new.all():
            return new
        return new & (fingerprints <= self.fingerprints[-1])

    def check_dtype(self, x) -> None:
        """Raises a ValueError where rows were rounded so that they cannot be told from others."""
        if len(self.fingerprints) and _dtype_of(x) not in ("float32", self.dtype):
            raise ValueError(
                f"`x` has dtype {x.dtype}, in which rows that the model was trained on, which must not calibrate, "
                f"cannot be told from others. Give it in the training's dtype or a finer one: {self.dtype}."
            )


def rows_of(examples) -> np.ndarray:
    """The rows of examples: x, and beside it the values of its condition, where there is one.

    Args:
        examples: Array `(n, *event_shape)`, or `{"x": ..., "condition": ...}` of arrays.
    """
    x = x_of(examples)
    if not has_condition(examples):
        return x
    parts = [x, *keras.tree.flatten(condition_of(examples))]
    with np.errstate(over="ignore"):
        flat = [np.reshape(part, (len(x), -1)).astype(np.dtype(_dtype_of(x))) for part in parts]
    return np.concatenate(flat, axis=1)


def _dtype_of(x) -> str:
    return str(x.dtype) if str(x.dtype) in COARSE else "float32"
