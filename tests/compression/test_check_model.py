import keras
import pytest

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors, priors
from keras_vae.compression._check_model import check_model

from ..tiny_models import EVENT_SHAPE, tiny_autoencoder, tiny_vae


@keras.saving.register_keras_serializable("test_check_model")
class Narrow(posteriors.DiagonalNormal):
    """A posterior of a user's own, whose draws nobody knows."""


def test_a_vae_will_do_built_or_not():
    check_model(tiny_vae())
    vae = tiny_vae(built=False)
    check_model(vae)
    assert vae.encoder.built


def test_an_autoencoder_has_no_prior():
    with pytest.raises(ValueError, match=r"Compression needs a model with a prior.*Received: Autoencoder"):
        check_model(tiny_autoencoder())


def vae_of(posterior, **options) -> VAE:
    """A small VAE around a posterior, not built."""
    decoder = Decoder(networks.dense([4]), likelihoods.Bernoulli(EVENT_SHAPE))
    return VAE(Encoder(networks.dense([4]), posterior), decoder, **options)


def test_another_posterior_is_refused():
    vae = vae_of(Narrow(2))
    with pytest.raises(ValueError, match=r"independent and normal, such as DiagonalNormal\. Received: Narrow"):
        check_model(vae)


def test_another_prior_is_refused():
    vae = vae_of(posteriors.DiagonalNormal(2), prior=priors.MixtureOfNormals(2, 3))
    with pytest.raises(ValueError, match=r"StandardNormal or Laplace\. Received: MixtureOfNormals\. Train"):
        check_model(vae)


def test_an_encoder_of_another_shape_is_refused():
    vae = vae_of(posteriors.DiagonalNormal(2))
    vae.build((None, 64))
    with pytest.raises(ValueError, match=r"the event's shape, \(8, 8, 1\)\. This one takes \(64,\)"):
        check_model(vae)
