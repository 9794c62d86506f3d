"""KL(q||p): closed forms by pair."""

from keras_vae.divergences.kl_divergence import closed_form, kl_divergence, kl_per_latent

__all__ = ["closed_form", "kl_divergence", "kl_per_latent"]
