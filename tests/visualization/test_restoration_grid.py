import numpy as np
import pytest

from keras_vae.visualization import pixels, restoration_grid

from .test_reconstruction_grid import flat_images

STEP, LEFT = 58, 8


def columns_of(figure, count) -> list[list[int]]:
    """The grey value in the middle of each cell, column by column."""
    drawn = pixels(figure)[8:]
    return [[int(drawn[31 + row * STEP, LEFT + 31 + column * STEP, 0]) for row in range(2)] for column in range(count)]


def test_columns_stand_in_their_order():
    several = np.stack([flat_images([30, 31]), flat_images([40, 41]), flat_images([50, 51])], axis=1)
    figure = restoration_grid(
        flat_images([10, 11]),
        flat_images([20, 21]),
        several,
        flat_images([1, 2]),
        flat_images([60, 61]),
        num_restorations=2,
        value_range=(0, 1),
    )
    # The spread is drawn from 0 to its own largest value.
    assert columns_of(figure, 6) == [[10, 11], [20, 21], [30, 31], [40, 41], [60, 61], [128, 255]]
    assert [text.get_text() for text in figure.texts] == ["given", "restored", "draw 1", "draw 2", "original", "spread"]


def test_what_is_not_known_is_left_out():
    figure = restoration_grid(flat_images([10, 11]), flat_images([20, 21]), title="one pass")
    assert [text.get_text() for text in figure.texts] == ["one pass", "given", "restored"]


def test_what_is_missing_is_magenta_and_no_spread_is_black():
    given = flat_images([10, 11]).copy()
    given[0] = np.nan
    figure = restoration_grid(given, flat_images([20, 21]), standard_deviation=np.zeros_like(given))
    drawn = pixels(figure)[8:]
    np.testing.assert_array_equal(drawn[31, LEFT + 31], (255, 0, 255))
    np.testing.assert_array_equal(drawn[31, LEFT + 31 + 2 * STEP], (0, 0, 0))


def test_shapes_that_differ():
    with pytest.raises(ValueError, match="must have the same shape"):
        restoration_grid(flat_images([1, 2]), flat_images([1]))


def test_no_example():
    with pytest.raises(ValueError, match="at least one example"):
        restoration_grid(np.zeros((0, 8, 8, 1)), np.zeros((0, 8, 8, 1)))


def test_bad_number():
    with pytest.raises(ValueError, match="`num_restorations` must be a whole number"):
        restoration_grid(flat_images([1]), flat_images([1]), num_restorations=0)
