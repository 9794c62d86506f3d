import csv
import math

import keras
import numpy as np
import pytest

from keras_vae import callbacks, load_model

from ..tiny_models import tiny_autoencoder, tiny_vae
from .curves import scalars

# 96 images in batches of 32.
STEPS = 3


class Recorder(keras.callbacks.Callback):
    """Keeps beta as it is when each epoch, and each execution, has been run."""

    def __init__(self):
        super().__init__()
        self.epochs, self.steps = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(float(self.model.beta))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(float(self.model.beta))


def fit(x, schedule, epochs, model=None, more=(), **arguments) -> tuple[Recorder, keras.callbacks.History]:
    """Trains a model, a new one unless one is given."""
    recorder = Recorder()
    if model is None:
        model = tiny_vae()
        model.compile("sgd", **arguments.pop("compile", {}))
    used = [schedule, recorder, *more]
    history = model.fit(x, epochs=epochs, batch_size=32, verbose=0, callbacks=used, **arguments)
    return recorder, history


def fu_et_al(step: int, total: int, cycles: int, proportion: float) -> float:
    """Cyclical Annealing Schedule, section 4, as it stands there, with steps counted from 1."""
    tau = ((step - 1) % math.ceil(total / cycles)) / (total / cycles)
    return tau / proportion if tau <= proportion else 1.0


def test_linear_warm_up():
    schedule = callbacks.BetaSchedule(4)
    assert [schedule.beta_at(count) for count in range(7)] == [0, 0.25, 0.5, 0.75, 1, 1, 1]
    schedule = callbacks.BetaSchedule(2, start=4.0, stop=1.0)
    assert [schedule.beta_at(count) for count in range(4)] == [4, 2.5, 1, 1]


@pytest.mark.parametrize(("total", "cycles", "proportion"), [(40, 4, 0.5), (30, 1, 0.9), (60, 5, 0.25)])
def test_cycles_are_those_of_the_paper(total, cycles, proportion):
    length = total // cycles
    schedule = callbacks.BetaSchedule(int(proportion * length), cycle=length, unit="step")
    expected = [fu_et_al(step, total, cycles, proportion) for step in range(1, total + 1)]
    np.testing.assert_allclose([schedule.beta_at(count) for count in range(total)], expected, rtol=1e-12)


def test_cycles_may_end():
    schedule = callbacks.BetaSchedule(2, cycle=4, num_cycles=2, stop=2.0)
    assert [schedule.beta_at(count) for count in range(12)] == [0, 1, 2, 2, 0, 1, 2, 2, 2, 2, 2, 2]
    endless = callbacks.BetaSchedule(2, cycle=4)
    assert endless.beta_at(4001) == 0.5


def test_each_epoch_has_its_beta_in_the_model_and_in_the_history(binary_images):
    recorder, history = fit(binary_images, callbacks.BetaSchedule(2, cycle=3, start=0.1, stop=0.5), epochs=5)
    expected = [0.1, 0.3, 0.5, 0.1, 0.3]
    np.testing.assert_allclose(recorder.epochs, expected, rtol=1e-6)
    np.testing.assert_allclose(recorder.steps, np.repeat(expected, STEPS), rtol=1e-6)
    np.testing.assert_allclose(history.history["beta"], expected, rtol=1e-6)
    # It is that beta which weighs the KL divergence.
    logs = history.history
    terms = np.array(logs["reconstruction"]) + np.array(logs["beta"]) * np.array(logs["kl"])
    np.testing.assert_allclose(logs["loss"], terms, rtol=1e-5)


def test_each_step_has_its_beta(binary_images):
    recorder, history = fit(binary_images, callbacks.BetaSchedule(4, unit="step"), epochs=2)
    np.testing.assert_allclose(recorder.steps, np.minimum(1, np.arange(2 * STEPS) / 4), rtol=1e-6)
    np.testing.assert_allclose(history.history["beta"], [2 / 4, 1], rtol=1e-6)


@pytest.mark.parametrize("steps_per_execution", [2, 50])
def test_several_steps_for_each_execution(request, binary_images, steps_per_execution):
    if steps_per_execution == 50:
        # What is compiled differs in nothing but this number.
        request.getfixturevalue("eagerly")
    arguments = {"compile": {"steps_per_execution": steps_per_execution}}
    recorder, history = fit(binary_images, callbacks.BetaSchedule(20, unit="step"), epochs=3, **arguments)
    firsts = [epoch * STEPS + step for epoch in range(3) for step in range(0, STEPS, steps_per_execution)]
    np.testing.assert_allclose(recorder.steps, np.array(firsts) / 20, rtol=1e-6)
    np.testing.assert_allclose(history.history["beta"], recorder.epochs)


def test_several_steps_for_each_execution_by_epochs(eagerly, binary_images):
    recorder, _ = fit(binary_images, callbacks.BetaSchedule(4), epochs=3, compile={"steps_per_execution": 2})
    np.testing.assert_allclose(recorder.epochs, [0, 0.25, 0.5], rtol=1e-6)


