"""q(z|x): what an encoder ends in."""

from keras_vae.posteriors.deterministic import Deterministic
from keras_vae.posteriors.diagonal_normal import DiagonalNormal

__all__ = ["Deterministic", "DiagonalNormal"]
