import numpy as np
import pytest

from keras_vae.compression.rounding import MARGIN, Grid, Rounding

GRID = Grid(4, -2.0, 3.0)


def test_values_are_rounded_to_the_nearest_point_and_held_to_the_grid():
    values = np.array([[-9.0, -2.0, -0.3], [0.1, 2.9, 1e300]])
    assert Rounding()(0, 0, values, GRID).tolist() == [[0, 0, 7], [8, 20, 20]]
    assert GRID.points[[0, 7, 20]].tolist() == [-2.0, -0.25, 3.0]
    assert (GRID.first, GRID.last, len(GRID.points)) == (-8, 12, 21)


def test_what_another_computation_might_round_otherwise_is_rounded_as_the_writer_did():
    # In steps: near the middle between two points, on either side of it and on it, and clear of it.
    steps = np.array([0.5 - MARGIN / 3, 2.5 + MARGIN / 3, 3.5, 4.5 + 2 * MARGIN, 1.1])
    writer = Rounding()
    written = writer(3, 1, steps / 4, GRID)
    assert writer.exceptions == [(3, 1, 0), (3, 1, 3), (3, 1, 5)]
    for sign in (-1, 1):
        disturbed = (steps + sign * MARGIN / 2) / 4
        assert Rounding(writer.exceptions)(3, 1, disturbed, GRID).tolist() == written.tolist()
        # Without the exceptions it would not be so.
        assert Rounding()(3, 1, disturbed, GRID).tolist() != written.tolist()


def test_exceptions_belong_to_one_output_of_one_group():
    rounding = Rounding([(1, 0, 1), (0, 2, 2)])
    values = np.array([0.1, 0.1])
    assert rounding(1, 0, values, GRID).tolist() == [9, 8]
    assert rounding(0, 2, values, GRID).tolist() == [8, 8]
    assert rounding(5, 0, values, GRID).tolist() == [8, 8]
    assert rounding.exceptions == [(0, 2, 2), (1, 0, 1)]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad):
    with pytest.raises(ValueError, match="not finite for this data"), np.errstate(invalid="ignore"):
        Rounding()(0, 0, np.array([0.0, bad]), GRID)


def test_an_exception_for_an_output_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="outside of the networks' outputs"):
        Rounding([(0, 0, 8)])(0, 0, np.zeros(4), GRID)


def test_nothing_is_rounded_to_nothing():
    assert Rounding()(0, 0, np.zeros((0, 3)), GRID).shape == (0, 3)
