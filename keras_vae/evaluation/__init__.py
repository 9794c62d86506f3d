"""Figures of a trained model on data: how many latents it uses, what they tell, and how well it reconstructs."""

from keras_vae.evaluation.active_units import active_units, code_variances
from keras_vae.evaluation.aggregate_posterior import AggregatePosterior, aggregate_posterior
from keras_vae.evaluation.kl_per_latent import kl_per_latent
from keras_vae.evaluation.mean_squared_error import mean_squared_error
from keras_vae.evaluation.rate_distortion import RateDistortion, rate_distortion
from keras_vae.evaluation.rate_distortion_curve import RateDistortionPoint, rate_distortion_curve

__all__ = [
    "AggregatePosterior",
    "RateDistortion",
    "RateDistortionPoint",
    "active_units",
    "aggregate_posterior",
    "code_variances",
    "kl_per_latent",
    "mean_squared_error",
    "rate_distortion",
    "rate_distortion_curve",
]
