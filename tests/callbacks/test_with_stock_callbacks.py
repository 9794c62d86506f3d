"""The callbacks beside Keras's own, in one `fit`, and in a training that is interrupted and taken up again."""

import csv

import keras
import numpy as np
import pytest

from keras_vae import callbacks, evaluation, load_model
from keras_vae.callbacks.picture_callback import title_of
from keras_vae.visualization import latent_scatter, latent_traversals, pixels, reconstruction_grid, sample_grid

from .. import seeds
from ..tiny_models import tiny_vae
from .curves import scalars
from .pictures import names, png

EPOCHS = 4


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One training, compiled as users have it, with every callback: its folder, model, history, data, EarlyStopping."""
    seeds.set_all(0)
    folder = tmp_path_factory.mktemp("run")
    x = (np.random.default_rng(0).random((64, 8, 8, 1)) < 0.2).astype(np.float32)
    vae = tiny_vae()
    vae.compile(keras.optimizers.Adam(0.01))
    stopping = keras.callbacks.EarlyStopping("val_negative_elbo", mode="min", patience=EPOCHS)
    used = [
        callbacks.BetaSchedule(2, start=0.5),
        callbacks.HeldOutEvaluation(x[:20], num_samples=10, every=EPOCHS),
        callbacks.CollapseMonitor(x, every=EPOCHS),
        callbacks.LatentScatter(folder / "logs", x, every=EPOCHS),
        callbacks.LatentTraversal(folder / "logs", every=EPOCHS),
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


@pytest.mark.filterwarnings("ignore:The estimates of")
def test_the_last_figures_and_pictures_are_those_of_the_model_that_was_trained(run):
    vae, x, history = run["vae"], run["x"], run["history"]
    np.testing.assert_allclose(history["beta"], [0.5, 0.75, 1, 1], rtol=1e-6)
    kl = evaluation.kl_per_latent(vae, x)
    expected = {
        "val_log_likelihood": evaluation.log_likelihood(vae, x[:20], 10, seed=0).mean,
        "val_active_units": evaluation.active_units(vae, x[:20]),
        "val_mean_squared_error": evaluation.mean_squared_error(vae, x[:20]),
        "active_units": evaluation.active_units(vae, x),
        "kl_per_latent_min": kl.min(),
        "kl_per_latent_max": kl.max(),
    }
    for name, value in expected.items():
        # They are computed again by the same compiled functions; 1e-6 leaves room for another order of float32 sums.
        np.testing.assert_allclose(history[name], [value], rtol=1e-6, err_msg=name)
    title = title_of(EPOCHS, {name: values[-1] for name, values in history.items()})
    figures = {
        "latents": latent_scatter(vae.encode(x), title=title),
        "traversals": latent_traversals(vae, title=title),
        "samples": sample_grid(vae.sample(4, seed=0, mean=True), title=title),
        "reconstructions": reconstruction_grid(x[:4], vae.reconstruct(x[:4]), title=title),
    }
    for name, figure in figures.items():
        drawn = png(run["folder"] / "logs" / name / f"epoch-000{EPOCHS}.png")
        np.testing.assert_array_equal(drawn, pixels(figure), err_msg=name)


def test_the_best_model_can_be_loaded(run):
    best = load_model(run["folder"] / "best.keras")
    values = run["history"]["val_negative_elbo"]
    # The training is so short that the last epoch is the best, by a nat or so.
    assert np.argmin(values) == EPOCHS - 1
    np.testing.assert_array_equal(best.reconstruct(run["x"]), run["vae"].reconstruct(run["x"]))
    assert run["stopping"].best == pytest.approx(min(values))


def test_the_csv_file_holds_the_history(run):
    with open(run["folder"] / "log.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(EPOCHS))
    for name, values in run["history"].items():
        if len(values) < EPOCHS:
            # Measured after the last epoch alone, for which CSVLogger has no column.
            assert name not in rows[0]
            continue
        np.testing.assert_allclose([float(row[name]) for row in rows], values, rtol=1e-6)


def test_early_stopping_ends_the_training_and_the_last_epoch_is_drawn(eagerly, tmp_path, binary_images):
    vae = tiny_vae()
    vae.compile("adam")
    # Nothing is ever better than this by so much: the second epoch is the last.
    stopping = keras.callbacks.EarlyStopping("val_negative_elbo", mode="min", patience=1, min_delta=1e6)
    grid = callbacks.SampleGrid(tmp_path, every=5, num_images=4)
    data = {"x": binary_images, "validation_data": (binary_images,), "batch_size": 96}
    history = vae.fit(**data, epochs=9, verbose=0, callbacks=[stopping, grid])
    assert len(history.history["loss"]) == 2
    assert names(tmp_path / "samples") == ["epoch-0002.png"]


class Interruption(keras.callbacks.Callback):
    """Stops the process, as it were, after so many epochs."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


def test_an_interrupted_training_is_taken_up_with_its_pictures(eagerly, tmp_path, binary_images):
    def fit(*more):
        vae = tiny_vae()
        vae.compile("adam")
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        grid = callbacks.SampleGrid(tmp_path, num_images=4)
        vae.fit(binary_images, batch_size=48, epochs=3, verbose=0, callbacks=[backup, grid, *more])
        return vae

    with pytest.raises(KeyboardInterrupt):
        fit(Interruption())
    assert names(tmp_path / "samples") == ["epoch-0001.png", "epoch-0002.png"]
    vae = fit()
    assert names(tmp_path / "samples") == ["epoch-0001.png", "epoch-0002.png", "epoch-0003.png"]
    assert int(vae.optimizer.iterations) == 6
