"""Originals and their reconstructions, epoch by epoch."""

import keras
import numpy as np

from keras_vae.callbacks.examples import checked_examples
from keras_vae.callbacks.picture_callback import PictureCallback
from keras_vae.inputs import batches
from keras_vae.inputs.data_checks import check_examples
from keras_vae.inputs.examples import x_of
from keras_vae.ops.checks import checked_size
from keras_vae.visualization import reconstruction_grid
from keras_vae.visualization.grid import check_grid
from keras_vae.visualization.value_range import checked_value_range, value_range_of


class ReconstructionGrid(PictureCallback):
    """Draws fixed originals, each above its reconstruction.

    An original is what the model encodes: in a pair of a noisy and a clean image, the noisy one.

    Args:
        log_dir: Folder that TensorBoard reads; pictures go to its subfolder `reconstructions`.
        x: Array `(n, *event_shape)`, or a dataset whose first batch is taken; for a model with a condition,
            `{"x": ..., "condition": ...}` or a dataset of such.
        every: Draw every so many epochs; `None` draws ever fewer, as `PictureCallback` says.
        num_images: How many originals, at most.
        columns: Originals for each row.
        image_dir: Another folder for the PNG files; they go to its subfolder `reconstructions`.
        value_range: The values drawn as black and white; `None` is the range of the model's data, or as in
            `visualization.image_grid`.

    Raises:
        ValueError: If x is empty or an argument is out of range; or when training begins, if its examples are not what
            the model encodes, the model decodes to a different shape, or the picture cannot be drawn or would be too
            large.
    """

    name = "reconstructions"

    def __init__(
        self,
        log_dir,
        x,
        every: int | None = 1,
        num_images: int = 32,
        columns: int = 16,
        image_dir=None,
        value_range=None,
    ):
        super().__init__(log_dir, every, image_dir)
        self.columns = checked_size(columns, "columns")
        self.value_range = checked_value_range(value_range)
        self.x = first_examples(x, checked_size(num_images, "num_images"))

    def on_train_begin(self, logs=None):
        check_examples(self.model.data_spec, self.x, "x")
        images = x_of(self.x)
        if images.shape[1:] != self.model.event_shape:
            raise ValueError(
                "ReconstructionGrid draws what a model encodes above what it decodes, which must have one shape. "
                f"Received: a model that encodes shape {images.shape[1:]} and decodes shape {self.model.event_shape}. "
                "Use SampleGrid."
            )
        rows = "Draw fewer by `num_images`, or other `columns`."
        check_grid(self.model.event_shape, 2 * len(images), min(self.columns, len(images)), rows)
        super().on_train_begin(logs)

    def figure(self, title=None):
        value_range = value_range_of(self.model, self.value_range)
        return reconstruction_grid(x_of(self.x), self.model.reconstruct(self.x), self.columns, value_range, title)


def first_examples(x, count: int):
    """The first examples of an array, or of a dataset's first batch, without targets and weights, as an array.

    Examples with a condition, `{"x": ..., "condition": ...}`, stay such, of arrays.

    Raises:
        ValueError: If there is none, or they are no numbers.
    """
    if hasattr(x, "element_spec"):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(next(iter(x), np.empty(0)))
    return batches.rows(checked_examples(x), 0, count)
