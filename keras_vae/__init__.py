"""Autoencoders and variational autoencoders for Keras 3."""

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "keras_vae runs on Keras's TensorFlow backend. The backend is "
        f"{keras.backend.backend()!r}: set KERAS_BACKEND=tensorflow in the environment before Keras is imported."
    )

from keras_vae import (
    anomaly,
    callbacks,
    datasets,
    divergences,
    evaluation,
    likelihoods,
    networks,
    objectives,
    posteriors,
    priors,
    visualization,
)
from keras_vae.models import VAE, Autoencoder, Decoder, Encoder, load_model
from keras_vae.version import VERSION

__version__ = VERSION

__all__ = [
    "VAE",
    "Autoencoder",
    "Decoder",
    "Encoder",
    "anomaly",
    "callbacks",
    "datasets",
    "divergences",
    "evaluation",
    "likelihoods",
    "load_model",
    "networks",
    "objectives",
    "posteriors",
    "priors",
    "visualization",
]
