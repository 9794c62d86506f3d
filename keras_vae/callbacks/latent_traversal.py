"""What each latent does to a picture, epoch by epoch."""

from collections.abc import Sequence

from keras_vae.callbacks.picture_callback import PictureCallback
from keras_vae.visualization import latent_traversals
from keras_vae.visualization._latent_traversals import (
    VALUES,
    checked_dimensions,
    checked_example,
    checked_latents,
    checked_values,
)
from keras_vae.visualization.grid import check_grid
from keras_vae.visualization.value_range import checked_value_range


class LatentTraversal(PictureCallback):
    """Draws a row of pictures for each latent, which takes each of `values` while the others are held.

    Args:
        log_dir: Folder that TensorBoard reads; pictures go to its subfolder `traversals`.
        every: Epochs between pictures; `None` draws less and less often, as `PictureCallback` says.
        example: One example, as the encoder takes it, whose mean code the other latents keep; `None` keeps them at 0.
        values: `(n,)`, what the latent is set to from left to right.
        dimensions: The latents to draw, counted from 0; `None` draws all.
        image_dir: Another folder for the PNG files; they go to its subfolder `traversals`.
        value_range: The values drawn as black and white; `None` is the range of the model's data, or as in
            `visualization.image_grid`.

    Raises:
        ValueError: If there is no value or an argument is out of range; or when training begins, if there is no such
            latent, the example has the wrong shape or is not finite, or the picture cannot be drawn or is too large.
    """

    name = "traversals"

    def __init__(
        self,
        log_dir,
        every: int | None = 1,
        example=None,
        values: Sequence[float] = VALUES,
        dimensions: Sequence[int] | None = None,
        image_dir=None,
        value_range=None,
    ):
        super().__init__(log_dir, every, image_dir)
        self.example = example
        self.values = checked_values(values)
        self.dimensions = None if dimensions is None else checked_latents(dimensions)
        self.value_range = checked_value_range(value_range)

    def on_train_begin(self, logs=None):
        latents, columns = checked_dimensions(self.dimensions, self.model.latent_dim), len(self.values)
        check_grid(self.model.event_shape, len(latents) * columns, columns, "Draw fewer latents by `dimensions`.")
        if self.example is not None:
            checked_example(self.example, self.model)
        super().on_train_begin(logs)

    def figure(self, title=None):
        return latent_traversals(self.model, self.example, self.values, self.dimensions, self.value_range, title)
