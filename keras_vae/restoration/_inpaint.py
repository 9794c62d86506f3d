"""Whole examples out of those with holes, in one pass."""

import numpy as np

from keras_vae.inputs import batches
from keras_vae.inputs.data_checks import as_examples, check_examples
from keras_vae.inputs.examples import condition_of, given, joined, x_of
from keras_vae.inputs.rules import FINITE_OR_MISSING
from keras_vae.models.corruption_checks import fills_of
from keras_vae.restoration.mask import with_missing


def inpaint(model, x, mask=None, batch_size: int = batches.BATCH_SIZE, *, condition=None) -> np.ndarray:
    """Fills in what is missing by a model's reconstruction, and keeps what was observed.

    The model is one that was trained for it: with a `corruption` that leaves something out, whose `fill` is put where
    an element is missing here too, or with `likelihoods.Masked`. For several restorations with their uncertainty see
    `restoration.infer`.

    Args:
        model: An `Autoencoder` or a `VAE` that reconstructs what it encodes.
        x: Array `(batch, *event_shape)`, NaN where it is missing.
        mask: Booleans in the shape of x or of one of its examples, False where it is missing; `None` is NaN alone.
        batch_size: Examples at once.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all.

    Returns:
        Array `(batch, *event_shape)`, in the data's units: x where it was observed.

    Raises:
        ValueError: If the mask or x is of another shape, of an example everything is missing, or a value is infinite.
    """
    examples = as_examples(model.data_spec, given(x, condition), "x")
    x, condition = with_missing(x_of(examples), mask), condition_of(examples)
    check_examples(model.data_spec, joined(x, condition), "x", FINITE_OR_MISSING)
    if x.shape[1:] != model.event_shape:
        raise ValueError(
            f"What is missing is taken from the reconstruction, which must have the shape of x. Received x of shape "
            f"{x.shape}; the model reconstructs {model.event_shape}."
        )
    missing = np.isnan(x)
    filled = np.where(missing, _fill_of(model), x).astype(x.dtype)
    restored = model.reconstruct(joined(filled, condition), batch_size)
    return np.where(missing, restored, x)


def _fill_of(model) -> float:
    """What the model was trained to see where something is missing."""
    if model.decoder.likelihood.takes_missing:
        return np.nan
    return next(iter([] if model.corruption is None else fills_of(model.corruption)), 0.0)
