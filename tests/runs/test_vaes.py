import keras
import pytest

from keras_vae import likelihoods
from keras_vae.runs.vaes import compiled_vae

SETTINGS = {"dataset": "digits", "latent_dim": 3, "network": "dense", "likelihood": "bernoulli", "beta": 0.5}


@pytest.mark.parametrize(
    ("name", "kind", "levels"),
    [
        ("bernoulli", likelihoods.Bernoulli, None),
        ("normal", likelihoods.Normal, None),
        ("beta_binomial", likelihoods.BetaBinomial, 17),
        ("discretized_logistic", likelihoods.DiscretizedLogistic, 17),
    ],
)
def test_the_likelihood_has_the_datasets_levels(name, kind, levels):
    vae = compiled_vae((8, 8, 1), {**SETTINGS, "likelihood": name}, 0.25)
    assert type(vae.decoder.likelihood) is kind
    assert getattr(vae.decoder.likelihood, "levels", None) == levels
    assert (vae.event_shape, vae.latent_dim, float(vae.beta)) == ((8, 8, 1), 3, 0.5)
    assert float(vae.optimizer.learning_rate) == 0.25


def test_the_network_and_a_schedule():
    schedule = keras.optimizers.schedules.CosineDecay(0.5, 10)
    vae = compiled_vae((8, 8, 1), {**SETTINGS, "network": "conv"}, schedule)
    assert any(isinstance(layer, keras.layers.Conv2D) for layer in vae._flatten_layers())
    assert float(vae.optimizer.learning_rate) == 0.5
