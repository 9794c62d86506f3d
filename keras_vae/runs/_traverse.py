"""A picture of what each latent does."""

from collections.abc import Sequence

from keras_vae.callbacks.reconstruction_grid import first_examples
from keras_vae.inputs.examples import condition_of, x_of
from keras_vae.ops.checks import checked_size
from keras_vae.runs.conditional import value_of
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
    condition: str | None = None,
    conditional: bool | str = False,
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
        condition: For a model with a condition, the class under which all is decoded, its name or its number; `None` is
            that of the example.
        conditional: Of a table and a model with a condition, the name of the column that holds the labels.

    Returns:
        A matplotlib figure.

    Raises:
        ValueError: If there is no such image, latent, value or class, or the images do not fit the model; or if a model
            with a condition is given neither a class nor an example, or both.
    """
    label, image = value_of(model, condition, "`traverse`"), None
    if model.condition is not None and (label is None) == (example is None):
        raise ValueError(
            f"The model has a condition, {model.condition.described()}: give a class by `condition` (--condition), or "
            "an example (--example), which is drawn under its own class."
        )
    if example is not None:
        found = _example(model, dataset, data_dir, example, conditional)
        image, label = x_of(found)[example], condition_of(found)
        label = None if label is None else label[example]
    return latent_traversals(model, image, VALUES if values is None else values, dimensions, condition=label)


def _example(model, dataset, data_dir, index, conditional):
    """Examples up to the one of an index."""
    images = checked_size(index, "example", minimum=0) + 1
    found = first_examples(model_data(dataset, model, images, data_dir, conditional=conditional), images)
    if len(x_of(found)) < images:
        raise ValueError(f"`example` must be below {len(x_of(found))}, the number of test images. Received: {index}.")
    return found
