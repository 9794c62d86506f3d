"""`for_shape`: a good model in one line, for every kind of data."""

import numpy as np
import pytest

from keras_vae import VAE, Autoencoder, likelihoods


@pytest.mark.parametrize("kind", [VAE, Autoencoder])
@pytest.mark.parametrize(
    ("event_shape", "network"),
    [((30,), "dense"), ((8, 8, 1), "conv"), ((28, 28, 1), "conv"), ((17, 23, 2), "conv"), ((50, 2), "conv")],
)
def test_every_shape_is_reconstructed_in_its_shape(kind, event_shape, network):
    model = kind.for_shape(event_shape, 3, network, "normal")
    x = np.random.default_rng(0).normal(size=(2, *event_shape))
    assert model.reconstruct(x).shape == x.shape
    assert model.encode(x).shape == (2, 3)


def test_the_filters_follow_the_size_of_the_event():
    def filters(side):
        model = VAE.for_shape((side, side, 1), 2, "conv")
        return [layer.filters for layer in model.encoder.network.layers]

    assert filters(8) == [32]
    assert filters(28) == [32, 64]
    assert filters(32) == [32, 64]
    assert filters(64) == [32, 64, 128]


def test_likelihoods_by_name():
    assert isinstance(VAE.for_shape((4,), 2).decoder.likelihood, likelihoods.Bernoulli)
    normal = VAE.for_shape((4,), 2, likelihood="normal").decoder.likelihood
    assert isinstance(normal, likelihoods.Normal)
    assert normal.scale == "optimal"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"event_shape": (), "latent_dim": 2}, "event_shape"),
        ({"event_shape": (8, 8, 1), "latent_dim": 0}, "latent_dim"),
        ({"event_shape": (8, 8, 1), "latent_dim": 2, "network": "resnet"}, "`network` must be one of 'dense', 'conv'"),
        ({"event_shape": (8, 8, 1), "latent_dim": 2, "likelihood": "mse"}, "`likelihood` must be one of 'bernoulli'"),
        ({"event_shape": (30,), "latent_dim": 2, "network": "conv"}, "network='dense'"),
    ],
)
@pytest.mark.parametrize("kind", [VAE, Autoencoder])
def test_other_arguments_are_refused(kind, arguments, message):
    with pytest.raises(ValueError, match=message):
        kind.for_shape(**arguments)
