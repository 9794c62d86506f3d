"""p(x|z): what a decoder ends in."""

from keras_vae.likelihoods.bernoulli import Bernoulli
from keras_vae.likelihoods.normal import Normal

__all__ = ["Bernoulli", "Normal"]
