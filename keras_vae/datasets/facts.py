"""What the values of a data set are: whole numbers or real ones, how many levels, from where to where."""

import dataclasses
from collections.abc import Iterable

import numpy as np

KINDS = ("binary", "levels", "8 bit", "16 bit", "unit", "real")
# Values are looked at so many at a time: an array may be larger than memory.
AT_ONCE = 2**22
# Bytes whose largest is below this are taken for numbers of few levels, and others for dark images of 8 bits; and so
# for 16 bits, where cameras give 10, 12 or 14 of them.
FEWEST_OF_8_BITS, FEWEST_OF_16_BITS = 64, 2**14
MOST_LEVELS = 2**16
WHITE = {"uint8": 255.0, "uint16": 65535.0}


@dataclasses.dataclass(frozen=True)
class Facts:
    """Facts of the values of a data set.

    Attributes:
        dtype: Name of the NumPy dtype, such as `"uint8"`.
        smallest: The smallest value that is finite; NaN where there is none.
        largest: The largest value that is finite.
        are_whole: Whether all finite values are whole numbers.
        are_ends: Whether all finite values are 0 or `largest`.
        are_images: Whether the examples have the shape of images, `(height, width, channels)` with 1 to 4 channels.
        num_missing: How many values are NaN.
        num_infinite: How many values are infinite.
        bits: 8 or 16 where the files say so, as those of images do; `None` where the values have to tell.
    """

    dtype: str
    smallest: float
    largest: float
    are_whole: bool
    are_ends: bool
    are_images: bool
    num_missing: int
    num_infinite: int
    bits: int | None = None

    @property
    def kind(self) -> str:
        """What the values are.

        - `"binary"`: 0 and 1 only; or 0 and 255 only, in bytes, as in images that are black and white.
        - `"8 bit"`: whole numbers 0 to 255: bytes, or images, whose largest value is at least 64.
        - `"16 bit"`: whole numbers 0 to 65,535: of dtype uint16, or images, whose largest value is at least 16,384.
        - `"levels"`: other whole numbers from 0, below 65,536: there are `levels` of them.
        - `"unit"`: real numbers in [0, 1].
        - `"real"`: other numbers, whole ones that are negative or too large for levels among them.
        """
        if not np.isfinite(self.largest):
            return "real"
        if not self.are_whole or self.smallest < 0 or self.largest >= MOST_LEVELS:
            return "unit" if self.smallest >= 0 and self.largest <= 1 else "real"
        if self.largest <= 1 or (self.are_ends and self.largest == 255 and self.dtype == "uint8"):
            return "binary"
        if self.bits is not None:
            return f"{self.bits} bit"
        if FEWEST_OF_8_BITS <= self.largest <= 255 and (self.dtype == "uint8" or self.are_images):
            return "8 bit"
        if self.largest >= FEWEST_OF_16_BITS and (self.dtype == "uint16" or self.are_images):
            return "16 bit"
        return "levels"

    @property
    def levels(self) -> int | None:
        """How many values an element can have, from 0 on; or `None` for values that have no levels.

        256 and 65,536 for 8 and 16 bits, also where only black and white occur; else one more than the largest, and at
        least 2.
        """
        of_kind = {"8 bit": 2**8, "16 bit": 2**16, "unit": None, "real": None}
        return of_kind[self.kind] if self.kind in of_kind else max(2, int(self.largest) + 1)

    @property
    def white(self) -> float:
        """What divides the values where they are given as real numbers: 255 for bytes and 65,535 for uint16, else 1.

        Also 1 where no value is above 1. It is of the dtype alone, so that files of one kind have one unit, whatever
        values occur in each.
        """
        return 1.0 if self.largest <= 1 else WHITE.get(self.dtype, 1.0)

    def joined(self, other: "Facts") -> "Facts":
        """The facts of both together."""
        return Facts(
            np.promote_types(self.dtype, other.dtype).name,
            float(np.fmin(self.smallest, other.smallest)),
            float(np.fmax(self.largest, other.largest)),
            self.are_whole and other.are_whole,
            self.are_ends and other.are_ends and (self.largest == other.largest or 0 in (self.largest, other.largest)),
            self.are_images and other.are_images,
            self.num_missing + other.num_missing,
            self.num_infinite + other.num_infinite,
            self.bits if self.bits == other.bits else None,
        )

    def __str__(self) -> str:
        """In words, such as "whole numbers 0 to 255 (8 bit)"."""
        words = {
            "binary": "0 and 1 only" if self.largest <= 1 else "black and white, 0 and 255 only",
            "8 bit": "whole numbers 0 to 255 (8 bit)",
            "16 bit": "whole numbers 0 to 65,535 (16 bit)",
            "levels": f"whole numbers 0 to {self.largest:,.0f}",
            "unit": "real numbers in [0, 1]",
            "real": f"{'whole' if self.are_whole else 'real'} numbers from {self.smallest:.4g} to {self.largest:.4g}",
        }
        return words[self.kind] + (f", {self.num_missing:,} missing" if self.num_missing else "")


def facts_of(x) -> Facts:
    """Looks at all values of an array.

    Args:
        x: Array `(n, *event_shape)` of numbers or booleans, at least one; it may be mapped from a file that is larger
            than memory. Some of its rows, `x[:1000]`, give facts of those.

    Raises:
        ValueError: If it holds no number.
    """
    if x.size == 0 or x.dtype.kind not in "biuf":
        raise ValueError(f"Expected an array of numbers. Received shape {x.shape} and dtype {x.dtype}.")
    rows = max(1, AT_ONCE // max(1, x.size // len(x)))
    return facts_of_batches(x[start : start + rows] for start in range(0, len(x), rows))


def facts_of_batches(batches: Iterable[np.ndarray]) -> Facts:
    """Looks at all values of batches `(batch, *event_shape)`, at least one of which holds values."""
    found = None
    for batch in batches:
        if batch.size:
            facts = _facts(np.asarray(batch))
            found = facts if found is None else found.joined(facts)
    return found


def _facts(x) -> Facts:
    missing = infinite = 0
    finite = x
    if x.dtype.kind == "f":
        missing, infinite = int(np.isnan(x).sum()), int(np.isinf(x).sum())
        finite = x[np.isfinite(x)] if missing or infinite else x
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (np.nan, np.nan)
    are_images = x.ndim == 4 and x.shape[-1] <= 4
    are_whole = x.dtype.kind != "f" or bool((finite == np.rint(finite)).all())
    are_ends = bool(((finite == 0) | (finite == high)).all())
    return Facts(x.dtype.name, low, high, are_whole, are_ends, are_images, missing, infinite)
