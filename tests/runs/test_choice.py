import numpy as np
import pytest

from keras_vae.runs.choice import likelihood_for
from keras_vae.runs.own_data import open_splits


@pytest.mark.parametrize(
    ("dataset", "likelihood", "reason"),
    [
        ("digits", "beta_binomial", "the values are whole numbers from 0 to 16"),
        ("mnist", "beta_binomial", "the values are whole numbers from 0 to 255"),
        ("binarized_mnist", "bernoulli", "there are two values, black and white or 0 and 1"),
    ],
)
def test_data_are_modelled_as_they_are_stored(dataset, likelihood, reason):
    assert likelihood_for("auto", dataset) == (likelihood, f"The likelihood is {likelihood}, since {reason}.")


@pytest.mark.parametrize(
    ("values", "likelihood"),
    [
        (np.array([0, 1], np.uint8), "bernoulli"),
        (np.array([0, 255], np.uint8), "bernoulli"),
        (np.array([0.0, 1.0]), "bernoulli"),
        (np.array([0, 3, 12], np.uint8), "beta_binomial"),
        (np.array([0, 3, 200], np.uint8), "beta_binomial"),
        (np.array([0, 3, 40_000], np.uint16), "beta_binomial"),
        (np.array([0.25, 0.5]), "normal"),
        (np.array([-1.0, 7.0]), "normal"),
    ],
)
def test_data_of_ones_own_are_modelled_by_their_values(tmp_path, values, likelihood):
    path = str(tmp_path / "x.npy")
    np.save(path, np.resize(values, (4, 6, 1)))
    assert likelihood_for("auto", path, open_splits(path))[0] == likelihood


@pytest.mark.parametrize("values", [[0.5, -1.0, 3.0], [-1, 0, 7], [0, 3, 70_000]])
def test_rows_of_real_numbers_are_a_table(tmp_path, values):
    path = str(tmp_path / "x.npy")
    np.save(path, np.resize(values, (4, 6)))
    assert likelihood_for("auto", path, open_splits(path))[0] == "tabular"


def test_what_is_named_is_taken_and_nothing_is_said():
    assert likelihood_for("normal", "digits") == ("normal", None)
