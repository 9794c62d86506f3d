"""p(z): where codes come from when nothing was observed."""

from keras_vae.priors.standard_normal import StandardNormal

__all__ = ["StandardNormal"]
