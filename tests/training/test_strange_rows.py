"""A training that came to nothing says so, and by which example."""

import warnings

import keras
import numpy as np
import pytest
from scipy import stats

from keras_vae import VAE
from keras_vae.training import strange_rows


def test_the_strangest_row_is_that_of_the_largest_z_score(monkeypatch):
    # In place of thousands of rows, the chunk that they would fill.
    monkeypatch.setattr(strange_rows, "ROWS_AT_ONCE", 7)
    x = np.random.default_rng(0).normal(size=(50, 3, 2)) * [1.0, 1000.0]
    x[31, 1, 0], x[8, 2, 1] = 30.0, 4000.0
    scores = np.abs(stats.zscore(x)).reshape(50, -1).max(axis=1)
    row, deviations = strange_rows.strangest_row(x)
    assert row == 31 == np.argmax(scores)
    assert deviations == pytest.approx(scores[31], rel=1e-9)


def test_what_is_missing_and_what_never_varies_is_left_out():
    x = np.array([[1.0, 5.0], [2.0, 5.0], [np.nan, 5.0], [9.0, np.nan]])
    row, deviations = strange_rows.strangest_row(x)
    assert row == 3
    assert deviations == pytest.approx((9 - 4) / np.std([1, 2, 9]))


@pytest.mark.filterwarnings("ignore:Normal was given values")
def test_fit_names_the_row(eagerly):
    x = np.random.default_rng(0).normal(size=(64, 5)).astype(np.float32)
    x[17] = 1e9
    vae = VAE.for_shape((5,), 2, likelihood="normal")
    vae.compile(keras.optimizers.SGD(1.0))
    with pytest.warns(UserWarning, match=r"diverged: its loss is nan.*`global_clipnorm`.* Row 17 of `x` is the stran"):
        vae.fit(x, epochs=2, verbose=0)


def test_nothing_is_said_of_a_training_that_went_well():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        strange_rows.warn_of_divergence({"loss": [3.0, 1.0]}, np.zeros((2, 3)))
        strange_rows.warn_of_divergence({}, None)


def test_of_a_dataset_no_row_is_named():
    with pytest.warns(UserWarning, match=r"its loss is inf.*`global_clipnorm`\.$"):
        strange_rows.warn_of_divergence({"loss": [1.0, np.inf]}, object())
