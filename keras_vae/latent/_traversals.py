"""What each latent does, as codes and what is decoded from them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keras_vae.visualization._latent_traversals import VALUES, checked_traversal


class Traversals(NamedTuple):
    """A row for each latent, in which it goes through the values.

    Attributes:
        codes: float32 `(dimensions, values, latent_dim)`.
        examples: `(dimensions, values, *event_shape)`, the means of p(x|z).
    """

    codes: np.ndarray
    examples: np.ndarray


def traversals(
    model,
    example=None,
    values: Sequence[float] = VALUES,
    dimensions: Sequence[int] | None = None,
    *,
    condition=None,
) -> Traversals:
    """Decodes codes in which one latent after the other goes through the values while the others are held.

    `visualization.latent_traversals` draws them.

    Args:
        model: A `VAE` or an `Autoencoder`.
        example: One example, as the encoder takes it, at whose mean code the other latents are held; `None` holds them
            at 0.
        values: `(n,)`, what the latent is set to, in the code's own units.
        dimensions: The latents, counted from 0; `None` takes all.
        condition: For a model with a condition, the one value that the example is encoded and all codes are decoded
            under.

    Returns:
        `Traversals`: codes and decoded examples.

    Raises:
        ValueError: If the model decodes nothing, there is no such latent, no value, the example has another shape or is
            not finite, or a condition is missing or not allowed.
    """
    _, _, codes = checked_traversal(model, example, values, dimensions, "traversals", condition)
    decoded = model.decode(codes.reshape(-1, model.latent_dim), condition=condition)
    return Traversals(codes, decoded.reshape(*codes.shape[:2], *decoded.shape[1:]))
