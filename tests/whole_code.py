"""A posterior whose KL divergence has a closed form, as one number for the whole code."""

import keras
from keras import ops

from keras_vae import divergences, posteriors, priors
from keras_vae.posteriors.diagonal_normal import diagonal_normal_to_standard_normal


@keras.saving.register_keras_serializable("tests")
class Whole(posteriors.DiagonalNormal):
    """It has its parent's density, and stands for any whose divergence is no sum over latents."""


def whole_code(params, prior):
    """KL(q(z|x) || N(0, I)) of the whole code: `(batch, 1)`."""
    return ops.sum(diagonal_normal_to_standard_normal(params, prior), axis=-1, keepdims=True)


def whole(latent_dim: int) -> Whole:
    """A posterior whose closed form is registered until the end of the test."""
    if divergences.closed_form(Whole(1), priors.StandardNormal(1)) is None:
        divergences.register_closed_form(Whole, priors.StandardNormal, whole_code, whole_code=True)
    return Whole(latent_dim)
