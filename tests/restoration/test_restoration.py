"""Intervals, means and deviations of draws, and batches put together."""

import dataclasses

import numpy as np
import pytest

from keras_vae.restoration import Restoration
from keras_vae.restoration.restoration import joined, summary_of


@pytest.mark.parametrize(("num_draws", "level"), [(19, 0.9), (39, 0.9), (7, 0.5)])
def test_one_draw_more_falls_into_the_interval_as_often_as_it_should(num_draws, level):
    """Exact for any continuous density, however few the draws; by the usual quantiles 19 of them hold 81 %."""
    draws = np.random.default_rng(0).exponential(size=(num_draws + 1, 40_000))
    found = summary_of(draws[1:], draws[1:], level)
    inside = np.mean((draws[0] >= found["lower"]) & (draws[0] <= found["upper"]))
    assert inside == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 40_000))


def test_the_ends_of_few_draws_are_the_least_and_the_greatest():
    draws = np.array([[3.0], [1.0], [2.0]], np.float32)
    found = summary_of(draws, draws, 0.9)
    assert (found["lower"], found["upper"]) == (1.0, 3.0)
    assert found["lower"].dtype == np.float32


def test_the_mean_is_that_of_the_means_and_the_deviation_is_about_it():
    draws, means = np.array([[0.0, 1.0], [4.0, 1.0]]), np.array([[1.0, 1.0], [2.0, 1.0]])
    found = summary_of(draws, means, 0.9)
    np.testing.assert_array_equal(found["mean"], [1.5, 1.0])
    np.testing.assert_allclose(found["standard_deviation"], [np.sqrt((1.5**2 + 2.5**2) / 2), 0.0])


def test_one_value_many_times_stays_itself():
    draws = np.full((83, 1), 0.1, np.float32)
    found = summary_of(draws, draws, 0.9)
    for name in ("mean", "lower", "upper"):
        np.testing.assert_array_equal(found[name], draws[0])
    assert found["standard_deviation"] == 0


def test_batches_are_put_together_in_their_order():
    names = [field.name for field in dataclasses.fields(Restoration) if field.name != "level"]
    parts = [
        Restoration(**{name: np.full((2, 3), 10 * place + part) for place, name in enumerate(names)}, level=0.8)
        for part in range(2)
    ]
    whole = joined(parts)
    assert whole.level == 0.8
    for place, name in enumerate(names):
        np.testing.assert_array_equal(getattr(whole, name)[:, 0] - 10 * place, [0, 0, 1, 1])
