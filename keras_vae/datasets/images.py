"""What a source of images gives to the pipeline."""

import dataclasses

import numpy as np

from keras_vae.datasets.array_files import ArrayOnDisk
from keras_vae.datasets.image_folder import ImageFolder


@dataclasses.dataclass(frozen=True)
class Images:
    """Images held in memory, or rows of numbers; of one's own files they may stay on the disk.

    Attributes:
        pixels: uint8 `(num_examples, height, width, channels)`; of one's own, numbers `(num_examples, *event_shape)`.
        levels: What is white: 255 for 8-bit images. Floats are values divided by it.
        labels: `(num_examples,)`, or `None`.
        chosen: Indices of the examples, in order; `None` is all.
    """

    pixels: np.ndarray | ArrayOnDisk | ImageFolder
    levels: float
    labels: np.ndarray | None
    chosen: np.ndarray | None = None

    def __len__(self):
        return len(self.pixels) if self.chosen is None else len(self.chosen)
