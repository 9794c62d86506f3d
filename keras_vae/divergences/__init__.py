"""KL(q||p): closed forms by pair, Monte Carlo where there is none."""

from keras_vae.divergences.closed_forms import closed_form, register_closed_form
from keras_vae.divergences.kl_divergence import kl_divergence, kl_terms, monte_carlo

__all__ = ["closed_form", "kl_divergence", "kl_terms", "monte_carlo", "register_closed_form"]