def test_a_training_that_goes_on(eagerly, tmp_path, binary_images):
    """By `initial_epoch`, with a model that was saved, and a callback that knows nothing of the first part."""
    x, steps = binary_images[:64], 2
    model = tiny_vae()
    model.compile("sgd")
    fit(x, callbacks.BetaSchedule(5), epochs=2, model=model)
    model.save(tmp_path / "model.keras")
    recorder, history = fit(
        x, callbacks.BetaSchedule(5), epochs=4, model=load_model(tmp_path / "model.keras"), initial_epoch=2
    )
    np.testing.assert_allclose(recorder.epochs, [0.4, 0.6], rtol=1e-6)
    np.testing.assert_allclose(history.history["beta"], [0.4, 0.6], rtol=1e-6)
    recorder, _ = fit(
        x,
        callbacks.BetaSchedule(100, unit="step"),
        epochs=3,
        model=load_model(tmp_path / "model.keras"),
        initial_epoch=2,
    )
    np.testing.assert_allclose(recorder.steps, (2 * steps + np.arange(steps)) / 100, rtol=1e-6)


class Interruption(keras.callbacks.Callback):
    """Stops the process, as it were, in the third epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


def test_an_interrupted_training_is_taken_up(eagerly, tmp_path, binary_images):
    x, steps = binary_images[:64], 2

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    with pytest.raises(KeyboardInterrupt):
        fit(x, callbacks.BetaSchedule(30, unit="step"), epochs=4, more=[backup(), Interruption()])
    recorder, _ = fit(x, callbacks.BetaSchedule(30, unit="step"), epochs=4, more=[backup()])
    np.testing.assert_allclose(recorder.steps, np.arange(2 * steps, 4 * steps) / 30, rtol=1e-6)
    # The training is over: its backup is gone, and epochs are counted anew.
    with pytest.raises(KeyboardInterrupt):
        fit(x, callbacks.BetaSchedule(4), epochs=3, more=[backup(), Interruption()])
    recorder, _ = fit(x, callbacks.BetaSchedule(4), epochs=3, more=[backup()])
    np.testing.assert_allclose(recorder.epochs, [0.5], rtol=1e-6)


def test_the_progress_bar_and_callbacks_that_stand_after_it_show_beta(eagerly, tmp_path, binary_images, capsys):
    vae = tiny_vae()
    vae.compile("sgd")
    more = [keras.callbacks.CSVLogger(tmp_path / "log.csv"), keras.callbacks.TensorBoard(tmp_path / "logs")]
    used = [callbacks.BetaSchedule(4, start=0.125, stop=0.375), *more]
    data = {"x": binary_images, "validation_data": (binary_images,), "batch_size": 96}
    vae.fit(**data, epochs=2, verbose=2, callbacks=used)
    with open(tmp_path / "log.csv", encoding="utf-8") as file:
        assert [float(row["beta"]) for row in csv.DictReader(file)] == [0.125, 0.1875]
    assert scalars(tmp_path / "logs" / "train", "epoch_beta") == {0: 0.125, 1: 0.1875}
    shown = capsys.readouterr().out
    assert "beta: 0.1250" in shown
    assert "beta: 0.1875" in shown


def test_a_model_without_beta_is_refused_before_it_is_trained(binary_images):
    model = tiny_autoencoder()
    model.compile("sgd")
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"model's variable `beta`, which Autoencoder does not have"):
        model.fit(binary_images, verbose=0, callbacks=[callbacks.BetaSchedule(4)])
    for weight, again in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, again)


def test_a_beta_that_is_no_variable_is_refused():
    """The compiled training step would not see it change."""
    model = keras.Sequential([keras.layers.Dense(1)])
    model.beta = 1.0
    schedule = callbacks.BetaSchedule(4)
    schedule.set_model(model)
    with pytest.raises(ValueError, match="variable `beta`, which Sequential does not have"):
        schedule.on_train_begin()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"warm_up": 0}, "`warm_up` must be a whole number of at least 1. Received: warm_up=0"),
        ({"warm_up": 2.5}, "`warm_up` must be"),
        ({"warm_up": 4, "cycle": 0}, "`cycle` must be a whole number"),
        ({"warm_up": 4, "cycle": 3}, "`cycle` must be larger than `warm_up`.*Received: cycle=3, warm_up=4"),
        # Beta would never be `stop`.
        ({"warm_up": 4, "cycle": 4}, "`cycle` must be larger than `warm_up`.*Received: cycle=4, warm_up=4"),
        ({"warm_up": 4, "num_cycles": 2}, "`num_cycles` needs `cycle`"),
        ({"warm_up": 4, "cycle": 5, "num_cycles": 0}, "`num_cycles` must be a whole number"),
        ({"warm_up": 4, "start": -0.1}, "`start` must be a finite number of at least 0"),
        ({"warm_up": 4, "stop": math.inf}, "`stop` must be a finite number"),
        ({"warm_up": 4, "unit": "batch"}, "`unit` must be one of 'epoch', 'step'. Received: unit='batch'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        callbacks.BetaSchedule(**arguments)
