"""What a source of images gives to the pipeline."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Images:
    """Images held in memory.

    Attributes:
        pixels: uint8 `(num_examples, height, width, channels)`.
        levels: What is white: 255 for 8-bit images.
        labels: `(num_examples,)`, or `None`.
    """

    pixels: np.ndarray
    levels: int
    labels: np.ndarray | None
