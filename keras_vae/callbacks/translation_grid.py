"""Examples under all conditions, epoch by epoch."""

from keras_vae.callbacks.picture_callback import PictureCallback
from keras_vae.callbacks.reconstruction_grid import first_examples
from keras_vae.inputs.data_checks import check_examples
from keras_vae.inputs.examples import x_of
from keras_vae.ops.checks import checked_size
from keras_vae.visualization import translation_grid
from keras_vae.visualization._translation_grid import check_one_shape
from keras_vae.visualization.grid import check_grid
from keras_vae.visualization.side_by_side import shown_values
from keras_vae.visualization.value_range import checked_value_range, value_range_of


class TranslationGrid(PictureCallback):
    """Draws fixed examples, and beside each what it would be under each condition (`VAE.translate`).

    Args:
        log_dir: Folder that TensorBoard reads; pictures go to its subfolder `translations`.
        x: `{"x": ..., "condition": ...}`, or a dataset of such, whose first batch is taken.
        every: Draw every so many epochs; `None` draws ever fewer, as `PictureCallback` says.
        num_images: How many examples, at most.
        to: Values of the condition to translate to, one for each column; `None` is all classes of labels.
        image_dir: Folder for the PNG files, where they are to be elsewhere; they go to its subfolder `translations`.
        value_range: The values that are black and white; `None` is what the model's data can be, or as in
            `visualization.image_grid`.

    Raises:
        ValueError: If x is empty or an argument is out of range; or when training begins, if the model has no
            condition, or one that is not of labels and `to` is not given, x is not what it encodes, or the picture
            cannot be drawn or would be too large.
    """

    name = "translations"

    def __init__(
        self, log_dir, x, every: int | None = 1, num_images: int = 8, to=None, image_dir=None, value_range=None
    ):
        super().__init__(log_dir, every, image_dir)
        self.to = to
        self.value_range = checked_value_range(value_range)
        self.x = first_examples(x, checked_size(num_images, "num_images"))

    def on_train_begin(self, logs=None):
        columns = 1 + len(shown_values(self.model, self.to, "to", "TranslationGrid"))
        check_examples(self.model.data_spec, self.x, "x")
        images = x_of(self.x)
        check_one_shape(self.model, images, "TranslationGrid")
        mend = "Draw fewer by `num_images`, or fewer conditions by `to`."
        check_grid(self.model.event_shape, len(images) * columns, columns, mend)
        super().on_train_begin(logs)

    def figure(self, title=None):
        value_range = value_range_of(self.model, self.value_range)
        return translation_grid(self.model, self.x, to=self.to, value_range=value_range, title=title)
