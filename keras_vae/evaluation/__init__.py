"""What a trained model is worth, in figures."""

from keras_vae.evaluation.bits_per_dim import bits_per_dim
from keras_vae.evaluation.log_likelihood import LogLikelihood, log_likelihood

__all__ = ["LogLikelihood", "bits_per_dim", "log_likelihood"]
