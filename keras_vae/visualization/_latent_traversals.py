"""What each latent does to a picture."""

from collections.abc import Iterable, Sequence

import numpy as np

from keras_vae.ops.checks import checked_size
from keras_vae.visualization.frame import framed, number_label
from keras_vae.visualization.grid import image_grid
from keras_vae.visualization.side_by_side import check_value
from keras_vae.visualization.value_range import value_range_of

VALUES = tuple(np.linspace(-3.0, 3.0, 9))


def latent_traversals(
    vae,
    example=None,
    values: Sequence[float] = VALUES,
    dimensions: Sequence[int] | None = None,
    value_range: tuple[float, float] | None = None,
    title: str | None = None,
    condition=None,
):
    """Draws a row of pictures for each latent, which takes each of `values` while the others are held.

    Args:
        vae: A VAE or an autoencoder.
        example: One example, as the encoder takes it, whose mean code the other latents keep; `None` keeps them at 0.
        values: `(n,)`, what the latent is set to from left to right, in the code's own units.
        dimensions: The latents to draw, counted from 0; `None` draws all.
        value_range: The values drawn as black and white; `None` is the range of the model's data, or as in
            `image_grid`.
        title: A line above the picture; `None` is none.
        condition: For a model with a condition, the value under which the example is encoded and all is decoded.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the model decodes nothing, there is no such latent, no value, the example has another shape or is
            not finite, or a condition is missing or not allowed.
    """
    dimensions, values, codes = checked_traversal(vae, example, values, dimensions, "latent_traversals", condition)
    value_range = value_range_of(vae, value_range)
    grid = image_grid(vae.decode(codes.reshape(-1, vae.latent_dim), condition=condition), len(values), value_range)
    names = [f"$z_{{{latent + 1}}}$" for latent in dimensions]
    return framed(grid, title, names, [number_label(value) for value in values])


def checked_traversal(
    model, example, values, dimensions, name: str, condition=None
) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Latents, values `(n,)` and codes `(latents, n, latent_dim)`, or a ValueError that names the caller.

    Args:
        model: A `VAE` or an `Autoencoder`.
        example: One example, at whose mean code the other latents are held; `None` holds them at 0.
        values: `(n,)`.
        dimensions: The latents, counted from 0; `None` takes all.
        name: What is to decode the codes.
        condition: The value of the model's condition, where it has one.
    """
    checked_decoder(model, name)
    check_value(model, condition, name)
    dimensions, values = checked_dimensions(dimensions, model.latent_dim), checked_values(values)
    return dimensions, values, traversal_codes(held_code(model, example, condition), values, dimensions)


def traversal_codes(held, values, dimensions) -> np.ndarray:
    """Codes in which one latent after the other goes through the values.

    Args:
        held: `(latent_dim,)`, the code of the other latents.
        values: `(n,)`.
        dimensions: The latents, counted from 0.

    Returns:
        float32 array `(len(dimensions), n, latent_dim)`.
    """
    codes = np.tile(np.asarray(held, np.float32), (len(dimensions), len(values), 1))
    for row, latent in zip(codes, dimensions, strict=True):
        row[:, latent] = values
    return codes


def checked_decoder(model, name: str):
    """Returns the model, or raises a ValueError that names what needs one if it does not decode codes."""
    if not (hasattr(model, "decode") and hasattr(model, "latent_dim")):
        raise ValueError(f"`{name}` decodes codes: give a VAE or an Autoencoder. Received: {type(model).__name__}.")
    return model


def checked_dimensions(dimensions, latent_dim: int) -> list[int]:
    """Returns the latents as a list of ints, all of them for `None`, or raises a ValueError."""
    if dimensions is None:
        return list(range(latent_dim))
    checked = checked_latents(dimensions)
    if max(checked) >= latent_dim:
        raise ValueError(
            f"`dimensions` must be latents from 0 to {latent_dim - 1}, at least one. Received: dimensions={checked}."
        )
    return checked


def checked_latents(dimensions) -> list[int]:
    """Returns latents of a model that is not known yet as a list of ints, or raises a ValueError."""
    latents = list(dimensions) if isinstance(dimensions, Iterable) else []
    if not latents:
        raise ValueError(
            f"`dimensions` must be a list of latents such as [0, 2], at least one. Received: dimensions={dimensions!r}."
        )
    return [checked_size(latent, f"dimensions[{i}]", minimum=0) for i, latent in enumerate(latents)]


def checked_values(values) -> np.ndarray:
    """Returns the values that a latent goes through as an array `(n,)`, or raises a ValueError."""
    try:
        array = np.asarray(list(values), np.float64)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.ndim != 1 or len(array) == 0 or not np.all(np.isfinite(array)):
        raise ValueError(f"`values` must be a list of finite numbers, at least one. Received: values={values!r}.")
    return array


def checked_example(example, vae) -> np.ndarray:
    """Returns one example as an array, or raises a ValueError if it is not what the model's encoder takes."""
    spec = vae.encoder.input_spec
    shape = tuple(vae.event_shape if spec is None else spec.shape[1:])
    example = np.asarray(example)
    if example.shape != shape or example.dtype.kind not in "biuf" or not np.all(np.isfinite(example)):
        raise ValueError(
            f"`example` must be one example of finite numbers of shape {shape}, without a batch axis. Received shape "
            f"{example.shape} and dtype {example.dtype}."
        )
    return example


def held_code(vae, example, condition=None) -> np.ndarray:
    """The code `(latent_dim,)` at which latents are held: the mean code of an example, zeros for `None`."""
    if example is None:
        return np.zeros(vae.latent_dim)
    return vae.encode(checked_example(example, vae)[np.newaxis], condition=condition)[0]
