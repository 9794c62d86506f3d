import sys

import numpy as np
import pytest

from keras_vae.visualization import image_grid
from keras_vae.visualization.grid import check_grid

GAP, BACKGROUND = 2, 230


def flat_images(count, height=8, width=8) -> np.ndarray:
    """Images of one grey value each: 0, 10, 20, ... of 255."""
    return np.broadcast_to(10 * np.arange(count)[:, None, None, None] / 255, (count, height, width, 1))


def cell(grid, row, column, height, width) -> np.ndarray:
    """What lies at a place of a grid whose cells have a size."""
    top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
    return grid[top : top + height, left : left + width]


def test_images_lie_in_rows_on_a_background():
    # 8x8 pixels are enlarged 7 times, to 56.
    grid = image_grid(flat_images(6), columns=3)
    assert grid.shape == (2 * 58 + 2, 3 * 58 + 2, 3)
    assert grid.dtype == np.uint8
    for index in range(6):
        np.testing.assert_array_equal(cell(grid, index // 3, index % 3, 56, 56), 10 * index)
    gaps = np.ones(grid.shape[:2], bool)
    for row in range(2):
        for column in range(3):
            cell(gaps, row, column, 56, 56)[:] = False
    assert gaps.sum() == 118 * 176 - 6 * 56 * 56
    np.testing.assert_array_equal(grid[gaps], BACKGROUND)


def test_last_row_may_be_short():
    grid = image_grid(flat_images(4), columns=3)
    assert grid.shape == (118, 176, 3)
    np.testing.assert_array_equal(cell(grid, 1, 0, 56, 56), 30)
    np.testing.assert_array_equal(cell(grid, 1, 1, 56, 56), BACKGROUND)
    np.testing.assert_array_equal(cell(grid, 1, 2, 56, 56), BACKGROUND)


@pytest.mark.parametrize(("count", "rows", "columns"), [(1, 1, 1), (4, 2, 2), (5, 2, 3), (7, 3, 3), (64, 8, 8)])
def test_default_is_nearly_square(count, rows, columns):
    assert image_grid(np.zeros((count, 56, 56, 1))).shape == (rows * 58 + 2, columns * 58 + 2, 3)


@pytest.mark.parametrize(("height", "width", "factor"), [(8, 8, 7), (28, 28, 2), (17, 23, 3), (5, 32, 2), (64, 64, 1)])
def test_pixels_are_enlarged_to_sharp_squares(height, width, factor):
    pixels = np.random.default_rng(0).integers(0, 256, (1, height, width, 1))
    grid = image_grid(pixels, value_range=(0, 255))
    inside = cell(grid, 0, 0, height * factor, width * factor)
    expected = np.kron(pixels[0, ..., 0], np.ones((factor, factor)))
    np.testing.assert_array_equal(inside, np.repeat(expected[..., np.newaxis], 3, axis=-1))
    assert grid.shape == (height * factor + 4, width * factor + 4, 3)


@pytest.mark.parametrize(("cell", "factor"), [(1, 1), (8, 1), (9, 2), (40, 5), (56, 7)])
def test_how_large_small_images_become(cell, factor):
    assert image_grid(np.zeros((1, 8, 6, 1)), cell=cell).shape == (8 * factor + 4, 6 * factor + 4, 3)


def test_colours_and_value_range():
    examples = np.zeros((1, 56, 56, 3))
    examples[..., 0], examples[..., 1] = -1.0, 0.2
    np.testing.assert_array_equal(image_grid(examples, value_range=(-1.0, 1.0))[GAP, GAP], [0, 153, 128])


def test_channels_that_are_no_colours_stand_side_by_side():
    examples = np.stack([np.full((1, 8, 8), 0.2), np.full((1, 8, 8), 0.4)], axis=-1)
    # 8x16 pixels, enlarged 4 times.
    grid = image_grid(examples)
    assert grid.shape == (36, 68, 3)
    np.testing.assert_array_equal(cell(grid, 0, 0, 32, 64)[:, :32], 51)
    np.testing.assert_array_equal(cell(grid, 0, 0, 32, 64)[:, 32:], 102)


def test_signals_and_tables_have_a_curve_in_each_cell():
    examples = np.random.default_rng(0).normal(size=(3, 12))
    grid = image_grid(examples, columns=2)
    assert grid.shape == (2 * 122 + 2, 2 * 202 + 2, 3)
    curves = [cell(grid, row, column, 120, 200) for row, column in ((0, 0), (0, 1), (1, 0))]
    for curve in curves:
        # White paper and some ink.
        assert 0.5 < np.mean(curve == 255) < 1
    assert np.any(curves[0] != curves[1])
    np.testing.assert_array_equal(grid, image_grid(examples[..., np.newaxis], columns=2))


def test_lists_can_be_drawn():
    np.testing.assert_array_equal(image_grid(flat_images(2).tolist()), image_grid(flat_images(2)))


@pytest.mark.parametrize(
    ("examples", "columns", "message"),
    [
        (np.zeros((0, 8, 8, 1)), None, r"at least one example.*Received shape \(0, 8, 8, 1\)"),
        (np.zeros(8), None, r"Received shape \(8,\)"),
        (3.0, None, r"Received shape \(\)"),
        ([["a", "b"]], None, "Expected numbers"),
        (np.zeros((2, 8, 8, 1)), 0, r"`columns` must be a whole number of at least 1"),
        (np.zeros((2, 8, 8, 1)), -1, r"`columns` must be"),
    ],
)
def test_what_cannot_be_laid_out(examples, columns, message):
    with pytest.raises(ValueError, match=message):
        image_grid(examples, columns)


@pytest.mark.parametrize("event_shape", [(30,), (40, 2), (8, 8, 4), (6, 8, 8, 3), (900, 700, 1)])
@pytest.mark.parametrize(("count", "columns"), [(7, None), (5, 3), (2, 9)])
def test_the_size_of_a_grid_is_known_before_it_is_drawn(event_shape, count, columns, monkeypatch):
    grid = image_grid(np.zeros((count, *event_shape)), columns)
    height, width = grid.shape[:2]
    # The gap at the end is not counted, nor are places of a row that stay empty.
    width = (width - GAP) * min(columns or 3, count) // (columns or 3)
    monkeypatch.setattr(sys.modules[check_grid.__module__], "LARGEST_SIDE", max(height - GAP, width))
    check_grid(event_shape, count, columns, "Fewer.")
    monkeypatch.setattr(sys.modules[check_grid.__module__], "LARGEST_SIDE", max(height - GAP, width) - 1)
    with pytest.raises(
        ValueError, match=rf"{count} examples in rows of .* has {width:,}x{height - GAP:,} pixels.*Fewer"
    ):
        check_grid(event_shape, count, columns, "Fewer.")


def test_what_has_more_axes_than_a_volume_is_not_drawn():
    with pytest.raises(ValueError, match=r"Examples of shape \(3, 4, 5, 6, 1\) have 5 axes.*leave the callback out"):
        check_grid((3, 4, 5, 6, 1), 1, None, "")
