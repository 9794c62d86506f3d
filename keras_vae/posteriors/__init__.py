"""q(z|x): what an encoder ends in."""

from keras_vae.posteriors.deterministic import Deterministic
from keras_vae.posteriors.diagonal_normal import DiagonalNormal
from keras_vae.posteriors.full_normal import FullNormal
from keras_vae.posteriors.posterior import Posterior

__all__ = ["Deterministic", "DiagonalNormal", "FullNormal", "Posterior"]
