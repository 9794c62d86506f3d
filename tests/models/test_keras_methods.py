"""Keras's own methods: their arguments, their data, and functions of steps that are never stale."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, objectives, posteriors
from tests.models.small import EVENT_SHAPE, binary, small_vae


@pytest.fixture
def vae():
    model = small_vae()
    model.compile("sgd")
    return model


def test_a_loss_beside_the_likelihood_is_refused():
    vae = small_vae()
    vae.compile("adam", loss="mse")
    with pytest.raises(ValueError, match="The likelihood is the loss"):
        vae.fit(binary(8), verbose=0)


def test_an_interrupted_fit_leaves_no_validation_data(eagerly, vae):
    class Interruption(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    x = binary(8)
    with pytest.raises(KeyboardInterrupt):
        vae.fit(x, validation_data=x, verbose=0, callbacks=[Interruption()])
    vae.optimizer.learning_rate = 0.0
    history = vae.fit(x, validation_data=np.zeros_like(x), verbose=0).history
    np.testing.assert_allclose(history["val_kl"], vae.evaluate(np.zeros_like(x), verbose=0, return_dict=True)["kl"])


def test_arguments_may_be_positional_and_keras_names_the_unknown_ones(eagerly, vae):
    history = vae.fit(binary(8), None, 4, 2, 0)
    assert len(history.epoch) == 2
    with pytest.raises(TypeError, match="epoch_count"):
        vae.fit(binary(8), epoch_count=3)


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [("free_bits", 30.0, {}), ("num_samples", 64, {"objective": objectives.ImportanceWeighted})],
)
@pytest.mark.parametrize("route", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_what_is_assigned_counts_in_the_next_step(name, value, options, route):
    def model(**settings):
        keras.utils.set_random_seed(0)
        vae = small_vae(**{key: make() for key, make in options.items()}, **settings)
        # What the setting comes to needs no graph: nothing was compiled before it.
        vae.compile(keras.optimizers.SGD(0.0), run_eagerly=bool(settings))
        return vae

    x = binary(64)
    calls = {
        "fit": lambda vae: vae.fit(x, batch_size=64, verbose=0).history["loss"][0],
        "evaluate": lambda vae: vae.evaluate(x, batch_size=64, verbose=0, return_dict=True)["loss"],
        "train_on_batch": lambda vae: vae.train_on_batch(x, return_dict=True)["loss"],
        "test_on_batch": lambda vae: vae.test_on_batch(x, return_dict=True)["loss"],
    }
    vae = model()
    before = calls[route](vae)
    vae.reset_metrics()
    setattr(vae, name, value)
    found, expected = calls[route](vae), calls[route](model(**{name: value}))
    # Other draws: the bounds spread by a tenth of what the setting is worth, and less.
    assert abs(found - expected) < 0.25 * abs(before - expected)


def test_what_is_frozen_between_two_trainings_stays_as_it_is():
    vae, x = small_vae(), binary(32)
    vae.compile(keras.optimizers.SGD(0.1))
    vae.fit(x, batch_size=8, verbose=0)
    vae.encoder.trainable = False
    before, other = vae.encoder.get_weights(), vae.decoder.get_weights()
    vae.fit(x, batch_size=8, verbose=0)
    for old, new in zip(before, vae.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert not np.array_equal(other[0], vae.decoder.get_weights()[0])


class Counting(keras.layers.Layer):
    """A layer that counts, as some do, how often it was called in Python."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def call(self, x):
        self.calls += 1
        return x


@pytest.fixture
def counted():
    """A model with a layer that counts its calls, and the layer."""
    layer = Counting()
    vae = VAE(
        Encoder(keras.Sequential([keras.layers.Flatten(), layer]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    vae.build((None, *EVENT_SHAPE))
    vae.compile(keras.optimizers.SGD(0.0))
    return vae, layer


CALLS = {
    "encode": lambda vae, x: vae.encode(x),
    "train_on_batch": lambda vae, x: vae.train_on_batch(x),
    "test_on_batch": lambda vae, x: vae.test_on_batch(x),
    "fit": lambda vae, x: vae.fit(x, verbose=0),
    "fit in groups": lambda vae, x: vae.fit(x, batch_size=2, epochs=2, verbose=0),
    "fit with validation": lambda vae, x: vae.fit(x, validation_data=(x,), verbose=0),
    "evaluate": lambda vae, x: vae.evaluate(x, verbose=0),
    "predict": lambda vae, x: vae.predict(x, verbose=0),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_layer_that_counts_its_calls_is_not_compiled_anew_for_ever(counted, call):
    vae, layer = counted
    x = binary(4)
    # Keras may trace a second time, as variables are made in the first.
    for _ in range(2):
        CALLS[call](vae, x)
    calls = layer.calls
    for _ in range(3):
        CALLS[call](vae, x)
    assert layer.calls == calls


def test_what_is_assigned_in_a_training_counts_in_the_next(counted):
    vae, x = counted[0], binary(64)

    class Assigns(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            # Before the validation is traced for the first time.
            self.model.free_bits = 30.0

    first = vae.fit(x, batch_size=64, validation_data=(x,), callbacks=[Assigns()], verbose=0).history["loss"]
    second = vae.fit(x, batch_size=64, verbose=0).history["loss"]
    # Two latents at 30 nats at least.
    assert second[0] > first[0] + 40
