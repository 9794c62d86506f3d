import math

import numpy as np
import pytest

from keras_vae import runs
from keras_vae.datasets import own_files
from keras_vae.runs.own_data import open_splits
from keras_vae.runs.tables import is_table, tabular_likelihood
from keras_vae.runs.vaes import compiled_vae

from .. import seeds

# An age, an income, a yes or no, and a column that never varies.
ROWS = np.random.default_rng(0).normal(size=(40, 4)) * [20.0, 1e4, 1.0, 0.0] + [50.0, 3e4, 0.0, 1.0]
ROWS[:, 2] = ROWS[:, 2] > 0


def saved(folder, rows, name="table.csv") -> str:
    np.savetxt(folder / name, rows, delimiter=",", header="age,income,is_member,one", comments="")
    return str(folder / name)


def test_its_units_are_those_of_the_rows_to_train_on(tmp_path):
    own = open_splits(saved(tmp_path, ROWS), 0.25)
    likelihood = tabular_likelihood(own)
    kept = np.delete(ROWS, own.data.split("test", 0.25), axis=0)
    assert len(kept) == 30
    assert likelihood.binary == (2,)
    # In float32.
    continuous = [0, 1]
    np.testing.assert_allclose(likelihood.column_mean.numpy()[continuous], kept.mean(axis=0)[continuous], rtol=1e-6)
    np.testing.assert_allclose(likelihood.column_deviation.numpy()[continuous], kept.std(axis=0)[continuous], rtol=1e-6)
    other = open_splits(own.data.path, saved(tmp_path, ROWS[:5], "other.csv"))
    np.testing.assert_allclose(
        tabular_likelihood(other).column_mean.numpy()[continuous], ROWS.mean(axis=0)[continuous], rtol=1e-6
    )


def test_what_is_no_table_is_refused(tmp_path):
    for name, x in (("counts", np.arange(24).reshape(4, 6)), ("images", np.zeros((3, 8, 8, 1))), ("bits", np.eye(3))):
        np.save(tmp_path / f"{name}.npy", x)
        own = open_splits(str(tmp_path / f"{name}.npy"))
        assert not is_table(own)
        with pytest.raises(ValueError, match=rf"is for rows of real numbers at a path.*{name}"):
            tabular_likelihood(own)
    with pytest.raises(ValueError, match=r"Received: a dataset by name\. Use 'normal'"):
        runs.train(str(tmp_path / "run"), "digits", likelihood="tabular")


def test_a_unit_of_a_column_changes_the_bound_by_its_logarithm(tmp_path):
    """The same rows in grams and in kilograms: densities are 1024 times as large, and all else is as it was."""
    bounds = []
    for name, unit in (("a", 1.0), ("b", 1024.0)):
        rows = ROWS * [unit, 1.0, 1.0, 1.0]
        own = open_splits(saved(tmp_path, rows, f"{name}.csv"))
        settings = {**own.settings, "likelihood": "tabular"}
        seeds.set_all(0)
        vae = compiled_vae((4,), {**settings, "latent_dim": 2, "network": "dense", "beta": 1.0}, 1e-3, own)
        bounds.append(vae.elbo(rows, seed=0))
    # Sums of float32, of some nats each: seven digits.
    np.testing.assert_allclose(bounds[0] - bounds[1], math.log(1024.0), atol=1e-4)


@pytest.mark.usefixtures("eagerly")
def test_a_run_on_a_table_says_so_and_opens_it_once(tmp_path, capsys, monkeypatch):
    opened, stamp = [], own_files._stamp
    monkeypatch.setattr(own_files, "_stamp", lambda path: opened.append(path) or stamp(path))
    metrics = runs.train(str(tmp_path / "run"), saved(tmp_path, ROWS), latent_dim=2, epochs=1, batch_size=36)
    assert metrics["settings"]["likelihood"] == "tabular"
    assert len(opened) == 1
    assert "The likelihood is tabular, since the data are rows of a table" in capsys.readouterr().out
