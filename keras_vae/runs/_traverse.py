"""A picture of what each latent does."""

from collections.abc import Sequence

from keras_vae.callbacks.reconstruction_grid import first_examples
from keras_vae.ops.checks import checked_size
from keras_vae.runs.data import model_data
from keras_vae.visualization import latent_traversals
from keras_vae.visualization._latent_traversals import VALUES


def traverse(
    model,
    dataset: str,
    data_dir: str | None = None,
    example: int | None = None,
    dimensions: Sequence[int] | None = None,
    values: Sequence[float] | None = None,
):
    """Draws a row of pictures for each latent, which goes through values while the others are held.

    Args:
        model: An `Autoencoder` or a `VAE`.
        dataset: A name for `datasets.load`, or a path, in the form that the likelihood takes; only read for an
            example.
        data_dir: Where TFDS finds its data.
        example: Index of the test image, from 0, at whose mean code the other latents are held; `None` holds them at 0.
        dimensions: The latents, counted from 0; `None` draws all.
        values: What they are set to; `None` is nine values from -3 to 3.

    Returns:
        A matplotlib figure.

    Raises:
        ValueError: If there is no such image, latent or value, or the images do not fit the model.
    """
    image = None if example is None else _image(model, dataset, data_dir, example)
    return latent_traversals(model, image, VALUES if values is None else values, dimensions)


def _image(model, dataset, data_dir, index):
    images = checked_size(index, "example", minimum=0) + 1
    found = first_examples(model_data(dataset, model, images, data_dir), images)
    if len(found) < images:
        raise ValueError(f"`example` must be below {len(found)}, the number of test images. Received: {index}.")
    return found[index]
