"""The public names of the package. `keras_vae` has them as its own."""

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "keras_vae runs on Keras's TensorFlow backend. The backend is "
        f"{keras.backend.backend()!r}: set KERAS_BACKEND=tensorflow in the environment before Keras is imported."
    )

from keras_vae import (
    anomaly,
    callbacks,
    compression,
    conditions,
    datasets,
    divergences,
    evaluation,
    latent,
    likelihoods,
    networks,
    objectives,
    posteriors,
    priors,
    regularizers,
    restoration,
    testing,
    visualization,
)
from keras_vae.models import VAE, Autoencoder, ContractiveEncoder, Decoder, Encoder, TiedDecoder, load_model

__all__ = [
    "VAE",
    "Autoencoder",
    "ContractiveEncoder",
    "Decoder",
    "Encoder",
    "TiedDecoder",
    "anomaly",
    "callbacks",
    "compression",
    "conditions",
    "datasets",
    "divergences",
    "evaluation",
    "latent",
    "likelihoods",
    "load_model",
    "networks",
    "objectives",
    "posteriors",
    "priors",
    "regularizers",
    "restoration",
    "testing",
    "visualization",
]
