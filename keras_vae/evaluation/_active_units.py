"""The latents that a model uses."""

import numpy as np

from keras_vae.evaluation._example_moments import example_moments
from keras_vae.inputs.examples import given
from keras_vae.ops.checks import checked_number

# The variance of its mean code above which a latent is active.
ACTIVE_VARIANCE = 0.01


def active_units(model, x, threshold: float = ACTIVE_VARIANCE, batch_size: int = 256, *, condition=None) -> int:
    """The number of latents whose mean code varies over the data: Var_x(E_q(z|x)[z_j]) > threshold.

    Source: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", the statistic A_u of the section
    on latent space representations, and its threshold.

    Args:
        model: A `VAE` or an `Autoencoder`.
        x: Array `(batch, *event_shape)`, or a `tf.data.Dataset` of batches.
        threshold: Variance that a latent has to exceed, at least 0, in squared units of the code.
        batch_size: Examples at once; a dataset has its own.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all.

    Returns:
        A number from 0 to `latent_dim`.

    Raises:
        ValueError: If x is empty or not what the model encodes, or the threshold is below 0.
    """
    threshold = checked_number(threshold, "threshold", 0.0)
    return int(np.sum(code_variances(model, x, batch_size, condition=condition) > threshold))


def code_variances(model, x, batch_size: int = 256, *, condition=None) -> np.ndarray:
    """The variance of each latent's mean code over the data: Var_x(E_q(z|x)[z_j]).

    Args:
        model: A `VAE` or an `Autoencoder`.
        x: Array `(batch, *event_shape)`, or a `tf.data.Dataset` of batches, which is read once.
        batch_size: Examples at once; a dataset has its own.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all.

    Returns:
        Float64 array `(latent_dim,)`; the sum of squares is divided by the number of examples.

    Raises:
        ValueError: If x is empty or not what the model encodes.
    """
    _, variances = example_moments(model.over_batches(model.encode_tensors, given(x, condition), batch_size))
    return variances
