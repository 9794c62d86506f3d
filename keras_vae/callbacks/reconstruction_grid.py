"""Originals and their reconstructions, epoch by epoch."""

import keras
import numpy as np

from keras_vae.callbacks.picture_callback import PictureCallback
from keras_vae.ops.checks import checked_size
from keras_vae.visualization import reconstruction_grid
from keras_vae.visualization.value_range import value_range_of


class ReconstructionGrid(PictureCallback):
    """Draws fixed originals, each above its reconstruction.

    Args:
        log_dir: Folder that TensorBoard reads; pictures go to its subfolder `reconstructions`.
        x: Array `(n, *event_shape)`, or a dataset whose first batch is taken.
        every: Draw every so many epochs.
        num_images: How many originals, at most.
        columns: Originals for each row.
        image_dir: Folder for the PNG files, where they are to be elsewhere.
        value_range: The values that are black and white; `None` is what the model's data can be, or as in
            `visualization.image_grid`.

    Raises:
        ValueError: If x is empty, or when training begins, if its shape is not what the model reconstructs.
    """

    name = "reconstructions"

    def __init__(
        self, log_dir, x, every: int = 1, num_images: int = 32, columns: int = 16, image_dir=None, value_range=None
    ):
        super().__init__(log_dir, every, image_dir)
        self.columns = checked_size(columns, "columns")
        self.value_range = value_range
        self.x = first_examples(x, checked_size(num_images, "num_images"))

    def on_train_begin(self, logs=None):
        if self.x.shape[1:] != self.model.event_shape:
            raise ValueError(
                f"The model reconstructs examples of shape {self.model.event_shape}. Received: `x` of shape "
                f"{self.x.shape}."
            )
        super().on_train_begin(logs)

    def figure(self, title=None):
        value_range = value_range_of(self.model) if self.value_range is None else self.value_range
        return reconstruction_grid(self.x, self.model.reconstruct(self.x), self.columns, value_range, title)


def first_examples(x, count: int) -> np.ndarray:
    """The first examples of an array, or of a dataset's first batch, without targets and weights.

    Raises:
        ValueError: If there is none.
    """
    if hasattr(x, "element_spec"):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(next(iter(x), np.empty(0)))
    x = np.asarray(x)[:count]
    if len(x) == 0:
        raise ValueError("`x` is empty: it must hold at least one example.")
    return x
