"""p(z): where codes come from when nothing was observed."""

from keras_vae.priors.conditional_normal import ConditionalNormal
from keras_vae.priors.laplace import Laplace
from keras_vae.priors.marginal import Marginal
from keras_vae.priors.mixture_of_normals import MixtureOfNormals
from keras_vae.priors.prior import Prior
from keras_vae.priors.standard_normal import StandardNormal

__all__ = ["ConditionalNormal", "Laplace", "Marginal", "MixtureOfNormals", "Prior", "StandardNormal"]
