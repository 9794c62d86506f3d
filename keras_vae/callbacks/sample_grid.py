"""Samples from the prior, epoch by epoch."""

from keras_vae.callbacks.picture_callback import PictureCallback
from keras_vae.models._has_prior import check_has_prior
from keras_vae.ops.checks import checked_seed, checked_size
from keras_vae.visualization import sample_grid
from keras_vae.visualization.grid import check_grid
from keras_vae.visualization.side_by_side import samples_of, shown_values
from keras_vae.visualization.value_range import checked_value_range, value_range_of


class SampleGrid(PictureCallback):
    """Draws the means of p(x|z) for codes from the prior, the same codes in every epoch.

    Of a model with labels for its condition, each row is of a class and each column of a code: of one style.

    Args:
        log_dir: Folder that TensorBoard reads; pictures go to its subfolder `samples`.
        every: Draw every so many epochs; `None` draws ever fewer, as `PictureCallback` says.
        num_images: How many samples; of a model with a condition at most, all rows together, and one for each row at
            least.
        seed: Int from 0, of the codes.
        image_dir: Folder for the PNG files, where they are to be elsewhere; they go to its subfolder `samples`.
        value_range: The values that are black and white; `None` is what the model's data can be, or as in
            `visualization.image_grid`.
        condition: Values of the model's condition, one for each row; `None` is all classes of labels.

    Raises:
        ValueError: If an argument is out of range; or when training begins, if the model has no prior to draw from, or
            a condition that is not of labels and `condition` is not given, or the picture cannot be drawn or would be
            too large.
    """

    name = "samples"

    def __init__(
        self,
        log_dir,
        every: int | None = 1,
        num_images: int = 64,
        seed: int = 0,
        image_dir=None,
        value_range=None,
        condition=None,
    ):
        super().__init__(log_dir, every, image_dir)
        self.num_images = checked_size(num_images, "num_images")
        self.seed = checked_seed(seed)
        self.value_range = checked_value_range(value_range)
        self.condition = condition

    def on_train_begin(self, logs=None):
        check_has_prior(self.model, "SampleGrid", "ReconstructionGrid needs none.")
        shown, columns = self._shown()
        count = self.num_images if shown is None else len(shown) * columns
        check_grid(self.model.event_shape, count, columns, "Draw fewer by `num_images`.")
        super().on_train_begin(logs)

    def figure(self, title=None):
        shown, columns = self._shown()
        value_range = value_range_of(self.model, self.value_range)
        if shown is None:
            samples, names = self.model.sample(self.num_images, seed=self.seed, mean=True), None
        else:
            samples, names = samples_of(self.model, shown, columns, self.seed), shown.names
        return sample_grid(samples, columns, value_range, title, names)

    def _shown(self):
        """The values of the rows, `None` of a model without a condition, and the number of columns."""
        if self.model.condition is None and self.condition is None:
            return None, None
        shown = shown_values(self.model, self.condition, "condition", "SampleGrid")
        return shown, max(1, self.num_images // len(shown))
