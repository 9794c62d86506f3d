import keras
import numpy as np
import pytest

from keras_vae import likelihoods
from keras_vae.runs.vaes import compiled_vae, largest_gradient

from .. import seeds

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


def test_gradients_are_bounded_by_a_power_of_two_that_grows_with_the_example():
    vae = compiled_vae((8, 8, 1), SETTINGS, 1e-3)
    # 16 for each of 64 elements; and for 42 columns, 672 rounded up.
    assert vae.optimizer.global_clipnorm == largest_gradient((8, 8, 1)) == 1024.0
    assert largest_gradient((42,)) == 1024.0
    assert largest_gradient((28, 28, 1)) == 16384.0


def test_the_bound_leaves_smaller_gradients_bit_for_bit(eagerly, binary_images):
    weights = []
    for bound in (largest_gradient((8, 8, 1)), None):
        seeds.set_all(0)
        vae = compiled_vae((8, 8, 1), SETTINGS, 1e-3)
        vae.optimizer.global_clipnorm = bound
        vae.fit(binary_images[:96], batch_size=48, verbose=0)
        weights.append(vae.get_weights())
    for bounded, free in zip(*weights, strict=True):
        np.testing.assert_array_equal(bounded, free)


def test_a_damaged_row_is_bounded():
    """With SGD a step is as long as the gradient: that of a row in other units is as long as the bound."""
    vae = compiled_vae((4,), {**SETTINGS, "likelihood": "normal"}, 1e-3)
    rate = 2.0**-10
    vae.compile(keras.optimizers.SGD(rate, global_clipnorm=vae.optimizer.global_clipnorm))
    before = [weight.numpy() for weight in vae.trainable_weights]
    vae.train_on_batch(np.full((1, 4), 1e6, np.float32))
    steps = [weight.numpy() - start for weight, start in zip(vae.trainable_weights, before, strict=True)]
    step = np.sqrt(sum(np.sum(np.square(part)) for part in steps))
    # Differences of weights of the size 0.1 have errors of 1e-8 each, half a million of them 1e-5 in all.
    assert step == pytest.approx(rate * largest_gradient((4,)), rel=1e-2)
