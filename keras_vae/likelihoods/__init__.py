"""p(x|z): what a decoder ends in."""

from keras_vae.likelihoods.bernoulli import Bernoulli
from keras_vae.likelihoods.beta_binomial import BetaBinomial
from keras_vae.likelihoods.categorical import Categorical
from keras_vae.likelihoods.continuous_bernoulli import ContinuousBernoulli
from keras_vae.likelihoods.discretized_logistic import DiscretizedLogistic
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.masked import Masked
from keras_vae.likelihoods.normal import Normal
from keras_vae.likelihoods.tabular import Tabular

__all__ = [
    "Bernoulli",
    "BetaBinomial",
    "Categorical",
    "ContinuousBernoulli",
    "DiscretizedLogistic",
    "Likelihood",
    "Masked",
    "Normal",
    "Tabular",
]
