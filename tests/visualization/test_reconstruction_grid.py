import numpy as np
import pytest

from keras_vae.visualization import pixels, reconstruction_grid

STEP, PAIR_GAP = 58, 6
PAIR = 2 * STEP + 2


def flat_images(values) -> np.ndarray:
    """56x56 images, which are not enlarged, of one grey value each."""
    return np.broadcast_to(np.reshape(values, (-1, 1, 1, 1)) / 255, (len(values), 56, 56, 1))


def cells(figure) -> list[list[int]]:
    """The grey value of each cell of a grid, row by row; -1 where it is not of one value."""
    grid = pixels(figure)
    found = []
    for row in range(2 * ((len(grid) + PAIR_GAP) // (PAIR + PAIR_GAP))):
        top = (row // 2) * (PAIR + PAIR_GAP) + (row % 2) * STEP + 2
        inside = grid[top : top + 56]
        values = [np.unique(inside[:, left + 2 : left + STEP]) for left in range(0, grid.shape[1] - 2, STEP)]
        found.append([int(value[0]) if len(value) == 1 else -1 for value in values])
    return found


def test_each_original_is_above_its_reconstruction():
    figure = reconstruction_grid(flat_images([10, 20, 30, 40]), flat_images([11, 21, 31, 41]), columns=2)
    assert cells(figure) == [[10, 20], [11, 21], [30, 40], [31, 41]]


def test_pairs_stand_apart_on_white():
    images = flat_images([10, 20, 30, 40])
    drawn = pixels(reconstruction_grid(images, images, columns=2))
    assert drawn.shape == (2 * PAIR + PAIR_GAP, 2 * STEP + 2, 3)
    np.testing.assert_array_equal(drawn[PAIR : PAIR + PAIR_GAP], 255)
    np.testing.assert_array_equal(drawn[STEP : STEP + 2], 230)


def test_a_title_stands_above():
    images = flat_images([10, 20])
    without = pixels(reconstruction_grid(images, images))
    figure = reconstruction_grid(images, images, title="epoch 3")
    assert [text.get_text() for text in figure.texts] == ["epoch 3"]
    np.testing.assert_array_equal(pixels(figure)[34:-8, 8:-8], without)


def test_short_last_rows_are_background():
    figure = reconstruction_grid(flat_images([10, 20, 30, 40]), flat_images([11, 21, 31, 41]), columns=3)
    assert cells(figure) == [[10, 20, 30], [11, 21, 31], [40, 230, 230], [41, 230, 230]]


def test_greys_do_not_depend_on_the_columns():
    """Whatever is missing in the last row has no part in the range of values."""
    images = np.random.default_rng(0).uniform(5, 10, (3, 56, 56, 1))
    in_rows, in_a_row = (pixels(reconstruction_grid(images, images, columns)) for columns in (2, 3))
    np.testing.assert_array_equal(in_rows[:PAIR, : 2 * STEP + 2], in_a_row[:, : 2 * STEP + 2])
    np.testing.assert_array_equal(in_rows[PAIR + PAIR_GAP :, 2:STEP], in_a_row[:, 2 * STEP + 2 : 3 * STEP])


@pytest.mark.parametrize(("count", "columns"), [(3, 3), (16, 16), (17, 16)])
def test_rows_are_no_longer_than_the_originals_and_16(count, columns):
    figure = reconstruction_grid(flat_images(np.arange(count)), flat_images(np.arange(count)))
    assert pixels(figure).shape[1] == columns * STEP + 2


def test_both_have_the_same_range_of_values():
    originals, reconstructions = flat_images([0, 255 * 4]), flat_images([255 * 2, 255])
    assert cells(reconstruction_grid(originals, reconstructions)) == [[0, 255], [128, 64]]
    assert cells(reconstruction_grid(originals, reconstructions, value_range=(0, 2))) == [[0, 255], [255, 128]]


def test_rows_of_tables():
    table = np.random.default_rng(0).normal(size=(3, 5))
    drawn = pixels(reconstruction_grid(table, table, columns=2))
    assert drawn.shape == (2 * (2 * 122 + 2) + PAIR_GAP, 2 * 202 + 2, 3)


@pytest.mark.parametrize(
    ("originals", "reconstructions"),
    [((0, 8, 8, 1), (0, 8, 8, 1)), ((2, 8, 8, 1), (3, 8, 8, 1)), ((2, 8, 8, 1), (2, 8, 8, 3))],
)
def test_what_cannot_be_compared(originals, reconstructions):
    with pytest.raises(ValueError, match=r"at least one original, and reconstructions of the same shape"):
        reconstruction_grid(np.zeros(originals), np.zeros(reconstructions))


def test_what_is_no_example():
    with pytest.raises(ValueError, match=r"Received shape \(\)"):
        reconstruction_grid(3.0, 3.0)


def test_bad_columns():
    with pytest.raises(ValueError, match="`columns` must be a whole number of at least 1"):
        reconstruction_grid(flat_images([1]), flat_images([1]), columns=0)
