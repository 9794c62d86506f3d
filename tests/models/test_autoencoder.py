"""The autoencoder: the squared error of S1, and no KL."""

import keras
import numpy as np
import pytest

from keras_vae import Autoencoder, Decoder, Encoder, datasets, likelihoods, networks, posteriors
from tests.models.small import EVENT_SHAPE, binary, passes, small_autoencoder


def test_at_half_a_variance_it_minimises_the_summed_squared_error():
    model = small_autoencoder(likelihoods.Normal(EVENT_SHAPE, scale=0.5**0.5))
    model.compile()
    x = np.random.default_rng(0).normal(size=(10, *EVENT_SHAPE)).astype(np.float32)
    squared_error = np.mean(np.sum((x - model.reconstruct(x)).astype(float) ** 2, axis=(1, 2, 3)))
    constant = 12 * 0.5 * np.log(2 * np.pi * 0.5)
    loss = model.evaluate(x, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(loss, squared_error + constant, rtol=1e-5)


def test_it_logs_no_kl():
    model = small_autoencoder()
    model.compile()
    assert set(model.evaluate(binary(4), verbose=0, return_dict=True)) == {"loss", "reconstruction"}


def test_it_learns_to_reconstruct(binary_images):
    model = Autoencoder.for_shape((8, 8, 1), 8)
    model.compile(keras.optimizers.Adam(3e-3))
    before = np.mean((binary_images - model.reconstruct(binary_images)) ** 2)
    model.fit(passes(binary_images, 30, 32), verbose=0)
    assert np.mean((binary_images - model.reconstruct(binary_images)) ** 2) < 0.1 * before


def test_a_denoising_one_takes_the_noise_from_signals():
    keras.utils.set_random_seed(0)
    train, noise = datasets.chirps(1000, 64, seed=0), 0.3
    clean, noisy = datasets.chirps(200, 64, seed=1), datasets.chirps(200, 64, noise, seed=1)
    model = Autoencoder(
        Encoder(networks.conv([16, 32], kernel_size=7, rank=1), posteriors.Deterministic(16)),
        Decoder(networks.conv_transpose([32, 16], (64, 1), kernel_size=7), likelihoods.Normal((64, 1), "optimal")),
        corruption=keras.layers.GaussianNoise(noise, seed=0),
    )
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(train, batch_size=50, epochs=10, verbose=0)
    error = np.mean((model.reconstruct(noisy) - clean) ** 2)
    # The best constant is worth the signals' variance, some 0.29; nothing at all the noise's, 0.09.
    assert np.mean((noisy - clean) ** 2) == pytest.approx(noise**2, rel=0.05)
    assert error < 0.5 * noise**2


def test_score_is_minus_the_log_likelihood_of_each_example():
    model, x = small_autoencoder(), binary(5)
    expected = -np.asarray(model.decoder.likelihood.log_prob(model.decoder(model.encode(x)), x))
    np.testing.assert_allclose(model.score(x), expected, rtol=1e-5)


def test_a_distribution_over_codes_is_refused():
    with pytest.raises(ValueError, match=r"Received: DiagonalNormal.*use `VAE`"):
        Autoencoder(
            Encoder(networks.dense([8]), posteriors.DiagonalNormal(2)),
            Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
        )
