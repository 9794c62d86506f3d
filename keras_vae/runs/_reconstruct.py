"""A picture of test images and what a model makes of them."""

from keras_vae.callbacks.reconstruction_grid import first_examples
from keras_vae.inputs.examples import x_of
from keras_vae.ops.checks import checked_size
from keras_vae.runs.data import model_data
from keras_vae.visualization import reconstruction_grid
from keras_vae.visualization.value_range import value_range_of


def reconstruct(
    model, dataset: str, data_dir: str | None = None, num_images: int = 64, conditional: bool | str = False
):
    """Draws the first test images of a dataset above their reconstructions, under their labels where a model asks.

    Args:
        model: An `Autoencoder` or a `VAE`.
        dataset: A name for `datasets.load`, or a path; in the form that the likelihood takes.
        data_dir: Where TFDS finds its data.
        num_images: How many.
        conditional: Of a table and a model with a condition, the name of the column that holds the labels.

    Returns:
        A matplotlib figure.
    """
    data = model_data(dataset, model, checked_size(num_images, "num_images"), data_dir, conditional=conditional)
    examples = first_examples(data, num_images)
    return reconstruction_grid(x_of(examples), model.reconstruct(examples), value_range=value_range_of(model))
