"""Parts are serialised with the model, a user's own among them."""

import keras
import numpy as np

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors
from tests.models.small import EVENT_SHAPE, Scaled, binary, small_vae


def test_a_config_makes_the_same_model_of_the_same_parts():
    network = keras.Sequential([keras.layers.Flatten(), Scaled(3.0), keras.layers.Dense(8)])
    vae = VAE(
        Encoder(network, posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([8]), likelihoods.Normal(EVENT_SHAPE, "shared", min_scale=0.02)),
        beta=0.5,
        free_bits=0.25,
        num_samples=3,
        corruption=keras.layers.GaussianNoise(0.2),
    )
    vae.build((None, *EVENT_SHAPE))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(vae))
    assert (float(again.beta), again.free_bits, again.num_samples) == (0.5, 0.25, 3)
    assert again.encoder.network.layers[1].factor == 3.0
    assert again.decoder.likelihood.scale == "shared"
    assert again.decoder.likelihood.min_scale == 0.02
    assert again.corruption.stddev == 0.2
    again.set_weights(vae.get_weights())
    np.testing.assert_array_equal(again.encode(binary(4)), vae.encode(binary(4)))


def test_a_clone_has_weights_of_its_own():
    vae = small_vae()
    vae.beta = 0.25
    assert float(VAE.from_config(vae.get_config()).beta) == 0.25
    clone = VAE.from_config(vae.get_config())
    clone.build((None, *EVENT_SHAPE))
    clone.beta = 7.0
    assert float(vae.beta) == 0.25
    assert clone.encoder is not vae.encoder
    assert clone.prior.latent_dim == 2
