"""Which bound is optimised."""

from keras_vae.objectives.elbo import ELBO

__all__ = ["ELBO"]
