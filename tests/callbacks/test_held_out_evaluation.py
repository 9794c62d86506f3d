import csv

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import callbacks, evaluation

from .. import seeds
from ..models.small import EVENT_SHAPE, binary, same_weights, small_autoencoder, small_vae
from .curves import scalars

# Figures of a compiled training: test_with_stock_callbacks.py.
pytestmark = pytest.mark.usefixtures("eagerly")
TRAIN, HELD_OUT = binary(32), binary(11, seed=1)
BY_CODE = ("active_units", "mean_squared_error")
ALL = ("log_likelihood", *BY_CODE)


def fit(callback, *more, model=None, epochs=3):
    """Trains a model, a new one unless one is given; returns it and the history."""
    if model is None:
        seeds.set_all(0)
        model = small_vae()
        model.compile(keras.optimizers.Adam(0.01))
    history = model.fit(TRAIN, epochs=epochs, batch_size=32, verbose=0, callbacks=[callback, *more])
    return model, history.history


@pytest.mark.parametrize("as_dataset", [False, True])
def test_figures_are_what_evaluation_says(as_dataset):
    x = tf.data.Dataset.from_tensor_slices((HELD_OUT, HELD_OUT)).batch(4) if as_dataset else HELD_OUT
    expected = []

    def measure(epoch, logs):
        vae = measurement.model
        log_likelihood = evaluation.log_likelihood(vae, x, 20, seed=5).mean
        expected.append([log_likelihood, evaluation.active_units(vae, x), evaluation.mean_squared_error(vae, x)])

    measurement = keras.callbacks.LambdaCallback(on_epoch_end=measure)
    _, history = fit(callbacks.HeldOutEvaluation(x, num_samples=20, seed=5), measurement)
    np.testing.assert_allclose(np.transpose([history[f"val_{name}"] for name in ALL]), expected, rtol=1e-12)
    assert len(np.unique(np.array(expected)[:, 0])) == 3


def test_arguments_have_effects():
    figures = {}
    for name, arguments in {"plain": {}, "seed": {"seed": 1}, "samples": {"num_samples": 3}}.items():
        _, history = fit(callbacks.HeldOutEvaluation(HELD_OUT, ["log_likelihood"], **arguments), epochs=1)
        figures[name] = history["val_log_likelihood"][0]
    assert len(set(figures.values())) == 3


def test_chosen_figures_every_so_many_epochs_and_the_last():
    _, history = fit(callbacks.HeldOutEvaluation(HELD_OUT, ["mean_squared_error"], every=2), epochs=5)
    assert {name: len(values) for name, values in history.items() if name.startswith("val_")} == {
        "val_mean_squared_error": 3
    }


def test_an_autoencoder_has_the_figures_of_its_code():
    model = small_autoencoder()
    model.compile("sgd")
    model, history = fit(callbacks.HeldOutEvaluation(HELD_OUT, BY_CODE), model=model)
    last = [evaluation.active_units(model, HELD_OUT), evaluation.mean_squared_error(model, HELD_OUT)]
    np.testing.assert_allclose([history[f"val_{name}"][-1] for name in BY_CODE], last, rtol=1e-12)


def test_watching_changes_nothing():
    alone, _ = fit(keras.callbacks.TerminateOnNaN())
    watched, _ = fit(callbacks.HeldOutEvaluation(HELD_OUT, BY_CODE))
    assert same_weights(alone, watched)


def test_callbacks_that_stand_after_it_have_its_figures(tmp_path):
    stopping = keras.callbacks.EarlyStopping("val_mean_squared_error", mode="min", patience=1, min_delta=1e6)
    more = [keras.callbacks.CSVLogger(tmp_path / "log.csv"), keras.callbacks.TensorBoard(tmp_path), stopping]
    _, history = fit(callbacks.HeldOutEvaluation(HELD_OUT, BY_CODE), *more, epochs=9)
    assert len(history["loss"]) == 2
    with open(tmp_path / "log.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    curve = scalars(tmp_path / "validation", "epoch_mean_squared_error")
    for epoch, value in enumerate(history["val_mean_squared_error"]):
        np.testing.assert_allclose([float(rows[epoch]["val_mean_squared_error"]), curve[epoch]], value, rtol=1e-6)


@pytest.mark.parametrize(
    ("model", "x", "figures", "message"),
    [
        (small_autoencoder, HELD_OUT, ALL, "'log_likelihood' needs a posterior and a prior, which Autoencoder"),
        (small_vae, HELD_OUT[:, :2], BY_CODE, r"shape \(batch, 4, 3, 1\)"),
        (small_vae, np.concatenate([HELD_OUT, 2 * HELD_OUT]), BY_CODE, r"values in \[0, 1\]"),
        (small_vae, np.concatenate([HELD_OUT, HELD_OUT / 2]), ["log_likelihood"], "zeros and ones"),
        (small_vae, np.concatenate([HELD_OUT, np.nan * HELD_OUT]), ["active_units"], "finite numbers"),
        (small_vae, tf.data.Dataset.from_tensor_slices(binary(0)).batch(2), BY_CODE, "`x` is empty"),
        (small_vae, tf.data.Dataset.from_tensor_slices(HELD_OUT), BY_CODE, r"shape \(batch, 4, 3, 1\)"),
    ],
)
def test_what_does_not_fit_is_refused_before_the_training(model, x, figures, message):
    model = model()
    model.compile("sgd")
    with pytest.raises(ValueError, match=message):
        fit(callbacks.HeldOutEvaluation(x, figures), model=model)
    assert int(model.optimizer.iterations) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.zeros((0, *EVENT_SHAPE))}, "`x` is empty"),
        ({"figures": "active_units"}, "`figures` must be a list of names out of 'log_likelihood', 'active_units', "),
        ({"figures": []}, "`figures` must be a list"),
        ({"figures": ["active_units", "loss"]}, r"`figures\[1\]` must be one of .*Received: figures\[1\]='loss'"),
        ({"every": 0}, "`every` must be a whole number"),
        ({"num_samples": 0}, "`num_samples` must be a whole number"),
        ({"seed": -1}, "`seed` must be a whole number"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        callbacks.HeldOutEvaluation(**{"x": HELD_OUT, **arguments})
