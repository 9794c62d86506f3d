"""Examples, each under all conditions."""

import numpy as np

from keras_vae.inputs.examples import given, x_of
from keras_vae.visualization.frame import framed
from keras_vae.visualization.grid import image_grid
from keras_vae.visualization.pictures import checked_examples
from keras_vae.visualization.side_by_side import shown_values
from keras_vae.visualization.value_range import value_range_of

GIVEN = "given"


def translation_grid(
    vae,
    x,
    condition=None,
    to=None,
    value_range: tuple[float, float] | None = None,
    title: str | None = None,
):
    """Draws a row for each example: what was given, and then what it would be under each condition (`VAE.translate`).

    ```python
    digits = next(iter(keras_vae.datasets.load("digits", batch_size=4, conditional=True)))
    labels = keras_vae.conditions.Labels(10)
    translator = keras_vae.VAE.for_shape((8, 8, 1), latent_dim=8, condition=labels)
    figure = keras_vae.visualization.translation_grid(translator, digits["x"], digits["condition"])
    ```

    Args:
        vae: A `VAE` with a condition.
        x: Array `(n, *event_shape)`, or `{"x": ..., "condition": ...}`; see `image_grid` for the shapes that can be
            drawn.
        condition: Its values: one for each example, or one for all; `None` where x has them in it.
        to: Values to translate to, one for each column; `None` is all classes of labels.
        value_range: The values that are black and white; `None` is what the model's data can be, or as in
            `image_grid`.
        title: A line above the picture; `None` is none.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the model has no condition, or one that is not of labels and `to` is not given; if x is not what
            the model encodes, or the model decodes to another shape.
    """
    shown = shown_values(vae, to, "to", "`translation_grid`")
    examples = given(x, condition)
    originals = checked_examples(x_of(examples))
    codes = vae.encode(examples)
    check_one_shape(vae, originals, "`translation_grid`")
    columns = [originals, *(vae.decode(codes, condition=shown[index]) for index in range(len(shown)))]
    pictures = np.stack([column.astype(np.float32) for column in columns], axis=1)
    grid = image_grid(pictures.reshape(-1, *vae.event_shape), len(columns), value_range_of(vae, value_range))
    return framed(grid, title, column_labels=[GIVEN, *shown.names])


def check_one_shape(model, images, caller: str) -> None:
    """Raises a ValueError that names the caller if images have another shape than what a model decodes."""
    if images.shape[1:] != model.event_shape:
        raise ValueError(
            f"{caller} draws what a model encodes beside what it decodes, which must have one shape. Received: a model "
            f"that encodes shape {images.shape[1:]} and decodes shape {model.event_shape}."
        )
