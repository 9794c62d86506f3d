"""What a trained model is worth, in figures."""

from keras_vae.evaluation._active_units import active_units, code_variances
from keras_vae.evaluation._aggregate_posterior import AggregatePosterior, aggregate_posterior
from keras_vae.evaluation._bits_per_dim import bits_per_dim
from keras_vae.evaluation._calibration_temperature import calibration_temperature
from keras_vae.evaluation._class_log_likelihoods import class_log_likelihoods
from keras_vae.evaluation._expected_calibration_error import expected_calibration_error
from keras_vae.evaluation._fraction_active import fraction_active
from keras_vae.evaluation._hoyer_sparsity import hoyer_sparsity
from keras_vae.evaluation._kl_per_latent import kl_per_latent
from keras_vae.evaluation._log_likelihood import LogLikelihood, log_likelihood
from keras_vae.evaluation._mean_squared_error import mean_squared_error
from keras_vae.evaluation._peak_signal_to_noise_ratio import peak_signal_to_noise_ratio
from keras_vae.evaluation._rate_distortion import RateDistortion, rate_distortion
from keras_vae.evaluation._rate_distortion_curve import RateDistortionPoint, rate_distortion_curve
from keras_vae.evaluation._structural_similarity import structural_similarity

__all__ = [
    "AggregatePosterior",
    "LogLikelihood",
    "RateDistortion",
    "RateDistortionPoint",
    "active_units",
    "aggregate_posterior",
    "bits_per_dim",
    "calibration_temperature",
    "class_log_likelihoods",
    "code_variances",
    "expected_calibration_error",
    "fraction_active",
    "hoyer_sparsity",
    "kl_per_latent",
    "log_likelihood",
    "mean_squared_error",
    "peak_signal_to_noise_ratio",
    "rate_distortion",
    "rate_distortion_curve",
    "structural_similarity",
]
