"""p(x|z) as a model: one leading axis for the network, any number of them outside."""

import keras
import numpy as np
import pytest

from keras_vae import Decoder, Encoder, likelihoods, networks, posteriors

EVENT_SHAPE = (4, 3, 2)
Z = np.random.default_rng(0).normal(size=(5, 3, 2)).astype(np.float32)


@pytest.mark.parametrize("scale", ["predicted", "shared", "optimal"])
def test_samples_are_decoded_as_if_they_came_alone(scale):
    decoder = Decoder(networks.conv_transpose([4], EVENT_SHAPE), likelihoods.Normal(EVENT_SHAPE, scale))
    together = decoder(Z)
    for sample in range(3):
        alone = decoder(Z[:, sample])
        assert alone["mean"].shape == (5, *EVENT_SHAPE)
        for name, value in alone.items():
            np.testing.assert_allclose(together[name][:, sample], value, rtol=1e-5, atol=1e-6)


def test_batch_normalization_sees_examples_and_samples_as_one_batch():
    normalization = keras.layers.BatchNormalization(momentum=0.0)
    decoder = Decoder(keras.Sequential([normalization]), likelihoods.Bernoulli((2,)))
    decoder(Z, training=True)
    np.testing.assert_allclose(normalization.moving_mean, Z.reshape(15, 2).mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(normalization.moving_variance, Z.reshape(15, 2).var(axis=0), rtol=1e-4)


def test_codes_of_another_length_are_refused():
    decoder = Decoder(networks.dense([4]), likelihoods.Bernoulli(EVENT_SHAPE))
    decoder(Z)
    for length in (1, 4, 8):
        with pytest.raises(ValueError, match=f"codes of length 2. Received shape .3, {length}"):
            decoder(np.zeros((3, length), np.float32))


def test_it_is_built_for_an_encoders_codes_once():
    decoder = Decoder(networks.dense([4]), likelihoods.Bernoulli(EVENT_SHAPE))
    decoder.build_for(Encoder(networks.dense([4]), posteriors.Deterministic(3)))
    assert (decoder.built, decoder.latent_dim) == (True, 3)
    decoder.build_for(Encoder(networks.dense([4]), posteriors.Deterministic(5)))
    assert decoder.latent_dim == 3


def test_an_empty_batch_is_decoded_to_an_empty_batch():
    decoder = Decoder(networks.dense([4]), likelihoods.Bernoulli(EVENT_SHAPE))
    assert decoder(Z[:0])["logits"].shape == (0, 3, *EVENT_SHAPE)


def test_a_network_whose_output_cannot_carry_the_event_is_refused():
    decoder = Decoder(networks.conv_transpose([4], (8, 8, 1)), likelihoods.Bernoulli((28, 28, 1)))
    with pytest.raises(ValueError, match=r"\(None, 8, 8, 4\), which cannot carry .*\(28, 28, 1\)"):
        decoder.build((None, 2))


@pytest.mark.parametrize(
    ("network", "likelihood", "name"),
    [(None, likelihoods.Bernoulli((2,)), "network"), (networks.dense([4]), "bernoulli", "likelihood")],
)
def test_parts_of_another_kind_are_refused(network, likelihood, name):
    with pytest.raises(ValueError, match=f"`{name}` must be of type"):
        Decoder(network, likelihood)
