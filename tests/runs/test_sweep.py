import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import latent, runs
from keras_vae.runs.data import held_out_data
from keras_vae.runs.environment import machine
from keras_vae.runs.schedules import learning_rate_schedule
from keras_vae.runs.vaes import compiled_vae
from keras_vae.visualization import latent_sweep, pixels

from ..callbacks.pictures import png
from ..models.small import same_weights

SETTINGS = {
    "dataset": "digits",
    "latent_dims": [3, 1],
    "network": "dense",
    "likelihood": "bernoulli",
    "epochs": 2,
    "batch_size": 500,
    "learning_rate": 2e-3,
    "schedule": "constant",
    "beta": 0.5,
    "seed": 1,
}


pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The folder of a sweep of two sizes, and what it returned."""
    folder = tmp_path_factory.mktemp("sweep") / "deep" / "digits"
    tf.config.run_functions_eagerly(True)
    results = runs.sweep(str(folder), **SETTINGS)
    tf.config.run_functions_eagerly(False)
    return folder, results


def test_what_is_returned_is_written(swept):
    folder, results = swept
    assert json.loads((folder / "sweep.json").read_text(encoding="utf-8")) == results
    assert sorted(path.name for path in folder.iterdir()) == ["sweep.json", "sweep.png"]
    assert results["settings"] == SETTINGS
    assert set(results["versions"]) >= {"keras_vae", "keras", "tensorflow"}
    assert results["machine"] == machine()
    assert results["recommended"] in (1, 3)
    assert f"M = {results['recommended']} is the smallest latent size" in results["reason"]


def test_what_is_swept(swept, tmp_path, monkeypatch):
    """Models that are trained from one seed, as `keras-vae train` has them, and the data of their likelihood."""
    seen = []

    def spied(build, latent_dims, train, test, epochs):
        seen.append((build, latent_dims, train, test, epochs))
        return latent.Sweep(tuple(latent.SweepPoint(**point) for point in swept[1]["points"]), 1, "because")

    monkeypatch.setattr(latent, "sweep", spied)
    runs.sweep(str(tmp_path / "out"), **(SETTINGS | {"schedule": "cosine"}))
    ((build, latent_dims, train, test, epochs),) = seen
    assert (latent_dims, epochs) == ([3, 1], 2)
    assert [len(batch) for batch in train] == [500, 500, 500]
    expected = held_out_data("digits", "binary", 500)
    np.testing.assert_array_equal(np.concatenate(list(test)), np.concatenate(list(expected)))
    for latent_dim in latent_dims:
        keras.utils.set_random_seed(1)
        vae = compiled_vae((8, 8, 1), {**SETTINGS, "latent_dim": latent_dim}, 2e-3)
        built = build(latent_dim)
        assert same_weights(built, vae)
        assert float(built.beta) == 0.5
        schedule = learning_rate_schedule("cosine", 2e-3, 6)
        np.testing.assert_allclose(
            [float(built.optimizer._learning_rate(step)) for step in range(6)], [float(schedule(s)) for s in range(6)]
        )


def test_the_picture_is_that_of_the_sweep(swept):
    folder, results = swept
    points = tuple(latent.SweepPoint(**point) for point in results["points"])
    expected = latent_sweep(latent.Sweep(points, results["recommended"], results["reason"]))
    np.testing.assert_array_equal(png(folder / "sweep.png"), pixels(expected))


@pytest.mark.parametrize("name", ["sweep.json", "sweep.png"])
def test_nothing_is_overwritten_unasked(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match=rf"'.*{name}' already exists"):
        runs.sweep(str(tmp_path), **SETTINGS)
    assert (tmp_path / name).read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"latent_dims": [2, 0]}, r"`latent_dims\[1\]` must be a whole number of at least 1"),
        ({"latent_dims": [2, 2]}, "`latent_dims` must all be different"),
        ({"latent_dims": []}, "`latent_dims` must be a non-empty list"),
        ({"network": "deep"}, "`network` must be one of"),
        ({"likelihood": "poisson"}, "`likelihood` must be one of"),
        ({"epochs": 0}, "`epochs` must be"),
        ({"batch_size": 0}, "`batch_size` must be"),
        ({"learning_rate": 0}, "`learning_rate` must be"),
        ({"schedule": "sine"}, "`schedule` must be one of"),
        ({"beta": -1}, "`beta` must be"),
        ({"seed": -1}, "`seed` must be"),
        ({"dataset": "digit"}, "There is no dataset 'digit'"),
    ],
)
def test_mistakes_are_found_before_any_training(tmp_path, changed, message):
    with pytest.raises(ValueError, match=message):
        runs.sweep(str(tmp_path / "out"), **(SETTINGS | changed))
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ValueError, match=r"is a file\. Give a folder"):
        runs.sweep(str(tmp_path / "out"), **SETTINGS)
