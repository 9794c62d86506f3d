"""Checks of what was observed, before the long work."""

import keras
import numpy as np

from keras_vae.inputs.data_checks import as_examples, check_examples
from keras_vae.inputs.examples import condition_of, joined, x_of
from keras_vae.inputs.rules import FINITE_OR_MISSING, check_values, rule_of
from keras_vae.models._has_prior import has_prior
from keras_vae.models.composite import checked_part
from keras_vae.ops._warn import warn
from keras_vae.ops.checks import checked_number
from keras_vae.restoration.downsampling import Downsampling
from keras_vae.restoration.mask import with_missing
from keras_vae.restoration.observation import made_of


def check_is_vae(model) -> None:
    """Raises a ValueError if a model has no p(z | observed)."""
    if not has_prior(model):
        raise ValueError(
            "Inference over codes needs a prior and a likelihood, those of a VAE. An autoencoder restores in one pass, "
            f"by `reconstruct`. Received: {type(model).__name__}."
        )


def checked_level(level) -> float:
    """Returns the probability of an interval, or raises a ValueError if it is not between 0 and 1."""
    level = checked_number(level, "level", 0.0, inclusive=False)
    if level >= 1:
        raise ValueError(f"`level` must be a probability below 1, such as 0.9. Received: level={level}.")
    return level


def checked_elements(vae, x, mask, likelihood):
    """Returns examples with NaN where they are missing, as floats `(batch, *event_shape)`, with their condition.

    Args:
        vae: A `VAE`.
        x: Array-like `(batch, *event_shape)`; of a model with a condition, `{"x": ..., "condition": ...}`.
        mask: Booleans in the shape of x or of an example, False where it is missing; or `None`.
        likelihood: That of the VAE, as one that leaves out what is missing.

    Raises:
        ValueError: If a shape is another, nothing was observed of an example, or a value is not allowed.

    Warns:
        UserWarning: Of values that the likelihood can be computed of, without being one.
    """
    examples = _checked_floats(vae, x, mask)
    encoded = None if vae.encoder.input_spec is None else tuple(vae.encoder.input_spec.shape[1:])
    if encoded not in (None, vae.event_shape):
        raise ValueError(
            f"What is missing is filled in for the encoder, which must take the shape of an event, {vae.event_shape}. "
            f"It takes another, {encoded}."
        )
    check_examples(vae.data_spec, examples, "x", rule_of(likelihood))
    caution = likelihood.caution(x_of(examples))
    if caution:
        warn(caution)
    return examples


def checked_corrupted(vae, x, mask, corruption):
    """Returns corrupted examples with NaN where they are missing, as floats `(batch, ...)`, with their condition.

    Raises:
        ValueError: If the corruption is random or gives another shape, nothing was observed of an example, or a value
            is infinite.
    """
    examples = _checked_floats(vae, x, mask)
    x = x_of(examples)
    expected, made_by = vae.event_shape, ""
    if corruption is not None:
        expected = _shape_after(corruption, vae)
        made_by = f", which is what {type(corruption).__name__} makes of {vae.event_shape}"
        if isinstance(corruption, Downsampling) and x.shape[1:] == vae.event_shape:
            x = np.asarray(made_of(corruption, x))
    if x.shape[1:] != expected:
        raise ValueError(
            f"`x` must have shape (batch, {', '.join(map(str, expected))}){made_by}. Received shape {x.shape}."
        )
    check_values(FINITE_OR_MISSING, x, "x")
    return joined(x, condition_of(examples))


def _checked_floats(vae, x, mask):
    """x as floats, NaN where a mask is False, with the values of its condition."""
    examples = as_examples(vae.data_spec, x, "x")
    x = x_of(examples)
    if len(x) == 0:
        raise ValueError(f"`x` is empty: it must hold at least one example. Received shape {x.shape}.")
    x = with_missing(x.astype(vae.decoder.likelihood.compute_dtype), mask)
    return joined(x, condition_of(examples))


def _shape_after(corruption, vae):
    """The shape that a corruption gives an event."""
    checked_part(corruption, keras.layers.Layer, "corruption")
    event = np.random.default_rng(0).random((1, *vae.event_shape)).astype(vae.decoder.likelihood.compute_dtype)
    first = np.asarray(made_of(corruption, event))
    # Keras's own noise is random in training only, and would be taken for none.
    second = first if isinstance(corruption, Downsampling) else np.asarray(corruption(event, training=True))
    if np.isnan(first).any():
        raise ValueError(
            f"{type(corruption).__name__} leaves elements out. Give what it left, NaN where x is missing, or a mask, "
            "without a `corruption`."
        )
    if not np.array_equal(first, second):
        raise ValueError(
            f"{type(corruption).__name__} is random, and what it did is not known. Give the scale of normal noise as "
            "`noise_scale`, and what is missing as NaN."
        )
    return first.shape[1:]
