import json

import keras
import numpy as np
import pytest

from keras_vae import evaluation, latent, runs
from keras_vae.likelihoods import Bernoulli
from keras_vae.runs.data import held_out_data, training_data
from keras_vae.runs.schedules import learning_rate_schedule
from keras_vae.runs.vaes import compiled_vae
from keras_vae.visualization import latent_sweep, pixels

from ..callbacks.pictures import png

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


@pytest.fixture
def swept(tmp_path, eagerly):
    """The folder of a sweep of two sizes, and what it returned."""
    folder = tmp_path / "deep" / "digits"
    return folder, runs.sweep(str(folder), **SETTINGS)


def test_what_is_returned_is_written(swept):
    folder, results = swept
    assert json.loads((folder / "sweep.json").read_text(encoding="utf-8")) == results
    assert sorted(path.name for path in folder.iterdir()) == ["sweep.json", "sweep.png"]
    assert results["settings"] == SETTINGS
    assert set(results["versions"]) >= {"keras_vae", "keras", "tensorflow"}
    assert results["recommended"] in (1, 3)
    assert f"M = {results['recommended']} is the smallest latent size" in results["reason"]


def test_each_point_is_a_training_from_the_same_seed(swept):
    _, results = swept
    keras.utils.set_random_seed(1)
    schedule = learning_rate_schedule("constant", 2e-3, 6)
    vae = compiled_vae((8, 8, 1), {**SETTINGS, "latent_dim": 3}, schedule)
    vae.fit(training_data("digits", Bernoulli, 500, None, 1), epochs=2, verbose=0)
    test = held_out_data("digits", Bernoulli, 500)
    point = latent.SweepPoint(**results["points"][0])
    assert (point.latent_dim, results["points"][1]["latent_dim"]) == (3, 1)
    # The order of the training images is drawn anew.
    np.testing.assert_allclose((point.rate, point.distortion), evaluation.rate_distortion(vae, test), rtol=0.05)
    assert point.squared_error == pytest.approx(evaluation.mean_squared_error(vae, test), rel=0.05)


def test_the_picture_is_that_of_the_sweep(swept):
    folder, results = swept
    points = tuple(latent.SweepPoint(**point) for point in results["points"])
    expected = latent_sweep(latent.Sweep(points, results["recommended"], results["reason"]))
    np.testing.assert_array_equal(png(folder / "sweep.png"), pixels(expected))


@pytest.mark.parametrize("name", ["sweep.json", "sweep.png"])
def test_nothing_is_overwritten_unasked(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match=rf"something at '.*{name}' already"):
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
