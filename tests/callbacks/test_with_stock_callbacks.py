"""The callbacks beside Keras's own, in one `fit`, and in a training that is interrupted and taken up again."""

import csv

import keras
import numpy as np
import pytest

from keras_vae import callbacks, load_model

from ..tiny_models import tiny_vae
from .curves import scalars
from .pictures import names

EPOCHS = 4


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One training with every callback: its folder, model, history, data and EarlyStopping."""
    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("run")
    x = (np.random.default_rng(0).random((64, 8, 8, 1)) < 0.2).astype(np.float32)
    vae = tiny_vae()
    vae.compile(keras.optimizers.Adam(0.01))
    stopping = keras.callbacks.EarlyStopping("val_negative_elbo", mode="min", patience=EPOCHS)
    used = [
        callbacks.SampleGrid(folder / "logs", num_images=4),
        callbacks.ReconstructionGrid(folder / "logs", x, num_images=4),
        keras.callbacks.TensorBoard(folder / "logs"),
        keras.callbacks.ModelCheckpoint(
            folder / "best.keras", monitor="val_negative_elbo", mode="min", save_best_only=True
        ),
        stopping,
        keras.callbacks.BackupAndRestore(folder / "backup"),
        keras.callbacks.CSVLogger(folder / "log.csv"),
    ]
    history = vae.fit(x, validation_data=(x,), epochs=EPOCHS, batch_size=16, verbose=0, callbacks=used)
    return {"folder": folder, "vae": vae, "history": history.history, "x": x, "stopping": stopping}


def test_pictures_and_curves_are_in_the_same_logs(run):
    for name in ("samples", "reconstructions"):
        assert names(run["folder"] / "logs" / name) == [f"epoch-000{epoch}.png" for epoch in range(1, EPOCHS + 1)]
    for name in ("loss", "reconstruction", "kl", "negative_elbo"):
        curve = scalars(run["folder"] / "logs" / "validation", f"epoch_{name}")
        assert sorted(curve) == list(range(EPOCHS))
        np.testing.assert_allclose([curve[epoch] for epoch in range(EPOCHS)], run["history"][f"val_{name}"], rtol=1e-6)


def test_the_best_model_can_be_loaded(run):
    best = load_model(run["folder"] / "best.keras")
    values = run["history"]["val_negative_elbo"]
    # The training is so short that the last epoch is the best.
    assert np.argmin(values) == EPOCHS - 1
    np.testing.assert_array_equal(best.reconstruct(run["x"]), run["vae"].reconstruct(run["x"]))
    assert run["stopping"].best == pytest.approx(min(values))


def test_the_csv_file_holds_the_history(run):
    with open(run["folder"] / "log.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(EPOCHS))
    for name, values in run["history"].items():
        np.testing.assert_allclose([float(row[name]) for row in rows], values, rtol=1e-6)


def test_early_stopping_ends_the_training_and_the_last_epoch_is_drawn(tmp_path, binary_images):
    vae = tiny_vae()
    vae.compile("adam")
    # Nothing is ever better than this by so much: the second epoch is the last.
    stopping = keras.callbacks.EarlyStopping("val_negative_elbo", mode="min", patience=1, min_delta=1e6)
    grid = callbacks.SampleGrid(tmp_path, every=5, num_images=4)
    history = vae.fit(binary_images, validation_data=(binary_images,), epochs=9, verbose=0, callbacks=[stopping, grid])
    assert len(history.history["loss"]) == 2
    assert names(tmp_path / "samples") == ["epoch-0002.png"]


class Interruption(keras.callbacks.Callback):
    """Stops the process, as it were, after so many epochs."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


def test_an_interrupted_training_is_taken_up_with_its_pictures(tmp_path, binary_images):
    def fit(*more):
        vae = tiny_vae()
        vae.compile("adam")
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        grid = callbacks.SampleGrid(tmp_path, num_images=4)
        vae.fit(binary_images, epochs=3, verbose=0, callbacks=[backup, grid, *more])
        return vae

    with pytest.raises(KeyboardInterrupt):
        fit(Interruption())
    assert names(tmp_path / "samples") == ["epoch-0001.png", "epoch-0002.png"]
    vae = fit()
    assert names(tmp_path / "samples") == ["epoch-0001.png", "epoch-0002.png", "epoch-0003.png"]
    assert int(vae.optimizer.iterations) == 9
