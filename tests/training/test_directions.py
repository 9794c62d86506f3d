"""Callbacks that monitor a figure of ours know which way it gets better."""

import keras
import pytest

from keras_vae import callbacks
from keras_vae.training.directions import BETTER, tell_directions
from tests.models.small import binary, small_vae

MONITORS = (keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau, keras.callbacks.ModelCheckpoint)


@pytest.mark.parametrize("name", BETTER)
@pytest.mark.parametrize("kind", MONITORS)
def test_the_mode_is_that_of_the_figure(kind, name):
    made = [
        kind(**{"filepath": "x.keras"} if kind is keras.callbacks.ModelCheckpoint else {}, monitor=monitor, mode=mode)
        for monitor, mode in ((name, "auto"), (f"val_{name}", "auto"), (f"val_{name}", "max"), ("mine", "auto"))
    ]
    tell_directions(keras.callbacks.CallbackList(made) if name == "kl" else made)
    assert [callback.mode for callback in made] == [BETTER[name], BETTER[name], "max", "auto"]


def test_no_callbacks_and_one():
    tell_directions(None)
    stopping = keras.callbacks.EarlyStopping("val_kl")
    tell_directions(stopping)
    assert stopping.mode == "min"


def test_every_logged_figure_has_a_direction_or_is_a_weight(eagerly):
    vae, x = small_vae(), binary(32)
    vae.compile("adam")
    watchers = [callbacks.HeldOutEvaluation(x, num_samples=4), callbacks.CollapseMonitor(x), callbacks.BetaSchedule(2)]
    history = vae.fit(x, validation_data=(x,), verbose=0, callbacks=watchers).history
    names = {name.removeprefix("val_") for name in history}
    assert {"kl", "log_likelihood", "kl_per_latent_max", "beta"} < names
    assert names - set(BETTER) == {"loss", "beta"}


def test_training_stops_where_a_bound_gets_no_better(eagerly):
    vae, x = small_vae(), binary(16)
    vae.compile(keras.optimizers.SGD(0.0))
    stopping = keras.callbacks.EarlyStopping("val_negative_elbo", patience=1, min_delta=100)
    history = vae.fit(x, validation_data=x, epochs=9, verbose=0, callbacks=[stopping]).history
    assert len(history["loss"]) == 2
