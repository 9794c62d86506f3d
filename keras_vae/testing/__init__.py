"""Laws that a part of one's own is held to, as the package's own parts are.

Each check takes a part and raises an AssertionError that names the law which is broken, by how much, and what to look
at. They draw by fixed seeds, compute in float64, and take some seconds.
"""

from keras_vae.testing.likelihood_laws import check_likelihood
from keras_vae.testing.objective_laws import check_objective
from keras_vae.testing.posterior_laws import check_posterior
from keras_vae.testing.prior_laws import check_prior

__all__ = ["check_likelihood", "check_objective", "check_posterior", "check_prior"]
