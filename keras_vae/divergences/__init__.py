"""KL(q||p): closed forms by pair, Monte Carlo where there is none."""

from keras_vae.divergences._kl_divergence import kl_axis, kl_divergence, kl_terms, monte_carlo
from keras_vae.posteriors.closed_forms import closed_form, register_closed_form

__all__ = ["closed_form", "kl_axis", "kl_divergence", "kl_terms", "monte_carlo", "register_closed_form"]
