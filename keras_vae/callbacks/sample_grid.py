"""Samples from the prior, epoch by epoch."""

from keras_vae.callbacks.picture_callback import PictureCallback
from keras_vae.models._has_prior import check_has_prior
from keras_vae.ops.checks import checked_seed, checked_size
from keras_vae.visualization import sample_grid
from keras_vae.visualization.grid import check_grid
from keras_vae.visualization.value_range import checked_value_range, value_range_of


class SampleGrid(PictureCallback):
    """Draws the means of p(x|z) for codes from the prior, the same codes in every epoch.

    Args:
        log_dir: Folder that TensorBoard reads; pictures go to its subfolder `samples`.
        every: Epochs between pictures; `None` draws less and less often, as `PictureCallback` says.
        num_images: How many samples.
        seed: Int from 0, for the codes.
        image_dir: Another folder for the PNG files; they go to its subfolder `samples`.
        value_range: The values drawn as black and white; `None` is the range of the model's data, or as in
            `visualization.image_grid`.

    Raises:
        ValueError: If an argument is out of range; or when training begins, if the model has no prior to draw from,
            or the picture cannot be drawn or would be too large.
    """

    name = "samples"

    def __init__(
        self, log_dir, every: int | None = 1, num_images: int = 64, seed: int = 0, image_dir=None, value_range=None
    ):
        super().__init__(log_dir, every, image_dir)
        self.num_images = checked_size(num_images, "num_images")
        self.seed = checked_seed(seed)
        self.value_range = checked_value_range(value_range)

    def on_train_begin(self, logs=None):
        check_has_prior(self.model, "SampleGrid", "ReconstructionGrid needs none.")
        check_grid(self.model.event_shape, self.num_images, None, "Draw fewer by `num_images`.")
        super().on_train_begin(logs)

    def figure(self, title=None):
        samples = self.model.sample(self.num_images, seed=self.seed, mean=True)
        value_range = value_range_of(self.model, self.value_range)
        return sample_grid(samples, value_range=value_range, title=title)
